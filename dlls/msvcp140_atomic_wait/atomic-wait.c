/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * atomic-wait.c - waiting for a value to change: by its address where it has 1,
 * 2, 4 or 8 bytes ("direct"), else by a comparison of the caller's.
 */
#include "nt.h"

/* Others' words may wake a waiter too: each looks again for itself. */
#define QUEUES 256
static struct {
	SRWLOCK lock;
	CONDITION_VARIABLE changed;
} queues[QUEUES];

static unsigned queue_of(const void *address)
{
	ULONG_PTR n = (ULONG_PTR)address;

	return (unsigned)((n >> 3 ^ n >> 11 ^ n >> 19) % QUEUES);
}

#define NEVER ~0ull

unsigned long long __std_atomic_wait_get_deadline(unsigned long long ms);
unsigned long __std_atomic_wait_get_remaining_timeout(unsigned long long deadline);
int __std_atomic_wait_direct(const void *address, void *old, size_t n,
			     unsigned long ms);
void __std_atomic_notify_one_direct(const void *address);
void __std_atomic_notify_all_direct(const void *address);
typedef unsigned char(__stdcall *equal_fn)(const void *address, void *old, size_t n,
					   void *param);
int __std_atomic_wait_indirect(const void *address, void *old, size_t n, void *param,
			       equal_fn equal, unsigned long ms);
void __std_atomic_notify_one_indirect(const void *address);
void __std_atomic_notify_all_indirect(const void *address);
unsigned __std_atomic_set_api_level(unsigned level);
unsigned __std_parallel_algorithms_hw_threads(void);

unsigned long long __std_atomic_wait_get_deadline(unsigned long long ms)
{
	unsigned long long now;

	if (ms == NEVER)
		return NEVER;
	now = GetTickCount64();
	return ms < NEVER - now ? now + ms : NEVER;
}

unsigned long __std_atomic_wait_get_remaining_timeout(unsigned long long deadline)
{
	unsigned long long now;

	if (deadline == NEVER)
		return INFINITE;
	now = GetTickCount64();
	if (now >= deadline)
		return 0;
	/* a longer wait ends early, and the caller waits again */
	return (unsigned long)min(deadline - now, (unsigned long long)INFINITE - 1);
}

int __std_atomic_wait_direct(const void *address, void *old, size_t n,
			     unsigned long ms)
{
	return WaitOnAddress((void *)address, old, n, ms);
}

void __std_atomic_notify_one_direct(const void *address)
{
	WakeByAddressSingle((void *)address);
}

void __std_atomic_notify_all_direct(const void *address)
{
	WakeByAddressAll((void *)address);
}

/* FALSE: the time is up. */
int __std_atomic_wait_indirect(const void *address, void *old, size_t n, void *param,
			       equal_fn equal, unsigned long ms)
{
	unsigned q = queue_of(address);
	unsigned long long until =
		__std_atomic_wait_get_deadline(ms == INFINITE ? NEVER : ms);
	int changed = TRUE;

	AcquireSRWLockExclusive(&queues[q].lock);
	while (changed && equal(address, old, n, param))
		changed = SleepConditionVariableSRW(
			&queues[q].changed, &queues[q].lock,
			__std_atomic_wait_get_remaining_timeout(until), 0);
	ReleaseSRWLockExclusive(&queues[q].lock);
	return changed;
}

/* The lock keeps it from coming between a waiter's look and its sleep. */
void __std_atomic_notify_all_indirect(const void *address)
{
	unsigned q = queue_of(address);

	AcquireSRWLockExclusive(&queues[q].lock);
	ReleaseSRWLockExclusive(&queues[q].lock);
	WakeAllConditionVariable(&queues[q].changed);
}

void __std_atomic_notify_one_indirect(const void *address)
{
	__std_atomic_notify_all_indirect(address);
}

/* 2: Windows 8's, by address. */
unsigned __std_atomic_set_api_level(unsigned level)
{
	return 2;
}

unsigned __std_parallel_algorithms_hw_threads(void)
{
	SYSTEM_INFO info;

	GetNativeSystemInfo(&info);
	return info.dwNumberOfProcessors;
}
