/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * security.h - the descriptors of objects other than keys and files on disk: what
 * is kept of them, and what they let a caller do.
 */
#ifndef RF_NT_SECURITY_H
#define RF_NT_SECURITY_H

#include "syscall-xlate/nt/descriptor.h"

/*
 * security_check() - may the caller have these rights to o, which was there
 * already?  Generic rights and MAXIMUM_ALLOWED in *access become those that are
 * meant.  STATUS_ACCESS_DENIED, STATUS_PRIVILEGE_NOT_HELD, STATUS_NO_MEMORY.
 */
NTSTATUS security_check(struct task *t, struct object *o, uint32_t *access);
/*
 * security_make() - what is to be kept of the descriptor of a new object that tk
 * makes: malloc'ed, or NULL if it is the one that the user's objects have.
 *
 *   sd  that its maker gives, or 0
 *
 * Statuses as security_assign().
 */
NTSTATUS security_make(struct task *t, struct token *tk,
		       const struct object_type *type, gaddr sd,
		       struct bytes *packed);
/* What is kept of o's becomes this, self-relative; of len 0: nothing. */
NTSTATUS security_replace(struct object *o, struct bytes new);
/* What is kept of o's into buf, as far as it fits there; its length, or 0. */
enum { SECURITY_COPY_MAX = 768 };
size_t security_copy(struct object *o, uint8_t buf[SECURITY_COPY_MAX]);

#endif
