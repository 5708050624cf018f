/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages of objects that processes share, after somebody has spoilt them: calls
 * may fail, they may not crash, hang, or follow what the page says. */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "tests/lib/fake-engine.h"
#include "tests/lib/unit.h"
#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/iocp-ring.h"
#include "syscall-xlate/nt/job.h"

enum { ALL = 0x10000000 };

static struct task *t;

/* As the direct engine does it. */
static void on_bus(int sig, siginfo_t *si, void *uc)
{
	(void)sig;
	(void)uc;
	if (!shared_restore(si->si_addr))
		_exit(99);
}

static void setup(void)
{
	struct sigaction sa = { .sa_sigaction = on_bus,
				.sa_flags = SA_SIGINFO };

	t = fake_start();
	sigaction(SIGBUS, &sa, NULL);
}

static struct shared_page page_of(enum shared_kind kind)
{
	return (struct shared_page){
		.kind = kind,
		.state = 1,
		.param = kind == SHARED_SEMAPHORE ? 10 : 0,
		.timer.due = INT64_MAX,
	};
}

/* A handle to an object whose page is behind *fd as well. */
static uint64_t shared_handle(const struct object_type *type, int *fd)
{
	struct shared_page init = page_of(shared_kind_of(type));
	struct shared *s = shared_anonymous(&init);
	struct nt_passed p = { .fd = s ? dup(s->fd) : -1 };
	struct object *o = type->receive(&p);
	uint64_t h = 0;

	ck_assert_ptr_nonnull(o);
	ck_assert_uint_eq(handle_add(t, o, ALL, 0, &h), 0);
	object_put(o);
	*fd = s->fd;
	return h;
}

/* Everything that can be done to it, with short waits. */
static void use(uint64_t h)
{
	uint64_t both[2] = { h, 0 };
	uint8_t info[64];

	nt_create_event(t, GADDR(&both[1]), ALL, 0, 0, 1);
	nt_wait_for_single_object(t, h, 0, AT_ONCE);
	nt_wait_for_single_object(t, h, 0, AFTER_MS(1));
	nt_wait_for_multiple_objects(t, 2, GADDR(both), 0, 0, AFTER_MS(1));
	nt_wait_for_multiple_objects(t, 2, GADDR(both), 1, 0, AFTER_MS(1));
	nt_set_event(t, h, 0);
	nt_release_semaphore(t, h, 1, 0);
	nt_release_mutant(t, h, 0);
	nt_set_timer(t, h, AFTER_MS(1), 0, 0, 0, 1, 0);
	nt_wait_for_single_object(t, h, 0, AFTER_MS(2));
	nt_cancel_timer(t, h, 0);
	nt_query_event(t, h, 0, GADDR(info), 8, 0);
	nt_query_mutant(t, h, 0, GADDR(info), 8, 0);
	nt_query_mutant(t, h, 1, GADDR(info), 16, 0);
	nt_query_semaphore(t, h, 0, GADDR(info), 8, 0);
	nt_query_timer(t, h, 0, GADDR(info), 16, 0);
	nt_close(t, both[1]);
}

static const struct object_type *const types[] = {
	&event_type, &semaphore_type, &mutant_type,
	&timer_type, &iocp_type,      &keyed_event_type
};

START_TEST(random_contents)
{
	const struct object_type *type = types[_i];
	struct shared_page *p;
	uint64_t h;
	int fd;

	h = shared_handle(type, &fd);
	p = mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(p, MAP_FAILED);
	use(h);
	for (int round = 0; round < 40; round++) {
		for (size_t i = 0; i < offsetof(struct shared_page, name); i++)
			((uint8_t *)p)[i] = (uint8_t)(round < 2 ? -round
								: rand());
		/* A live holder of the lock would be waited for. */
		p->lock = rand() % 2 ? 0 : 0x7ffffff0;
		use(h);
	}
	nt_close(t, h);
}
END_TEST

static void fill_random(struct job *j, int round)
{
	struct job_area *a = j->area;

	/* Who looks at it by the clock does not do so meanwhile. */
	object_lock(&j->object);
	for (size_t i = 0; i < sizeof *a; i++)
		((uint8_t *)a)[i] = (uint8_t)(round < 2 ? -round : rand());
	/* Processes that there are, but not as they were. */
	for (unsigned i = 0; i < JOB_SLOTS; i += 64) {
		a->slot[i].pid = i % 128 ? (uint32_t)getppid() : ~0u;
		a->slot[i].started = rand() % 2 ? 0 : (uint32_t)rand();
		a->slot[i].is_nt = rand() % 2;
	}
	object_unlock(&j->object);
}

/* A job's slots, limits and letters are anything: nobody is ended who is not
   in it, and nothing is followed. */
START_TEST(random_job)
{
	static const uint32_t classes[] = { 1, 2, 3, 4, 6, 8, 9, 10, 11, 14 };
	static const uint32_t sizes[] = { 48, 64, 256, 4, 4, 96, 144, 4, 2, 16 };
	struct { uint64_t limits[18]; } limits = { { 0 } };
	uint64_t h = 0, port = 0, associate[2];
	uint8_t info[256];
	struct job *j;

	ck_assert_uint_eq(nt_create_job_object(t, GADDR(&h), ALL, 0), 0);
	ck_assert_uint_eq(nt_create_io_completion(t, GADDR(&port), ALL, 0, 1),
			  0);
	associate[0] = 1;
	associate[1] = port;
	ck_assert_uint_eq(handle_get(t, h, &job_type, 0, &j), 0);
	for (int round = 0; round < 20; round++) {
		fill_random(j, round);
		for (unsigned i = 0; i < sizeof classes / sizeof *classes; i++)
			nt_query_information_job_object(t, h, classes[i],
							GADDR(info), sizes[i],
							0);
		nt_set_information_job_object(t, h, 7, GADDR(associate), 16);
		j->area->letters_put = (uint32_t)rand();
		jobs_check();
		nt_set_information_job_object(t, h, 9, GADDR(&limits), 144);
		nt_is_process_in_job(t, NT_CURRENT_PROCESS, h);
		fill_random(j, round);
		nt_terminate_job_object(t, h, 1);
	}
	ck_assert_int_eq(kill(getppid(), 0), 0);
	object_put(&j->object);
	nt_close(t, h);
	nt_close(t, port);
}
END_TEST

/* A port's counters are anything: nothing is read elsewhere than in the ring,
   and nobody takes for ever. */
START_TEST(random_port)
{
	uint64_t h, key, value, iosb[2], entries[4 * 64];
	struct port_ring *r;
	uint32_t n;
	int fd;

	h = shared_handle(&iocp_type, &fd);
	r = mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096);
	ck_assert_ptr_ne(r, MAP_FAILED);
	for (int round = 0; round < 300; round++) {
		/* A power of two now and then, and counters near each other. */
		r->room = rand() % 2 ? 1u << rand() % 32 : (uint32_t)rand();
		r->head = rand() % 2 ? ~0ull - (uint64_t)rand() % 9
				     : (uint64_t)rand() << 31;
		r->tail = r->head + (rand() % 4 ? (uint64_t)rand() % 200
						: (uint64_t)rand() << 33);
		r->places = rand() % 2 ? 3 : (uint32_t)rand();
		r->running[0] = r->running[2] = (uint32_t)(rand() % 3);
		for (int i = 0; i < 80; i++)
			nt_set_io_completion(t, h, 1, 2, 3, 4);
		nt_query_io_completion(t, h, 0, GADDR(&n), 4, 0);
		nt_wait_for_single_object(t, h, 0, AT_ONCE);
		nt_remove_io_completion(t, h, GADDR(&key), GADDR(&value),
					GADDR(iosb), AFTER_MS(1));
		nt_remove_io_completion_ex(t, h, GADDR(entries), 64, GADDR(&n),
					   AT_ONCE, 0);
	}
	/* And in its senses again it is a port as before. */
	r->head = r->tail = 0;
	memset((void *)r->running, 0, sizeof r->running);
	r->room = 0;
	while (!nt_remove_io_completion(t, h, GADDR(&key), GADDR(&value),
					GADDR(iosb), AT_ONCE))
		;
	for (uint64_t i = 0; i < 1000; i++)
		ck_assert_uint_eq(nt_set_io_completion(t, h, i, 2, 3, 4), 0);
	for (uint64_t i = 0; i < 1000; i++) {
		ck_assert_uint_eq(nt_remove_io_completion(t, h, GADDR(&key),
							  GADDR(&value),
							  GADDR(iosb), AT_ONCE),
				  0);
		ck_assert_uint_eq(key, i);
	}
	munmap(r, sizeof *r);
	nt_close(t, h);
}
END_TEST

/* A file in the session's folder can be cut short by anybody who may write to
   it, unlike a memfd, which is sealed. */
START_TEST(cut_short)
{
	static const uint16_t name[] = { '\\', 'c', 'u', 't' };
	struct shared_page init = page_of(SHARED_EVENT);
	bool created = false;
	struct shared *s;

	s = shared_open(name, 4, &init, &created);
	ck_assert_ptr_nonnull(s);
	ck_assert(created);
	ck_assert_int_eq(ftruncate(s->fd, 0), 0);
	shared_lock(s);
	ck_assert_int_eq(s->page->state, 0);
	s->publish = true;
	shared_unlock(s);
	shared_close(s);
}
END_TEST

START_TEST(sealed)
{
	struct shared_page init = page_of(SHARED_EVENT);
	struct shared *s = shared_anonymous(&init);

	ck_assert_ptr_nonnull(s);
	ck_assert_int_lt(ftruncate(s->fd, 0), 0);
	shared_close(s);
}
END_TEST

/* What is no page is not taken for one. */
START_TEST(refusals)
{
	static const uint16_t name[] = { '\\', 'b', 'a', 'd' };
	struct shared_page init = page_of(SHARED_EVENT), other;
	struct nt_passed p = { 0 };
	struct shared *s, *again;
	bool created;
	int fd;

	/* Too short; of another version; of another type. */
	fd = memfd_create("x", 0);
	ck_assert_ptr_null(shared_from_fd(fd));
	fd = memfd_create("x", 0);
	ck_assert_int_eq(ftruncate(fd, sizeof init), 0);
	ck_assert_ptr_null(shared_from_fd(fd));
	s = shared_anonymous(&init);
	p.fd = dup(s->fd);
	ck_assert_ptr_null(shared_receive(&mutant_type, &p));
	shared_close(s);

	/* A name's file that somebody has damaged while it is in use. */
	s = shared_open(name, 4, &init, &created);
	ck_assert_ptr_nonnull(s);
	other = *s->page;
	s->page->magic++;
	ck_assert_ptr_null(shared_open(name, 4, &init, &created));
	s->page->magic--;
	s->page->name[1] ^= 1;
	ck_assert_ptr_null(shared_open(name, 4, &init, &created));
	s->page->name[1] ^= 1;
	s->page->name_len = 0xffffffff;
	ck_assert_ptr_null(shared_open(name, 4, &init, &created));
	*s->page = other;
	again = shared_open(name, 4, &init, &created);
	ck_assert_ptr_nonnull(again);
	ck_assert(!created);
	shared_close(again);
	shared_close(s);
	/* Nobody has it: the next one makes it new. */
	ck_assert_ptr_null(shared_open(name, 4, NULL, NULL));
}
END_TEST

/* What is left of a killed process: a file that nobody holds. */
START_TEST(renewed)
{
	static const uint16_t name[] = { '\\', 'o', 'l', 'd' };
	struct shared_page init = page_of(SHARED_SEMAPHORE);
	char path[200];
	struct shared *s;
	struct stat st;
	bool created;
	int fd;

	s = shared_open(name, 4, &init, &created);
	ck_assert_ptr_nonnull(s);
	snprintf(path, sizeof path, "%s", s->path);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 077, 0);
	shared_close(s);
	ck_assert_int_lt(stat(path, &st), 0);
	s = shared_open(name, 4, &init, &created);
	fd = open(path, O_RDWR);
	ck_assert_int_ge(fd, 0);
	shared_close(s);
	/* Removed under it; a new one under the old name, with junk. */
	close(fd);
	s = shared_open(name, 4, &init, &created);
	shared_close(s);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd >= 0) {
		ck_assert_int_eq(write(fd, "junk", 4), 4);
		close(fd);
	}
	s = shared_open(name, 4, &init, &created);
	ck_assert_ptr_nonnull(s);
	ck_assert(created);
	ck_assert_int_eq(s->page->param, 10);
	shared_close(s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("shared");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, random_contents, 0, COUNT_OF(types));
	tcase_add_test(tc, random_job);
	tcase_add_test(tc, random_port);
	tcase_add_test(tc, cut_short);
	tcase_add_test(tc, sealed);
	tcase_add_test(tc, refusals);
	tcase_add_test(tc, renewed);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
