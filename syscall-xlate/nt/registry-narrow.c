/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-narrow.c - the view of 32-bit programs.
 *
 * Some keys mean a subkey of their parent's Wow6432Node to them: all of
 * HKLM\SOFTWARE, and a few below the keys of classes.  What they share with
 * 64-bit programs below HKLM\SOFTWARE\Microsoft is linked in the defaults.
 *
 * Source: "Registry Keys Affected by WOW64".
 */
#include <string.h>

#include "base/table.h"
#include "base/utf.h"
#include "syscall-xlate/nt/registry.h"

static const char node[] = "Wow6432Node";

/* Below HKLM\SOFTWARE: the same for all. */
static const char *const shared[] = { "Classes", "Clients", "Policies",
				      "RegisteredApplications", node };
/* Below HKLM\SOFTWARE\Classes and HKCU\Software\Classes: not. */
static const char *const apart[] = { "CLSID", "DirectShow", "Interface",
				     "Media Type", "MediaFoundation" };

enum { WORD_MAX = 32 };

static size_t widen(uint16_t to[WORD_MAX], const char *word)
{
	return utf8_to_utf16(to, WORD_MAX, word, strlen(word));
}

static bool is_word(const uint16_t *s, size_t n, const char *word)
{
	uint16_t u[WORD_MAX];
	const size_t len = widen(u, word);

	return n == len && !reg_compare(s, n, u, len);
}

static bool is_one_of(const uint16_t *s, size_t n, const char *const *words,
		      size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_word(s, n, words[i]))
			return true;
	return false;
}

static bool named(const struct reg_key *k, const char *word)
{
	return is_word(k->name, k->name_len, word);
}

static bool is_software(const struct reg_key *k)
{
	return k->parent && k->parent->parent == &reg_root &&
	       named(k, "Software") && named(k->parent, "Machine");
}

/* HKLM\SOFTWARE\Classes, or HKEY_USERS\sid_Classes. */
static bool is_classes(const struct reg_key *k)
{
	static const char tail[] = "_Classes";
	const size_t n = sizeof tail - 1;

	if (!k->parent)
		return false;
	if (k->parent->parent == &reg_root)
		return k->name_len > n && named(k->parent, "User") &&
		       is_word(k->name + k->name_len - n, n, tail);
	return is_software(k->parent) && named(k, "Classes");
}

/* Whether name below k is another key to 32-bit programs. */
static bool is_apart(const struct reg_key *k, const uint16_t *name, size_t n)
{
	if (is_software(k))
		return !is_one_of(name, n, shared, COUNT_OF(shared));
	return n && is_classes(k) &&
	       is_one_of(name, n, apart, COUNT_OF(apart));
}

struct reg_key *reg_narrow(struct reg_key *k, const uint16_t *name, size_t n)
{
	uint16_t u[WORD_MAX];
	struct reg_key *to = NULL;

	if (is_apart(k, name, n))
		to = reg_sub(k, u, widen(u, node));
	return to ? to : k;
}

bool reg_is_wide(const struct reg_key *k)
{
	for (; k->parent; k = k->parent)
		if (is_apart(k->parent, k->name, k->name_len))
			return true;
	return false;
}
