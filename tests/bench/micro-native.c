/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* micro-native.c - the obvious POSIX counterpart of each row. */
#define _GNU_SOURCE
#include "micro.h"
#include "micro-futex.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

static volatile long sink;
static char big[65536], other[65536];

double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void *nothing(void *arg)
{
	return arg;
}

static void thread(void)
{
	pthread_t t;

	pthread_create(&t, NULL, nothing, NULL);
	pthread_join(t, NULL);
}

static void map_anon(void)
{
	char *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p[0] = 1;
	munmap(p, 65536);
}

/* ---- two threads ---------------------------------------------------- */

static _Atomic unsigned ping, pong;
static unsigned echo_on;
static pthread_mutex_t fought_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t fought_rw = PTHREAD_RWLOCK_INITIALIZER;
static volatile int stop, in_lock;

static void *idle(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void *echo(void *arg)
{
	int last;

	run_on(echo_on);
	do {
		await(&ping, FUTEX_PRIVATE_FLAG);
		last = stop; /* before the answer: its receiver sets it */
		wake(&pong, FUTEX_PRIVATE_FLAG);
	} while (!last);
	return arg;
}

static void round_trip(void)
{
	wake(&ping, FUTEX_PRIVATE_FLAG);
	await(&pong, FUTEX_PRIVATE_FLAG);
}

/* What an event or a semaphore cannot be faster than. */
static void ping_pong(const char *name, unsigned on)
{
	unsigned all = run_on(FIRST_CPU);
	pthread_t th;

	echo_on = on;
	pthread_create(&th, NULL, echo, NULL);
	round_trip();
	BENCH(name, rounds_on(on), round_trip());
	stop = 1;
	round_trip();
	pthread_join(th, NULL);
	stop = 0;
	run_on(all);
}

static void inside(void)
{
	for (int i = 0; i < 20; i++)
		in_lock += i;
}

static void *fight(void *arg)
{
	while (!stop) {
		if (arg) {
			pthread_rwlock_wrlock(&fought_rw);
			inside();
			pthread_rwlock_unlock(&fought_rw);
		} else {
			pthread_mutex_lock(&fought_mutex);
			inside();
			pthread_mutex_unlock(&fought_mutex);
		}
	}
	return NULL;
}

static void two_threads(void)
{
	pthread_t th;

	ping_pong("event: ping-pong, one processor", FIRST_CPU);
	ping_pong("event: ping-pong, two processors", SECOND_CPU);
	ping_pong("semaphore: ping-pong, one processor", FIRST_CPU);
	ping_pong("semaphore: ping-pong, two processors", SECOND_CPU);
	echo_on = -1u;
	pthread_create(&th, NULL, echo, NULL);
	BENCH("thread pool: submit to run, and back", 20000, round_trip());
	stop = 1;
	round_trip();
	pthread_join(th, NULL);
	stop = 0;
	pthread_create(&th, NULL, fight, NULL);
	BENCH("critical section / mutex: contended", 200000,
	      pthread_mutex_lock(&fought_mutex);
	      inside(); pthread_mutex_unlock(&fought_mutex));
	stop = 1;
	pthread_join(th, NULL);
	stop = 0;
	pthread_create(&th, NULL, fight, (void *)1);
	BENCH("SRW lock / rwlock: contended", 200000,
	      pthread_rwlock_wrlock(&fought_rw);
	      inside(); pthread_rwlock_unlock(&fought_rw));
	stop = 1;
	pthread_join(th, NULL);
	stop = 0;
}

int main(void)
{
	struct pollfd polled[8];
	pthread_t second;
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
	pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
	struct timespec ts;
	sem_t sem;
	char text[200];
	void *p, *q[64];
	int fd;

	memset(big, 'x', sizeof big);
	memset(other, 'x', sizeof other);
	big[65535] = other[65535] = 0;
	BENCH_ALONE("heap: alloc+free 32", 2000000, p = malloc(32);
	      asm volatile("" : "+r"(p)); free(p));
	BENCH_ALONE("heap: alloc+free 1000", 2000000, p = malloc(1000);
	      asm volatile("" : "+r"(p)); free(p));
	BENCH_ALONE("heap: 64 of 16-1024, then free", 50000, {
		for (int i = 0; i < 64; i++)
			q[i] = malloc(16 + (size_t)i * 16);
		for (int i = 0; i < 64; i++)
			free(q[i]);
	});
	BENCH_ALONE("heap: malloc+free 100", 2000000, p = malloc(100);
	      asm volatile("" : "+r"(p)); free(p));
	BENCH_ALONE("memcpy 64", 20000000, memcpy(big, other, 64);
	      asm volatile("" ::: "memory"));
	BENCH_ALONE("memcpy 4096", 2000000, memcpy(big, other, 4096);
	      asm volatile("" ::: "memory"));
	BENCH_ALONE("memset 4096", 2000000, memset(big, 'x', 4096);
	      asm volatile("" ::: "memory"));
	BENCH_ALONE("strlen 65535", 100000, sink = (long)strlen(other);
	      asm volatile("" ::: "memory"));
	BENCH_ALONE("memchr 4096", 1000000, sink = memchr(other, 'y', 4096) != NULL;
	      asm volatile("" ::: "memory"));
	BENCH_ALONE("snprintf %d %s", 500000,
	      snprintf(text, sizeof text, "%d %s", 12345, "hello"));
	BENCH_ALONE("snprintf %g", 300000,
	      snprintf(text, sizeof text, "%.17g", 3.14159265358979));
	BENCH_ALONE("strtod", 500000, sink = (long)strtod("3.14159265358979", NULL));
	/* With one thread only, glibc's locks are no atomic instructions. */
	pthread_create(&second, NULL, idle, NULL);
	BENCH_ALONE("critical section / mutex", 10000000, pthread_mutex_lock(&m);
	      pthread_mutex_unlock(&m));
	BENCH_ALONE("SRW lock / rwlock", 10000000, pthread_rwlock_wrlock(&rw);
	      pthread_rwlock_unlock(&rw));
	/* Nobody waits: a POSIX semaphore stands for all three objects. */
	sem_init(&sem, 0, 0);
	BENCH_ALONE("event: set+wait", 2000000, sem_post(&sem); sem_trywait(&sem));
	BENCH_ALONE("semaphore: release+wait", 2000000, sem_post(&sem);
	      sem_trywait(&sem));
	BENCH_ALONE("mutex: wait+release", 2000000, pthread_mutex_trylock(&m);
	      pthread_mutex_unlock(&m));
	BENCH_ALONE("event: create+close", 500000,
	      close(eventfd(0, EFD_CLOEXEC)));
	for (int i = 0; i < 8; i++)
		polled[i] = (struct pollfd){ eventfd(i == 7, EFD_CLOEXEC),
					     POLLIN, 0 };
	BENCH_ALONE("wait for any of 8, ready", 1000000, sink = poll(polled, 8, 0));
	two_threads();
	BENCH_ALONE("clock", 5000000, clock_gettime(CLOCK_MONOTONIC, &ts));
	BENCH("thread: create+join", 5000, thread());
	BENCH_ALONE("memory: map, touch, unmap 64 KB", 50000, map_anon());
	fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	BENCH_ALONE("write 64 bytes to null", 1000000, sink = write(fd, big, 64));
	return 0;
}
