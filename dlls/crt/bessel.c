/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bessel.c - _j0 to _yn, which libmingwex leaves to msvcrt.
 */
#include "crt.h"

double sin(double);
double cos(double);
double sqrt(double);
double log(double);

#define PI 3.14159265358979323846L

/*
 * J_n for x > 0.  Small x: downward recurrence from a large order, scaled by
 * J0 + 2 (J2 + J4 + ...) = 1.  Large x: Hankel's asymptotic series for the
 * orders 0 and 1, then upward recurrence while n < x.
 */
static void hankel(int n, long double x, long double *p, long double *q)
{
	long double mu = 4.0L * n * n, term = 1, sp = 1, sq = 0, last = 1e30L;

	for (int k = 1; k < 60; k++) {
		long double odd = 2 * k - 1, mag;

		term *= (mu - odd * odd) / (k * 8 * x);
		mag = term < 0 ? -term : term;
		if (mag > last || mag < 1e-20L)
			break;
		last = mag;
		if (k & 1)
			sq += (k & 2) ? -term : term;
		else
			sp += (k & 2) ? -term : term;
	}
	*p = sp;
	*q = sq;
}

static void asymptotic(int n, double x, double *j, double *y)
{
	long double p, q, s = sin(x), c = cos(x), a, b;
	long double r = sqrt((double)(2 / (PI * x)));

	hankel(n, x, &p, &q);
	/* chi = x - n pi/2 - pi/4 */
	if (n == 0) {
		a = (c + s) * 0.70710678118654752440L;
		b = (s - c) * 0.70710678118654752440L;
	} else {
		a = (s - c) * 0.70710678118654752440L;
		b = -(s + c) * 0.70710678118654752440L;
	}
	*j = (double)(r * (p * a - q * b));
	*y = (double)(r * (p * b + q * a));
}

#define ASYMPTOTIC 25.0

/* Fills v[0..n] with J_0..J_n of 0 < x <= ASYMPTOTIC (or n > x); returns J_n.
 */
static long double miller(int n, long double x, long double *j0,
			  long double *j1, long double *neumann,
			  long double *neumann1)
{
	int m = 2 * ((n + (int)x + 60) / 2);
	long double a = 0, b = 1e-300L, sum = 0, jn = 0, y = 0, y1 = 0;

	*j0 = *j1 = 0;
	for (int k = m; k >= 0; k--) {
		long double c = 2 * (k + 1) / x * b - a; /* J_k */

		a = b;
		b = c;
		if ((b < 0 ? -b : b) > 1e300L) {
			a *= 1e-300L;
			b *= 1e-300L;
			sum *= 1e-300L;
			jn *= 1e-300L;
			y *= 1e-300L;
			y1 *= 1e-300L;
			*j1 *= 1e-300L;
		}
		if (k == n)
			jn = b;
		if (k == 1)
			*j1 = b;
		if (k == 0)
			*j0 = b;
		if (k && !(k & 1)) {
			sum += 2 * b;
			/* Y0: (-1)^k J_2k / k */
			y += (k / 2 & 1 ? -b : b) / (k / 2);
		} else if (k > 1) {
			int i = k / 2;

			/* Y1: (-1)^i J_2i+1 (2i + 1) / (i (i + 1)) */
			y1 += (i & 1 ? -b : b) * k / ((long double)i * (i + 1));
		}
	}
	sum += *j0;
	*j0 /= sum;
	*j1 /= sum;
	*neumann = y / sum;
	*neumann1 = y1 / sum;
	return jn / sum;
}

static double bessel_j(int n, double x)
{
	long double j0, j1, y, y1;
	int sign = 1;
	double a, b, unused;

	if (x != x)
		return x;
	if (n < 0) {
		n = -n;
		sign = n & 1 ? -1 : 1;
	}
	if (x < 0) {
		x = -x;
		if (n & 1)
			sign = -sign;
	}
	if (x == 0)
		return n ? 0 : 1;
	if (__builtin_isinf(x))
		return 0;
	if (x <= ASYMPTOTIC || n > x)
		return sign * (double)miller(n, x, &j0, &j1, &y, &y1);
	asymptotic(0, x, &a, &unused);
	if (n == 0)
		return sign * a;
	asymptotic(1, x, &b, &unused);
	for (int k = 1; k < n; k++) {
		double c = 2 * k / x * b - a;

		a = b;
		b = c;
	}
	return sign * b;
}

static double bessel_y(int n, double x)
{
	long double j0, j1, s, s1;
	int sign = 1;
	double a, b, unused;

	if (x != x)
		return x;
	if (x < 0)
		return crt_domain("_yn", x);
	if (x == 0) {
		crt_errno = ERANGE;
		return -__builtin_inf();
	}
	if (n < 0) {
		n = -n;
		sign = n & 1 ? -1 : 1;
	}
	if (x > ASYMPTOTIC) {
		asymptotic(0, x, &unused, &a);
		asymptotic(1, x, &unused, &b);
	} else {
		long double l = log(x / 2) + 0.57721566490153286061L;

		miller(0, x, &j0, &j1, &s, &s1);
		a = (double)(2 / PI * (l * j0 - 2 * s));
		b = (double)(2 / PI * (-j0 / x + (l - 1) * j1 - s1));
	}
	if (n == 0)
		return a;
	for (int k = 1; k < n; k++) {
		double c = 2 * k / x * b - a;

		a = b;
		b = c;
		if (__builtin_isinf(b))
			break;
	}
	return sign * b;
}

double _j0(double x)
{
	return bessel_j(0, x);
}

double _j1(double x)
{
	return bessel_j(1, x);
}

double _jn(int n, double x)
{
	return bessel_j(n, x);
}

double _y0(double x)
{
	return bessel_y(0, x);
}

double _y1(double x)
{
	return bessel_y(1, x);
}

double _yn(int n, double x)
{
	return bessel_y(n, x);
}
