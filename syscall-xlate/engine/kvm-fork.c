/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kvm-fork.c - fork(2) of a process whose program runs in a virtual machine.
 *
 * KVM lets only the process that made a machine run it, so the child makes one
 * of its own around the memory it has: page tables and mapped files are private
 * memory, which fork(2) copies by itself; the pool is one memfd, of which the
 * child of a fork gets a copy, and that of a vfork the very same.  The calling
 * thread goes on in the child's first vCPU.
 */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "syscall-xlate/engine/kvm.h"

enum { EXIT_OURS = 125 };

static void lock_all(void)
{
	kvm_vcpu_lock();
	kvm_space_lock();
	kvm_machine_lock();
}

static void unlock_all(void)
{
	kvm_machine_unlock();
	kvm_space_unlock();
	kvm_vcpu_unlock();
}

/* There is no way back to the parent's call; it learns from the status. */
static void in_child(struct task *t, int copy)
{
	struct err e = { 0 };

	if (kvm_pool_forked(copy, &e) || kvm_machine_forked(&e) ||
	    kvm_vcpu_forked(t->engine, &e)) {
		log_line("run-foreign", "fork: %s", e.text);
		_exit(EXIT_OURS);
	}
	t->tid = (int32_t)syscall(SYS_gettid);
}

int kvm_fork(struct task *t, bool share)
{
	struct vcpu *v = t->engine;
	sigset_t all, old;
	int copy = -1, pid;

	/* All that is only in the processor. */
	regs_complete(&v->regs);
	v->regs.gs_base = v->run->s.regs.sregs.gs.base;
	/* A handler would look at a vCPU that is not there yet. */
	sigfillset(&all);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	lock_all();
	if (!share || kvm_pool_shared())
		copy = kvm_pool_copy();
	if (copy < 0 && (!share || kvm_pool_shared())) {
		pid = copy;
	} else {
		pid = fork();
		if (pid < 0)
			pid = -errno;
	}
	unlock_all();
	if (pid == 0)
		in_child(t, copy);
	else if (copy >= 0)
		close(copy);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return pid;
}
