/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kvm-probe.c - a few instructions in the machine before the program, to learn
 * what kind of KVM it is and that it keeps its promises.
 *
 * The program is kvm_test in kvm-shim.S.  Three kinds are told apart: `syscall'
 * enters CPL0 (VMX, SVM); it stays at CPL3 and faults at LSTAR (kvm_pvm); or
 * something else happens, as in a kernel that does not deliver by the IDT, and
 * then nothing here can be relied on.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/table.h"
#include "syscall-xlate/engine/direct.h"
#include "syscall-xlate/engine/kvm.h"

enum { SECONDS = 2, PF_WRITE = 2, VECTOR_GP = 13, VECTOR_PF = 14, RDTSC_SIZE = 2 };

#define TEST_CODE 0x10000ull
#define TEST_DATA 0x11000ull

static struct kvm_run *watched;
static volatile sig_atomic_t timed_out;

static void too_long(int sig)
{
	(void)sig;
	timed_out = 1;
	watched->immediate_exit = 1;
}

static int fails(struct err *e, const char *what, const struct event *got)
{
	return err_set(e, ENOTSUP,
		       "this machine's KVM fails the self-test: %s (got %s, "
		       "vector %d)",
		       what, got->kind == EVENT_CALL	? "a call" :
			     got->kind == EVENT_FAULT ? "a fault" :
							"neither",
		       got->vector);
}

static struct event go(struct vcpu *v)
{
	struct event e;

	while (vcpu_enter(v)) {
		/* Other signals, as when a parent stops us for a while. */
		if (errno != EINTR || timed_out)
			return (struct event){ .kind = EVENT_ODD, .vector = -1 };
		e = vcpu_interrupted(v);
		if (e.kind != EVENT_NONE)
			return e;
	}
	return vcpu_event(v);
}

static int run_test(struct vcpu *v, struct err *e)
{
	uint64_t before = __rdtsc();
	struct event got = go(v);

	if (clock_is_fixed()) {
		/* It may not read the counter. */
		if (got.kind == EVENT_FAULT && got.vector == VECTOR_GP) {
			v->regs.rip += RDTSC_SIZE;
			got = go(v);
		} else {
			log_warn("--deterministic: rdtsc cannot be caught here");
		}
	}
	if (got.kind != EVENT_CALL)
		return fails(e, "a system call", &got);
	kvm_machine.same_tsc = v->regs.rax - before <= __rdtsc() - before;
	kvm_machine.lstar_quirk = got.vector == VECTOR_PF;
	v->regs.rax = 1;
	got = go(v);
	if (got.kind != EVENT_CALL)
		return fails(e, "a store", &got);
	if (kvm_protect(TEST_DATA, PAGE, GUEST_READ))
		return err_set(e, EIO, "the self-test's page is gone");
	got = go(v);
	if (got.kind != EVENT_FAULT || got.vector != VECTOR_PF ||
	    got.cr2 != TEST_DATA || !(got.error & PF_WRITE))
		return fails(e, "a store to a page made read-only", &got);
	return 0;
}

static void start(struct vcpu *v, const char *code, uint64_t selector)
{
	memset(&v->regs, 0, sizeof v->regs);
	v->regs.rip = TEST_CODE + (uint64_t)(code - kvm_test);
	v->regs.cs = selector;
	v->regs.rbx = TEST_DATA;
	v->regs.rsp = TEST_DATA + PAGE;
	v->regs.kind = REGS_NO_FPU;
	v->fresh = v->full = true;
}

/*
 * kvm_pvm has no 32-bit code segment while the processor runs the program:
 * whatever would load it stops, and from there on KVM's emulator goes through the
 * code, which takes some 1,700 cycles an instruction and knows no SSE2.
 */
static bool run_test32(struct vcpu *v)
{
	struct event got;

	start(v, kvm_test32, CS32);
	got = go(v);
	return got.kind == EVENT_CALL;
}

int kvm_self_test(struct err *e)
{
	/*
	 * Of processor time, which one that loops uses up: where hundreds start
	 * at a time, seconds on the clock say nothing.
	 */
	const struct itimerval limit = { .it_value.tv_sec = SECONDS }, none = { 0 };
	struct sigaction sa = { .sa_handler = too_long }, old;
	struct vcpu *v = vcpu_get(e);
	int ret = -1;

	if (!v)
		return -1;
	if (kvm_map(TEST_CODE, 2 * PAGE, GUEST_READ | GUEST_WRITE, -1, 0, 0) ||
	    guest_mem->write(TEST_CODE, kvm_test,
			     (size_t)(kvm_test_end - kvm_test)) ||
	    kvm_protect(TEST_CODE, PAGE, GUEST_READ | GUEST_EXEC)) {
		err_set(e, ENOMEM, "no memory for the self-test");
		goto out;
	}
	start(v, kvm_test, CS64);
	watched = v->run;
	sigaction(SIGPROF, &sa, &old);
	setitimer(ITIMER_PROF, &limit, NULL);
	ret = run_test(v, e);
	kvm_machine.runs_32bit = ret == 0 && run_test32(v);
	setitimer(ITIMER_PROF, &none, NULL);
	sigaction(SIGPROF, &old, NULL);
	v->run->immediate_exit = 0;
	log_debug(LOG_ENGINE, "kvm: %s%s%s",
		  ret			   ? "unusable" :
		  kvm_machine.lstar_quirk ? "syscall stays at CPL3" :
					    "standard",
		  kvm_machine.same_tsc ? ", the host's time stamp counter" : "",
		  kvm_machine.runs_32bit ? "" : ", no 32-bit code");
out:
	kvm_unmap(TEST_CODE, 2 * PAGE);
	vcpu_put(v);
	return ret;
}
