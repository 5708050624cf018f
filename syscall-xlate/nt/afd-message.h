/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* afd-message.h - control data of WSASendMsg and WSARecvMsg. */
#ifndef RF_NT_AFD_MESSAGE_H
#define RF_NT_AFD_MESSAGE_H

#include "syscall-xlate/nt/afd.h"

/*
 * What m carries to op->control, and the flags; truncated: the data was cut.
 * STATUS_SUCCESS or STATUS_ACCESS_VIOLATION.
 */
NTSTATUS afd_control_out(struct task *t, struct afd_op *op,
			 const struct msghdr *m, bool truncated);
/*
 * op->control into m->msg_control, of m->msg_controllen bytes.
 * STATUS_INVALID_PARAMETER: malformed, or a kind we do not know.
 */
NTSTATUS afd_control_in(struct task *t, struct afd_op *op, struct msghdr *m);

#endif
