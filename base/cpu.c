/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cpu.c - cpuid's leaves, from libc where it keeps them (glibc since 2.33). */
#include "base/cpu.h"

#include <string.h>

#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>

void cpu_leaf(enum cpu_leaf leaf, uint32_t r[4])
{
	static const unsigned index[] = {
		[CPU_LEAF_1] = CPUID_INDEX_1,
		[CPU_LEAF_7] = CPUID_INDEX_7,
		[CPU_LEAF_80000001] = CPUID_INDEX_80000001,
		[CPU_LEAF_D_1] = CPUID_INDEX_D_ECX_1,
	};

	memcpy(r, __x86_get_cpuid_feature_leaf(index[leaf])->cpuid_array,
	       4 * sizeof *r);
}
#else
#include <cpuid.h>

void cpu_leaf(enum cpu_leaf leaf, uint32_t r[4])
{
	static const uint32_t number[][2] = {
		[CPU_LEAF_1] = { 1, 0 },
		[CPU_LEAF_7] = { 7, 0 },
		[CPU_LEAF_80000001] = { 0x80000001, 0 },
		[CPU_LEAF_D_1] = { 0xd, 1 },
	};

	if (!__get_cpuid_count(number[leaf][0], number[leaf][1], &r[0], &r[1],
			       &r[2], &r[3]))
		memset(r, 0, 4 * sizeof *r);
}
#endif
