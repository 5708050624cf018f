/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kvm.c - the KVM engine: foreign code at CPL3 of a virtual machine, this
 * process its kernel.  What the parts do stands in kvm.h.
 */
#include "syscall-xlate/engine/kvm.h"
#include "syscall-xlate/engine/direct.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/table.h"
#include "loader/image/image.h"
#include "syscall-xlate/xlate.h"

enum { HOST_STACK = 0x40000 };

/* ---- threads ------------------------------------------------------------- */

static void *thread_main(void *arg)
{
	struct vcpu *v = arg;
	struct task *t = v->task;

	vcpu_run(v);
	vcpu_put(v);
	current_task = NULL;
	t->personality->task_ended(t);
	return NULL;
}

static int spawn(struct task *t, const struct guest_regs *first, struct err *e)
{
	struct vcpu *v = vcpu_get(e);
	pthread_attr_t attr;
	pthread_t thread;
	int ret;

	if (!v)
		return -1;
	v->task = t;
	v->regs = *first;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, HOST_STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	ret = pthread_create(&thread, &attr, thread_main, v);
	pthread_attr_destroy(&attr);
	if (ret) {
		vcpu_put(v);
		return err_set(e, ret, "pthread_create: %s", strerror(ret));
	}
	return 0;
}

/* Calls that are trapped cost what all calls cost here. */
static unsigned speed_calls(gaddr code, uint64_t size, gaddr spare,
			    uint64_t spare_size, uint32_t ncalls)
{
	(void)code;
	(void)size;
	(void)spare;
	(void)spare_size;
	(void)ncalls;
	return 0;
}

/*
 * No watch: kvm_pvm (Linux 6.18) takes debug registers, by KVM_SET_DEBUGREGS and
 * by KVM_SET_GUEST_DEBUG, says it knows KVM_GUESTDBG_USE_HW_BP, and runs the
 * program without them; perf's breakpoints are switched off while a guest runs.
 */
static struct task_ops ops = {
	.spawn = spawn,
	.kick = vcpu_kick,
	.resume = vcpu_resume,
	.leave = vcpu_leave,
	.fetch_fpu = vcpu_fetch_fpu,
	.fork = kvm_fork,
	.catch_signal = kvm_catch_signal,
	.speed_calls = speed_calls,
};

/* ---- the engine ------------------------------------------------------------ */

static int probe(const struct image *img, struct err *e)
{
	(void)img;
	return kvm_usable(e);
}

static bool runs_32bit(void)
{
	return kvm_machine.runs_32bit;
}

/*
 * What our DLLs' stubs jump through: 64-bit code the address at the page's
 * start, 32-bit code (which is "called") the code at 0x10.
 */
static int map_gate(struct err *e)
{
	static const uint8_t code[] = {
		0x8d, 0x54, 0x24, 0x08,	      /* 10: lea 8(%esp), %edx */
		0xcd, 0x2e, 0xc3,	      /*     int $0x2e; ret */
		0x90, 0x90, 0x90, 0x90, 0x90, /*     nop */
		0x90, 0x90, 0x90, 0x90,
		0x0f, 0x05, 0xc3,	      /* 20: syscall; ret */
	};
	const uint64_t at = KVM_GATE_PAGE + 0x20;
	/* kvm_pvm lets it have the processor's registers, whatever it offers. */
	const bool has_avx = kvm_machine.lstar_quirk ||
			     kvm_machine.xcr0 & XSTATE_AVX;
	const uint32_t features = has_avx ? engine_features() : 0;
	int ret = kvm_map(KVM_GATE_PAGE, PAGE, GUEST_READ | GUEST_WRITE, -1, 0,
			  0);

	if (ret == 0)
		ret = guest_mem->write(KVM_GATE_PAGE, &at, sizeof at);
	if (ret == 0)
		ret = guest_mem->write(KVM_GATE_PAGE + 0x10, code,
				       sizeof code);
	if (ret == 0)
		ret = guest_mem->write(KVM_GATE_PAGE + GATE_FEATURES, &features,
				       sizeof features);
	if (ret == 0)
		ret = kvm_protect(KVM_GATE_PAGE, PAGE, GUEST_READ | GUEST_EXEC);
	return ret ? err_set(e, -ret, "gate page: %s", strerror(-ret)) : 0;
}

/*
 * The program's side works the time out by itself (ntdll's clock.c), where the
 * processors' counters are what the host's kernel goes by, too.
 */
static void share_clock(void)
{
	static const char source[] = "/sys/devices/system/clocksource/"
				     "clocksource0/current_clocksource";
	char name[32] = "";
	int fd = open(source, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (read(fd, name, sizeof name - 1) < 0)
			name[0] = 0;
		close(fd);
	}
	if (!kvm_machine.same_tsc || clock_is_fixed() ||
	    (strcmp(name, "tsc\n") && strcmp(name, "kvm-clock\n")))
		return;
	clock_share((struct clock_line *)(pte_host(*kvm_pte(KVM_GATE_PAGE)) +
					  KVM_GATE_CLOCK));
}

static int init(const struct image *img, char *const *argv, struct err *e)
{
	(void)argv;
	kvm_machine.hides_fds = img->format == IMAGE_ELF;
	kvm_machine.forks = img->format == IMAGE_ELF;
	kvm_machine.executes_data = image_executes_data(img);
	guest_mem = &kvm_mem_table;
	guest_flat = 0;
	ops.knock = direct_hear_knocks(img->format == IMAGE_PE);
	task_ops = &ops;
	if (kvm_machine_init(e) || kvm_space_init(e) || kvm_pool_init(e) ||
	    kvm_signals_init(e) || kvm_self_test(e) ||
	    (img->format == IMAGE_PE && map_gate(e)))
		return -1;
	if (img->bits == 32 && !kvm_machine.runs_32bit)
		return err_set(e, ENOTSUP,
			       "engine kvm: 32-bit programs cannot run on this "
			       "machine's kind of KVM, which interprets their "
			       "code; --engine=direct can");
	if (img->format == IMAGE_PE)
		share_clock();
	return 0;
}

static int try(const char **limit, struct err *e)
{
	static const struct image any = { .format = IMAGE_PE, .bits = 64 };
	struct found {
		int ret;
		bool runs_32bit;
		struct err e;
	} *f = mmap(NULL, sizeof *f, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child;
	int ret;

	if (f == MAP_FAILED)
		return err_set(e, errno, "mmap: %s", strerror(errno));
	err_set(&f->e, ECHILD, "the self-test's process was killed");
	f->ret = -1;
	child = fork();
	if (child == 0) {
		f->ret = init(&any, NULL, &f->e);
		f->runs_32bit = kvm_machine.runs_32bit;
		_exit(0);
	}
	if (child < 0)
		err_set(&f->e, errno, "fork: %s", strerror(errno));
	else
		waitpid(child, NULL, 0);
	ret = f->ret;
	if (ret)
		*e = f->e;
	*limit = f->runs_32bit ? NULL :
				 "64-bit programs only, as KVM interprets "
				 "32-bit code on this machine";
	munmap(f, sizeof *f);
	return ret;
}

static int run(struct task *t, const struct guest_regs *first, struct err *e)
{
	struct vcpu *v = vcpu_get(e);

	if (!v)
		return -1;
	v->task = t;
	v->regs = *first;
	vcpu_run(v);
	vcpu_put(v);
	direct_be_deaf();
	current_task = NULL;
	t->personality->task_ended(t);
	/* Others go on; the last of them ends the process. */
	for (;;)
		pause();
}

const struct engine engine_kvm = {
	.name = "kvm",
	.summary = "the program's code runs in a virtual machine of its own",
	.probe = probe,
	.try = try,
	.init = init,
	.runs_32bit = runs_32bit,
	.run = run,
};
