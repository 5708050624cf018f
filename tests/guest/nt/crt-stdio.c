/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests streams and descriptors: text mode, positions, buffers, pipes, dup. */
// cflags: -D__USE_MINGW_ANSI_STDIO=0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <fcntl.h>
#include <io.h>
#include <sys/stat.h>
#include <errno.h>
#include "../lib/check.h"

static char name[L_tmpnam + 260];
static char data[200000], got[200000];

static void raw(const char *bytes, size_t n)
{
	int fd = _open(name, _O_CREAT | _O_TRUNC | _O_WRONLY | _O_BINARY, 0600);

	CHECK(fd >= 0, "errno %d", errno);
	CHECK_EQ(_write(fd, bytes, (unsigned)n), n);
	_close(fd);
}

static size_t slurp(void)
{
	int fd = _open(name, _O_RDONLY | _O_BINARY);
	int n = _read(fd, got, sizeof(got) - 1);

	_close(fd);
	if (n < 0)
		n = 0;
	got[n] = 0;
	return (size_t)n;
}

static void text_mode(void)
{
	FILE *f = fopen(name, "w");
	long at;

	CHECK(f != NULL, "errno %d", errno);
	CHECK(fputs("one\ntwo\n", f) >= 0, "");
	CHECK_EQ(ftell(f), 10);
	fputc('\n', f);
	fclose(f);
	CHECK(slurp() == 12 && !strcmp(got, "one\r\ntwo\r\n\r\n"), "%s", got);

	f = fopen(name, "r");
	CHECK(fgets(got, 100, f) && !strcmp(got, "one\n"), "%s", got);
	at = ftell(f);
	CHECK_EQ(at, 5);
	CHECK_EQ(getc(f), 't');
	CHECK_EQ(ungetc('t', f), 't');
	CHECK(fgets(got, 100, f) && !strcmp(got, "two\n"), "%s", got);
	CHECK_EQ(fseek(f, at, SEEK_SET), 0);
	CHECK(fgets(got, 100, f) && !strcmp(got, "two\n"), "%s", got);
	CHECK_EQ(getc(f), '\n');
	CHECK_EQ(getc(f), EOF);
	CHECK(feof(f) && !ferror(f), "");
	fclose(f);

	/* Ctrl-Z ends a text file; a lone CR stays. */
	raw("a\rb\x1a"
	    "c",
	    5);
	f = fopen(name, "r");
	CHECK(fread(got, 1, 100, f) == 3 && !memcmp(got, "a\rb", 3), "");
	fclose(f);
	f = fopen(name, "rb");
	CHECK_EQ(fread(got, 1, 100, f), 5);
	fclose(f);
}

static void binary(void)
{
	FILE *f;
	size_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 7 + i / 251);
	f = fopen(name, "wb+");
	CHECK_EQ(fwrite(data, 1, sizeof(data), f), sizeof(data));
	CHECK_EQ(ftell(f), (long)sizeof(data));
	rewind(f);
	CHECK_EQ(fread(got, 1, sizeof(got), f), sizeof(got));
	CHECK(!memcmp(data, got, sizeof(data)), "");
	CHECK_EQ(fseek(f, 1000, SEEK_SET), 0);
	CHECK_EQ(getc(f), (unsigned char)data[1000]);
	CHECK_EQ(fseek(f, 10, SEEK_CUR), 0);
	CHECK_EQ(getc(f), (unsigned char)data[1011]);
	CHECK_EQ(fseek(f, -12, SEEK_CUR), 0);
	CHECK_EQ(ftell(f), 1000);
	CHECK_EQ(fseek(f, -1, SEEK_END), 0);
	CHECK_EQ(getc(f), (unsigned char)data[sizeof(data) - 1]);
	CHECK_EQ(fseek(f, 5, SEEK_SET), 0);
	CHECK_EQ(fputc('!', f), '!');
	CHECK_EQ(fflush(f), 0);
	CHECK_EQ(fseek(f, 5, SEEK_SET), 0);
	CHECK_EQ(getc(f), '!');
	for (i = 0; i < 5000; i++)
		if (getc(f) != (unsigned char)data[6 + i])
			break;
	CHECK_EQ(i, 5000);
	fclose(f);

	f = fopen(name, "ab");
	fputs("tail", f);
	fclose(f);
	f = fopen(name, "rb");
	fseek(f, -4, SEEK_END);
	CHECK(fread(got, 1, 10, f) == 4 && !memcmp(got, "tail", 4), "");
	CHECK_EQ(_filelength(_fileno(f)), sizeof(data) + 4);
	fclose(f);
}

static void descriptors(void)
{
	int fds[2], fd, n;
	struct _stat64 st;
	char b[64];

	CHECK_EQ(_pipe(fds, 4096, _O_BINARY), 0);
	CHECK_EQ(_write(fds[1], "through", 7), 7);
	n = _read(fds[0], b, sizeof(b));
	CHECK(n == 7 && !memcmp(b, "through", 7), "%d", n);
	_close(fds[1]);
	CHECK_EQ(_read(fds[0], b, sizeof(b)), 0);
	_close(fds[0]);

	raw("0123456789", 10);
	fd = _open(name, _O_RDWR | _O_BINARY);
	n = _dup(fd);
	CHECK(n > fd, "%d %d", n, fd);
	CHECK_EQ(_lseek(fd, 4, SEEK_SET), 4);
	CHECK(_read(n, b, 2) == 2 && b[0] == '4', "");
	CHECK_EQ(_dup2(fd, n), 0);
	_close(fd);
	CHECK_EQ(_lseek(n, 0, SEEK_SET), 0);
	CHECK_EQ(_chsize(n, 3), 0);
	CHECK_EQ(_filelength(n), 3);
	CHECK_EQ(_fstat64(n, &st), 0);
	CHECK(st.st_size == 3 && (st.st_mode & _S_IFREG), "%lld %x",
	      (long long)st.st_size, st.st_mode);
	CHECK_EQ(_eof(n), 0);
	CHECK_EQ(_setmode(n, _O_TEXT), _O_BINARY);
	CHECK_EQ(_setmode(n, _O_BINARY), _O_TEXT);
	CHECK(_get_osfhandle(n) != -1, "");
	_close(n);
	CHECK_EQ(_stat64(name, &st), 0);
	CHECK_EQ(st.st_size, 3);
	CHECK_EQ(_access(name, 0), 0);
	CHECK_EQ(_access("no such file", 0), -1);
	CHECK_EQ(errno, ENOENT);
	CHECK_EQ(_open("no such dir/x", _O_RDONLY), -1);
	CHECK_EQ(errno, ENOENT);
	CHECK_EQ(_open(name, _O_CREAT | _O_EXCL | _O_RDWR, 0600), -1);
	CHECK_EQ(errno, EEXIST);
}

static void unicode(void)
{
	FILE *f = fopen(name, "w, ccs=UTF-8");
	wchar_t w[32];

	CHECK(f != NULL, "");
	if (!f)
		return;
	CHECK(fputws(L"h\xe9\n", f) >= 0, "");
	fclose(f);
	CHECK(slurp() == 8 && !memcmp(got, "\xef\xbb\xbfh\xc3\xa9\r\n", 8),
	      "%d", (int)slurp());
	f = fopen(name, "r, ccs=UNICODE");
	CHECK(fgetws(w, 32, f) && !wcscmp(w, L"h\xe9\n"), "");
	fclose(f);
	f = fopen(name, "w, ccs=UTF-16LE");
	CHECK(fwprintf(f, L"%d", 7) == 1, "");
	fclose(f);
	CHECK(slurp() == 4 && !memcmp(got,
				      "\xff\xfe"
				      "7\0",
				      4),
	      "");
}

static void buffers(void)
{
	static char mine[512];
	FILE *f = fopen(name, "wb");

	CHECK_EQ(setvbuf(f, mine, _IOFBF, sizeof(mine)), 0);
	fputs("abc", f);
	CHECK(!memcmp(mine, "abc", 3), "");
	CHECK_EQ(slurp(), 0);
	CHECK_EQ(fflush(f), 0);
	CHECK_EQ(slurp(), 3);
	fclose(f);
	f = fopen(name, "wb");
	setvbuf(f, NULL, _IONBF, 0);
	fputs("xyz", f);
	CHECK_EQ(slurp(), 3);
	f = freopen(name, "rb", f);
	CHECK(f && getc(f) == 'x', "");
	fclose(f);
	CHECK(fopen(name, "q") == NULL, "");
	f = tmpfile();
	CHECK(f != NULL, "errno %d", errno);
	if (f) {
		fputs("tmp", f);
		rewind(f);
		CHECK_EQ(getc(f), 't');
		fclose(f);
	}
}

/* tmpfile()'s streams, and no others, are closed at once. */
static void temporary(void)
{
	FILE *a = tmpfile(), *b = tmpfile(), *other = fopen("kept.txt", "w+b");

	CHECK(a && b && other);
	CHECK(fputs("text", a) >= 0);
	CHECK_EQ(_rmtmp(), 2);
	CHECK_EQ(_rmtmp(), 0);
	CHECK(fputs("text", other) >= 0 && fflush(other) == 0);
	CHECK_EQ(fclose(other), 0);
	CHECK_EQ(remove("kept.txt"), 0);
}

int main(void)
{
	char *dir = getenv("TEMP");

	sprintf(name, "%s/rf-crt-stdio.tmp", dir ? dir : ".");
	text_mode();
	binary();
	descriptors();
	unicode();
	buffers();
	CHECK_EQ(remove(name), 0);
	CHECK_EQ(remove(name), -1);
	temporary();
	return check_done();
}
