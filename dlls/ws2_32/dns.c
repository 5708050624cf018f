/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dns.c - questions to name servers (RFC 1035, 3596, 7766).
 *
 * Questions go out together from one fresh socket per server, so the host
 * chooses the port; answers must come from that server and repeat number and
 * question.  One that was cut short is asked for again over TCP.
 */
#include "resolve.h"

enum {
	PORT = 53,
	HEAD = 12,
	MAX_QUERY = HEAD + 256 + 4,
	MAX_UDP = 4096,
	CLASS_IN = 1,
	TYPE_CNAME = 5,
	MAX_CHAIN = 16,

	FLAG_RESPONSE = 0x8000,
	FLAG_TRUNCATED = 0x0200,
	FLAG_RECURSE = 0x0100,
	CODE_MASK = 0xf,
	CODE_OK = 0,
	CODE_NO_NAME = 3,

	AGAIN = -1, /* no good answer: ask somebody else */
	CUT = -2,
};

struct question {
	BYTE text[MAX_QUERY];
	ULONG len;
	USHORT id, type;
	int outcome; /* AGAIN, or what rs_lookup() returns */
};

static USHORT get16(const BYTE *p)
{
	return (USHORT)(p[0] << 8 | p[1]);
}

static BYTE *put16(BYTE *p, USHORT v)
{
	p[0] = (BYTE)(v >> 8);
	p[1] = (BYTE)v;
	return p + 2;
}

/* Nobody should be able to guess the numbers of our questions. */
static USHORT random_id(void)
{
	static WCHAR name[] = L"\\Device\\KsecDD";
	UNICODE_STRING u = { sizeof name - 2, sizeof name, name };
	OBJECT_ATTRIBUTES oa;
	IO_STATUS_BLOCK iosb;
	USHORT id = 0;
	HANDLE h;

	InitializeObjectAttributes(&oa, &u, 0, NULL, NULL);
	if (NT_SUCCESS(NtOpenFile(&h, SYNCHRONIZE | FILE_READ_DATA, &oa, &iosb,
				  7, 0x20))) {
		NtDeviceIoControlFile(h, NULL, NULL, NULL, &iosb, 0x390004,
				      NULL, 0, &id, sizeof id);
		NtClose(h);
	}
	return id;
}

/* ---- questions ---- */

static BOOL build(struct question *q, const char *name, USHORT type)
{
	BYTE *p = q->text;
	const char *dot;

	q->type = type;
	q->id = random_id();
	q->outcome = AGAIN;
	p = put16(p, q->id);
	p = put16(p, FLAG_RECURSE);
	p = put16(p, 1);
	p = put16(p, 0);
	p = put16(p, 0);
	p = put16(p, 0);
	for (; *name; name = *dot ? dot + 1 : dot) {
		SIZE_T n;

		for (dot = name; *dot && *dot != '.'; dot++)
			;
		n = (SIZE_T)(dot - name);
		if (!n || n > 63 || p + n + 6 > q->text + sizeof q->text)
			return FALSE;
		*p++ = (BYTE)n;
		memcpy(p, name, n);
		p += n;
	}
	*p++ = 0;
	p = put16(p, type);
	p = put16(p, CLASS_IN);
	q->len = (ULONG)(p - q->text);
	return TRUE;
}

/* ---- answers ---- */

/* The name at *at as text; moves *at behind it.  FALSE: malformed. */
static BOOL read_name(const BYTE *m, ULONG len, ULONG *at, char *name)
{
	ULONG p = *at, used = 0;
	BOOL jumped = FALSE;

	for (int steps = 0; steps < 128; steps++) {
		ULONG n;

		if (p >= len)
			return FALSE;
		n = m[p];
		if (n >= 0xc0) {
			if (len - p < 2)
				return FALSE;
			if (!jumped)
				*at = p + 2;
			jumped = TRUE;
			p = (n & 0x3f) << 8 | m[p + 1];
			continue;
		}
		if (n > 63 || n >= len - p)
			return FALSE;
		if (!n) {
			if (!jumped)
				*at = p + 1;
			name[used] = 0;
			return TRUE;
		}
		if (used + n + 2 > RS_MAX_NAME)
			return FALSE;
		if (used)
			name[used++] = '.';
		memcpy(name + used, m + p + 1, n);
		used += n;
		p += n + 1;
	}
	return FALSE;
}

static void take(struct rs_result *r, int family, const BYTE *bytes)
{
	struct rs_address *a = &r->address[r->n];

	if (r->n == RS_MAX_ADDRESSES)
		return;
	memset(a, 0, sizeof *a);
	a->family = family;
	memcpy(a->bytes, bytes, family == AF_INET ? 4 : 16);
	r->n++;
}

/* Goes once through the answers for name; how many fit. */
static int collect(const BYTE *m, ULONG len, ULONG at, ULONG count, USHORT type,
		   char *name, struct rs_result *r, BOOL *alias)
{
	int found = 0;

	*alias = FALSE;
	while (count--) {
		char owner[RS_MAX_NAME], to[RS_MAX_NAME];
		USHORT rtype, n;
		ULONG data;

		if (!read_name(m, len, &at, owner) || len - at < 10)
			return found;
		rtype = get16(m + at);
		n = get16(m + at + 8);
		data = at + 10;
		if (n > len - data)
			return found;
		at = data + n;
		if (lstrcmpiA(owner, name))
			continue;
		if (rtype == TYPE_CNAME && type != TYPE_CNAME) {
			ULONG in = data;

			if (read_name(m, len, &in, to)) {
				lstrcpynA(name, to, RS_MAX_NAME);
				*alias = TRUE;
				return found;
			}
		}
		if (rtype != type)
			continue;
		if (type == DNS_A && n == 4)
			take(r, AF_INET, m + data);
		else if (type == DNS_AAAA && n == 16)
			take(r, AF_INET6, m + data);
		else if (type != DNS_PTR || !read_name(m, len, &data, name))
			continue;
		found++;
		if (type == DNS_PTR)
			return found;
	}
	return found;
}

/* The outcome for q of message m, AGAIN or CUT. */
static int parse(const struct question *q, const BYTE *m, ULONG len,
		 struct rs_result *r)
{
	ULONG at = q->len, flags, answers;
	char name[RS_MAX_NAME];
	int found = 0;
	BOOL alias = TRUE;

	/* The very question, or it is an answer to another one. */
	if (len < q->len || get16(m) != q->id || get16(m + 4) != 1 ||
	    _memicmp(m + HEAD, q->text + HEAD, q->len - HEAD))
		return AGAIN;
	flags = get16(m + 2);
	if (!(flags & FLAG_RESPONSE))
		return AGAIN;
	if (flags & FLAG_TRUNCATED)
		return CUT;
	if ((flags & CODE_MASK) == CODE_NO_NAME)
		return WSAHOST_NOT_FOUND;
	if ((flags & CODE_MASK) != CODE_OK)
		return AGAIN;
	answers = get16(m + 6);
	at = HEAD;
	if (!read_name(m, len, &at, name))
		return AGAIN;
	at += 4;
	for (int i = 0; i < MAX_CHAIN && alias && !found; i++)
		found = collect(m, len, at, answers, q->type, name, r, &alias);
	if (!found)
		return WSANO_DATA;
	lstrcpynA(r->name, name, RS_MAX_NAME);
	return 0;
}

/* ---- servers ---- */

static int server_name(const struct rs_address *a, struct sockaddr_in6 *to)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)to;

	memset(to, 0, sizeof *to);
	if (a->family == AF_INET) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(PORT);
		memcpy(&v4->sin_addr, a->bytes, 4);
		return sizeof *v4;
	}
	to->sin6_family = AF_INET6;
	to->sin6_port = htons(PORT);
	to->sin6_scope_id = a->scope;
	memcpy(&to->sin6_addr, a->bytes, 16);
	return sizeof *to;
}

static BOOL read_all(SOCKET s, BYTE *to, int n)
{
	while (n > 0) {
		int got = recv(s, (char *)to, n, 0);

		if (got <= 0)
			return FALSE;
		to += got;
		n -= got;
	}
	return TRUE;
}

static int ask_tcp(const struct rs_config *c, const struct rs_address *server,
		   const struct question *q, struct rs_result *r)
{
	struct sockaddr_in6 to;
	int n = server_name(server, &to), outcome = AGAIN;
	DWORD ms = c->timeout * 1000;
	SOCKET s = socket(server->family, SOCK_STREAM, 0);
	BYTE *m = NULL, head[2 + MAX_QUERY];

	if (s == INVALID_SOCKET)
		return AGAIN;
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&ms, sizeof ms);
	setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, (char *)&ms, sizeof ms);
	memcpy(put16(head, (USHORT)q->len), q->text, q->len);
	if (!connect(s, (struct sockaddr *)&to, n) &&
	    send(s, (char *)head, (int)q->len + 2, 0) == (int)q->len + 2 &&
	    read_all(s, head, 2)) {
		m = HeapAlloc(GetProcessHeap(), 0, 65536);
		if (m && read_all(s, m, get16(head)))
			outcome = parse(q, m, get16(head), r);
	}
	closesocket(s);
	ws_free(m);
	return outcome == CUT ? AGAIN : outcome;
}

/* Waits for answers to the questions that have none; FALSE: in vain. */
static BOOL listen_udp(const struct rs_config *c,
		       const struct rs_address *server, SOCKET s,
		       struct question *q, int nq, struct rs_result *r)
{
	ULONGLONG end = GetTickCount64() + c->timeout * 1000;
	BYTE m[MAX_UDP];

	for (;;) {
		ULONGLONG now = GetTickCount64();
		WSAPOLLFD p = { .fd = s, .events = POLLRDNORM };
		int open = 0, got;

		for (int i = 0; i < nq; i++)
			open += q[i].outcome == AGAIN;
		if (!open)
			return TRUE;
		if (now >= end || WSAPoll(&p, 1, (INT)(end - now)) <= 0)
			return FALSE;
		got = recv(s, (char *)m, sizeof m, 0);
		if (got < 0) /* nobody listens there, say */
			return FALSE;
		if (got < HEAD)
			continue;
		for (int i = 0; i < nq; i++) {
			int outcome;

			if (q[i].outcome != AGAIN)
				continue;
			outcome = parse(&q[i], m, (ULONG)got, r);
			if (outcome == CUT)
				outcome = ask_tcp(c, server, &q[i], r);
			if (outcome != AGAIN)
				q[i].outcome = outcome;
			else if (get16(m) == q[i].id)
				return FALSE; /* it cannot or will not */
		}
	}
}

static void ask(const struct rs_config *c, const struct rs_address *server,
		struct question *q, int nq, struct rs_result *r)
{
	struct sockaddr_in6 to;
	int n = server_name(server, &to);
	SOCKET s;

	if (c->use_tcp) {
		for (int i = 0; i < nq; i++)
			if (q[i].outcome == AGAIN)
				q[i].outcome = ask_tcp(c, server, &q[i], r);
		return;
	}
	s = socket(server->family, SOCK_DGRAM, 0);
	if (s == INVALID_SOCKET)
		return;
	if (!connect(s, (struct sockaddr *)&to, n)) {
		for (int i = 0; i < nq; i++)
			if (q[i].outcome == AGAIN)
				send(s, (char *)q[i].text, (int)q[i].len, 0);
		listen_udp(c, server, s, q, nq, r);
	}
	closesocket(s);
}

static void ask_everybody(const struct rs_config *c, struct question *q, int nq,
			  struct rs_result *r)
{
	for (ULONG turn = 0; turn < c->attempts; turn++)
		for (ULONG i = 0; i < c->nservers; i++) {
			int open = 0;

			for (int k = 0; k < nq; k++)
				open += q[k].outcome == AGAIN;
			if (!open)
				return;
			ask(c, &c->server[i], q, nq, r);
		}
}

static int outcome_of(const struct question *q)
{
	return q->outcome == AGAIN ? WSATRY_AGAIN : q->outcome;
}

int dns_query(const struct rs_config *c, const char *name, USHORT type,
	      struct rs_result *r)
{
	struct question q;

	if (!build(&q, name, type))
		return WSAHOST_NOT_FOUND;
	ask_everybody(c, &q, 1, r);
	return outcome_of(&q);
}

int dns_query_both(const struct rs_config *c, const char *name,
		   struct rs_result *r)
{
	struct question q[2];
	int a, b;

	if (!build(&q[0], name, DNS_AAAA) || !build(&q[1], name, DNS_A))
		return WSAHOST_NOT_FOUND;
	ask_everybody(c, q, 2, r);
	a = outcome_of(&q[0]);
	b = outcome_of(&q[1]);
	/* One family will do. */
	if (!a || !b)
		return 0;
	return a == WSATRY_AGAIN ? a : b;
}
