// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests msvcp140's streams: what they write and read, their state, their
// buffers' virtual functions, locales with facets of a program's own, RTTI.

#include "events.h"
#include "msvcp.h"

void operator delete(void *) noexcept
{
}
void operator delete(void *, size_t) noexcept
{
}

template <class E> struct Buffer : std::basic_streambuf<E, std::char_traits<E>> {
	typedef std::basic_streambuf<E, std::char_traits<E>> Base;
	using Base::pbase;
	using Base::pptr;
	using Base::setp;
	E text[400];
	int syncs = 0, locks = 0;
	Buffer()
	{
		this->setp(text, text + 399);
	}
	Buffer(const E *s)
	{
		int n = 0;
		for (; s[n]; n++)
			text[n] = s[n];
		this->setg(text, text, text + n);
	}
	void _Lock() override
	{
		locks++;
	}
	void _Unlock() override
	{
		locks--;
	}
	int sync() override
	{
		syncs++;
		return 0;
	}
	void take()
	{
		E *end = this->pptr();
		for (E *p = text; p != end; p++)
			event("%c", (char)*p);
		this->setp(text, text + 399);
	}
};

typedef Buffer<char> Buf;

#define WRITES(want, ...)                                                      \
	do {                                                                   \
		__VA_ARGS__;                                                   \
		b.take();                                                      \
		expect(#__VA_ARGS__, want);                                    \
	} while (0)

enum { upper = 4, showbase = 8, showpoint = 0x10, showpos = 0x20, left = 0x40,
       internal = 0x100, dec = 0x200, oct = 0x400, hex = 0x800, scientific = 0x1000,
       fixed = 0x2000, boolalpha = 0x4000 };
enum { eofbit = 1, failbit = 2, badbit = 4 };

static void integers()
{
	Buf b;
	std::ostream os(&b);

	WRITES("0 -1 65535 -2147483648 4294967295",
	       (os << 0).put(' ') << -1;
	       os.put(' ') << (unsigned short)65535;
	       os.put(' ') << (int)0x80000000; os.put(' ') << 0xffffffffu);
	WRITES("-9223372036854775808 18446744073709551615",
	       (os << (long long)(1ull << 63)).put(' ') << ~0ull);
	os.setf(hex, 0xe00);
	WRITES("ffff ffffffff ffffffffffffffff 0",
	       (os << (short)-1).put(' ') << -1;
	       os.put(' ') << -1ll; os.put(' ') << 0);
	os.setf(showbase | upper);
	WRITES("0XABCD 0", (os << 0xabcd).put(' ') << 0);
	os.width(10);
	os.setf(internal, 0x1c0);
	os.fill('*');
	WRITES("0X****ABCD", os << 0xabcd);
	WRITES("0XABCD", os << 0xabcd); // the width is used once
	os.flags(oct | showbase);
	WRITES("017 0", (os << 15).put(' ') << 0);
	os.flags(dec | showpos | left);
	os.width(5);
	WRITES("+7***|7", (os << 7).put('|') << 7u);
	os.flags(dec | boolalpha);
	os.width(6);
	WRITES("**true 0", (os << true).put(' '); os.flags(dec); os << false);
	WRITES(sizeof(void *) == 8 ? "0000000000001234" : "00001234",
	       os << (void *)0x1234);
}

static void floats()
{
	Buf b;
	std::ostream os(&b);

	WRITES("1.5 1e+20 0.0001 123457", (os << 1.5).put(' ') << 1e20;
	       os.put(' ') << 0.0001f; os.put(' ') << 123456.789);
	os.precision(2);
	os.setf(fixed, 0x3000);
	WRITES("3.14 -0.00", (os << 3.14159).put(' ') << -0.001);
	os.setf(scientific, 0x3000);
	WRITES("3.14e+00", os << 3.14159);
	os.setf(0, 0x3000);
	os.setf(showpoint | upper | showpos);
	WRITES("+2.0 +1.0E+10", (os << 2.0).put(' ') << 1e10);
	os.flags(dec | fixed | scientific);
	WRITES("0x1.8000000000000p+0", os << 1.5);
	os.flags(dec);
	WRITES("inf -inf", (os << 1e308 * 10).put(' ') << -1e308 * 10);
	os.width(8);
	os.flags(dec | internal);
	WRITES("-    1.5", os << -1.5);
}

static void wide()
{
	Buffer<wchar_t> b;
	std::wostream os(&b);

	os.fill(L'.');
	os.width(6);
	WRITES("...-42 2.5", (os << -42).put(L' ') << 2.5);
	os.flags(dec | boolalpha);
	WRITES("false", os << false);
	WRITES("abc", os.write(L"abc", 3));
}

static void state()
{
	Buf b;
	std::ostream os(&b), nowhere(nullptr), tied(&b);

	event("%d %d %d ", nowhere.rdstate(), os.good(), !nowhere);
	os.setstate(failbit, false);
	os << 5; // writes nothing
	event("[%d] ", (int)(b.pptr() - b.pbase()));
	os.clear(0, false);
	tied.tie(&os);
	tied << 1; // flushes what it is tied to
	event("%d %d ", b.syncs, b.locks);
	os.setf(2 /* unitbuf */);
	os << 2;
	event("%d ", b.syncs);
	b.take();
	expect("state", "4 1 1 [0] 1 0 2 12");

	struct Thrower : Buf {
		int overflow(int) override
		{
			throw 7;
		}
		long long xsputn(const char *, long long) override
		{
			throw 8;
		}
	} t;
	std::ostream bad(&t);

	bad << 1;
	event("%d ", bad.rdstate());
	bad.clear(0, false);
	t.setp(nullptr, nullptr);
	bad.put('x');
	event("%d %d ", bad.rdstate(), t.locks);
	bad.clear(0, false);
	bad.exceptions(badbit);
	try {
		bad << 2;
	} catch (int n) {
		event("caught %d %d", n, bad.rdstate());
	}
	expect("a buffer that throws", "4 4 0 caught 8 4");
}

static void input()
{
	Buf b(" 12 -7 0x1f 99999999999 1.5e3 true 077 x");
	std::istream is(&b);
	int i = -1;
	unsigned u;
	short s;
	double d;
	bool t;

	is >> i;
	event("%d ", i);
	is >> i;
	event("%d ", i);
	is.setf(0, 0xe00);
	is >> u;
	event("%u ", u);
	is.setf(dec, 0xe00);
	is >> i;
	event("%d:%d ", i, is.rdstate());
	is.clear(0, false);
	is >> d;
	event("%g ", d);
	is.setf(boolalpha);
	is >> t;
	event("%d ", t);
	is.setf(oct, 0xe00);
	is >> s;
	event("%d ", s);
	is >> i;
	event("%d:%d ", i, is.rdstate());
	is.clear(0, false);
	event("%c", is.get());
	event("%d", is.get());
	event(":%d", is.rdstate());
	expect("numbers", "12 -7 31 2147483647:2 1500 1 63 0:2 x-1:3");

	Buf lines("first\nsecond line\n\nlast");
	std::istream in(&lines);
	char line[12];

	in.getline(line, 12);
	event("%s %d|", line, (int)in.gcount());
	in.get(line, 7);
	event("%s %d|", line, (int)in.gcount());
	in.ignore(100, '\n');
	in.getline(line, 12);
	event("%s %d %d|", line, (int)in.gcount(), in.rdstate());
	event("%c ", in.peek());
	in.get();
	in.putback('l');
	in.read(line, 10);
	line[in.gcount()] = 0;
	event("%s %d %d", line, (int)in.gcount(), in.rdstate());
	expect("lines", "first 6|second 6| 1 0|l last 4 3");
}

// What a program's header has as a whole.
namespace std
{
struct text {
	union {
		char here[16];
		char *there;
	};
	size_t n, room;
	text(const char *s) : n(strlen(s)), room(15)
	{
		for (size_t i = 0; i <= n; i++)
			here[i] = s[i];
	}
	~text()
	{
	}
};
template <class E> struct numpunct : locale::facet {
	__declspec(dllimport) static locale::id id;
	virtual E do_decimal_point() const
	{
		return ',';
	}
	virtual E do_thousands_sep() const
	{
		return '.';
	}
	virtual text do_grouping() const
	{
		return "\3\2";
	}
	virtual text do_falsename() const
	{
		return "nein";
	}
	virtual text do_truename() const
	{
		return "ja";
	}
};
template <> __declspec(dllimport) locale::id numpunct<char>::id;
}

static char facet_room[sizeof(std::numpunct<char>)];
void *operator new(size_t, void *p)
{
	return p;
}

static void locales()
{
	const std::locale *classic = &std::locale::classic();
	std::locale l(*classic, new (facet_room) std::numpunct<char>(),
		      std::numpunct<char>::id);

	Buf b;
	std::ostream os(&b);
	os.imbue(l);
	WRITES("12.34.567 1,5 1.000,25", (os << 1234567).put(' ') << 1.5;
	       os.put(' '); os.flags(dec | fixed); os.precision(2); os << 1000.25);
	os.flags(dec | boolalpha);
	WRITES("ja nein", (os << true).put(' ') << false);

	Buf in("12.34.567 1.2 2,5 nein");
	std::istream is(&in);
	int i;
	double d;
	bool t = true;
	is.imbue(l);
	is >> i;
	event("%d %d ", i, is.rdstate());
	is >> i;
	event("%d ", is.rdstate()); // groups have other sizes
	is.clear(0, false);
	is >> d;
	is.setf(boolalpha);
	is >> t;
	event("%g %d %d", d, t, is.rdstate());
	expect("numpunct", "1234567 0 2 2.5 0 1");

	const std::locale::facet *f = nullptr;
	std::ctype<char>::_Getcat(&f, classic);
	std::ctype<char> *c = (std::ctype<char> *)f;
	f = nullptr;
	std::codecvt<wchar_t, char, _Mbstatet>::_Getcat(&f, classic);
	auto *cvt = (std::codecvt<wchar_t, char, _Mbstatet> *)f;
	_Mbstatet st = {};
	const char *next;
	wchar_t wide[4], *wnext;
	char word[] = "aZ1";

	c->toupper(word, word + 3);
	event("%s %d%d%d ", word, c->is(4, '7'), c->is(4, 'x'), c->is(0x48, ' '));
	event("%d ", cvt->in(st, "ab\xe4", word + 3, next, wide, wide, wnext));
	event("%d ", cvt->in(st, word, word + 3, next, wide, wide + 4, wnext));
	event("%d%c%d", (int)(next - word), (char)wide[1], (int)(wnext - wide));
	expect("ctype and codecvt", "AZ1 101 1 0 3Z3");
}

static void classes()
{
	Buf b("in");
	std::basic_iostream<char, std::char_traits<char>> both(&b);
	std::basic_ios<char, std::char_traits<char>> *ios = &both;
	std::ios_base *base = ios;

	event("%d%d%d ", dynamic_cast<std::ostream *>(base) == &both,
	      dynamic_cast<std::istream *>(base) == &both,
	      dynamic_cast<std::wostream *>(base) == nullptr);
	event("%d ", dynamic_cast<void *>(base) == (void *)&both);
	std::ostream os(&b);
	base = &os;
	event("%d%d", dynamic_cast<std::ostream *>(base) == &os,
	      dynamic_cast<std::istream *>(base) == nullptr);
	expect("RTTI", "111 1 11");
}

int main()
{
	integers();
	floats();
	wide();
	state();
	input();
	locales();
	classes();
	return done();
}
