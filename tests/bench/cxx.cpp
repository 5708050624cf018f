// SPDX-License-Identifier: LGPL-2.1-or-later
// cxx.cpp - C++ exceptions: the guest (clang for the MSVC target, with none of
// its headers) and its native counterpart are this one file.
extern "C" {
int printf(const char *, ...);
#ifdef _WIN32
typedef unsigned long long size_t;
extern const void *const type_info_vtable[2] asm("??_7type_info@@6B@");
const void *const type_info_vtable[2] = {};
int _fltused;
__declspec(dllimport) int __stdcall QueryPerformanceCounter(long long *);
__declspec(dllimport) int __stdcall QueryPerformanceFrequency(long long *);
#else
struct timespec {
	long s, ns;
};
int clock_gettime(int, struct timespec *);
#endif
}

static double seconds()
{
#ifdef _WIN32
	long long t, f;

	QueryPerformanceCounter(&t);
	QueryPerformanceFrequency(&f);
	return (double)t / (double)f;
#else
	struct timespec t;

	clock_gettime(1, &t);
	return (double)t.s + (double)t.ns / 1e9;
#endif
}

static volatile int sink;

struct guard {
	~guard()
	{
		sink = sink + 1;
	}
};

__attribute__((noinline)) static void deep(int n)
{
	guard g;

	if (n == 0)
		throw n;
	deep(n - 1);
	sink = sink + 1;
}

static void bench(const char *name, int depth, int n)
{
	double best = 1e9;

	for (int round = 0; round < 5; round++) {
		double start = seconds(), t;

		for (int i = 0; i < n; i++) {
			try {
				deep(depth);
			} catch (int v) {
				sink = sink + v;
			}
		}
		t = (seconds() - start) / n * 1e9;
		best = t < best ? t : best;
	}
	printf("%s\t%.2f\n", name, best);
}

int main()
{
	bench("C++ throw+catch, 1 frame", 0, 50000);
	bench("C++ throw+catch, 10 frames", 9, 20000);
	return 0;
}
