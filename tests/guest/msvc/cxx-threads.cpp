// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests msvcp140's throwers, exception_ptr, and what <mutex>,
// <condition_variable>, <thread> and call_once() are made of.

#include "events.h"

extern "C" {
struct thread {
	void *handle;
	unsigned id;
};
int _Mtx_lock(void *);
int _Mtx_trylock(void *);
int _Mtx_timedlock(void *, const void *);
int _Mtx_unlock(void *);
void _Mtx_init_in_situ(void *, int);
int _Cnd_wait(void *, void *);
int _Cnd_timedwait(void *, void *, const void *);
int _Cnd_signal(void *);
int _Cnd_broadcast(void *);
int _Thrd_start(thread *, unsigned(__stdcall *)(void *), void *);
int _Thrd_join(thread, int *);
unsigned _Thrd_id();
int xtime_get(void *, int);
long long _Xtime_get_ticks();
long long _Query_perf_counter();
long long _Query_perf_frequency();
__declspec(dllimport) void *__stdcall GetCurrentThread();
__declspec(dllimport) int __stdcall GetThreadTimes(void *, void *, void *, long long *, long long *);
__declspec(dllimport) void __stdcall Sleep(unsigned);
}
void operator delete(void *) noexcept
{
}
void operator delete(void *, size_t) noexcept
{
}

namespace std
{
class exception {
      public:
	virtual ~exception()
	{
	}
	virtual const char *what() const
	{
		return text;
	}
	const char *text;
	bool owned;
};
class bad_alloc : public exception {
};
class bad_function_call : public exception {
};
class logic_error : public exception {
};
class length_error : public logic_error {
};
class out_of_range : public logic_error {
};
class invalid_argument : public logic_error {
};
class runtime_error : public exception {
};
class overflow_error : public runtime_error {
};
class regex_error : public runtime_error {
      public:
	int code;
};
struct error_category {
	virtual ~error_category()
	{
	}
	virtual const char *name() const = 0;
	size_t word;
};
class _System_error : public runtime_error {
      public:
	int value;
	const error_category *category;
};
class system_error : public _System_error {
};
namespace regex_constants
{
enum error_type { error_paren = 5 };
}
[[noreturn]] void _Xlength_error(const char *);
[[noreturn]] void _Xout_of_range(const char *);
[[noreturn]] void _Xinvalid_argument(const char *);
[[noreturn]] void _Xoverflow_error(const char *);
[[noreturn]] void _Xruntime_error(const char *);
[[noreturn]] void _Xbad_alloc();
[[noreturn]] void _Xbad_function_call();
[[noreturn]] void _Xregex_error(regex_constants::error_type);
[[noreturn]] void _Throw_Cpp_error(int);
const char *_Syserror_map(int);
int _Winerror_map(int);
int uncaught_exceptions();
bool uncaught_exception();
struct once_flag {
	void *opaque = nullptr;
};
int _Execute_once(once_flag &, int(__stdcall *)(void *, void *, void **), void *);
}

void __ExceptionPtrCreate(void *);
void __ExceptionPtrCopy(void *, const void *);
void __ExceptionPtrDestroy(void *);
bool __ExceptionPtrToBool(const void *);
void __ExceptionPtrCurrentException(void *);
[[noreturn]] void __ExceptionPtrRethrow(const void *);

template <class T, class F> static void caught(F f)
{
	try {
		f();
	} catch (T &e) {
		event("%s ", e.what());
	} catch (...) {
		event("another ");
	}
}

static void throwers()
{
	using namespace std;

	caught<length_error>([] { _Xlength_error("long"); });
	caught<logic_error>([] { _Xout_of_range("far"); });
	caught<exception>([] { _Xinvalid_argument("bad"); });
	caught<runtime_error>([] { _Xlength_error("long"); });
	caught<overflow_error>([] { _Xoverflow_error("over"); });
	caught<runtime_error>([] { _Xruntime_error("run"); });
	caught<bad_alloc>([] { _Xbad_alloc(); });
	caught<bad_function_call>([] { _Xbad_function_call(); });
	expect("by type", "long far bad another over run bad allocation bad function call ");

	try {
		_Throw_Cpp_error(5);
	} catch (system_error &e) {
		event("%s|%d %s|", e.what(), e.value, e.category->name());
	}
	try {
		_Xregex_error(regex_constants::error_paren);
	} catch (regex_error &e) {
		event("%d", e.code);
	}
	expect("system_error and regex_error",
	       "resource deadlock would occur: resource deadlock would occur|36 generic|5");

	try {
		_Xruntime_error("sliced");
	} catch (exception e) { // a copy of the base
		event("%s ", e.text);
		e.owned = false; // this class has no destructor for it
	}
	struct Counts {
		~Counts()
		{
			event("%d%d", uncaught_exceptions(), uncaught_exception());
		}
	};
	try {
		Counts c;
		throw 1;
	} catch (int) {
		event(" %d ", uncaught_exceptions());
	}
	event("%s %s %d %d", _Syserror_map(2), _Syserror_map(9999), _Winerror_map(5),
	      _Winerror_map(2));
	expect("the rest", "sliced 11 0 no such file or directory unknown error 13 2");
}

struct Thrown {
	static int alive;
	int n;
	Thrown(int n) : n(n)
	{
		alive++;
	}
	Thrown(const Thrown &o) : n(o.n)
	{
		if (n == 13)
			throw 14;
		alive++;
	}
	~Thrown()
	{
		alive--;
	}
};
int Thrown::alive;

static unsigned __stdcall rethrower(void *p)
{
	try {
		__ExceptionPtrRethrow(p);
	} catch (Thrown &t) {
		return t.n;
	} catch (...) {
		return 1;
	}
}

static int join(thread t)
{
	int code = -1;

	_Thrd_join(t, &code);
	return code;
}

static void pointers()
{
	void *p[2], *q[2], *none[2];
	thread t;

	__ExceptionPtrCreate(none);
	__ExceptionPtrCurrentException(p); // outside of a catch block
	event("%d%d ", __ExceptionPtrToBool(none), __ExceptionPtrToBool(p));
	try {
		throw Thrown(42);
	} catch (...) {
		__ExceptionPtrCurrentException(p);
	}
	__ExceptionPtrCopy(q, p);
	event("%d %d ", __ExceptionPtrToBool(q), Thrown::alive);
	_Thrd_start(&t, rethrower, q);
	event("%d ", join(t));
	event("%d ", (int)rethrower(p));
	__ExceptionPtrDestroy(p);
	event("%d ", Thrown::alive);
	__ExceptionPtrDestroy(q);
	event("%d", Thrown::alive);
	expect("exception_ptr", "00 1 1 42 42 1 0");

	try {
		throw 3;
	} catch (int) {
		__ExceptionPtrCurrentException(p);
	}
	try {
		__ExceptionPtrRethrow(p);
	} catch (int n) {
		event("%d ", n);
	}
	__ExceptionPtrDestroy(p);
	try {
		__ExceptionPtrRethrow(none);
	} catch (std::exception &e) {
		event("%s", e.what());
	}
	expect("of an int, of nothing", "3 bad exception");
}

// As constant-initialised in a program: type, lock, owner, count.
struct Mutex {
	int type = 2;
	void *room[sizeof(void *) == 8 ? 8 : 9] = {};
	long owner = 0;
	int count = 0;
};
struct Condition {
	void *room[sizeof(void *) == 8 ? 9 : 10] = {};
};

static Mutex mutex;
static Condition condition;
static int turn, sum;

static unsigned __stdcall partner(void *)
{
	for (int i = 0; i < 1000; i++) {
		_Mtx_lock(&mutex);
		while (turn != 1)
			_Cnd_wait(&condition, &mutex);
		sum++;
		turn = 0;
		_Cnd_broadcast(&condition);
		_Mtx_unlock(&mutex);
	}
	return _Thrd_id();
}

static int __stdcall once(void *, void *arg, void **)
{
	++*(int *)arg;
	return 1;
}

static unsigned __stdcall try_it(void *m)
{
	return _Mtx_trylock(m);
}

static void threads()
{
	thread t;
	Mutex recursive;
	struct {
		long long sec;
		long nsec;
	} now;
	int calls = 0;
	std::once_flag flag;

	_Thrd_start(&t, partner, nullptr);
	for (int i = 0; i < 1000; i++) {
		_Mtx_lock(&mutex);
		while (turn != 0)
			_Cnd_wait(&condition, &mutex);
		turn = 1;
		_Cnd_signal(&condition);
		_Mtx_unlock(&mutex);
	}
	event("%d ", join(t) == (int)t.id);
	event("%d ", sum);

	_Mtx_lock(&mutex);
	event("%d", _Mtx_lock(&mutex)); // its own: busy
	event("%d", _Mtx_trylock(&mutex));
	_Thrd_start(&t, try_it, &mutex);
	event("%d ", join(t));
	xtime_get(&now, 1);
	event("%d ", _Cnd_timedwait(&condition, &mutex, &now));
	_Mtx_unlock(&mutex);

	_Mtx_init_in_situ(&recursive, 0x102);
	event("%d%d", _Mtx_lock(&recursive), _Mtx_trylock(&recursive));
	_Mtx_unlock(&recursive);
	_Thrd_start(&t, try_it, &recursive);
	event("%d", join(t));
	_Mtx_unlock(&recursive);
	_Thrd_start(&t, try_it, &recursive);
	event("%d ", join(t));

	std::_Execute_once(flag, once, &calls);
	std::_Execute_once(flag, once, &calls);
	event("%d ", calls);
	event("%d%d", _Xtime_get_ticks() - now.sec * 10000000 < 50000000,
	      _Query_perf_counter() > 0 && _Query_perf_frequency() > 0);
	expect("threads", "1 1000 333 2 0030 1 11");
}

struct Time {
	long long sec;
	long nsec;
};

static Time in_ms(int ms)
{
	Time t;

	xtime_get(&t, 1);
	t.nsec += ms % 1000 * 1000000;
	t.sec += ms / 1000 + t.nsec / 1000000000;
	t.nsec %= 1000000000;
	return t;
}

static long long cpu_used()
{
	long long ignored, kernel, user;

	GetThreadTimes(GetCurrentThread(), &ignored, &ignored, &kernel, &user);
	return kernel + user;
}

struct Timed {
	Mutex m;
	int ms;
};

// A hundred: it waited without computing.  Then _Mtx_timedlock()'s result.
static unsigned __stdcall take_timed(void *p)
{
	Timed *t = (Timed *)p;
	Time until = in_ms(t->ms);
	long long before = cpu_used();
	int result = _Mtx_timedlock(&t->m, &until);

	if (result == 0)
		_Mtx_unlock(&t->m);
	return (cpu_used() - before < 500000) * 100 + result;
}

static void timed()
{
	Timed t = { Mutex(), 250 };
	Time past = in_ms(-1), ages = { 0x7fffffffffffffff, 0 }, before = { -0x7fffffffffffffff, 0 };
	thread waiter;

	event("%d", _Mtx_timedlock(&t.m, &past)); // it is free
	event("%d ", _Mtx_timedlock(&t.m, &past)); // its own
	_Thrd_start(&waiter, take_timed, &t);
	event("%d ", join(waiter));
	t.ms = 60000;
	_Thrd_start(&waiter, take_timed, &t);
	Sleep(100);
	_Mtx_unlock(&t.m);
	event("%d ", join(waiter));
	event("%d", _Mtx_timedlock(&t.m, &ages));
	_Mtx_unlock(&t.m);
	event("%d", _Mtx_timedlock(&t.m, &before));
	_Mtx_unlock(&t.m);
	expect("timed", "02 102 100 00");
}

int main()
{
	throwers();
	pointers();
	threads();
	timed();
	return done();
}
