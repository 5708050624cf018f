/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unit tests of base/policy.c: what a line grants, and what is refused. */
#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/policy-net.h"
#include "base/table.h"
#include "tests/lib/unit.h"

/* ---- refusals ------------------------------------------------------------ */

static const struct {
	const char *name, *value;
} bad[] = {
	{ "mount", "" },
	{ "mount", ":rw" },
	{ "mount", "/:wr" },
	{ "mount", "/no/such/folder" },
	{ "mount", "/dev/null" },
	{ "mount", ":Z:\\x" },
	{ "mount", "/Z:\\x" },
	{ "mount", "/no/such/folder:Z:\\x" },
	{ "mount", "/:A:\\x" },
	{ "mount", "/:C:\\" },
	{ "mount", "/:Z:\\a\\..\\b" },
	{ "mount", "/:Z:\\.." },
	{ "mount", "/:Z:\\a*" },
	{ "mount", "/:Z:\\a:wr" },
	{ "mount", "/:Z:\\a:rw:rw" },
	{ "mount", "/dev/null:Z:\\a" },
	{ "mount", "/proc/version:Z:\\a:cow" },
	{ "memory", "" },
	{ "memory", "0" },
	{ "memory", "1M" },
	{ "memory", "-1G" },
	{ "memory", "512MB" },
	{ "memory", "99999999999T" },
	{ "memory", "99999999999999999999999" },
	{ "pids", "0" },
	{ "pids", "1k" },
	{ "cpus", "x" },
	{ "timeout", "1.5" },
	{ "net", "" },
	{ "net", "example.org" },
	{ "net", "example.org:" },
	{ "net", "example.org:0" },
	{ "net", "example.org:65536" },
	{ "net", "example.org:http" },
	{ "net", "example.org:80," },
	{ "net", ":80" },
	{ "net", "[]:80" },
	{ "net", "[::1:80" },
	{ "net", "2001:db8::1:80" },
	{ "net", "http://example.org:80" },
	{ "env", "" },
	{ "env", "=x" },
	{ "sandbox", "yes" },
};

START_TEST(refused)
{
	struct policy p = { 0 };
	struct err e = { 0 };

	ck_assert_msg(policy_set(&p, bad[_i].name, bad[_i].value, &e) == -1,
		      "%s %s", bad[_i].name, bad[_i].value);
	ck_assert_msg(*e.text, "%s %s: no reason", bad[_i].name, bad[_i].value);
	ck_assert_uint_eq(p.nmounts, 0);
	ck_assert_uint_eq(p.nenv, 0);
}
END_TEST

/* ---- grants ---------------------------------------------------------------- */

static const struct {
	const char *text, *host, *guest;
	char drive;
	enum mount_mode mode;
} mounts[] = {
	{ "/:Z:\\", "/", "", 'Z', MOUNT_RO },
	{ "/:z:/", "/", "", 'Z', MOUNT_RO },
	{ "/proc:Z:\\a", "/proc", "a", 'Z', MOUNT_RO },
	{ "/proc/:Z:\\a\\b\\:ro", "/proc", "a/b", 'Z', MOUNT_RO },
	{ "/proc:Z:\\a:cow", "/proc", "a", 'Z', MOUNT_COW },
	{ "/proc/../proc:C:\\\\a//b:rw", "/proc", "a/b", 'C', MOUNT_RW },
	{ "/", "/", "", 'Z', MOUNT_RO },
	{ "/proc/tty/", "/proc/tty", "proc/tty", 'Z', MOUNT_RO },
	{ "/proc/../proc:cow", "/proc", "proc", 'Z', MOUNT_COW },
	{ "/proc/self/../fs:rw", "/proc/fs", "proc/fs", 'Z', MOUNT_RW },
};

START_TEST(granted)
{
	struct policy p = { 0 };
	struct err e = { 0 };

	ck_assert_msg(!policy_add_mount(&p, mounts[_i].text, &e), "%s: %s",
		      mounts[_i].text, e.text);
	ck_assert_uint_eq(p.nmounts, 1);
	ck_assert_str_eq(p.mounts[0].host, mounts[_i].host);
	ck_assert_str_eq(p.mounts[0].guest, mounts[_i].guest);
	ck_assert_int_eq(p.mounts[0].drive, mounts[_i].drive);
	ck_assert_int_eq(p.mounts[0].mode, mounts[_i].mode);
}
END_TEST

START_TEST(twice_in_one_place)
{
	struct policy p = { 0 };
	struct err e = { 0 };

	ck_assert(!policy_add_mount(&p, "/proc:Z:\\a", &e));
	ck_assert(policy_add_mount(&p, "/:Z:\\A", &e));
	ck_assert(policy_add_mount(&p, "/:Z:\\", &e));
	ck_assert(!policy_add_mount(&p, "/:C:\\a", &e));
	ck_assert_uint_eq(p.nmounts, 2);
}
END_TEST

START_TEST(together)
{
	struct policy p = { 0 };
	struct err e = { 0 };

	ck_assert_int_eq(policy_check(&p, &e), 0);
	ck_assert_int_eq(policy_set(&p, "commit", "yes", &e), 0);
	ck_assert_int_eq(policy_set(&p, "mount", "/proc:Z:\\a:rw", &e), 0);
	ck_assert_int_eq(policy_check(&p, &e), -1);
	ck_assert_ptr_nonnull(strstr(e.text, ":cow"));
	ck_assert_int_eq(policy_set(&p, "mount", "/proc:Z:\\b:cow", &e), 0);
	ck_assert_int_eq(policy_check(&p, &e), 0);
	ck_assert_int_eq(policy_set(&p, "commit", "no", &e), 0);
	ck_assert_int_eq(policy_check(&p, &e), 0);
}
END_TEST

static const struct {
	const char *a, *b;
	bool nested;
} pairs[] = {
	{ "a", "a", true },	 { "a", "A\\b", true },
	{ "a\\b\\c", "a", true }, { "a/b", "a\\b\\c\\d", true },
	{ "", "a", true },	 { "a", "", true },
	{ "a", "ab", false },	 { "a\\b", "a\\c", false },
	{ "ab\\c", "a", false },
};

START_TEST(nested)
{
	struct policy p = { 0 };
	struct err e = { 0 };
	char text[32];

	snprintf(text, sizeof text, "/proc:Z:\\%s", pairs[_i].a);
	ck_assert_int_eq(policy_add_mount(&p, text, &e), 0);
	snprintf(text, sizeof text, "/:Z:\\%s:rw", pairs[_i].b);
	ck_assert_msg(policy_add_mount(&p, text, &e) == -pairs[_i].nested,
		      "%s, %s", pairs[_i].a, pairs[_i].b);
	ck_assert_uint_eq(p.nmounts, 2 - pairs[_i].nested);
}
END_TEST

START_TEST(numbers)
{
	struct policy p = { 0 };
	struct err e = { 0 };

	ck_assert(!policy_set(&p, "memory", "16M", &e));
	ck_assert_uint_eq(p.memory, 16 << 20);
	ck_assert(!policy_set(&p, "memory", "2g", &e));
	ck_assert_uint_eq(p.memory, 2ull << 30);
	ck_assert(!policy_set(&p, "pids", "7", &e));
	ck_assert_uint_eq(p.pids, 7);
}
END_TEST

START_TEST(network)
{
	struct sockaddr_in four = { .sin_family = AF_INET,
				    .sin_port = htons(80) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
				    .sin6_port = htons(80),
				    .sin6_addr = { { { [10] = 0xff, 0xff, 192,
						       0, 2, 1 } } } };
	struct policy p = { 0 };
	struct err e = { 0 };

	ck_assert(!policy_set(&p, "net", "all", &e));
	ck_assert_int_eq(p.net, POLICY_NET_ALL);
	ck_assert(!policy_set(&p, "net", "loopback", &e));
	ck_assert_int_eq(p.net, POLICY_NET_LOOPBACK);
	ck_assert(!policy_set(&p, "net", "none", &e));
	ck_assert_int_eq(p.net, POLICY_NET_NONE);
	ck_assert(!policy_set(&p, "net", "a.test:443,[2001:db8::1]:80", &e));
	ck_assert_int_eq(p.net, POLICY_NET_PEERS);
	ck_assert_uint_eq(p.npeers, 2);
	ck_assert_str_eq(p.peers[0].host, "a.test");
	ck_assert_uint_eq(p.peers[0].port, 443);
	ck_assert_str_eq(p.peers[1].host, "2001:db8::1");
	ck_assert_uint_eq(p.peers[1].port, 80);

	/* What it was looked up to be, and nothing else. */
	inet_pton(AF_INET, "192.0.2.1", &four.sin_addr);
	ck_assert(!policy_reaches(&p, (struct sockaddr *)&four));
	p.peers[0].address = calloc(1, sizeof *p.peers[0].address);
	memcpy(p.peers[0].address, &four, sizeof four);
	p.peers[0].naddress = 1;
	ck_assert(policy_reaches(&p, (struct sockaddr *)&four));
	ck_assert(policy_reaches(&p, (struct sockaddr *)&six));
	four.sin_port = htons(81);
	ck_assert(!policy_reaches(&p, (struct sockaddr *)&four));
	six.sin6_addr.s6_addr[15] = 2;
	ck_assert(!policy_reaches(&p, (struct sockaddr *)&six));
	four.sin_family = AF_UNIX;
	ck_assert(!policy_reaches(&p, (struct sockaddr *)&four));

	/* One after the other, or in one list, in any order. */
	ck_assert(!policy_set(&p, "net", "loopback", &e));
	ck_assert_int_eq(p.net, POLICY_NET_PEERS | POLICY_NET_LOOPBACK);
	ck_assert_uint_eq(p.npeers, 2);
	ck_assert(!policy_set(&p, "net", "none", &e));
	ck_assert_int_eq(p.net, POLICY_NET_NONE);
	ck_assert(!policy_set(&p, "net", "b.test:1,loopback,c.test:2", &e));
	ck_assert_int_eq(p.net, POLICY_NET_PEERS | POLICY_NET_LOOPBACK);
	ck_assert_uint_eq(p.npeers, 2);
	ck_assert(!policy_set(&p, "net", "all", &e));
	ck_assert_int_eq(p.net, POLICY_NET_ALL);
	ck_assert_uint_eq(p.npeers, 0);
	ck_assert(policy_set(&p, "net", "loopback,all", &e));
	ck_assert(policy_set(&p, "net", "loopback,", &e));
}
END_TEST

START_TEST(loopbacks)
{
	static const struct {
		const char *text;
		bool is;
	} v[] = {
		{ "127.0.0.1", true },	{ "127.255.255.254", true },
		{ "128.0.0.1", false }, { "0.0.0.0", false },
		{ "::1", true },	{ "::2", false },
		{ "::", false },	{ "::ffff:127.9.9.9", true },
		{ "::ffff:1.0.0.127", false },
	};
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	bool is6 = strchr(v[_i].text, ':');

	ck_assert(inet_pton(is6 ? AF_INET6 : AF_INET, v[_i].text,
			    is6 ? (void *)&six.sin6_addr
				: (void *)&four.sin_addr) == 1);
	ck_assert_msg(policy_is_loopback(is6 ? (struct sockaddr *)&six
					     : (struct sockaddr *)&four) ==
			      v[_i].is,
		      "%s", v[_i].text);
}
END_TEST

START_TEST(environment)
{
	struct policy p = { 0 };
	struct err e = { 0 };

	setenv("POLICY_TEST", "v", 1);
	ck_assert(!policy_add_env(&p, "POLICY_TEST", &e));
	ck_assert(!policy_add_env(&p, "A=b=c", &e));
	unsetenv("POLICY_TEST");
	ck_assert(!policy_add_env(&p, "POLICY_TEST", &e));
	ck_assert_uint_eq(p.nenv, 2);
	ck_assert_str_eq(p.env[0], "POLICY_TEST=v");
	ck_assert_str_eq(p.env[1], "A=b=c");
	ck_assert_ptr_null(p.env[2]);
}
END_TEST

/* ---- which mount is it? -------------------------------------------------------- */

START_TEST(longest_mount)
{
	struct policy_mount m[] = { { .host = (char *)"/a" },
				    { .host = (char *)"/a/b" },
				    { .host = (char *)"/c.txt" } };
	struct policy p = { .mounts = m, .nmounts = COUNT_OF(m) };
	const char *rest;

	ck_assert_ptr_eq(policy_find(&p, "/a", &rest), &m[0]);
	ck_assert_str_eq(rest, "");
	ck_assert_ptr_eq(policy_find(&p, "/a/x/y", &rest), &m[0]);
	ck_assert_str_eq(rest, "x/y");
	ck_assert_ptr_eq(policy_find(&p, "/a/b/x", &rest), &m[1]);
	ck_assert_str_eq(rest, "x");
	ck_assert_ptr_eq(policy_find(&p, "/c.txt", &rest), &m[2]);
	ck_assert_ptr_null(policy_find(&p, "/ab", &rest));
	ck_assert_ptr_null(policy_find(&p, "/c.txt2", &rest));
	ck_assert_ptr_null(policy_find(&p, "/", &rest));
	m[0].host = (char *)"/";
	ck_assert_ptr_eq(policy_find(&p, "/x", &rest), &m[0]);
	ck_assert_str_eq(rest, "x");
}
END_TEST

/* ---- files ----------------------------------------------------------------------- */

static int read_text(struct policy *p, const char *text, struct err *e)
{
	char path[] = "/tmp/policy.XXXXXX";
	int fd = mkstemp(path), ret;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	ret = policy_read(p, path, e);
	unlink(path);
	return ret;
}

START_TEST(files)
{
	struct policy p = { 0 };
	struct err e = { 0 };

	ck_assert(!read_text(&p,
			     "# comment\n\n  mount \t /proc:Z:\\a b:rw \r\n"
			     "pids 3",
			     &e));
	ck_assert_uint_eq(p.nmounts, 1);
	ck_assert_str_eq(p.mounts[0].guest, "a b");
	ck_assert_uint_eq(p.pids, 3);
	ck_assert(read_text(&p, "pids 3\npids\n", &e));
	ck_assert_ptr_nonnull(strstr(e.text, ":2"));
	ck_assert(policy_read(&p, "/no/such/file", &e));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("policy");
	TCase *tc = tcase_create("policy");

	suite_add_tcase(s, tc);
	tcase_add_loop_test(tc, refused, 0, COUNT_OF(bad));
	tcase_add_loop_test(tc, granted, 0, COUNT_OF(mounts));
	tcase_add_test(tc, twice_in_one_place);
	tcase_add_test(tc, together);
	tcase_add_loop_test(tc, nested, 0, COUNT_OF(pairs));
	tcase_add_test(tc, numbers);
	tcase_add_test(tc, network);
	tcase_add_loop_test(tc, loopbacks, 0, 9);
	tcase_add_test(tc, environment);
	tcase_add_test(tc, longest_mount);
	tcase_add_test(tc, files);
	return unit_run(s);
}
