/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * atom.c - the global atom table: short names and the numbers they get.
 *
 * "#123" and values below 0xC000 mean themselves and are never stored.  The
 * table is this process's: sharing it across a session serves DDE only.
 */
#include "syscall-xlate/nt/nt.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf.h"
#include "syscall-xlate/nt/calls.h"

enum { FIRST = 0xc000, MAX_ATOMS = 0x4000, NAME_MAX_UNITS = 255 };

struct atom {
	uint16_t *name; /* NULL: free */
	uint16_t len;   /* units */
	uint16_t uses;
	bool pinned;
};

static pthread_mutex_t atom_lock = PTHREAD_MUTEX_INITIALIZER;
static struct atom *atoms; /* number is FIRST + index */
static uint32_t natoms;

/*
 * The name at guest address at, len bytes; or the integer it stands for in
 * *integer (then the name is empty).
 */
static NTSTATUS name_read(struct task *t, gaddr at, uint32_t len,
			  uint16_t *name, size_t *n, uint32_t *integer)
{
	uint32_t v = 0;

	*integer = 0;
	*n = 0;
	if (at < 0x10000) { /* MAKEINTATOM */
		*integer = (uint32_t)at;
		return at && at < FIRST ? STATUS_SUCCESS
					: STATUS_INVALID_PARAMETER;
	}
	if (len > NAME_MAX_UNITS * 2)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, name, at, len) < 0)
		return STATUS_ACCESS_VIOLATION;
	while (*n < len / 2 && name[*n])
		++*n;
	if (!*n)
		return STATUS_OBJECT_NAME_INVALID;
	if (name[0] != '#')
		return STATUS_SUCCESS;
	for (size_t i = 1; i < *n; i++) {
		if (name[i] < '0' || name[i] > '9' || v > 0xffff)
			return STATUS_SUCCESS; /* an ordinary name after all */
		v = v * 10 + name[i] - '0';
	}
	if (*n == 1)
		return STATUS_SUCCESS;
	*integer = v ? v : 1;
	return v && v < FIRST ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static struct atom *find(const uint16_t *name, size_t n)
{
	for (uint32_t i = 0; i < natoms; i++) {
		struct atom *a = &atoms[i];
		size_t k = 0;

		if (!a->name || a->len != n)
			continue;
		while (k < n &&
		       utf16_upcase(a->name[k]) == utf16_upcase(name[k]))
			k++;
		if (k == n)
			return a;
	}
	return NULL;
}

static struct atom *make(const uint16_t *name, size_t n)
{
	struct atom *a = NULL;

	for (uint32_t i = 0; i < natoms && !a; i++)
		if (!atoms[i].name)
			a = &atoms[i];
	if (!a && natoms < MAX_ATOMS) {
		if (!(natoms & (natoms - 1))) {
			uint32_t cap = natoms ? natoms * 2 : 1;
			void *p = realloc(atoms, cap * sizeof *atoms);

			if (!p)
				return NULL;
			atoms = p;
		}
		a = &atoms[natoms++];
		memset(a, 0, sizeof *a);
	}
	if (!a)
		return NULL;
	a->name = malloc(n * 2);
	if (!a->name)
		return NULL;
	memcpy(a->name, name, n * 2);
	a->len = (uint16_t)n;
	a->uses = 0;
	a->pinned = false;
	return a;
}

static NTSTATUS number_out(struct task *t, gaddr out, uint32_t atom)
{
	return out && guest_put16(t, out, (uint16_t)atom) < 0
		       ? STATUS_ACCESS_VIOLATION
		       : STATUS_SUCCESS;
}

NTSTATUS nt_add_atom_ex(struct task *t, gaddr name_at, uint32_t len, gaddr out,
			uint32_t flags)
{
	uint16_t name[NAME_MAX_UNITS];
	uint32_t number;
	struct atom *a;
	size_t n;
	NTSTATUS status = name_read(t, name_at, len, name, &n, &number);

	if (status != STATUS_SUCCESS)
		return status;
	if (number)
		return number_out(t, out, number);
	pthread_mutex_lock(&atom_lock);
	a = find(name, n);
	if (!a)
		a = make(name, n);
	if (a) {
		if (a->uses < 0xffff)
			a->uses++;
		if (flags & 2)
			a->pinned = true;
		number = FIRST + (uint32_t)(a - atoms);
	}
	pthread_mutex_unlock(&atom_lock);
	return a ? number_out(t, out, number) : STATUS_NO_MEMORY;
}

NTSTATUS nt_add_atom(struct task *t, gaddr name, uint32_t len, gaddr out)
{
	return nt_add_atom_ex(t, name, len, out, 0);
}

NTSTATUS nt_find_atom(struct task *t, gaddr name_at, uint32_t len, gaddr out)
{
	uint16_t name[NAME_MAX_UNITS];
	uint32_t number;
	struct atom *a;
	size_t n;
	NTSTATUS status = name_read(t, name_at, len, name, &n, &number);

	if (status != STATUS_SUCCESS)
		return status;
	if (number)
		return number_out(t, out, number);
	pthread_mutex_lock(&atom_lock);
	a = find(name, n);
	if (a)
		number = FIRST + (uint32_t)(a - atoms);
	pthread_mutex_unlock(&atom_lock);
	return a ? number_out(t, out, number) : STATUS_OBJECT_NAME_NOT_FOUND;
}

static struct atom *by_number(uint32_t number)
{
	number &= 0xffff;
	if (number < FIRST || number - FIRST >= natoms ||
	    !atoms[number - FIRST].name)
		return NULL;
	return &atoms[number - FIRST];
}

NTSTATUS nt_delete_atom(struct task *t, uint32_t atom)
{
	struct atom *a;
	NTSTATUS status = STATUS_SUCCESS;

	(void)t;
	if ((atom & 0xffff) < FIRST)
		return atom & 0xffff ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
	pthread_mutex_lock(&atom_lock);
	a = by_number(atom);
	if (!a) {
		status = STATUS_INVALID_HANDLE;
	} else if (a->pinned) {
		status = STATUS_WAS_LOCKED;
	} else if (--a->uses == 0) {
		free(a->name);
		a->name = NULL;
	}
	pthread_mutex_unlock(&atom_lock);
	return status;
}

NTSTATUS nt_query_information_atom(struct task *t, uint32_t atom,
				   uint32_t class, gaddr info, uint32_t len,
				   gaddr ret_len)
{
	struct {
		uint16_t uses, flags, len;
		uint16_t name[NAME_MAX_UNITS + 1];
	} m = { 0 };
	struct atom *a;
	uint32_t need;

	if (class != 0)
		return class == 1 ? STATUS_NOT_IMPLEMENTED
				  : STATUS_INVALID_INFO_CLASS;
	atom &= 0xffff;
	if (!atom)
		return STATUS_INVALID_PARAMETER;
	if (atom < FIRST) {
		char text[8];

		m.uses = 1;
		m.flags = 1;
		m.len = (uint16_t)snprintf(text, sizeof text, "#%u", atom);
		for (int i = 0; i < m.len; i++)
			m.name[i] = (uint8_t)text[i];
	} else {
		pthread_mutex_lock(&atom_lock);
		a = by_number(atom);
		if (a) {
			m.uses = a->uses;
			m.flags = a->pinned;
			m.len = a->len;
			memcpy(m.name, a->name, a->len * 2u);
		}
		pthread_mutex_unlock(&atom_lock);
		if (!a)
			return STATUS_INVALID_HANDLE;
	}
	m.len *= 2;
	/* With the NUL, which the length does not count. */
	need = 6u + m.len + 2;
	if (ret_len && guest_put32(t, ret_len, need) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (len < 6)
		return STATUS_INFO_LENGTH_MISMATCH;
	if (len < need)
		return STATUS_BUFFER_TOO_SMALL;
	return guest_write(t, info, &m, need) < 0 ? STATUS_ACCESS_VIOLATION
						  : STATUS_SUCCESS;
}
