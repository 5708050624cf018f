/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ECDSA's control: a signature of each curve (made by OpenSSL for this test,
 * of "run-foreign") is one, and what differs in a bit is none.
 */
#include <check.h>
#include <stdio.h>
#include <unistd.h>

#include "base/table.h"
#include "dlls/include/rf-ecdsa.h"
#include "syscall-xlate/nt/control.h"
#include "tests/lib/host-guest.h"
#include "tests/lib/unit.h"

static const struct {
	uint32_t bits;
	const char *x, *y, *r, *s, *digest; /* in digits */
} made[] = {
	{ 256,
	  "111bc6ceea662087b19af4ee05825f4b2d80574b8722e77f5ce6666f"
	  "e7070a80",
	  "c9690f4f6b87c6205fb75c529fefdef04858deb9edc7ad6b45a9f7e3"
	  "31a9b216",
	  "e1650de830faeff5a553ffabe57ec1fe29c5460beb8cec9b8572e03f"
	  "f9c35bb5",
	  "d9269ee046d6e46801b965a51f50ca8b9f80920b3006bd6e4e264d45"
	  "ca79f459",
	  "effe5cd6970957cff0586dd2f4f68f7788db277b3497160861cee3e7"
	  "6446de33" },
	{ 384,
	  "17c2b4a3f635be9e8bc809540f056d3ef7019a72c5300a9b49e1e932"
	  "5852ef095281adad584ade175cd14fbe524f9055",
	  "ea16066b4174b1880b324dd89016fc7be057b13df351f0f19bfcfa75"
	  "a8bd8cff17003dc3aea15f329f91094c9ec736cb",
	  "399b708dbeda087acbcfac87beab8da06b2a22ea9637b8955b86952b"
	  "caf4803d903f504bb9b00d722bbabbab0c67d69f",
	  "e100880a51253e3076f505d904a7902d572ad0eb324b9087fc236c35"
	  "28dfde80efbd57d81a57882cbf2f7caaa6b839c5",
	  "737b0120950dbcf8af54649aa8304ecb90a20397344633a42692387e"
	  "5fde42f182b40967dd9f9f45b616c1652c4772d0" },
	{ 521,
	  "00ca553eadfdd5cf2bec8e6c8600b78e77957918b38e203423776246"
	  "6b6c70ae2e3bca817151843ed87bf145482a52cacd5ef93c628d063e"
	  "6c2f2a4ca3ac630fad00",
	  "00198e1ab94080b17f76fa5304566fb99cf5dc52b499610e85f3d9f1"
	  "8b22aeb75e479a23169ea3a71e40b3b81fb61424ad91ad8b6708f26c"
	  "87b2fe3b793051ea82c0",
	  "015faa14b4ba739bb5932608af05648f7e54e337ba1aeb480016d7db"
	  "e2470bde2e3f83a334b1899587c9e9f164f549eb84dceab96b0d5954"
	  "0f86fa318b56fae6dfaf",
	  "e0580cc0cd8b0817d39bbd2a694255be211383082341422e5cbfa387"
	  "a4f7ec76a33f9f7932d8795784e42e4368f1bbefce73418f2d7f15da"
	  "e22c02f2255c54b4bd",
	  "9ddb34b59d178969e3d8c08b1f349eda6221d0489290db4484ab165e"
	  "7b41ead2ebf23149fe49dc6d63d73a4b674ab802d619ea79a7b76ebc"
	  "4b0861ca2ffc10ca" },
};

static size_t digits(uint8_t *to, const char *text)
{
	size_t n = strlen(text) / 2;

	for (size_t i = 0; i < n; i++) {
		unsigned byte;

		ck_assert_int_eq(sscanf(text + 2 * i, "%2x", &byte), 1);
		to[i] = (uint8_t)byte;
	}
	return n;
}

static void number(uint8_t to[RF_ECDSA_NUMBER], const char *text)
{
	digits(to + RF_ECDSA_NUMBER - strlen(text) / 2, text);
}

static struct rf_ecdsa question(int i)
{
	struct rf_ecdsa q = { .bits = made[i].bits };

	number(q.x, made[i].x);
	number(q.y, made[i].y);
	number(q.r, made[i].r);
	number(q.s, made[i].s);
	q.digest_size = (uint32_t)digits(q.digest, made[i].digest);
	return q;
}

static NTSTATUS ask(const struct rf_ecdsa *q, size_t n)
{
	struct irp r = { .buf = G(q), .len = (uint32_t)n };

	return ecdsa_check(hg_task, NULL, &r);
}

/* Built without the library there is one answer to everything. */
static bool supported(void)
{
	struct irp r = { 0 };

	return ecdsa_check(hg_task, NULL, &r) != STATUS_NOT_SUPPORTED;
}

static void start(void)
{
	hg_start();
}

START_TEST(curves)
{
	struct rf_ecdsa q = question(_i);
	uint8_t *const byte[] = { &q.r[RF_ECDSA_NUMBER - 1],
				  &q.s[RF_ECDSA_NUMBER - 1], &q.digest[0] };

	ck_assert_int_eq(ask(&q, sizeof q), 0);
	for (size_t i = 0; i < COUNT_OF(byte); i++) {
		*byte[i] ^= 1;
		ck_assert_int_eq(ask(&q, sizeof q), STATUS_INVALID_SIGNATURE);
		*byte[i] ^= 1;
	}
	/* Not a point of the curve. */
	q.x[RF_ECDSA_NUMBER - 1] ^= 1;
	ck_assert_int_eq(ask(&q, sizeof q), STATUS_INVALID_PARAMETER);
	q.x[RF_ECDSA_NUMBER - 1] ^= 1;
	/* Zeros are no signature. */
	memset(q.s, 0, sizeof q.s);
	ck_assert_int_eq(ask(&q, sizeof q), STATUS_INVALID_SIGNATURE);
	memset(q.r, 0, sizeof q.r);
	ck_assert_int_eq(ask(&q, sizeof q), STATUS_INVALID_SIGNATURE);
	/* More than there can be. */
	memset(q.r, 0xff, sizeof q.r);
	memset(q.s, 0xff, sizeof q.s);
	ck_assert_int_eq(ask(&q, sizeof q), STATUS_INVALID_SIGNATURE);
	memset(q.x, 0xff, sizeof q.x);
	memset(q.y, 0xff, sizeof q.y);
	ck_assert_int_eq(ask(&q, sizeof q), STATUS_INVALID_PARAMETER);
}
END_TEST

START_TEST(sizes)
{
	static const uint32_t bits[] = { 0, 192, 255, 512, ~0u };
	struct rf_ecdsa q = question(0);

	for (size_t i = 0; i < COUNT_OF(bits); i++) {
		q.bits = bits[i];
		ck_assert_int_eq(ask(&q, sizeof q), STATUS_INVALID_PARAMETER);
	}
	q = question(0);
	q.digest_size = RF_ECDSA_DIGEST + 1;
	ck_assert_int_eq(ask(&q, sizeof q), STATUS_INVALID_PARAMETER);
	q.digest_size = 0;
	ck_assert_int_eq(ask(&q, sizeof q), STATUS_INVALID_SIGNATURE);
	ck_assert_int_eq(ask(&q, sizeof q - 1), STATUS_INVALID_PARAMETER);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ecdsa");
	TCase *tc = tcase_create("all");

	if (!supported()) {
		puts("1..0 # SKIP built without nettle");
		return 0;
	}
	tcase_add_unchecked_fixture(tc, start, NULL);
	tcase_add_loop_test(tc, curves, 0, COUNT_OF(made));
	tcase_add_test(tc, sizes);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
