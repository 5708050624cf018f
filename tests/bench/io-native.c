/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* io-native.c - the obvious POSIX counterpart of each row of io-guest.c. */
#define _GNU_SOURCE
#include "micro.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ENTRIES = 5000, CHUNK = 65536, FILE_SIZE = 16 << 20 };

static volatile long sink;
static _Alignas(4096) char big[CHUNK]; /* alike on both sides: it matters to the copy */

double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int make(const char *name)
{
	return open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}

static void open_read_close(void)
{
	char buf[4096];
	int fd = open("bench.4k", O_RDONLY | O_CLOEXEC);

	sink = read(fd, buf, sizeof buf);
	close(fd);
}

static void create_and_delete(void)
{
	close(make("bench.new"));
	unlink("bench.new");
}

/* FindNextFile tells size and times: so must this. */
static void list(void)
{
	DIR *d = opendir("bench.dir");
	struct dirent *e;
	struct stat st;

	while ((e = readdir(d)))
		if (!fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW))
			sink += st.st_size;
	closedir(d);
}

static void directory(void)
{
	double start, t, best = 1e9;
	char name[64];

	mkdir("bench.dir", 0777);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < ENTRIES; i++) {
			sprintf(name, "bench.dir/entry number %d.txt", i);
			close(make(name));
		}
		if (!round)
			BENCH("directory: 5,000 entries", 5, list());
		start = seconds();
		for (int i = 0; i < ENTRIES; i++) {
			sprintf(name, "bench.dir/entry number %d.txt", i);
			unlink(name);
		}
		t = (seconds() - start) / ENTRIES * 1e9;
		best = t < best ? t : best;
	}
	printf("file: delete\t%.2f\n", best);
	rmdir("bench.dir");
}

static void sequential(void)
{
	int fd = make("bench.big");

	memset(big, 'x', sizeof big);
	BENCH_ALONE("file: write 16 MB by 64 KB, a chunk", 20 * FILE_SIZE / CHUNK, {
		if (i_ % (FILE_SIZE / CHUNK) == 0)
			lseek(fd, 0, SEEK_SET);
		sink = write(fd, big, CHUNK);
	});
	BENCH_ALONE("file: read 16 MB by 64 KB, a chunk", 20 * FILE_SIZE / CHUNK, {
		if (i_ % (FILE_SIZE / CHUNK) == 0)
			lseek(fd, 0, SEEK_SET);
		sink = read(fd, big, CHUNK);
	});
	BENCH_ALONE("file: overlapped, 64 KB in memory (native: pread)", 20 * FILE_SIZE / CHUNK,
	      sink = pread(fd, big, CHUNK, i_ % (FILE_SIZE / CHUNK) * CHUNK));
	close(fd);
	unlink("bench.big");
}

static void map(void)
{
	int fd = open("bench.1m", O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *p;

	fstat(fd, &st);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	for (int i = 0; i < 1 << 20; i += 4096)
		sink += p[i];
	munmap(p, (size_t)st.st_size);
	close(fd);
}

static void *pump(void *arg)
{
	static char data[CHUNK];

	while (write(*(int *)arg, data, sizeof data) > 0)
		;
	return NULL;
}

static void anonymous_pipe(void)
{
	pthread_t t;
	int p[2];
	ssize_t n;

	pipe2(p, O_CLOEXEC);
	pthread_create(&t, NULL, pump, &p[1]);
	BENCH("pipe: 64 KB through, two threads", 2000, {
		for (size_t got = 0; got < CHUNK; got += (size_t)n)
			n = read(p[0], big, CHUNK - got);
	});
	close(p[0]);
	pthread_join(t, NULL);
	close(p[1]);
}

static void *echo(void *arg)
{
	int fd = *(int *)arg;
	char c;

	while (read(fd, &c, 1) == 1)
		sink = write(fd, &c, 1);
	return NULL;
}

static void named_pipe(void)
{
	pthread_t t;
	int s[2];

	socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s);
	pthread_create(&t, NULL, echo, &s[1]);
	BENCH("named pipe: ping-pong", 5000, sink = write(s[0], big, 1);
	      sink = read(s[0], big, 1));
	close(s[0]);
	pthread_join(t, NULL);
	close(s[1]);
}

static void *echo_epoll(void *arg)
{
	int fd = *(int *)arg, ep = epoll_create1(0);
	struct epoll_event e = { .events = EPOLLIN };
	char c;

	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
	for (;;) {
		epoll_wait(ep, &e, 1, -1);
		if (read(fd, &c, 1) != 1)
			break;
		sink = write(fd, &c, 1);
	}
	close(ep);
	return NULL;
}

static void named_pipe_port(void)
{
	pthread_t t;
	int s[2];

	socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s);
	pthread_create(&t, NULL, echo_epoll, &s[1]);
	BENCH("named pipe: ping-pong, port (native: epoll)", 5000,
	      sink = write(s[0], big, 1);
	      sink = read(s[0], big, 1));
	close(s[0]);
	pthread_join(t, NULL);
	close(s[1]);
}

static void port(void)
{
	int fd = eventfd(0, EFD_CLOEXEC);
	eventfd_t v;

	BENCH_ALONE("completion port: post+get", 500000, eventfd_write(fd, 1);
	      eventfd_read(fd, &v));
	close(fd);
}

int main(void)
{
	struct stat st;
	int fd;

	signal(SIGPIPE, SIG_IGN);
	fd = make("bench.4k");
	sink = write(fd, big, 4096);
	close(fd);
	fd = make("bench.1m");
	for (int i = 0; i < 16; i++)
		sink = write(fd, big, CHUNK);
	close(fd);
	BENCH_ALONE("file: open+read+close 4 KB", 50000, open_read_close());
	BENCH_ALONE("file: open, missing", 100000,
	      sink = open("missing", O_RDONLY | O_CLOEXEC));
	BENCH_ALONE("file: attributes", 100000, sink = stat("bench.4k", &st));
	BENCH_ALONE("file: attributes, missing", 100000, sink = stat("missing", &st));
	BENCH_ALONE("file: attributes, wrong case", 100000,
	      sink = stat("bench.4k", &st));
	BENCH_ALONE("file: create+delete", 10000, create_and_delete());
	BENCH_ALONE("file: open, missing, in a folder that changes", 10000,
	      close(make("bench.new"));
	      sink = open("missing", O_RDONLY | O_CLOEXEC);
	      unlink("bench.new"));
	directory();
	sequential();
	BENCH_ALONE("file: map 1 MB, read, unmap", 2000, map());
	anonymous_pipe();
	named_pipe();
	named_pipe_port();
	port();
	unlink("bench.4k");
	unlink("bench.1m");
	return 0;
}
