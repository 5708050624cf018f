/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-option.h - between the tables of options (afd-option*.c).
 *
 * An option is a row: the host's by another number, a word that is only kept,
 * one with a function of its own, or one that is documented and that we lack.
 * What is in no row is an error.
 */
#ifndef RF_NT_AFD_OPTION_H
#define RF_NT_AFD_OPTION_H

#include "syscall-xlate/nt/afd.h"

enum { OPTION_MAX_VALUE = 512 };

struct value {
	uint8_t data[OPTION_MAX_VALUE];
	uint32_t len; /* set: given; get: room, then result */
};

struct option_row;
typedef NTSTATUS option_fn(struct afd_socket *s, const struct option_row *row,
			   struct value *v, bool set);

struct option_row {
	int win_level;
	uint32_t win_name;
	option_fn *run;
	int level, name; /* the host's */
	size_t offset;   /* kept in struct afd_options */
};

struct option_table {
	const struct option_row *rows;
	size_t n;
};
extern const struct option_table afd_ip_options; /* both versions' */

/* What a program gives: a word, of which one byte will do; and is given. */
uint32_t option_word(const struct value *v);
NTSTATUS option_result(struct value *v, uint32_t w);
/* The host's option of row. */
NTSTATUS option_set(struct afd_socket *s, const struct option_row *row,
		    const void *data, socklen_t len);
NTSTATUS option_get(struct afd_socket *s, const struct option_row *row,
		    int *data);

/*
 * Rows' functions: the host's integer, truth or structure; what is only kept;
 * what Windows has for datagrams alone, and only kept; what is not here.
 */
option_fn option_int, option_bool, option_raw, option_kept, option_none;

/* Whose datagrams s takes has changed (afd-filter.c). */
NTSTATUS afd_filter(struct afd_socket *s);

#endif
