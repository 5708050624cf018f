/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kvm-gone.c - which page the host could not provide.
 *
 * When a mapped file has become shorter KVM_RUN fails with EFAULT.  Since Linux 6.8
 * KVM may say which guest-physical page it was; where it does not, the instruction
 * tells: one of the few addresses that it is about lies in a page that is there for
 * the program and not for the host.
 */
#include <string.h>

#include "base/table.h"
#include "syscall-xlate/engine/direct.h"
#include "syscall-xlate/engine/insn.h"
#include "syscall-xlate/engine/kvm.h"

bool kvm_page_gone(gaddr at)
{
	_Atomic uint64_t *e = at ? kvm_pte(at) : NULL;
	uint64_t pte = e ? atomic_load(e) : 0;
	char c;

	return pte & PTE_MAPPED &&
	       direct_copy(&c, pte_host(pte) + at % PAGE, 1) != 0;
}

/* In the order that instructions number them. */
static uint64_t reg(const struct guest_regs *r, unsigned n)
{
	const uint64_t *const low[] = { &r->rax, &r->rcx, &r->rdx, &r->rbx,
					&r->rsp, &r->rbp, &r->rsi, &r->rdi };

	return n < 8 ? *low[n] : (&r->r8)[n - 8];
}

static int32_t read32(const uint8_t *p)
{
	int32_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

/* The address in the ModRM byte and what follows; a short distance times scale. */
static gaddr operand(const struct guest_regs *r, const uint8_t *code,
		     const struct insn *i, int scale)
{
	const uint8_t *p = code + i->modrm;
	unsigned mod = *p >> 6, rm = *p & 7;
	uint64_t at = 0;

	p++;
	if (rm == 4) {
		unsigned index = (*p >> 3 & 7) | (i->rex & 2 ? 8 : 0);
		unsigned base = *p & 7;

		if (index != 4)
			at = reg(r, index) << (*p >> 6);
		p++;
		if (base == 5 && mod == 0)
			at += (uint64_t)(int64_t)read32(p);
		else
			at += reg(r, base | (i->rex & 1 ? 8 : 0));
	} else if (rm == 5 && mod == 0) {
		at = r->rip + i->length + (uint64_t)(int64_t)read32(p);
	} else {
		at = reg(r, rm | (i->rex & 1 ? 8 : 0));
	}
	if (mod == 1)
		at += (uint64_t)((int64_t)(int8_t)*p * scale);
	else if (mod == 2)
		at += (uint64_t)(int64_t)read32(p);
	if (i->addr32 || r->cs == CS32)
		at = (uint32_t)at;
	return at + (i->segment == 'f'	 ? r->fs_base
		     : i->segment == 'g' ? r->gs_base
					 : 0);
}

/* mov, stos and vector moves to memory; others read it, at least first. */
static bool stores(const struct insn *i)
{
	static const uint16_t ops[] = { 0x88, 0x89, 0xc6, 0xc7, 0xa2, 0xa3,
					0xaa, 0xab, 0x0f11, 0x0f13, 0x0f17,
					0x0f29, 0x0f2b, 0x0f7f, 0x0fd6, 0x0fe7,
					0x0fc3 };

	for (unsigned k = 0; k < COUNT_OF(ops); k++)
		if (i->opcode == ops[k])
			return true;
	return false;
}

gaddr kvm_gone_address(const struct vcpu *v, bool *write)
{
	static const int scales[] = { 1, 64, 32, 16, 8, 4, 2 };
	const struct guest_regs *r = &v->regs;
	gaddr at = kvm_fault_address(v);
	uint8_t code[15] = { 0 };
	struct insn i;
	size_t n = sizeof code;

	*write = false;
	/* The code itself; else what can be read of it. */
	if (!at && kvm_page_gone(r->rip))
		return r->rip;
	while (n && guest_mem->read(code, r->rip, n))
		n--;
	if (!insn_decode(code, n, &i))
		return at;
	*write = stores(&i);
	for (unsigned k = 0; i.modrm && code[i.modrm] >> 6 != 3 &&
			     k < (i.evex ? COUNT_OF(scales) : 1);
	     k++) {
		gaddr x = operand(r, code, &i, scales[k]);

		/* It may begin in the page before. */
		if (kvm_page_gone(x))
			return x;
		if (kvm_page_gone(x + PAGE - 1))
			return ROUND_DOWN(x + PAGE - 1, PAGE);
	}
	/* Instructions about strings, and about the stack. */
	if (kvm_page_gone(r->rsi))
		return r->rsi;
	if (kvm_page_gone(r->rdi)) {
		*write = (i.opcode & ~1u) == 0xa4 || *write;
		return r->rdi;
	}
	if (kvm_page_gone(r->rsp - 8) || kvm_page_gone(r->rsp))
		return kvm_page_gone(r->rsp) ? r->rsp : r->rsp - 8;
	return at;
}
