/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What Schannel asks the host by, asked without it: requests that are cut off,
 * out of order, too long, full of nonsense, and from several threads at a time;
 * many sessions; a server that wants to be somebody else.  Nobody hangs, and a
 * session that was asked well still answers.  Windows has no such device, and
 * passes.
 */
// link: -lntdll -lcrypt32
#include <windows.h>
#include <winternl.h>

#include "check.h"
#include "schannel-cert.h"

enum { CALL = 0x392010, MOST = 1 << 20 };
enum {
	BEGIN = 1,
	STEP,
	IDENTITY,
	SEAL,
	OPEN,
	SHUT,
	RENEW,
	QUERY,
	READ_PFX,
	WRITE_PFX,
	RECONNECTS,
	OPS
};
enum { OK = 0, WANT_VERDICT = 2, POST = 4, BAD = 7 };
enum { SERVER = 1, VERIFY = 2, VERDICT = 16 }; /* flags */
enum { CERT = 3, KEY = 4, CACHE = 10 };        /* items */

static BYTE big[MOST + 64], out[MOST];

static NTSTATUS open_device(HANDLE *h)
{
	UNICODE_STRING name;
	OBJECT_ATTRIBUTES attr;
	IO_STATUS_BLOCK iosb;

	RtlInitUnicodeString(&name, L"\\Device\\RfTls");
	InitializeObjectAttributes(&attr, &name, 0, NULL, NULL);
	return NtOpenFile(h, FILE_READ_DATA | SYNCHRONIZE, &attr, &iosb,
			  FILE_SHARE_READ | FILE_SHARE_WRITE, 0x20);
}

/* The state that is answered, or -1 with *status. */
static int ask(HANDLE h, const void *p, ULONG n, BYTE *to, ULONG room,
	       NTSTATUS *status)
{
	IO_STATUS_BLOCK iosb;
	DWORD state;

	*status = NtDeviceIoControlFile(h, NULL, NULL, NULL, &iosb, CALL,
					(void *)p, n, to, room);
	if (*status)
		return -1;
	memcpy(&state, to, sizeof state);
	return (int)state;
}

static int request(HANDLE h, DWORD op, DWORD flags, DWORD arg, const void *data,
		   ULONG n)
{
	DWORD head[4] = { op, flags, arg, 0 };
	NTSTATUS status;
	BYTE *p = malloc(sizeof head + n);
	int state;

	memcpy(p, head, sizeof head);
	if (n)
		memcpy(p + sizeof head, data, n);
	state = ask(h, p, sizeof head + n, out, sizeof out, &status);
	CHECK_EQ(status, 0);
	free(p);
	return state;
}

static DWORD seed = 12345;

static DWORD next(void)
{
	return seed = seed * 1664525 + 1013904223;
}

static void lengths(HANDLE h)
{
	NTSTATUS status;

	/* Shorter than a head, and nothing. */
	for (ULONG n = 0; n < 16; n++)
		CHECK_EQ(ask(h, big, n, out, sizeof out, &status), BAD);
	CHECK_EQ(ask(h, big, MOST + 1, out, sizeof out, &status), -1);
	CHECK_EQ(status, (NTSTATUS)0xc000000d);
	/* An answer that has no room; the next one is whole. */
	CHECK_EQ(ask(h, big, 16, out, 3, &status), -1);
	CHECK_EQ(status, (NTSTATUS)0xc0000023);
	CHECK_EQ(ask(h, big, 16, out, sizeof out, &status), BAD);
	/* Nobody's memory. */
	CHECK_EQ(ask(h, (void *)16, 64, out, sizeof out, &status), -1);
	CHECK_EQ(status, (NTSTATUS)0xc0000005);
	CHECK_EQ(request(h, 99, 0, 0, big, MOST - 16), BAD);
}

static void order(HANDLE h)
{
	static const DWORD cut[] = { 1, 0xfffffff0, 0x41414141 };
	static const BYTE no_record[] = { 23, 3, 3, 0, 5, 1, 2, 3 };

	for (DWORD op = STEP; op < READ_PFX; op++)
		CHECK_EQ(request(h, op, 0, 1, "abc", 3), BAD);
	CHECK_EQ(request(h, RECONNECTS, 0, 1, NULL, 0), BAD);
	CHECK_EQ(request(h, BEGIN, 0, 0x03040303, cut, sizeof cut), BAD);
	CHECK_EQ(request(h, BEGIN, 0, 0x03010300, NULL, 0), BAD);
	CHECK_EQ(request(h, BEGIN, 0, 0x03040303, NULL, 0), OK);
	CHECK_EQ(request(h, BEGIN, 0, 0x03040303, NULL, 0), BAD);
	CHECK_EQ(request(h, SEAL, 0, 0, "abc", 3), BAD);
	CHECK_EQ(request(h, OPEN, 0, 0, no_record, sizeof no_record), BAD);
	CHECK_EQ(request(h, RECONNECTS, 0, 1, NULL, 0), OK);
	CHECK_EQ(request(h, RECONNECTS, 0, 0, NULL, 0), OK);
	CHECK_EQ(request(h, STEP, 0, 0, NULL, 0), 1);
}

/* A certificate and a key that are none, keys with lengths that are none. */
static void identities(void)
{
	static const DWORD keys[][3] = {
		{ 0x32415352, 0, 3 },
		{ 0x32415352, 0xfffffff0, 3 },
		{ 0x32415352, 2047, 3 },
		{ 0x31415352, 2048, 65537 },
	};
	HANDLE h;

	for (unsigned i = 0; i < COUNT_OF(keys); i++) {
		struct {
			DWORD kind, size, key[3];
			BYTE rest[4096];
		} item = { KEY, sizeof item - 8, { 0 }, { 0 } };

		memcpy(item.key, keys[i], sizeof item.key);
		memset(item.rest, 0xff, sizeof item.rest);
		CHECK_EQ(open_device(&h), 0);
		CHECK_EQ(request(h, BEGIN, 0, 0x03040303, &item, sizeof item),
			 BAD);
		item.kind = CERT;
		CHECK_EQ(request(h, BEGIN, 0, 0x03040303, &item, sizeof item),
			 BAD);
		item.kind = CACHE;
		CHECK_EQ(request(h, BEGIN, 0, 0x03040303, &item, sizeof item),
			 BAD);
		CHECK_EQ(request(h, BEGIN, 0, 0x03040303,
				 &(DWORD[]){ CACHE, 4, 1 }, 12),
			 BAD);
		item.kind = 2;
		CHECK_EQ(request(h, BEGIN, 0, 0x03040303, &item, sizeof item),
			 BAD);
		NtClose(h);
	}
}

static DWORD WINAPI nonsense(void *arg)
{
	DWORD state = (DWORD)(ULONG_PTR)arg;
	BYTE p[600], to[40000];

	for (int round = 0; round < 20; round++) {
		NTSTATUS status;
		HANDLE h;

		if (open_device(&h))
			continue;
		for (int i = 0; i < 30; i++) {
			DWORD head[4] = { (state >> 8) % (OPS + 1), state >> 20,
					  i % 3 ? 0x03040303 : state >> 28, 0 };
			ULONG n = i % 5 ? state >> 23 : 0;

			for (ULONG k = 16; k < sizeof p; k++)
				p[k] = (BYTE)((state = state * 1664525 +
						       1013904223) >>
					      24);
			if (i % 4 == 0) /* like a record */
				memcpy(p + 16, "\x16\x03\x03\x00\x20", 5);
			memcpy(p, head, sizeof head);
			ask(h, p, 16 + n, to, sizeof to, &status);
		}
		NtClose(h);
	}
	return 0;
}

/* A server has more connections than a few hundred. */
static void many(void)
{
	enum { COUNT = 700 };
	static HANDLE h[COUNT];

	for (int i = 0; i < COUNT; i++) {
		CHECK_EQ(open_device(&h[i]), 0);
		CHECK_EQ(request(h[i], 99, 0, 0, NULL, 0), BAD);
	}
	for (int i = 0; i < COUNT; i++) {
		CHECK_EQ(request(h[i], 99, 0, 0, NULL, 0), BAD);
		NtClose(h[i]);
	}
}

/* ---- a handshake, and one behind it -------------------------------------- */

struct end {
	HANDLE h;
	BYTE in[1 << 15];
	DWORD n, state, verdicts;
};

/* Asks e with the first n bytes of what came to it, of which it says how many
   it took; what it says is for the peer. */
static void tell(struct end *e, struct end *peer, DWORD op, DWORD flags,
		 DWORD n)
{
	BYTE *p = malloc(16 + n);
	DWORD head[4] = { op, flags, 0, 0 }, taken;
	IO_STATUS_BLOCK iosb = { { 0 }, 0 };

	memcpy(p, head, sizeof head);
	memcpy(p + 16, e->in, n);
	CHECK_EQ(NtDeviceIoControlFile(e->h, NULL, NULL, NULL, &iosb, CALL, p,
				       16 + n, out, sizeof out),
		 0);
	memcpy(head, out, sizeof head);
	e->state = head[0];
	taken = op == OPEN ? n : head[3];
	e->n -= taken;
	memmove(e->in, e->in + taken, e->n);
	n = (DWORD)iosb.Information - 16;
	memcpy(peer->in + peer->n, out + 16, n);
	peer->n += n;
	free(p);
}

static void step(struct end *e, struct end *peer)
{
	tell(e, peer, STEP, 0, e->n);
	if (e->state != WANT_VERDICT)
		return;
	e->verdicts++;
	tell(e, peer, STEP, VERDICT, e->n);
}

static void shake(struct end *c, struct end *s)
{
	for (int i = 0; i < 20; i++) {
		step(c, s);
		step(s, c);
		if (c->state == OK && s->state == OK && !c->n && !s->n)
			return;
	}
	CHECK(FALSE, "no end: %lu, %lu", c->state, s->state);
}

/* The record that came is no data: there is a handshake to go on with. */
static void again(struct end *e, struct end *peer)
{
	DWORD size = e->n < 5 ? 0 : (DWORD)(e->in[3] << 8 | e->in[4]) + 5;

	CHECK(size && size <= e->n, "%lu of %lu", size, e->n);
	tell(e, peer, OPEN, 0, size);
	CHECK_EQ(e->state, POST);
}

static DWORD item(BYTE *to, DWORD kind, const void *data, DWORD n)
{
	const DWORD head[2] = { kind, n };

	memcpy(to, head, sizeof head);
	memcpy(to + sizeof head, data, n);
	return sizeof head + n;
}

static DWORD identity(BYTE *to, const WCHAR *container, PCCERT_CONTEXT cert)
{
	DWORD at = item(to, CERT, cert->pbCertEncoded, cert->cbCertEncoded),
	      n = 4096;
	BYTE blob[4096];
	HCRYPTPROV prov;
	HCRYPTKEY pair;

	CHECK(CryptAcquireContextW(&prov, container, NULL, PROV_RSA_AES, 0));
	CHECK(CryptGetUserKey(prov, AT_KEYEXCHANGE, &pair));
	CHECK(CryptExportKey(pair, 0, PRIVATEKEYBLOB, 0, blob, &n));
	CryptDestroyKey(pair);
	CryptReleaseContext(prov, 0);
	return at + item(to + at, KEY, blob + sizeof(BLOBHEADER),
			 n - sizeof(BLOBHEADER));
}

/*
 * What a server has shown was looked at; then it wants another handshake, in
 * which it may show what it likes: that is looked at, too.
 */
static void renewed(void)
{
	static struct end c, s;
	static BYTE items[8192];
	WCHAR container[64];
	PCCERT_CONTEXT cert;
	DWORD n;

	cert = cert_fresh("hostile", container);
	if (!cert)
		return;
	n = identity(items, container, cert);
	CHECK_EQ(open_device(&c.h), 0);
	CHECK_EQ(open_device(&s.h), 0);
	CHECK_EQ(request(c.h, BEGIN, VERIFY, 0x03030303, NULL, 0), OK);
	CHECK_EQ(request(s.h, BEGIN, SERVER, 0x03030303, items, n), OK);
	shake(&c, &s);
	CHECK_EQ(c.verdicts, 1);
	CHECK_EQ(request(s.h, RENEW, 0, 0, NULL, 0), OK);
	step(&s, &c);
	again(&c, &s);
	step(&c, &s);
	again(&s, &c);
	shake(&c, &s);
	CHECK_EQ(c.verdicts, 2);
	NtClose(c.h);
	NtClose(s.h);
	cert_drop(cert, container);
}

int main(void)
{
	HANDLE h, t[4];
	DWORD state;

	if (open_device(&h)) {
		puts("no such device");
		return 0;
	}
	for (ULONG i = 0; i < sizeof big; i++)
		big[i] = (BYTE)(next() >> 24);
	memset(big, 0xee, 16);
	lengths(h);
	order(h);
	identities();
	for (int i = 0; i < 4; i++)
		t[i] = CreateThread(NULL, 0, nonsense,
				    (void *)(ULONG_PTR)next(), 0, NULL);
	CHECK_EQ(WaitForMultipleObjects(4, t, TRUE, INFINITE), WAIT_OBJECT_0);
	many();
	renewed();
	/* The first one is where it was. */
	CHECK_EQ(request(h, QUERY, 0, 1, NULL, 0), OK);
	memcpy(&state, out, sizeof state);
	CHECK_EQ(state, OK);
	NtClose(h);
	return check_done();
}
