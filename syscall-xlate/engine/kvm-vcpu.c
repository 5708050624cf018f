/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kvm-vcpu.c - making virtual processors, keeping them for the next thread, and
 * their floating-point state.
 *
 * Each has one page of the system part: descriptor table, task state segment,
 * and the two stacks that the processor pushes an event's frame on.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/table.h"
#include "syscall-xlate/engine/kvm.h"

/* Selectors: as Windows has them, which are also what sysret wants. */
enum {
	KCS = 0x10, KDS = 0x18, UCS32 = 0x23, UDS = 0x2b, UCS64 = 0x33,
	TSS = 0x40, FS32 = 0x53,
};
/* The page. */
enum { AT_GDT = 0, GDT_SIZE = 0x58, AT_TSS = 0x80, AT_STACK2 = 0x800 };
/* Task state segment. */
enum {
	TSS_RSP0 = 4, TSS_IST1 = 0x24, TSS_IST2 = 0x2c, TSS_IO_MAP = 0x66,
	TSS_SIZE = 0x68,
};

enum {
	MSR_STAR = 0xc0000081, MSR_LSTAR, MSR_CSTAR, MSR_SFMASK,
	SFMASK = 0x47700, /* AC NT IOPL DF IF TF */
	CR0 = 0x80050033, /* PG AM WP NE ET MP PE */
	CR4 = 0x620,	  /* PAE, OSFXSR, OSXMMEXCPT */
	CR4_TSD = 4, CR4_FSGSBASE = 0x10000, CR4_OSXSAVE = 0x40000,
	EFER = 0xd01,	  /* SCE LME LMA NXE */
};

enum { FX_SIZE = 512 }; /* of an XSAVE area; behind it the header */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct vcpu *idle;    /* under lock */
static unsigned made;	     /* under lock */
static struct vcpu *all;     /* under lock */
static struct kvm_xsave reset; /* what a processor starts with */

static struct kvm_segment segment(uint16_t selector, uint8_t type, uint8_t dpl,
				  uint8_t l, uint8_t db, uint8_t s)
{
	return (struct kvm_segment){
		.limit = 0xffffffff,
		.selector = selector,
		.type = type,
		.present = 1,
		.dpl = dpl,
		.db = db,
		.s = s,
		.l = l,
		.g = 1,
	};
}

static void put64(void *at, uint64_t v)
{
	memcpy(at, &v, sizeof v);
}

static void fill_page(struct vcpu *v, uint64_t va)
{
	uint64_t *gdt = (uint64_t *)(v->page + AT_GDT);
	uint64_t tss = va + AT_TSS;
	char *t = v->page + AT_TSS;

	gdt[KCS / 8] = 0x00af9b000000ffff;
	gdt[KDS / 8] = 0x00cf93000000ffff;
	gdt[UCS32 / 8] = 0x00cffb000000ffff;
	gdt[UDS / 8] = 0x00cff3000000ffff;
	gdt[UCS64 / 8] = 0x00affb000000ffff;
	gdt[TSS / 8] = 0x0000890000000000 | (TSS_SIZE - 1) |
		       (tss & 0xffffff) << 16 | (tss >> 24 & 0xff) << 56;
	gdt[TSS / 8 + 1] = tss >> 32;
	gdt[FS32 / 8] = 0x0040f30000000fff;
	put64(t + TSS_RSP0, va + PAGE);
	put64(t + TSS_IST1, va + PAGE);
	put64(t + TSS_IST2, va + AT_STACK2);
	t[TSS_IO_MAP] = TSS_SIZE; /* beyond the limit: no port is allowed */
}

static void fill_sregs(struct vcpu *v, uint64_t va)
{
	struct kvm_sregs *s = &v->sregs;

	s->cr0 = CR0;
	s->cr3 = kvm_space_cr3();
	s->cr4 = CR4 | (kvm_machine.has_fsgsbase ? CR4_FSGSBASE : 0) |
		 (kvm_machine.xcr0 ? CR4_OSXSAVE : 0) |
		 (clock_is_fixed() ? CR4_TSD : 0);
	s->efer = EFER;
	s->cs = segment(UCS64, 11, 3, 1, 0, 1);
	v->code32 = segment(UCS32, 11, 3, 0, 1, 1);
	s->ss = s->ds = s->es = s->fs = s->gs = segment(UDS, 3, 3, 0, 1, 1);
	s->tr = segment(TSS, 11, 0, 0, 0, 0);
	s->tr.base = va + AT_TSS;
	s->tr.limit = TSS_SIZE - 1;
	s->tr.g = 0;
	memset(&s->ldt, 0, sizeof s->ldt);
	s->ldt.unusable = 1;
	s->gdt.base = va + AT_GDT;
	s->gdt.limit = GDT_SIZE - 1;
	s->idt.base = SHIM_VA + SHIM_IDT;
	s->idt.limit = 256 * 16 - 1;
	memset(s->interrupt_bitmap, 0, sizeof s->interrupt_bitmap);
}

void vcpu_set_fs32(struct vcpu *v, uint32_t base)
{
	uint64_t *gdt = (uint64_t *)(v->page + AT_GDT);

	/* A data segment of 4 KB. */
	gdt[FS32 / 8] = 0x0040f30000000fff | (base & 0xffffffull) << 16 |
			(uint64_t)(base >> 24) << 56;
	v->sregs.fs = segment(FS32, 3, 3, 0, 1, 1);
	v->sregs.fs.limit = 0xfff;
	v->sregs.fs.g = 0;
	v->sregs.fs.base = base;
}

static int set_msrs(struct vcpu *v)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry e[4];
	} m = {
		.head.nmsrs = 4,
		.e = { { .index = MSR_STAR,
			 .data = (uint64_t)UCS32 << 48 | (uint64_t)KCS << 32 },
		       { .index = MSR_LSTAR,
			 .data = SHIM_VA + SHIM_CODE +
				 (uint64_t)(kvm_shim_call - kvm_shim) },
		       { .index = MSR_CSTAR, .data = SHIM_LOW },
		       { .index = MSR_SFMASK, .data = SFMASK } },
	};

	return ioctl(v->fd, KVM_SET_MSRS, &m) == 4 ? 0 : -1;
}

/*
 * The counter of a new processor starts at 0; a program that works the time out
 * from it (base/clock.h) needs the host's.  Kernels before 5.16, and kvm_pvm,
 * which needs nothing of the kind, do not know this.
 */
static void set_tsc(struct vcpu *v)
{
	enum { TSC_CTRL, TSC_OFFSET = 0 };
	uint64_t zero = 0;
	struct kvm_device_attr a = { .group = TSC_CTRL,
				     .attr = TSC_OFFSET,
				     .addr = (uintptr_t)&zero };

	ioctl(v->fd, KVM_SET_DEVICE_ATTR, &a);
}

static int set_up(struct vcpu *v)
{
	struct kvm_xcrs x = { .nr_xcrs = 1, .xcrs[0].value = kvm_machine.xcr0 };
	struct kvm_mp_state runs = { KVM_MP_STATE_RUNNABLE };
	uint64_t off = SHIM_VCPUS + v->index * PAGE;

	v->page = kvm_machine.system + off;
	fill_page(v, SHIM_VA + off);
	if (ioctl(v->fd, KVM_SET_CPUID2, kvm_machine.cpuid) < 0 ||
	    ioctl(v->fd, KVM_GET_SREGS, &v->sregs) < 0)
		return -1;
	fill_sregs(v, SHIM_VA + off);
	if (ioctl(v->fd, KVM_SET_SREGS, &v->sregs) < 0 || set_msrs(v) ||
	    (kvm_machine.xcr0 && ioctl(v->fd, KVM_SET_XCRS, &x) < 0) ||
	    (v->index % kvm_machine.per_vm &&
	     ioctl(v->fd, KVM_SET_MP_STATE, &runs) < 0))
		return -1;
	set_tsc(v);
	if (v->index == 0 && ioctl(v->fd, KVM_GET_XSAVE, &reset) < 0)
		return -1;
	return 0;
}

static bool raise_limit(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) < 0 || l.rlim_cur >= l.rlim_max)
		return false;
	l.rlim_cur = l.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &l) == 0;
}

/* v becomes number index.  0, or -1 with e set. */
static int open_vcpu(struct vcpu *v, unsigned index, struct err *e)
{
	int vm = kvm_vm_of(index, e);

	if (vm < 0)
		return -1;
	v->index = index;
	/* Each is a descriptor: programs have more threads than those. */
	do
		v->fd = ioctl(vm, KVM_CREATE_VCPU,
			      (unsigned long)(index % kvm_machine.per_vm));
	while (v->fd < 0 && errno == EMFILE && raise_limit());
	if (v->fd < 0)
		goto fail;
	/* Limits of the process are changed for a moment. */
	kvm_machine_lock();
	v->fd = kvm_fd(v->fd);
	kvm_machine_unlock();
	v->run = mmap(NULL, kvm_machine.run_size, PROT_READ | PROT_WRITE,
		      MAP_SHARED, v->fd, 0);
	if (v->run == MAP_FAILED)
		goto fail;
	if (set_up(v)) {
		munmap(v->run, kvm_machine.run_size);
		goto fail;
	}
	v->run->kvm_valid_regs = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
	return 0;
fail:
	err_set(e, errno, "virtual processor %u: %s", index, strerror(errno));
	if (v->fd >= 0)
		close(v->fd); /* the number is used up even so */
	return -1;
}

static struct vcpu *make(unsigned index, struct err *e)
{
	struct vcpu *v = aligned_alloc(64, ROUND_UP(sizeof *v, 64));

	if (!v) {
		err_set(e, ENOMEM, "no memory");
		return NULL;
	}
	memset(v, 0, sizeof *v);
	if (open_vcpu(v, index, e)) {
		free(v);
		return NULL;
	}
	pthread_mutex_lock(&lock);
	v->all = all;
	all = v;
	pthread_mutex_unlock(&lock);
	return v;
}

struct vcpu *vcpu_get(struct err *e)
{
	struct vcpu *v;
	unsigned index;

	pthread_mutex_lock(&lock);
	v = idle;
	if (v)
		idle = v->next;
	index = made;
	if (!v && made < MAX_VCPUS)
		made++;
	pthread_mutex_unlock(&lock);
	if (v) {
		/* Nothing of the last thread is for the next. */
		v->xsave = reset;
		v->has_xsave = true;
		return v;
	}
	if (index == MAX_VCPUS) {
		err_set(e, EAGAIN, "all %d virtual processors run a thread",
			MAX_VCPUS);
		return NULL;
	}
	v = make(index, e);
	if (v) {
		v->xsave = reset;
		v->has_xsave = true;
	}
	return v;
}

void vcpu_put(struct vcpu *v)
{
	v->task = NULL;
	v->fault_repeats = 0;
	pthread_mutex_lock(&lock);
	v->next = idle;
	idle = v;
	pthread_mutex_unlock(&lock);
}

/* ---- fork ------------------------------------------------------------------ */

void kvm_vcpu_lock(void)
{
	pthread_mutex_lock(&lock);
}

void kvm_vcpu_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

/* Only the thread that v runs is left; v becomes the new machine's first. */
int kvm_vcpu_forked(struct vcpu *v, struct err *e)
{
	struct vcpu *next;

	for (struct vcpu *x = all; x; x = next) {
		next = x->all;
		munmap(x->run, kvm_machine.run_size);
		close(x->fd);
		if (x != v)
			free(x);
	}
	idle = NULL;
	all = v;
	v->all = NULL;
	made = 1;
	v->fresh = v->full = true;
	return open_vcpu(v, 0, e);
}

/* ---- floating point ------------------------------------------------------ */

void vcpu_fetch_fpu(struct guest_regs *r)
{
	struct vcpu *v = (struct vcpu *)(uintptr_t)r->engine;
	const char *x;

	if (r->kind != REGS_NO_FPU)
		return;
	r->kind = REGS_FULL;
	r->xstate = 0;
	/* The thread is not running, so its state cannot change now. */
	if (ioctl(v->fd, KVM_GET_XSAVE, &v->xsave) < 0) {
		memcpy(r->fx, &reset, sizeof r->fx);
		return;
	}
	v->has_xsave = true;
	x = (const char *)&v->xsave;
	memcpy(r->fx, x, FX_SIZE);
	xstate_take(r, x + FX_SIZE, sizeof v->xsave - FX_SIZE);
}

void vcpu_load_fpu(struct vcpu *v)
{
	struct guest_regs *r = &v->regs;
	char *x = (char *)&v->xsave;
	uint64_t present;

	if (!v->has_xsave && ioctl(v->fd, KVM_GET_XSAVE, &v->xsave) < 0)
		v->xsave = reset;
	memcpy(x, r->fx, FX_SIZE);
	/* MXCSR's reserved bits: as wrmsr would, KVM refuses them. */
	x[26] = x[27] = 0;
	memcpy(&present, x + FX_SIZE, sizeof present);
	present |= XSTATE_LEGACY;
	memcpy(x + FX_SIZE, &present, sizeof present);
	xstate_put(r, x + FX_SIZE);
	if (ioctl(v->fd, KVM_SET_XSAVE, &v->xsave) < 0 && r->xstate) {
		/* A machine without AVX after all. */
		r->xstate = 0;
		xstate_put(r, x + FX_SIZE);
		ioctl(v->fd, KVM_SET_XSAVE, &v->xsave);
	}
	v->has_xsave = false;
}
