/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * control.h - for the files that answer device and file system controls.
 */
#ifndef RF_NT_CONTROL_H
#define RF_NT_CONTROL_H

#include "syscall-xlate/nt/file.h"

struct control_row {
	uint32_t code;
	NTSTATUS (*run)(struct task *t, struct file *f, struct irp *r);
};

/* Runs the row for r->code; STATUS_INVALID_DEVICE_REQUEST if there is none. */
NTSTATUS control_run(const struct control_row *rows, size_t n, struct task *t,
		     struct file *f, struct irp *r);
/* n bytes of output, all or STATUS_BUFFER_TOO_SMALL; sets the information. */
NTSTATUS control_out(struct task *t, struct irp *r, const void *data, size_t n);
/* At least n bytes of input, or STATUS_INVALID_PARAMETER. */
NTSTATUS control_in(struct task *t, struct irp *r, void *data, size_t n);

/* rsa.c: dlls/include/rf-rsa.h's controls. */
NTSTATUS rsa_make(struct task *t, struct file *f, struct irp *r);
NTSTATUS rsa_public(struct task *t, struct file *f, struct irp *r);
NTSTATUS rsa_secret(struct task *t, struct file *f, struct irp *r);
/* ecdsa.c: rf-ecdsa.h's. */
NTSTATUS ecdsa_check(struct task *t, struct file *f, struct irp *r);

/* tls.c: rf-schannel.h's. */
NTSTATUS tls_call(struct task *t, struct file *f, struct irp *r);

/* What volumes and the files on them answer alike. */
NTSTATUS volume_control(struct task *t, struct file *f, struct irp *r);

#endif
