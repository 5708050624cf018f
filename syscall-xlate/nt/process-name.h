/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-name.h - classes of NtQueryInformationProcess that are texts: a
 * UNICODE_STRING and, behind it, what it points to.
 */
#ifndef RF_NT_PROCESS_NAME_H
#define RF_NT_PROCESS_NAME_H

#include "syscall-xlate/nt/nt.h"

/* X:\... if win32, otherwise \Device\HarddiskVolumeN\... */
NTSTATUS process_image_name(struct task *t, struct nt_process *p, gaddr info,
			    uint32_t len, gaddr ret_len, bool win32);
/* The command line, as the process's own parameters have it now. */
NTSTATUS process_command_line(struct task *t, struct nt_process *p, gaddr info,
			      uint32_t len, gaddr ret_len);

#endif
