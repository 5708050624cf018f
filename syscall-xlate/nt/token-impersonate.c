/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * token-impersonate.c - threads that act as somebody else: as another thread.
 *
 * That somebody is the same user, whom Linux goes on to see; what his token
 * takes away counts (token_is_weak()).
 */
#include "syscall-xlate/nt/token.h"

#include "syscall-xlate/nt/calls.h"

void token_effective_only(struct token *tk)
{
	uint32_t n = 0;

	for (uint32_t i = tk->nprivileges; i--;)
		if (!(tk->privilege[i].attributes & 2))
			tk->privilege[i] = tk->privilege[--tk->nprivileges];
	for (uint32_t i = 0; i < tk->ngroups; i++)
		if (tk->group[i].attributes &
		    (GROUP_ENABLED | GROUP_DENY_ONLY | GROUP_INTEGRITY))
			tk->group[n++] = tk->group[i];
	tk->ngroups = n;
}

NTSTATUS token_impersonate(struct nt_thread *to, struct token *from,
			   uint32_t level, bool effective_only)
{
	NTSTATUS status = STATUS_SUCCESS;
	struct token *copy = NULL;

	pthread_mutex_lock(&from->mutex);
	if (from->type == TOKEN_IMPERSONATION && level > from->level)
		status = STATUS_BAD_IMPERSONATION_LEVEL;
	else if (!(copy = token_copy(from)))
		status = STATUS_NO_MEMORY;
	pthread_mutex_unlock(&from->mutex);
	object_put(&from->object);
	if (status)
		return status;
	copy->type = TOKEN_IMPERSONATION;
	copy->level = level;
	if (effective_only)
		token_effective_only(copy);
	token_note(copy);
	token_put_on(to, &copy->object);
	return STATUS_SUCCESS;
}

NTSTATUS nt_impersonate_thread(struct task *t, uint64_t server, uint64_t client,
			       gaddr quality)
{
	struct {
		uint32_t len, level;
		uint8_t dynamic, effective;
	} qos;
	struct nt_thread *to, *from;
	struct object *o;
	NTSTATUS status;

	if (guest_read(t, &qos, quality, 10) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (qos.level > LEVEL_DELEGATION)
		return STATUS_BAD_IMPERSONATION_LEVEL;
	status = handle_get(t, server, &thread_type, 0x200, &to);
	if (status)
		return status;
	status = handle_get(t, client, &thread_type, 0x100, &from);
	if (!status) {
		o = token_of_thread(from);
		status = token_impersonate(
			to, o ? (struct token *)o : token_of_process(),
			qos.level, qos.effective);
		object_put(&from->object);
	}
	object_put(&to->object);
	return status;
}

NTSTATUS nt_impersonate_anonymous_token(struct task *t, uint64_t thread)
{
	return STATUS_ACCESS_DENIED; /* Linux would go on as the same user */
}
