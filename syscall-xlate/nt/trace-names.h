/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* trace-names.h - see trace-names.c. */
#ifndef RF_NT_TRACE_NAMES_H
#define RF_NT_TRACE_NAMES_H

#include "syscall-xlate/trace.h"

extern const struct trace_names nt_trace_names;

/* trace-constants.c: struct trace_names.constant */
int trace_constant(const char *call, const char *arg, uint32_t value, char *buf,
		   int size);

#endif
