/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cred-record.c - a credential as bytes and back.
 *
 * A record is: the numbers; then text and bytes, each behind its length, in the
 * order of enum part; then for each attribute its numbers, keyword and value.
 * Text is UTF-16; a length of NO_TEXT is a NULL.  CREDENTIALW and CREDENTIALA
 * differ in what their text is, not in where it is.
 */
#include "cred.h"

enum { RECORD_VERSION = 1, NO_TEXT = -1 };

enum part { TARGET, COMMENT, ALIAS, USER, SECRET, PARTS };

struct numbers {
	DWORD version, flags, type, persist;
	FILETIME written;
	DWORD attributes;
};

/* ---- checked ---- */

static SIZE_T text_length(const WCHAR *s, BOOL narrow)
{
	return !s ? 0 : narrow ? strlen((const char *)s) : wcslen(s);
}

static BOOL check_attributes(const CREDENTIALW *c, BOOL narrow)
{
	if (c->AttributeCount > CRED_MAX_ATTRIBUTES ||
	    (c->AttributeCount && !c->Attributes))
		return FALSE;
	for (DWORD i = 0; i < c->AttributeCount; i++) {
		const CREDENTIAL_ATTRIBUTEW *a = &c->Attributes[i];
		SIZE_T n = text_length(a->Keyword, narrow);

		if (!n || n > CRED_MAX_STRING_LENGTH ||
		    a->ValueSize > CRED_MAX_VALUE_SIZE ||
		    (a->ValueSize && !a->Value))
			return FALSE;
	}
	return TRUE;
}

BOOL record_check(const CREDENTIALW *c, BOOL narrow)
{
	SIZE_T target, user;
	BOOL generic;

	if (!c || !c->Type || c->Type >= CRED_TYPES)
		return cred_fail(ERROR_INVALID_PARAMETER);
	if (c->Flags &
	    ~(DWORD)(CRED_FLAGS_PROMPT_NOW | CRED_FLAGS_USERNAME_TARGET))
		return cred_fail(ERROR_INVALID_FLAGS);
	generic = c->Type == CRED_TYPE_GENERIC ||
		  c->Type == CRED_TYPE_OF_GENERIC_CERTIFICATE;
	target = text_length(c->TargetName, narrow);
	if (!target ||
	    target > (generic ? CRED_MAX_GENERIC_TARGET_NAME_LENGTH
			      : CRED_MAX_DOMAIN_TARGET_NAME_LENGTH) ||
	    text_length(c->Comment, narrow) > CRED_MAX_STRING_LENGTH ||
	    text_length(c->TargetAlias, narrow) > CRED_MAX_STRING_LENGTH ||
	    c->Persist < CRED_PERSIST_SESSION ||
	    c->Persist > CRED_PERSIST_ENTERPRISE ||
	    !check_attributes(c, narrow))
		return cred_fail(ERROR_INVALID_PARAMETER);
	user = text_length(c->UserName, narrow);
	if (user > CRED_MAX_USERNAME_LENGTH ||
	    (!user && (c->Type == CRED_TYPE_DOMAIN_PASSWORD ||
		       c->Type == CRED_TYPE_DOMAIN_CERTIFICATE)))
		return cred_fail(ERROR_BAD_USERNAME);
	if (c->CredentialBlobSize && !c->CredentialBlob)
		return cred_fail(ERROR_INVALID_PARAMETER);
	/* Windows hands it to a service that takes no more, and says that. */
	if (c->CredentialBlobSize > CRED_BLOB_MOST)
		return cred_fail(RPC_X_BAD_STUB_DATA);
	return TRUE;
}

/* ---- made ---- */

static void add(struct record *r, const void *data, DWORD n)
{
	if (r->lost)
		return;
	if (r->room - r->size < n) {
		DWORD room = (r->size + n) * 2;
		BYTE *p = RtlAllocateHeap(rf_heap(), 0, room);

		if (!p) {
			r->lost = TRUE;
			return;
		}
		if (r->size)
			memcpy(p, r->data, r->size);
		record_free(r);
		r->data = p;
		r->room = room;
	}
	if (n)
		memcpy(r->data + r->size, data, n);
	r->size += n;
}

static void add_counted(struct record *r, const void *data, DWORD n)
{
	add(r, &n, sizeof n);
	add(r, data, n);
}

static void add_text(struct record *r, const WCHAR *s, BOOL narrow)
{
	DWORD none = (DWORD)NO_TEXT;
	UNICODE_STRING wide;
	ANSI_STRING text;

	if (!s) {
		add(r, &none, sizeof none);
	} else if (!narrow) {
		add_counted(r, s, (DWORD)(wcslen(s) * sizeof *s));
	} else {
		RtlInitAnsiString(&text, (const char *)s);
		if (!NT_SUCCESS(
			    RtlAnsiStringToUnicodeString(&wide, &text, TRUE))) {
			r->lost = TRUE;
			return;
		}
		add_counted(r, wide.Buffer, wide.Length);
		RtlFreeUnicodeString(&wide);
	}
}

BOOL record_make(struct record *r, const CREDENTIALW *c, BOOL narrow,
		 const BYTE *blob, DWORD n)
{
	struct numbers head = { RECORD_VERSION, c->Flags, c->Type,
				c->Persist,     { 0 },    c->AttributeCount };

	memset(r, 0, sizeof *r);
	GetSystemTimeAsFileTime(&head.written);
	add(r, &head, sizeof head);
	add_text(r, c->TargetName, narrow);
	add_text(r, c->Comment, narrow);
	add_text(r, c->TargetAlias, narrow);
	add_text(r, c->UserName, narrow);
	add_counted(r, blob, n);
	for (DWORD i = 0; i < c->AttributeCount; i++) {
		const CREDENTIAL_ATTRIBUTEW *a = &c->Attributes[i];

		add(r, &a->Flags, sizeof a->Flags);
		add_text(r, a->Keyword, narrow);
		add_counted(r, a->Value, a->ValueSize);
	}
	if (!r->lost)
		return TRUE;
	record_free(r);
	return cred_fail(ERROR_NOT_ENOUGH_MEMORY);
}

void record_free(struct record *r)
{
	if (r->data)
		RtlSecureZeroMemory(r->data, r->size);
	RtlFreeHeap(rf_heap(), 0, r->data);
	r->data = NULL;
}

/* ---- opened ---- */

struct bytes {
	const BYTE *at;
	DWORD n;
	BOOL none;
};

static BOOL take(struct bytes *rest, void *to, DWORD n)
{
	if (rest->n < n)
		return FALSE;
	memcpy(to, rest->at, n);
	rest->at += n;
	rest->n -= n;
	return TRUE;
}

static BOOL take_counted(struct bytes *rest, struct bytes *part)
{
	DWORD n;

	if (!take(rest, &n, sizeof n))
		return FALSE;
	part->none = n == (DWORD)NO_TEXT;
	part->n = part->none ? 0 : n;
	if (part->n > rest->n)
		return FALSE;
	part->at = rest->at;
	rest->at += part->n;
	rest->n -= part->n;
	return TRUE;
}

static BOOL take_head(struct bytes *rest, struct numbers *head,
		      struct bytes part[PARTS])
{
	if (!take(rest, head, sizeof *head) ||
	    head->version != RECORD_VERSION ||
	    head->attributes > CRED_MAX_ATTRIBUTES)
		return FALSE;
	for (int i = 0; i < PARTS; i++)
		if (!take_counted(rest, &part[i]))
			return FALSE;
	return !part[TARGET].none && part[TARGET].n;
}

const WCHAR *record_target(const BYTE *data, DWORD n, DWORD *type,
			   DWORD *length)
{
	struct bytes rest = { data, n, FALSE }, part[PARTS];
	struct numbers head;

	if (!take_head(&rest, &head, part))
		return NULL;
	*type = head.type;
	*length = part[TARGET].n / (DWORD)sizeof(WCHAR);
	return (const WCHAR *)part[TARGET].at;
}

/* Where the next thing goes; to is NULL while sizes are counted. */
struct place {
	BYTE *to;
	SIZE_T used;
};

static void *put(struct place *p, const void *data, SIZE_T n)
{
	BYTE *at = p->to ? p->to + p->used : NULL;

	if (at && n)
		memcpy(at, data, n);
	p->used += n;
	return at;
}

static void align(struct place *p)
{
	p->used = (p->used + 7) & ~(SIZE_T)7;
}

static void put_words(struct place *p, const BYTE *text, DWORD n, BOOL narrow)
{
	ULONG size = 0;

	if (!narrow) {
		put(p, text, n);
		return;
	}
	RtlUnicodeToMultiByteSize(&size, (const WCHAR *)text, n);
	if (p->to)
		RtlUnicodeToMultiByteN((char *)p->to + p->used, size, NULL,
				       (const WCHAR *)text, n);
	p->used += size;
}

static void *put_text(struct place *p, const WCHAR *prefix,
		      const struct bytes *text, BOOL narrow)
{
	BYTE *at;

	if (text->none)
		return NULL;
	align(p);
	at = p->to ? p->to + p->used : NULL;
	if (prefix)
		put_words(p, (const BYTE *)prefix,
			  (DWORD)(wcslen(prefix) * sizeof *prefix), narrow);
	put_words(p, text->at, text->n, narrow);
	put(p, L"", sizeof(WCHAR));
	return at;
}

static void *put_bytes(struct place *p, const struct bytes *b)
{
	align(p);
	return b->n ? put(p, b->at, b->n) : NULL;
}

SIZE_T record_open(const BYTE *data, DWORD n, BOOL narrow, const WCHAR *prefix,
		   BYTE *to)
{
	struct bytes rest = { data, n, FALSE }, part[PARTS], keyword, value;
	CREDENTIAL_ATTRIBUTEW *list, a;
	CREDENTIALW c = { 0 };
	struct place p = { to, sizeof c };
	struct numbers head;

	if (!take_head(&rest, &head, part))
		return 0;
	/* Only those who log on with it are told a domain's secret. */
	if (head.type == CRED_TYPE_DOMAIN_PASSWORD ||
	    head.type == CRED_TYPE_DOMAIN_CERTIFICATE)
		part[SECRET].n = 0;
	c.Flags = head.flags;
	c.Type = head.type;
	c.Persist = head.persist;
	c.LastWritten = head.written;
	c.TargetName = put_text(&p, prefix, &part[TARGET], narrow);
	c.Comment = put_text(&p, NULL, &part[COMMENT], narrow);
	c.TargetAlias = put_text(&p, NULL, &part[ALIAS], narrow);
	c.UserName = put_text(&p, NULL, &part[USER], narrow);
	c.CredentialBlobSize = part[SECRET].n;
	c.CredentialBlob = put_bytes(&p, &part[SECRET]);
	align(&p);
	list = to ? (CREDENTIAL_ATTRIBUTEW *)(to + p.used) : NULL;
	c.AttributeCount = head.attributes;
	c.Attributes = head.attributes ? list : NULL;
	p.used += head.attributes * sizeof *list;
	for (DWORD i = 0; i < head.attributes; i++) {
		if (!take(&rest, &a.Flags, sizeof a.Flags) ||
		    !take_counted(&rest, &keyword) ||
		    !take_counted(&rest, &value))
			return 0;
		a.Keyword = put_text(&p, NULL, &keyword, narrow);
		a.ValueSize = value.n;
		a.Value = put_bytes(&p, &value);
		if (to)
			memcpy(&list[i], &a, sizeof a);
	}
	align(&p);
	if (to)
		memcpy(to, &c, sizeof c);
	return p.used;
}
