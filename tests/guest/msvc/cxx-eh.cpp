// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests C++ exceptions as Microsoft's compiler encodes them: matching,
// conversions, destructors, rethrow, nesting, noexcept, catch-all with SEH.
//
// Compiled by clang for the MSVC target without any of its headers, so what is
// needed is declared here.  The sequence of events is compared as text.

#include "events.h"

extern "C" {
void *__current_exception();
int __uncaught_exceptions();
}

// What compiled code wants from the static part of Microsoft's library.
void operator delete(void *) noexcept
{
}
void operator delete(void *, size_t) noexcept
{
}

struct Noisy {
	const char *name;
	Noisy(const char *n) : name(n)
	{
		event("+%s ", name);
	}
	Noisy(const Noisy &o) : name(o.name)
	{
		event("copy-%s ", name);
	}
	~Noisy()
	{
		event("-%s ", name);
	}
};

struct Base {
	int b = 1;
	virtual ~Base()
	{
	}
};
struct Other {
	int o = 2;
	virtual ~Other()
	{
	}
};
struct Derived : Other, Base {
	int d = 3;
};
struct Virt : virtual Base {
	int v = 4;
};

static volatile int zero;

__declspec(noinline) static void throw_int(int n)
{
	Noisy x("x");
	if (!zero)
		throw n;
}

static void simple()
{
	try {
		Noisy a("a");
		throw_int(42);
		event("not-here ");
	} catch (int n) {
		event("int%d ", n);
	}
	event("after ");
	expect("simple", "+a +x -x -a int42 after ");
}

static void choose()
{
	for (int i = 0; i < 6; i++) {
		try {
			switch (i) {
			case 0:
				throw 1;
			case 1:
				throw 2.5;
			case 2:
				throw "text";
			case 3:
				throw Derived();
			case 4:
				throw Virt();
			case 5:
				throw 7ull;
			}
		} catch (int n) {
			event("int%d ", n);
		} catch (double d) {
			event("double%d ", (int)(d * 2));
		} catch (const char *s) {
			event("%s ", s);
		} catch (Base &b) {
			event("base%d ", b.b);
		} catch (...) {
			event("... ");
		}
	}
	expect("choose", "int1 double5 text base1 base1 ... ");
}

static void pointers()
{
	Derived d;

	try {
		throw &d;
	} catch (Base *b) {
		event("%d%d ", b->b, b == &d);
	}
	try {
		throw(Derived *) nullptr;
	} catch (Base *b) {
		event("null%d ", b == nullptr);
	}
	try {
		throw(const char *) "c";
	} catch (char *) {
		event("wrong ");
	} catch (const void *) {
		event("const-void ");
	}
	expect("pointers", "11 null1 const-void ");
}

static void by_value()
{
	try {
		try {
			throw Noisy("e");
		} catch (Noisy n) {
			event("caught-%s ", n.name);
		}
		event("out ");
	} catch (...) {
		event("wrong ");
	}
	expect("by value", "+e copy-e caught-e -e -e out ");
}

static void by_reference()
{
	try {
		throw Noisy("e");
	} catch (Noisy &n) {
		event("caught-%s ", n.name);
	}
	event("out ");
	expect("by reference", "+e caught-e -e out ");
}

static void rethrow()
{
	try {
		Noisy a("a");
		try {
			Noisy b("b");
			throw Noisy("e");
		} catch (Noisy &n) {
			Noisy c("c");
			event("in-%s ", n.name);
			throw;
		}
	} catch (const Noisy &n) {
		event("outer-%s ", n.name);
	}
	event("out ");
	expect("rethrow", "+a +b +e -b +c in-e -c -a outer-e -e out ");
}

static void rethrow_inside()
{
	try {
		throw Noisy("e");
	} catch (Noisy &) {
		try {
			throw;
		} catch (Noisy &n) {
			event("again-%s ", n.name);
		}
		event("still ");
	}
	event("out ");
	expect("rethrow inside", "+e again-e still -e out ");
}

static void nested()
{
	try {
		try {
			throw 1;
		} catch (int n) {
			Noisy a("a");
			event("int%d ", n);
			try {
				throw 2.0;
			} catch (double) {
				Noisy b("b");
				event("double ");
				throw 'c';
			}
		}
	} catch (char c) {
		event("char-%c ", c);
	}
	expect("nested", "+a int1 +b double -b -a char-c ");
}

static void replaced()
{
	try {
		try {
			throw Noisy("one");
		} catch (Noisy &) {
			throw Noisy("two");
		}
	} catch (Noisy &n) {
		event("got-%s ", n.name);
	}
	event("out ");
	expect("replaced", "+one +two -one got-two -two out ");
}

static void in_loop()
{
	int sum = 0;

	for (int i = 0; i < 1000; i++) {
		try {
			try {
				throw i;
			} catch (int n) {
				if (n % 2)
					throw;
				sum += n;
			}
		} catch (int n) {
			sum += 2 * n;
		}
	}
	event("%d ", sum);
	expect("in loop", "749500 ");
}

struct Thrower {
	Noisy a{ "m1" };
	Noisy b{ "m2" };
	Thrower()
	{
		if (!zero)
			throw 5;
	}
	Noisy c{ "m3" };
	~Thrower()
	{
		event("never ");
	}
};

static void constructor()
{
	try {
		Thrower t;
	} catch (int n) {
		event("int%d ", n);
	}
	expect("constructor", "+m1 +m2 +m3 -m3 -m2 -m1 int5 ");
}

static int return_from_catch()
{
	Noisy a("a");

	try {
		throw 3;
	} catch (int n) {
		return n * 2;
	}
}

static void returns()
{
	event("%d ", return_from_catch());
	expect("returns", "+a -a 6 ");
}

struct Safe {
	~Safe()
	{
		try {
			event("u%d ", __uncaught_exceptions());
			throw 1;
		} catch (int) {
			event("inner-u%d ", __uncaught_exceptions());
		}
	}
};

static void throw_in_destructor()
{
	try {
		Safe s;
		throw 2.0;
	} catch (double) {
		event("double-u%d ", __uncaught_exceptions());
	}
	expect("throw in destructor", "u1 inner-u1 double-u0 ");
}

struct Left : virtual Base {
	int l = 5;
};
struct Right : virtual Base {
	int r = 6;
};
struct Bottom : Left, Right, private Other {
	int z = 7;
};

static void casts()
{
	Derived d;
	Bottom b;
	Other *o = &d;
	Base *base = &d;
	Left *left = &b;

	event("%d ", dynamic_cast<Derived *>(o) == &d);
	event("%d ", dynamic_cast<Base *>(o) == base);
	event("%d ", dynamic_cast<void *>(base) == &d);
	event("%d ", dynamic_cast<Virt *>(base) == nullptr);
	base = left;
	event("%d ", dynamic_cast<Right *>(left) == &b);
	event("%d ", dynamic_cast<Bottom *>(base) == &b);
	event("%d ", dynamic_cast<Other *>(left) == nullptr);
	try {
		event("%d ", dynamic_cast<Derived &>(*base).d);
	} catch (...) {
		event("bad ");
	}
	expect("casts", "1 1 1 1 1 1 1 bad ");
}

static int deep(int n)
{
	Noisy *p = nullptr;

	try {
		if (n == 0)
			throw Derived();
		return deep(n - 1) + 1;
	} catch (Other &o) {
		if (n < 3)
			throw;
		return o.o * 100 + n;
	}
	(void)p;
}

static void recursion()
{
	event("%d ", deep(5));
	expect("recursion", "205 ");
}

static void catch_in_catch_of_same_try()
{
	for (int i = 0; i < 2; i++) {
		try {
			throw i;
		} catch (int n) {
			try {
				if (n)
					throw 'x';
				event("none ");
			} catch (char c) {
				event("%c ", c);
			}
			event("end%d ", n);
			continue;
		}
	}
	expect("catch in catch", "none end0 x end1 ");
}

int main()
{
	simple();
	choose();
	pointers();
	by_value();
	by_reference();
	rethrow();
	rethrow_inside();
	nested();
	replaced();
	in_loop();
	constructor();
	returns();
	throw_in_destructor();
	recursion();
	casts();
	catch_in_catch_of_same_try();
	event("%d ", *(void **)__current_exception() == nullptr);
	expect("nothing is left", "1 ");
	return done();
}
