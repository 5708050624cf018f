/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * locale-sort.c - named sorts, as "de-DE_phoneb": locales that differ from
 * another one in their name, their id and the order of strings.
 *
 * Names and ids are those of Microsoft's "Sort Order Identifiers".
 */
#include "collate-han.h"
#include "locale-table.h"

static const struct named_sort sorts[] = {
	{ L"de-DE_phoneb", 0x10407, 0, L"de_phoneb", L"Phone Book (DIN)" },
	{ L"es-ES_tradnl", 0x0040a, 0, L"es_tradnl", L"Traditional" },
	/* These two have the usual order: what differs is not known. */
	{ L"hu-HU_technl", 0x1040e, 0, NULL, L"Technical" },
	{ L"ka-GE_modern", 0x10437, 0, NULL, L"Modern" },
	{ L"ja-JP_radstr", 0x40411, HAN_RADICAL, NULL, L"Radical/Stroke" },
	{ L"zh-CN_stroke", 0x20804, HAN_STROKE, NULL, L"Stroke Count" },
	{ L"zh-SG_stroke", 0x21004, HAN_STROKE, NULL, L"Stroke Count" },
	{ L"zh-MO_stroke", 0x21404, HAN_STROKE, NULL, L"Stroke Count" },
	{ L"zh-TW_pronun", 0x30404, HAN_BOPOMOFO, NULL, L"Bopomofo" },
	{ L"zh-TW_radstr", 0x40404, HAN_RADICAL, NULL, L"Radical/Stroke" },
	{ L"zh-HK_radstr", 0x40c04, HAN_RADICAL, NULL, L"Radical/Stroke" },
	{ L"zh-MO_radstr", 0x41404, HAN_RADICAL, NULL, L"Radical/Stroke" },
	/* A surname's special reading is not told apart. */
	{ L"zh-CN_phoneb", 0x50804, HAN_PINYIN, NULL, L"Surname" },
	{ L"zh-SG_phoneb", 0x51004, HAN_PINYIN, NULL, L"Surname" },
	/* The invariant locale's; mathematical letters are the root's. */
	{ L"x-IV_mathan", 0x1007f, 0, NULL, L"Default" },
};

static struct locale named[ARRAY_LEN(sorts)];

const struct named_sort *locale_sort(const struct locale *l)
{
	return l >= named && l < named + ARRAY_LEN(named) ? &sorts[l - named]
							  : NULL;
}

/* Made when it is asked for; whoever else makes it makes the same. */
const struct locale *locale_named_sort_at(unsigned i)
{
	WCHAR base[LOCALE_NAME_MAX_LENGTH];
	const struct locale *l;
	unsigned n = 0;

	if (i >= ARRAY_LEN(sorts))
		return NULL;
	if (__atomic_load_n(&named[i].n[N_LCID], __ATOMIC_ACQUIRE))
		return &named[i];
	for (; sorts[i].name[n] != '_'; n++)
		base[n] = sorts[i].name[n];
	base[n] = 0;
	l = wide_same(base, L"x-IV") ? locale_at(0) : locale_by_name(base);
	if (!l)
		return NULL;
	for (n = 0; n < N_NUMBERS; n++)
		if (n != N_LCID)
			named[i].n[n] = l->n[n];
	memcpy(named[i].s, l->s, sizeof l->s);
	__atomic_store_n(&named[i].n[N_LCID], sorts[i].id, __ATOMIC_RELEASE);
	return &named[i];
}

const struct locale *locale_named_sort(const WCHAR *name)
{
	for (unsigned i = 0; i < ARRAY_LEN(sorts); i++)
		if (wide_same(sorts[i].name, name))
			return locale_named_sort_at(i);
	return NULL;
}

const struct locale *locale_named_sort_by_id(LCID id)
{
	for (unsigned i = 0; i < ARRAY_LEN(sorts); i++)
		if (sorts[i].id == id)
			return locale_named_sort_at(i);
	return NULL;
}
