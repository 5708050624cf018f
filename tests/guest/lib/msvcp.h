// SPDX-License-Identifier: LGPL-2.1-or-later
// msvcp.h - the classes of Microsoft's C++ library as a program sees them that
// is compiled without its headers: declarations of what msvcp140.dll exports.
//
// Layouts and orders as in dlls/msvcp140/msvcp.h.  The names that a compiler
// gives these are those of msvcp140.spec.
#ifndef TEST_MSVCP_H
#define TEST_MSVCP_H



struct _Mbstatet {
	unsigned long wide;
	unsigned short byte, state;
};
struct _iobuf;
struct tm;
struct _Collvec { unsigned page; wchar_t *name; };
struct _Ctypevec { unsigned page; const short *table; int owned; wchar_t *name; };
struct _Cvtvec { unsigned page, most; int classic; unsigned char leads[32]; };
struct lconv;

namespace std
{
typedef long long streamsize;
typedef long long streamoff;
enum _Uninitialized { _Noinit };
template <class E> struct char_traits;
template <> struct char_traits<char> {
	typedef int int_type;
};
template <> struct char_traits<wchar_t> {
	typedef unsigned short int_type;
};
class _Lockit {
      public:
	_Lockit();
	explicit _Lockit(int);
	~_Lockit();
      private:
	int kind;
};
template <class E> class _Yarn {
      public:
	_Yarn();
	_Yarn(const _Yarn &);
	_Yarn(const E *);
	_Yarn &operator=(const _Yarn &);
	_Yarn &operator=(const E *);
	~_Yarn();
	bool empty() const;
	const E *c_str() const;
	bool _Empty() const;
	const E *_C_str() const;
      private:
	void _Tidy();
	E *text;
	E nul;
};
class _Locinfo {
      public:
	typedef ::_Collvec _Collvec;
	typedef ::_Ctypevec _Ctypevec;
	typedef ::_Cvtvec _Cvtvec;
	static void _Locinfo_ctor(_Locinfo *, const char *);
	static void _Locinfo_ctor(_Locinfo *, int, const char *);
	static void _Locinfo_dtor(_Locinfo *);
	static _Locinfo &_Locinfo_Addcats(_Locinfo *, int, const char *);
	_Locinfo(const char *);
	_Locinfo(int, const char *);
	~_Locinfo();
	_Locinfo &_Addcats(int, const char *);
	const char *_Getname() const;
	_Collvec _Getcoll() const;
	_Ctypevec _Getctype() const;
	_Cvtvec _Getcvt() const;
	const lconv *_Getlconv() const;
	const char *_Getdays() const;
	const char *_Getmonths() const;
	const char *_Getfalse() const;
	const char *_Gettrue() const;
	const unsigned short *_W_Getdays() const;
	const unsigned short *_W_Getmonths() const;
      private:
	_Lockit lock;
	_Yarn<char> days, months;
	_Yarn<wchar_t> wdays, wmonths;
	_Yarn<char> before, name;
};
class _Facet_base {
      public:
	virtual ~_Facet_base() {}
	virtual void _Incref() = 0;
	virtual _Facet_base *_Decref() = 0;
};
template <class T> class _Locbase {
};
struct _Crt_new_delete {
};
class locale : public _Locbase<int>, public _Crt_new_delete {
      public:
	class id {
	      public:
		id(size_t n = 0);
		operator size_t();
	      private:
		size_t n;
		static int _Id_cnt;
	};
	class _Locimp;
	class facet : public _Facet_base {
	      public:
		static size_t _Getcat(const facet **, const locale *);
		void _Incref() override;
		_Facet_base *_Decref() override;
	      protected:
		explicit facet(size_t = 0);
		~facet() override;
	      private:
		unsigned refs;
	};
	locale(const locale &l) : imp(l.imp)
	{
		((facet *)imp)->_Incref();
	}
	~locale()
	{
		if (imp)
			delete ((facet *)imp)->_Decref();
	}
	/* l with a facet more, or another one, as the header's template does */
	locale(const locale &l, facet *f, id &number);
	static const locale &classic();
	static locale global(const locale &);
	static locale empty();
	_Locimp *imp;
      private:
	static _Locimp *_Init(bool);
	static _Locimp *_Getgloballocale();
	static void _Setgloballocale(void *);
};
class locale::_Locimp : public locale::facet {
      protected:
	~_Locimp() override;
      public:
	facet **facets;
	size_t nfacets;
	int categories;
	bool transparent;
	_Yarn<char> name;
      private:
	friend class locale;
	static _Locimp *_New_Locimp(bool);
	static _Locimp *_New_Locimp(const _Locimp &);
	static void _Locimp_dtor(_Locimp *);
	static void _Locimp_ctor(_Locimp *, const _Locimp &);
	static void _Locimp_Addfac(_Locimp *, facet *, size_t);
	void _Addfac(facet *, size_t);
};
inline locale::locale(const locale &l, facet *f, id &number)
    : imp(_Locimp::_New_Locimp(*l.imp))
{
	imp->_Addfac(f, number);
}
template <class S> class fpos {
      public:
	fpos(streamoff o = 0) : off(o), pos(0), state(0), byte(0), shift(0)
	{
	}
	streamoff off;
	long long pos;
	unsigned long state;
	unsigned short byte, shift;
};
class codecvt_base : public locale::facet {
      public:
	codecvt_base(size_t = 0);
	bool always_noconv() const;
	int max_length() const;
	int encoding() const;
	~codecvt_base() override;
      protected:
	virtual bool do_always_noconv() const;
	virtual int do_max_length() const;
	virtual int do_encoding() const;
};
template <class E, class B, class S> class codecvt : public codecvt_base {
      public:
	explicit codecvt(size_t = 0);
	explicit codecvt(const _Locinfo &, size_t = 0);
	int in(S &, const B *, const B *, const B *&, E *, E *, E *&) const;
	int out(S &, const E *, const E *, const E *&, B *, B *, B *&) const;
	int unshift(S &, B *, B *, B *&) const;
	int length(S &, const B *, const B *, size_t) const;
	static size_t _Getcat(const locale::facet **, const locale *);
	__declspec(dllimport) static locale::id id;
      protected:
	~codecvt() override;
	void _Init(const _Locinfo &);
	virtual int do_in(S &, const B *, const B *, const B *&, E *, E *, E *&) const;
	virtual int do_out(S &, const E *, const E *, const E *&, B *, B *, B *&) const;
	virtual int do_unshift(S &, B *, B *, B *&) const;
	virtual int do_length(S &, const B *, const B *, size_t) const;
	bool do_always_noconv() const override;
	int do_max_length() const override;
	int do_encoding() const override;
};
struct ctype_base : locale::facet {
	ctype_base(size_t = 0);
	~ctype_base() override;
	typedef short mask;
};
template <class E> class ctype;
template <> class ctype<char> : public ctype_base {
	typedef char E;
      public:
	bool is(mask, E) const;
	const E *is(const E *, const E *, mask *) const;
	const E *scan_is(mask, const E *, const E *) const;
	const E *scan_not(mask, const E *, const E *) const;
	E tolower(E) const;
	const E *tolower(E *, const E *) const;
	E toupper(E) const;
	const E *toupper(E *, const E *) const;
	E widen(char) const;
	const char *widen(const char *, const char *, E *) const;
	char narrow(E, char) const;
	const E *narrow(const E *, const E *, char, char *) const;
	__declspec(dllimport) static locale::id id;
	explicit ctype(const mask *, bool, size_t);
	ctype(const _Locinfo &, size_t);
	static size_t _Getcat(const locale::facet **, const locale *);
	const mask *table() const;
	static const mask *classic_table();
	static const size_t table_size = 256;
      protected:
	~ctype() override;
	void _Init(const _Locinfo &);
	void _Tidy();
	virtual E do_tolower(E) const;
	virtual const E *do_tolower(E *, const E *) const;
	virtual E do_toupper(E) const;
	virtual const E *do_toupper(E *, const E *) const;
	virtual E do_widen(char) const;
	virtual const char *do_widen(const char *, const char *, E *) const;
	virtual char do_narrow(E, char) const;
	virtual const E *do_narrow(const E *, const E *, char, char *) const;
      private:
	_Ctypevec v;
};
template <> class ctype<wchar_t> : public ctype_base {
	typedef wchar_t E;
      public:
	bool is(mask, E) const;
	const E *is(const E *, const E *, mask *) const;
	const E *scan_is(mask, const E *, const E *) const;
	const E *scan_not(mask, const E *, const E *) const;
	E tolower(E) const;
	const E *tolower(E *, const E *) const;
	E toupper(E) const;
	const E *toupper(E *, const E *) const;
	E widen(char) const;
	const char *widen(const char *, const char *, E *) const;
	char narrow(E, char) const;
	const E *narrow(const E *, const E *, char, char *) const;
	__declspec(dllimport) static locale::id id;
	explicit ctype(size_t);
	ctype(const _Locinfo &, size_t);
	static size_t _Getcat(const locale::facet **, const locale *);
      protected:
	~ctype() override;
	void _Init(const _Locinfo &);
	virtual bool do_is(mask, E) const;
	virtual const E *do_is(const E *, const E *, mask *) const;
	virtual const E *do_scan_is(mask, const E *, const E *) const;
	virtual const E *do_scan_not(mask, const E *, const E *) const;
	virtual E do_tolower(E) const;
	virtual const E *do_tolower(E *, const E *) const;
	virtual E do_toupper(E) const;
	virtual const E *do_toupper(E *, const E *) const;
	virtual E do_widen(char) const;
	virtual const char *do_widen(const char *, const char *, E *) const;
	virtual char do_narrow(E, char) const;
	virtual const E *do_narrow(const E *, const E *, char, char *) const;
      private:
	_Ctypevec v;
	_Cvtvec cvt;
};
class ios_base {
      public:
	enum event { erase_event, imbue_event, copyfmt_event };
	typedef void (*event_callback)(event, ios_base &, int);
	class Init {
	      public:
		Init();
		~Init();
	      private:
		static void _Init_ctor(Init *);
		static void _Init_dtor(Init *);
	};
	operator bool() const;
	bool operator!() const;
	void clear(int, bool);
	void clear(int);
	int rdstate() const;
	void setstate(int, bool);
	void setstate(int);
	bool good() const;
	bool eof() const;
	bool fail() const;
	bool bad() const;
	int exceptions() const;
	void exceptions(int);
	int flags() const;
	int flags(int);
	int setf(int);
	int setf(int, int);
	void unsetf(int);
	streamsize precision() const;
	streamsize precision(streamsize);
	streamsize width() const;
	streamsize width(streamsize);
	locale getloc() const;
	locale imbue(const locale &);
	static int xalloc();
	long &iword(int);
	void *&pword(int);
	void register_callback(event_callback, int);
	ios_base &copyfmt(const ios_base &);
	static bool sync_with_stdio(bool);
	void swap(ios_base &);
	virtual ~ios_base();
	static void _Addstd(ios_base *);
	size_t stdstr;
      protected:
	ios_base();
	void _Init();
      private:
	static void _Ios_base_dtor(ios_base *);
	int state, except, fmt;
	streamsize prec, wide;
	void *arr, *calls;
	locale *loc;
};
template <class E, class T> class basic_streambuf {
      public:
	typedef typename T::int_type int_type;
	typedef fpos<_Mbstatet> pos_type;
      protected:
	basic_streambuf();
	basic_streambuf(_Uninitialized);
	basic_streambuf(const basic_streambuf &);
	basic_streambuf &operator=(const basic_streambuf &);
	void swap(basic_streambuf &);
      public:
	virtual ~basic_streambuf();
	pos_type pubseekoff(streamoff, int, int);
	pos_type pubseekoff(streamoff, unsigned, unsigned);
	pos_type pubseekpos(pos_type, int);
	pos_type pubseekpos(pos_type, unsigned);
	basic_streambuf *pubsetbuf(E *, streamsize);
	locale pubimbue(const locale &);
	locale getloc() const;
	streamsize in_avail();
	int pubsync();
	int_type sbumpc();
	int_type sgetc();
	streamsize sgetn(E *, streamsize);
	int_type snextc();
	int_type sputbackc(E);
	void stossc();
	int_type sungetc();
	int_type sputc(E);
	streamsize sputn(const E *, streamsize);
	virtual void _Lock();
	virtual void _Unlock();
      protected:
	E *eback() const;
	E *gptr() const;
	E *pbase() const;
	E *pptr() const;
	E *egptr() const;
	void gbump(int);
	void setg(E *, E *, E *);
	E *epptr() const;
	E *_Gndec();
	E *_Gninc();
	E *_Gnpreinc();
	streamsize _Gnavail() const;
	void pbump(int);
	void setp(E *, E *);
	void setp(E *, E *, E *);
	E *_Pninc();
	streamsize _Pnavail() const;
	void _Init();
	void _Init(E **, E **, int *, E **, E **, int *);
	virtual int_type overflow(int_type);
	virtual int_type pbackfail(int_type);
	virtual streamsize showmanyc();
	virtual int_type underflow();
	virtual int_type uflow();
	virtual streamsize xsgetn(E *, streamsize);
	virtual streamsize xsputn(const E *, streamsize);
	virtual pos_type seekoff(streamoff, int, int);
	virtual pos_type seekpos(pos_type, int);
	virtual basic_streambuf *setbuf(E *, streamsize);
	virtual int sync();
	virtual void imbue(const locale &);
      private:
	E *gfirst, *pfirst, **igfirst, **ipfirst, *gnext, *pnext, **ignext, **ipnext;
	int gcount, pcount, *igcount, *ipcount;
      protected:
	locale *loc;
};
template <class E, class T> class basic_ostream;
template <class E, class T> class basic_ios : public ios_base {
	typedef basic_streambuf<E, T> sb;
	typedef basic_ostream<E, T> os;
      public:
	explicit basic_ios(sb *);
	~basic_ios() override;
	void clear(int, bool);
	void clear(unsigned);
	void setstate(int, bool);
	void setstate(unsigned);
	basic_ios &copyfmt(const basic_ios &);
	os *tie() const;
	os *tie(os *);
	sb *rdbuf() const;
	sb *rdbuf(sb *);
	locale imbue(const locale &);
	E fill() const;
	E fill(E);
	char narrow(E, char) const;
	E widen(char) const;
	void move(basic_ios &);
	void move(basic_ios &&);
	void swap(basic_ios &);
	void set_rdbuf(sb *);
      protected:
	void init(sb *, bool);
	basic_ios();
      private:
	sb *buf;
	os *tied;
	E filler;
};
#pragma vtordisp(push, 2)
template <class E, class T> class basic_ostream : virtual public basic_ios<E, T> {
	typedef basic_streambuf<E, T> sb;
	typedef basic_ios<E, T> ios;
	typedef fpos<_Mbstatet> pos_type;
      public:
	explicit basic_ostream(sb *, bool = false);
	basic_ostream(_Uninitialized, bool);
      protected:
	basic_ostream(basic_ostream &&);
	basic_ostream &operator=(basic_ostream &&);
	void swap(basic_ostream &);
      public:
	~basic_ostream() override;
	bool opfx();
	void osfx();
	void _Osfx();
	basic_ostream &operator<<(basic_ostream &(*)(basic_ostream &));
	basic_ostream &operator<<(ios &(*)(ios &));
	basic_ostream &operator<<(ios_base &(*)(ios_base &));
	basic_ostream &operator<<(bool);
	basic_ostream &operator<<(short);
	basic_ostream &operator<<(unsigned short);
	basic_ostream &operator<<(int);
	basic_ostream &operator<<(unsigned);
	basic_ostream &operator<<(long);
	basic_ostream &operator<<(unsigned long);
	basic_ostream &operator<<(long long);
	basic_ostream &operator<<(unsigned long long);
	basic_ostream &operator<<(float);
	basic_ostream &operator<<(double);
	basic_ostream &operator<<(long double);
	basic_ostream &operator<<(const void *);
	basic_ostream &operator<<(sb *);
	basic_ostream &put(E);
	basic_ostream &write(const E *, streamsize);
	basic_ostream &flush();
	basic_ostream &seekp(pos_type);
	basic_ostream &seekp(streamoff, int);
	pos_type tellp();
};
template <class E, class T> class basic_istream : virtual public basic_ios<E, T> {
	typedef basic_streambuf<E, T> sb;
	typedef basic_ios<E, T> ios;
	typedef fpos<_Mbstatet> pos_type;
	typedef typename T::int_type int_type;
      public:
	explicit basic_istream(sb *, bool = false);
	basic_istream(sb *, bool, bool);
	basic_istream(_Uninitialized);
      protected:
	basic_istream(basic_istream &&);
	basic_istream &operator=(basic_istream &&);
	void swap(basic_istream &);
      public:
	~basic_istream() override;
	bool _Ipfx(bool);
	bool ipfx(bool);
	void isfx();
	basic_istream &operator>>(basic_istream &(*)(basic_istream &));
	basic_istream &operator>>(ios &(*)(ios &));
	basic_istream &operator>>(ios_base &(*)(ios_base &));
	basic_istream &operator>>(bool &);
	basic_istream &operator>>(short &);
	basic_istream &operator>>(unsigned short &);
	basic_istream &operator>>(int &);
	basic_istream &operator>>(unsigned &);
	basic_istream &operator>>(long &);
	basic_istream &operator>>(unsigned long &);
	basic_istream &operator>>(long long &);
	basic_istream &operator>>(unsigned long long &);
	basic_istream &operator>>(float &);
	basic_istream &operator>>(double &);
	basic_istream &operator>>(long double &);
	basic_istream &operator>>(void *&);
	basic_istream &operator>>(sb *);
	streamsize gcount() const;
	int_type get();
	basic_istream &get(E &);
	basic_istream &get(E *, streamsize);
	basic_istream &get(E *, streamsize, E);
	basic_istream &get(sb &);
	basic_istream &get(sb &, E);
	basic_istream &getline(E *, streamsize);
	basic_istream &getline(E *, streamsize, E);
	basic_istream &ignore(streamsize, int_type);
	basic_istream &read(E *, streamsize);
	streamsize readsome(E *, streamsize);
	int_type peek();
	basic_istream &putback(E);
	basic_istream &unget();
	int sync();
	basic_istream &seekg(pos_type);
	basic_istream &seekg(streamoff, int);
	pos_type tellg();
      private:
	streamsize count;
};
template <class E, class T> class basic_iostream : public basic_istream<E, T>, public basic_ostream<E, T> {
      public:
	explicit basic_iostream(basic_streambuf<E, T> *);
	~basic_iostream() override;
};
#pragma vtordisp(pop)
typedef basic_ostream<char, char_traits<char>> ostream;
typedef basic_istream<char, char_traits<char>> istream;
typedef basic_ostream<wchar_t, char_traits<wchar_t>> wostream;
typedef basic_istream<wchar_t, char_traits<wchar_t>> wistream;
template <class A> struct _Smanip {
	_Smanip(void (*f)(ios_base &, A), A a) : fn(f), arg(a)
	{
	}
	void (*fn)(ios_base &, A);
	A arg;
};
}

#endif
