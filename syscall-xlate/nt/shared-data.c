/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shared-data.c - KUSER_SHARED_DATA, the page at 0x7ffe0000.
 *
 * It is mapped at its first touch; from then on a thread keeps its clocks.
 * Who has read the time once may never do so again, so the page is taken away
 * after a while of ticking and comes back at the next touch: an idle program
 * does not wake up a thousand times a second for nobody.
 */
#include "base/clock.h"
#include "syscall-xlate/nt/time.h"

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/cpu.h"
#include "syscall-xlate/nt/abi.h"
#include "syscall-xlate/nt/nt.h"
#include "syscall-xlate/nt/placement.h"

enum {
	KUSER = 0x7ffe0000,
	TICK_NS = 1000000,
	TICKS_ON = 2000, /* how long it ticks after a touch */
};

/* High2 is written first and High1 last; readers read the other way round and
   loop until the two agree. */
struct ksystem_time {
	_Atomic uint32_t low;
	_Atomic int32_t high1, high2;
};

struct shared_data {
	uint32_t tick_count_low;
	uint32_t tick_count_multiplier;
	struct ksystem_time interrupt_time;
	struct ksystem_time system_time;
	struct ksystem_time time_zone_bias;
	uint16_t image_low, image_high;
	uint16_t system_root[260];
	uint32_t max_stack_trace_depth, crypto_exponent;
	uint32_t time_zone_id, large_page_minimum;
	uint32_t ait_sampling, app_compat;
	uint64_t rng_seed_version;
	uint32_t global_validation, time_zone_bias_stamp;
	uint32_t build_number, product_type;
	uint8_t product_type_valid, reserved0;
	uint16_t native_architecture;
	uint32_t major, minor;
	uint8_t features[64];
	uint32_t reserved1, reserved3;
	uint32_t time_slip, alternative_architecture, boot_id;
	uint64_t expiration;
	uint32_t suite_mask;
	uint8_t debugger_enabled, mitigations;
	uint16_t cycles_per_yield;
	uint32_t active_console, dismount_count, com_plus, last_rit_tick;
	uint32_t physical_pages;
	uint8_t safe_boot, virtualization, pad1[2];
	uint32_t flags, pad2;
	uint64_t test_ret;
	int64_t qpc_frequency;
	uint32_t system_call, reserved2;
	uint64_t system_call_pad[2];
	struct ksystem_time tick_count;
	uint32_t tick_count_pad;
	uint32_t cookie, pad3;
	int64_t console_foreground;
	uint64_t time_update_lock, baseline_time, baseline_interrupt;
	uint64_t qpc_system_increment, qpc_interrupt_increment;
	uint8_t shifts[2];
	uint16_t unparked_processors;
	uint32_t enclave_features[4], telemetry_round;
	uint16_t logger[16];
	uint32_t image_options, lang_generation;
	uint64_t reserved4;
	uint64_t interrupt_bias, qpc_bias;
	uint32_t processor_count;
	uint8_t group_count, reserved5;
	uint16_t qpc_data;
	uint64_t bias_start, bias_end;
	uint64_t xstate_enabled, xstate_volatile;
	uint32_t xstate_size, xstate_control;
	struct {
		uint32_t offset, size;
	} xstate[64];
};
ABI_AT(struct shared_data, interrupt_time, 0x8);
ABI_AT(struct shared_data, system_root, 0x30);
ABI_AT(struct shared_data, build_number, 0x260);
ABI_AT(struct shared_data, features, 0x274);
ABI_AT(struct shared_data, expiration, 0x2c8);
ABI_AT(struct shared_data, suite_mask, 0x2d0);
ABI_AT(struct shared_data, physical_pages, 0x2e8);
ABI_AT(struct shared_data, flags, 0x2f0);
ABI_AT(struct shared_data, test_ret, 0x2f8);
ABI_AT(struct shared_data, system_call, 0x308);
ABI_AT(struct shared_data, tick_count, 0x320);
ABI_AT(struct shared_data, cookie, 0x330);
ABI_AT(struct shared_data, interrupt_bias, 0x3b0);
ABI_AT(struct shared_data, processor_count, 0x3c0);
ABI_AT(struct shared_data, qpc_data, 0x3c6);
ABI_AT(struct shared_data, xstate_enabled, 0x3d8);
ABI_AT(struct shared_data, xstate, 0x3f0);

static struct shared_data *shared; /* the writable mapping */
static _Atomic int shared_fd = -1;

/* 0: nothing yet; 1: somebody is at it; 2: there and ticking; 3: there, but
   out of the guest's sight, and the ticker asleep. */
enum { NOTHING, BUSY, TICKING, ASLEEP };
static _Atomic uint32_t state;

/* ---- contents ------------------------------------------------------- */

/* PF_* numbers and the CPUID bit that means each. */
static const struct feature {
	uint8_t pf;
	uint8_t leaf; /* 1, 7 (subleaf 0), 0x81 for 80000001h, 0: always */
	uint8_t reg;  /* 0 eax, 1 ebx, 2 ecx, 3 edx */
	uint8_t bit;
	uint8_t xcr0; /* bits of XCR0 needed as well */
} features[] = {
	{ 2, 1, 3, 8, 0 },      /* CMPXCHG8B */
	{ 3, 1, 3, 23, 0 },     /* MMX */
	{ 6, 1, 3, 25, 0 },     /* SSE */
	{ 8, 1, 3, 4, 0 },      /* TSC */
	{ 9, 1, 3, 6, 0 },      /* PAE */
	{ 10, 1, 3, 26, 0 },    /* SSE2 */
	{ 11, 1, 3, 26, 0 },    /* DAZ came with SSE2 */
	{ 12, 0, 0, 0, 0 },     /* NX: 64-bit Linux has it on */
	{ 13, 1, 2, 0, 0 },     /* SSE3 */
	{ 14, 1, 2, 13, 0 },    /* CMPXCHG16B */
	{ 17, 1, 2, 27, 0 },    /* XSAVE, OSXSAVE */
	{ 22, 7, 1, 0, 0 },     /* RDFSBASE */
	{ 23, 0, 0, 0, 0 },     /* __fastfail */
	{ 28, 1, 2, 30, 0 },    /* RDRAND */
	{ 32, 0x81, 3, 27, 0 }, /* RDTSCP */
	{ 33, 7, 2, 22, 0 },    /* RDPID */
	{ 36, 1, 2, 9, 0 },     /* SSSE3 */
	{ 37, 1, 2, 19, 0 },    /* SSE4.1 */
	{ 38, 1, 2, 20, 0 },    /* SSE4.2 */
	{ 39, 1, 2, 28, 6 },    /* AVX */
	{ 40, 7, 1, 5, 6 },     /* AVX2 */
	{ 41, 7, 1, 16, 0xe6 }, /* AVX512F */
	{ 42, 7, 1, 9, 0 },     /* ERMS */
};

static uint64_t xcr0(const uint32_t leaf1[4])
{
	uint32_t a, d;

	if (!(leaf1[2] >> 27 & 1))
		return 0;
	__asm__("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
	return (uint64_t)d << 32 | a;
}

/* The legacy area and the header are always there. */
enum { XSTATE_BASE = 0x240, XSTATE_CONTROL_COMPACTED = 2 };

static const struct xstate_place {
	uint8_t feature;
	uint16_t offset, size;
} xstates[] = {
	{ 0, 0, 0xa0 },	     { 1, 0xa0, 0x100 },  { 2, 0x240, 0x100 },
	{ 5, 0x340, 0x40 }, { 6, 0x380, 0x200 }, { 7, 0x580, 0x400 },
};

static void fill_features(struct shared_data *s)
{
	uint32_t leaf_1[4], leaf_7[4], extended[4];
	uint64_t x;

	cpu_leaf(CPU_LEAF_1, leaf_1);
	cpu_leaf(CPU_LEAF_7, leaf_7);
	cpu_leaf(CPU_LEAF_80000001, extended);
	x = xcr0(leaf_1);
	for (size_t i = 0; i < COUNT_OF(features); i++) {
		const struct feature *f = &features[i];
		const uint32_t *r = f->leaf == 1   ? leaf_1
				    : f->leaf == 7 ? leaf_7
						   : extended;

		s->features[f->pf] = (!f->leaf || r[f->reg] >> f->bit & 1) &&
				     (x & f->xcr0) == f->xcr0;
	}
	/* What CONTEXT can carry, where nt_xstate has it. */
	s->xstate_enabled = s->xstate_volatile =
		XSTATE_LEGACY | xstate_features();
	s->xstate_control = XSTATE_CONTROL_COMPACTED;
	for (size_t i = 0; i < COUNT_OF(xstates); i++) {
		const struct xstate_place *p = &xstates[i];

		if (!(s->xstate_enabled >> p->feature & 1))
			continue;
		s->xstate[p->feature].offset = p->offset;
		s->xstate[p->feature].size = p->size;
		s->xstate_size = MAX(p->offset + p->size, XSTATE_BASE);
	}
}

static void set_time(struct ksystem_time *k, int64_t v)
{
	atomic_store_explicit(&k->high2, (int32_t)(v >> 32),
			      memory_order_release);
	atomic_store_explicit(&k->low, (uint32_t)v, memory_order_release);
	atomic_store_explicit(&k->high1, (int32_t)(v >> 32),
			      memory_order_release);
}

static void tick(struct shared_data *s)
{
	int64_t up = clock_peek(CLOCK_MONOTONIC) / 100;
	int64_t count = up / NT_CLOCK_INTERVAL;

	set_time(&s->interrupt_time, up);
	set_time(&s->system_time, clock_peek(CLOCK_REALTIME) / 100 + NT_EPOCH);
	set_time(&s->tick_count, count);
	s->tick_count_low = (uint32_t)count;
}

void shared_data_tick(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	if (atomic_load(&state) != TICKING)
		return;
	pthread_mutex_lock(&lock);
	tick(shared);
	pthread_mutex_unlock(&lock);
}

static void set_zone(struct shared_data *s)
{
	bool daylight;
	int64_t bias = -zone_offset(&daylight) * NT_TICKS_PER_SECOND;

	set_time(&s->time_zone_bias, bias);
	s->time_zone_id = !zone_current()->has_daylight ? 0 : daylight ? 2 : 1;
}

static void fill(struct shared_data *s)
{
	static const char root[] = "C:\\Windows";
	struct sysinfo si;

	for (size_t i = 0; i < sizeof root; i++)
		s->system_root[i] = (uint8_t)root[i];
	s->tick_count_multiplier = 0x0fa00000; /* 15.625 ms << 24 */
	s->image_low = s->image_high = 0x8664;
	s->large_page_minimum = 0x200000;
	s->build_number = 19045;
	s->product_type = 1; /* workstation */
	s->product_type_valid = 1;
	s->native_architecture = 9; /* AMD64 */
	s->major = 10;
	s->reserved1 = 0x7ffeffff;
	s->reserved3 = 0x80000000;
	s->suite_mask = 0x110; /* terminal services, one session */
	s->mitigations = 0x0a; /* NX opt-in... as Windows reports it */
	s->cycles_per_yield = 0x40;
	s->active_console = 1;
	if (sysinfo(&si) == 0)
		s->physical_pages =
			(uint32_t)((uint64_t)si.totalram * si.mem_unit / PAGE);
	s->test_ret = 0xc3;
	s->qpc_frequency = NT_TICKS_PER_SECOND;
	s->unparked_processors = (uint16_t)processor_count();
	s->processor_count = processor_count();
	s->group_count = 1;
	random_fill(&s->cookie, sizeof s->cookie);
	fill_features(s);
	set_zone(s);
	tick(s);
}

/* ---- the ticker ----------------------------------------------------- */

static void sleep_until(_Atomic uint32_t *word, uint32_t v)
{
	syscall(SYS_futex, word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, v, NULL, NULL,
		0);
}

static void *ticker(void *arg)
{
	const struct timespec step = { 0, TICK_NS };
	uint32_t ticking = TICKING;

	(void)arg;
	for (;;) {
		for (int i = 0; i < TICKS_ON; i++) {
			clock_nanosleep(CLOCK_MONOTONIC, 0, &step, NULL);
			tick(shared);
		}
		set_zone(shared);
		guest_mem->protect(KUSER, PAGE, GUEST_NONE);
		ticking = TICKING;
		if (atomic_compare_exchange_strong(&state, &ticking, ASLEEP))
			while (atomic_load(&state) != TICKING)
				sleep_until(&state, atomic_load(&state));
	}
	return NULL;
}

static bool start_ticker(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, old;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 << 10);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	err = pthread_create(&thread, &attr, ticker, NULL);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return err == 0;
}

int shared_data_descriptor(void)
{
	int fd = shared_fd, none = -1;

	if (fd >= 0)
		return fd;
	fd = memfd_create("shared-data", MFD_CLOEXEC);
	if (fd >= 0 && ftruncate(fd, PAGE) < 0) {
		close(fd);
		fd = -1;
	}
	if (fd < 0 || atomic_compare_exchange_strong(&shared_fd, &none, fd))
		return fd;
	close(fd);
	return none;
}

static bool first_touch(void)
{
	const int fd = shared_data_descriptor();

	if (fd < 0)
		return false;
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED) {
		shared = NULL;
		return false;
	}
	fill(shared);
	if (guest_mem->map(KUSER, PAGE, GUEST_READ, fd, 0, GUEST_SHARED) < 0)
		return false;
	/* Without the thread time stands still; better than a fault. */
	if (!clock_is_fixed() && !start_ticker())
		log_warn("no thread for the shared data page: clocks read "
			 "from it stand still");
	return true;
}

bool shared_data_populate(uint64_t addr)
{
	uint32_t was = NOTHING, asleep = ASLEEP;
	bool ok;

	if ((addr & ~(PAGE - 1)) != KUSER)
		return false;
	if (atomic_compare_exchange_strong(&state, &was, BUSY)) {
		ok = first_touch();
		atomic_store(&state, ok ? TICKING : NOTHING);
		return ok;
	}
	if (atomic_compare_exchange_strong(&state, &asleep, BUSY)) {
		tick(shared);
		guest_mem->protect(KUSER, PAGE, GUEST_READ);
		atomic_store(&state, TICKING);
		syscall(SYS_futex, &state, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1,
			NULL, NULL, 0);
		return true;
	}
	/*
	 * Another thread is at it, or the ticker just closed the page and has
	 * not said so yet: the access is simply tried again.
	 */
	syscall(SYS_sched_yield);
	return true;
}
