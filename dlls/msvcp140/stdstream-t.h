/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stdstream-t.h - cin, cout, cerr and clog: streams onto the C library's files,
 * whose buffers they use.  Included as stream-t.h is.
 */
struct N(stdbuf) {
	struct N(sb) b;
	FILE *f;
};
struct N(std_os) {
	struct N(os) o;
	DECLSPEC_ALIGN(8) struct {
#ifdef _WIN64
		int pad;
#endif
		int displaced;
	} d;
	struct N(ios) ios;
};
struct N(std_is) {
	struct N(is) i;
	int pad, displaced;
	struct N(ios) ios;
};

extern const struct N(sb_vt) PASTE(PASTE(vt_, X), stdbuf);
extern struct N(std_is) N(std_in);
extern struct N(std_os) N(std_out), N(std_err), N(std_log);
struct N(std_is) N(std_in);
struct N(std_os) N(std_out), N(std_err), N(std_log);
static struct N(stdbuf) N(stdbufs)[3];

void METHOD N(std_lock)(struct N(stdbuf) *b);
void METHOD N(std_unlock)(struct N(stdbuf) *b);
I METHOD N(std_overflow)(struct N(stdbuf) *b, I c);
I METHOD N(std_pbackfail)(struct N(stdbuf) *b, I c);
I METHOD N(std_underflow)(struct N(stdbuf) *b);
I METHOD N(std_uflow)(struct N(stdbuf) *b);
long long METHOD N(std_xsputn)(struct N(stdbuf) *b, const E *s, long long n);
struct fpos *METHOD N(std_seekoff)(struct N(stdbuf) *b, struct fpos *p, long long off,
				   int way, int mode);
struct fpos *METHOD N(std_seekpos)(struct N(stdbuf) *b, struct fpos *p, struct fpos to,
				   int mode);
int METHOD N(std_sync)(struct N(stdbuf) *b);

void METHOD N(std_lock)(struct N(stdbuf) *b)
{
	_lock_file(b->f);
}

void METHOD N(std_unlock)(struct N(stdbuf) *b)
{
	_unlock_file(b->f);
}

I METHOD N(std_overflow)(struct N(stdbuf) *b, I c)
{
	return c == IEOF ? 0 : FILE_PUT((E)c, b->f);
}

/* IEOF: the last one that was read, which a FILE does not remember. */
I METHOD N(std_pbackfail)(struct N(stdbuf) *b, I c)
{
	return c == IEOF ? IEOF : FILE_UNGET(c, b->f);
}

I METHOD N(std_underflow)(struct N(stdbuf) *b)
{
	I c = FILE_GET(b->f);

	return c == IEOF ? IEOF : FILE_UNGET(c, b->f);
}

I METHOD N(std_uflow)(struct N(stdbuf) *b)
{
	return FILE_GET(b->f);
}

long long METHOD N(std_xsputn)(struct N(stdbuf) *b, const E *s, long long n)
{
	return FILE_WRITE(s, n, b->f);
}

struct fpos *METHOD N(std_seekoff)(struct N(stdbuf) *b, struct fpos *p, long long off,
				   int way, int mode)
{
	N(nowhere)(p);
	if (_fseeki64(b->f, off, way) == 0)
		p->off = _ftelli64(b->f);
	return p;
}

struct fpos *METHOD N(std_seekpos)(struct N(stdbuf) *b, struct fpos *p, struct fpos to,
				   int mode)
{
	return N(std_seekoff)(b, p, to.off + to.pos, SEEK_SET, mode);
}

int METHOD N(std_sync)(struct N(stdbuf) *b)
{
	return fflush(b->f);
}

/* Their locale is the classic one until somebody imbues another. */
void N(streams_setup)(void)
{
	for (unsigned n = 0; n < ARRAYSIZE(N(stdbufs)); n++) {
		struct N(stdbuf) *b = &N(stdbufs)[n];

		N(sb_new)(&b->b);
		b->b.vt = &PASTE(PASTE(vt_, X), stdbuf);
		b->f = __acrt_iob_func(n);
	}
	N(is_new)(&N(std_in).i, &N(stdbufs)[0].b, TRUE, 1);
	N(os_new)(&N(std_out).o, &N(stdbufs)[1].b, TRUE, 1);
	N(os_new)(&N(std_err).o, &N(stdbufs)[2].b, TRUE, 1);
	N(os_new)(&N(std_log).o, &N(stdbufs)[2].b, TRUE, 1);
	N(std_in).ios.tie = &N(std_out).o;
	N(std_err).ios.tie = &N(std_out).o;
	N(std_err).ios.b.fmt |= F_UNITBUF;
}

void N(streams_flush)(void)
{
	N(os_flush)(&N(std_out).o);
	N(os_flush)(&N(std_err).o);
	N(os_flush)(&N(std_log).o);
}
