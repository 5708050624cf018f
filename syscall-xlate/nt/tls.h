/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tls.h - \Device\RfTls: the way to run-foreign-tls, the process that does TLS
 * (loader/tls/, dlls/include/rf-schannel.h).
 */
#ifndef RF_NT_TLS_H
#define RF_NT_TLS_H

#include "syscall-xlate/nt/file.h"

/*
 * A session of its own; the process is started for the first.
 * STATUS_NOT_SUPPORTED: there is no such program; STATUS_QUOTA_EXCEEDED: no
 * room for a process in the sandbox; STATUS_TOO_MANY_OPENED_FILES,
 * STATUS_NO_MEMORY.
 */
NTSTATUS tls_open(uint32_t access, uint32_t share, uint32_t options,
		  struct file **f);
/* This process ends, and that one with it.  Also from a signal handler. */
void tls_stop(void);

#endif
