/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* trace-names.h - see trace-names.c. */
#ifndef RF_NT_TRACE_NAMES_H
#define RF_NT_TRACE_NAMES_H

#include "syscall-xlate/trace.h"

extern const struct trace_names nt_trace_names;

#endif
