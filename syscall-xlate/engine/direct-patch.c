/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * direct-patch.c - system call sites that jump to the gate.
 *
 * A trapped call costs two microseconds, a jump to the gate some twenty
 * nanoseconds.  A site is an instruction of at least five bytes that may be
 * moved, maybe "mov %rcx,%r10", and the syscall instruction:
 *
 *	mov $4,%eax			jmp stub	stub: mov $4,%eax
 *	syscall			->	syscall		      lea 1f,%rcx
 *   1: jae ...			     1: jae ...		      jmp *gate
 *
 * One whole instruction is replaced, and the syscall stays where it is: who
 * jumps to it (a restarted call does) is trapped as before.  Code is changed
 * before it can run, and only where decoding from the function's padding shows
 * that the bytes are these instructions.
 */
#include <string.h>

#include "base/log.h"
#include "base/table.h"
#include "syscall-xlate/engine/direct.h"
#include "syscall-xlate/engine/insn.h"

enum {
	STUB = 32,
	WINDOW = 4096,  /* how far back a function may begin */
	MAX_MOVED = 7,
};

/* mov %rcx,%r10: what libc's stubs do just before. */
static const uint8_t mov_r10[] = { 0x49, 0x89, 0xca };

struct site {
	unsigned moved;	 /* bytes of the instruction to move */
	unsigned before; /* bytes from its start to the syscall */
};

static uint32_t imm32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

/*
 * Which instruction ends at p, of those that mean the same elsewhere?  have:
 * readable bytes before p.  Returns its length, 0 for none.
 */
static unsigned movable_before(const uint8_t *p, size_t have, uint32_t ncalls)
{
	/* mov $number,%eax; mov $number,%rax */
	if (have >= 7 && p[-7] == 0x48 && p[-6] == 0xc7 && p[-5] == 0xc0 &&
	    imm32(p - 4) < ncalls)
		return 7;
	if (have >= 5 && p[-5] == 0xb8 && imm32(p - 4) < ncalls)
		return 5;
	/* mov or lea between a 64-bit register and disp8(%rsp) */
	if (have >= 5 && (p[-5] & 0xfb) == 0x48 &&
	    (p[-4] == 0x8b || p[-4] == 0x89 || p[-4] == 0x8d) &&
	    (p[-3] & 0xc7) == 0x44 && p[-2] == 0x24)
		return 5;
	return 0;
}

static bool find_site(const uint8_t *text, size_t at, uint32_t ncalls,
		      struct site *s)
{
	size_t end = at;

	s->moved = movable_before(text + end, end, ncalls);
	if (!s->moved && at >= sizeof mov_r10 &&
	    !memcmp(text + at - sizeof mov_r10, mov_r10, sizeof mov_r10)) {
		end = at - sizeof mov_r10;
		s->moved = movable_before(text + end, end, ncalls);
	}
	s->before = (unsigned)(at - (end - s->moved));
	return s->moved != 0;
}

/* Writes the stub, and the jump to it.  Text and spare are writable. */
static bool patch(const uint8_t *text, gaddr site, const struct site *s,
		  gaddr stub, gaddr gate_word)
{
	uint8_t code[STUB], jump[MAX_MOVED];
	gaddr back = site + s->before + 2;
	unsigned n = s->before;
	int32_t rel;

	memset(code, 0xcc, sizeof code);
	memcpy(code, text, s->before);
	/* lea back(%rip),%rcx: as the processor would leave it */
	memcpy(code + n, "\x48\x8d\x0d", 3);
	rel = (int32_t)(back - (stub + n + 7));
	memcpy(code + n + 3, &rel, 4);
	n += 7;
	memcpy(code + n, "\xff\x25", 2); /* jmp *gate_word(%rip) */
	rel = (int32_t)(gate_word - (stub + n + 6));
	memcpy(code + n + 2, &rel, 4);

	memset(jump, 0xcc, sizeof jump);
	jump[0] = 0xe9;
	rel = (int32_t)(stub - (site + 5));
	memcpy(jump + 1, &rel, 4);
	return guest_mem->write(stub, code, sizeof code) == 0 &&
	       guest_mem->write(site, jump, s->moved) == 0;
}

/* AVX and what came later: in 64-bit code these bytes begin nothing else. */
static bool is_vex(uint8_t byte)
{
	return byte == 0xc4 || byte == 0xc5 || byte == 0x62;
}

/*
 * Does an instruction begin at target?  Decoding from the start of the function
 * must arrive there.  A function starts at a multiple of 16, behind padding:
 * nothing falls through int3, so it is never the middle of code.  And no vector
 * of more than 16 bytes may be in use: the gate does not keep those.
 */
static bool may_jump_at(const uint8_t *text, size_t target)
{
	size_t at = target & ~(size_t)15;

	while (at && text[at - 1] != 0xcc) {
		if (target - at > WINDOW)
			return false;
		at -= 16;
	}
	while (at < target) {
		unsigned n = insn_length(text + at, 15);

		if (n == 0 || is_vex(text[at]))
			return false;
		at += n;
	}
	return at == target;
}

unsigned direct_speed_calls(gaddr code, uint64_t size, gaddr spare,
			    uint64_t spare_size, uint32_t ncalls)
{
	uint64_t gate = (uint64_t)direct_gate_sysv;
	const uint8_t *text = (const uint8_t *)code; /* the direct engine */
	gaddr stub = spare + STUB;
	unsigned sites = 0, patched = 0;

	if (guest_mem->write(spare, &gate, sizeof gate))
		return 0;
	for (const uint8_t *p = text; (p = memchr(p, 0x0f, size - 1 - (size_t)(p - text))); p++) {
		size_t at = (size_t)(p - text);
		struct site s;

		if (p[1] != 0x05)
			continue;
		sites++;
		if (!find_site(text, at, ncalls, &s) ||
		    !may_jump_at(text, at - s.before) ||
		    stub + STUB > spare + spare_size)
			continue;
		if (!patch(text + at - s.before, code + at - s.before, &s, stub,
			   spare))
			return patched;
		stub += STUB;
		patched++;
	}
	log_debug(LOG_ENGINE, "system calls: %u places, %u go to the gate",
		  sites, patched);
	return patched;
}
