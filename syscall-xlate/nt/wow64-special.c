/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wow64-special.c - arguments that no line of wow64.tbl describes. */
#include "syscall-xlate/nt/wow64-args.h"

#include <string.h>

/*
 * PS_ATTRIBUTE_LIST: a size, then four words per attribute, of which two are
 * pointers.  What those lead to is converted where its form differs.
 */
NTSTATUS wow64_attributes(struct wow64_frame *f, const struct wow64_arg *a,
			  bool done)
{
	enum {
		CLIENT_ID = 3,
		TEB_ADDRESS = 4,
		IMAGE_INFO = 6,
		HANDLE_LIST = 11,
		JOB_LIST = 19,
		MAX = 32,
	};
	static const struct {
		uint16_t number;
		bool out, list;
		const struct wow64_layout *layout;
	} kinds[] = {
		{ 0, false, false, NULL }, /* parent: a handle by value */
		{ CLIENT_ID, true, false, &wow64_client_id },
		{ TEB_ADDRESS, true, false, &wow64_ptr },
		{ IMAGE_INFO, true, false, &wow64_image_information },
		{ HANDLE_LIST, false, true, &wow64_handle },
		{ JOB_LIST, false, true, &wow64_handle },
	};
	const gaddr from = f->args[a->arg];
	uint64_t list[1 + 4 * MAX], at = f->wide[a->arg];
	uint32_t narrow[1 + 4 * MAX], n;
	NTSTATUS status = STATUS_SUCCESS;

	if (!from)
		return STATUS_SUCCESS;
	if (guest_get32(f->t, &n, from))
		return STATUS_ACCESS_VIOLATION;
	if (n < 4 || (n - 4) % 16 || (n - 4) / 16 > MAX)
		return STATUS_INVALID_PARAMETER;
	n = (n - 4) / 16;
	if (guest_read(f->t, narrow, from, 4 + 16 * n))
		return STATUS_ACCESS_VIOLATION;
	if (!done) {
		status = wow64_room(f, 8 + 32 * n, &at);
		f->wide[a->arg] = at;
	} else if (guest_read(f->t, list, at, 8 + 32 * n)) {
		return STATUS_ACCESS_VIOLATION;
	}
	list[0] = 8 + 32 * n;
	for (uint32_t i = 0; i < n && !status; i++) {
		uint64_t *to = list + 1 + 4 * i;
		const uint32_t *v = narrow + 1 + 4 * i;
		struct wow64_arg value = { .count = -1 };
		uint64_t count;

		if (!done) {
			for (unsigned k = 0; k < 4; k++)
				to[k] = v[k];
			if ((v[0] & 0xffff) == 0)
				to[2] = (uint64_t)(int64_t)(int32_t)v[2];
		}
		for (unsigned k = 1; k < COUNT_OF(kinds); k++) {
			if (kinds[k].number == (v[0] & 0xffff)) {
				value.layout = kinds[k].layout;
				value.dir = kinds[k].out ? WOW64_OUT : WOW64_IN;
			}
		}
		if (!value.layout)
			continue;
		count = v[1] / value.layout->size32;
		if (!done) {
			/* As an argument of its own. */
			const uint64_t args[2] = { v[2], count };
			struct wow64_frame sub = *f;

			value.arg = 0;
			value.count = 1;
			sub.args = args;
			status = wow64_fixed_in(&sub, &value);
			f->scratch = sub.scratch;
			memcpy(f->big, sub.big, sizeof f->big);
			f->nbig = sub.nbig;
			to[1] = count * value.layout->size64;
			to[2] = count && v[2] ? sub.wide[0] : 0;
		} else if (value.dir == WOW64_OUT) {
			const uint64_t args[2] = { v[2], count };
			struct wow64_frame sub = *f;
			uint32_t stored = count ? value.layout->size32 : 0;

			value.count = 1;
			sub.args = args;
			sub.wide[0] = to[2];
			status = wow64_fixed_out(&sub, &value);
			if (v[3] && guest_put32(f->t, v[3], stored))
				status = STATUS_ACCESS_VIOLATION;
		}
	}
	if (!done && !status && guest_write(f->t, at, list, 8 + 32 * n))
		status = STATUS_ACCESS_VIOLATION;
	return status;
}

/* NtRaiseHardError: bit i of the mask says that parameter i is a string. */
NTSTATUS wow64_hard_error(struct wow64_frame *f, const struct wow64_arg *a,
			  bool done)
{
	enum { COUNT = 1, MASK = 2, MAX = 5 };
	const uint32_t n = (uint32_t)f->args[COUNT];
	uint32_t narrow[MAX];
	uint64_t wide[MAX];
	NTSTATUS status = STATUS_SUCCESS;

	if (done || !f->args[a->arg])
		return STATUS_SUCCESS;
	if (n > MAX)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(f->t, narrow, f->args[a->arg], n * sizeof *narrow))
		return STATUS_ACCESS_VIOLATION;
	for (uint32_t i = 0; i < n && !status; i++) {
		wide[i] = narrow[i];
		if (f->args[MASK] >> i & 1)
			status = wow64_copy_in(f, &wow64_ustr, narrow[i],
					       &wide[i]);
	}
	if (!status)
		status = wow64_room(f, sizeof wide, &f->wide[a->arg]);
	if (!status &&
	    guest_write(f->t, f->wide[a->arg], wide, n * sizeof *wide))
		status = STATUS_ACCESS_VIOLATION;
	return status;
}
