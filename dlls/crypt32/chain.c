/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * chain.c - chains from a certificate to a root that is trusted.
 *
 * Issuers are looked for in the engine's roots, in what the caller gives and in
 * the engine's other stores; nothing is fetched.  Where there are several ways,
 * the first without a fault is taken, else the one with the least.
 */
#include "chain.h"

#include "signature.h"

enum {
	MOST_SIGNATURES = 100, /* that are looked at for one chain */
	MOST_STORES = 16,
};

/* What chains are built from. */
struct engine {
	HCERTSTORE roots;      /* exclusive, or NULL: the system's */
	HCERTSTORE restricted; /* only these of them, or NULL */
	BOOL authorities_too;  /* what is in roots need not be a root */
	ULONG n;
	HCERTSTORE others[MOST_STORES];
};

/* Older programs' structures end before the exclusive stores. */
#define CONFIG_LEAST                                                           \
	(offsetof(CERT_CHAIN_ENGINE_CONFIG, CycleDetectionModulus) +           \
	 sizeof(DWORD))
#define CONFIG_HAS(c, member)                                                  \
	((c)->cbSize >=                                                        \
	 offsetof(CERT_CHAIN_ENGINE_CONFIG, member) + sizeof(c)->member)

static HCERTSTORE held(HCERTSTORE s)
{
	return s ? CertDuplicateStore(s) : NULL;
}

BOOL WINAPI CertCreateCertificateChainEngine(PCERT_CHAIN_ENGINE_CONFIG config,
					     HCERTCHAINENGINE *out)
{
	struct engine *e;

	*out = NULL;
	if (config->cbSize < CONFIG_LEAST || config->cbSize > sizeof *config ||
	    config->cAdditionalStore > MOST_STORES - 1)
		return cert_fail((DWORD)E_INVALIDARG);
	e = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *e);
	if (!e)
		return cert_fail(ERROR_NOT_ENOUGH_MEMORY);
	if (CONFIG_HAS(config, hExclusiveRoot))
		e->roots = held(config->hExclusiveRoot);
	if (CONFIG_HAS(config, dwExclusiveFlags))
		e->authorities_too = config->dwExclusiveFlags &
				     CERT_CHAIN_EXCLUSIVE_ENABLE_CA_FLAG;
	e->restricted = held(config->hRestrictedRoot);
	e->others[e->n++] = held(config->hRestrictedOther);
	for (DWORD i = 0; i < config->cAdditionalStore; i++)
		e->others[e->n++] = held(config->rghAdditionalStore[i]);
	*out = (HCERTCHAINENGINE)e;
	return TRUE;
}

/* NULL and the small numbers are the default engines, which nobody frees. */
static struct engine *engine_of(HCERTCHAINENGINE h)
{
	return (ULONG_PTR)h <= (ULONG_PTR)HCCE_LOCAL_MACHINE + 1
		       ? NULL
		       : (struct engine *)h;
}

VOID WINAPI CertFreeCertificateChainEngine(HCERTCHAINENGINE engine)
{
	struct engine *e = engine_of(engine);

	if (!e)
		return;
	CertCloseStore(e->roots, 0);
	CertCloseStore(e->restricted, 0);
	for (ULONG i = 0; i < e->n; i++)
		CertCloseStore(e->others[i], 0);
	HeapFree(GetProcessHeap(), 0, e);
}

/* ---- looking for a way ---- */

struct search {
	const struct engine *engine; /* or NULL */
	HCERTSTORE roots, more;
	const FILETIME *when;
	ULONG signatures;
	struct link path[CHAIN_MOST];
	ULONG n;
	struct link best[CHAIN_MOST];
	ULONG best_n; /* 0: none yet */
	ULONG best_faults;
};

static BOOL in_store(HCERTSTORE s, const struct cert *c)
{
	PCCERT_CONTEXT found =
		s ? CertFindCertificateInStore(s, X509_ASN_ENCODING, 0,
					       CERT_FIND_EXISTING, &c->context,
					       NULL)
		  : NULL;

	CertFreeCertificateContext(found);
	return found != NULL;
}

static BOOL trusted(const struct search *s, const struct cert *c)
{
	return in_store(s->roots, c) && (!s->engine || !s->engine->restricted ||
					 in_store(s->engine->restricted, c));
}

/* The worst first: a chain is as bad as its worst fault, then as their sum. */
static ULONG faults_of(const struct link *l, ULONG n)
{
	static const struct {
		DWORD errors;
		ULONG weight;
	} faults[] = {
		{ CERT_TRUST_IS_NOT_SIGNATURE_VALID, 0x10000 },
		{ CERT_TRUST_IS_PARTIAL_CHAIN | CERT_TRUST_IS_CYCLIC, 0x4000 },
		{ CERT_TRUST_IS_UNTRUSTED_ROOT, 0x1000 },
		{ CERT_TRUST_IS_NOT_TIME_VALID, 0x40 },
		{ ~0u, 0x100 },
	};
	ULONG sum = 0;

	for (ULONG i = 0; i < n; i++) {
		DWORD left = l[i].error;

		for (ULONG k = 0; k < ARRAYSIZE(faults); k++) {
			if (left & faults[k].errors)
				sum += faults[k].weight;
			left &= ~faults[k].errors;
		}
	}
	return sum;
}

static void drop(struct link *l, ULONG n)
{
	for (ULONG i = 0; i < n; i++)
		cert_release(l[i].cert);
}

/* The path is one way; error is what is wrong with where it ends. */
static void consider(struct search *s, DWORD error)
{
	struct link judged[CHAIN_MOST];
	ULONG faults;

	memcpy(judged, s->path, s->n * sizeof *judged);
	judged[s->n - 1].error |= error;
	chain_check(judged, s->n, s->when);
	faults = faults_of(judged, s->n);
	if (s->best_n && faults >= s->best_faults)
		return;
	for (ULONG i = 0; i < s->n; i++)
		cert_hold(judged[i].cert);
	drop(s->best, s->best_n);
	memcpy(s->best, judged, s->n * sizeof *judged);
	s->best_n = s->n;
	s->best_faults = faults;
}

static DWORD signed_by(struct search *s, const struct cert *c,
		       const struct cert *issuer)
{
	struct der whole = { c->der, c->context.cbCertEncoded };

	if (!s->signatures || !signature_is_as_said(c))
		return (DWORD)NTE_FAIL;
	s->signatures--;
	return signature_check(whole, &issuer->info.SubjectPublicKeyInfo);
}

/* What c says of its issuer's key and certificate (RFC 5280, 4.2.1.1). */
struct hint {
	struct der key, serial, name; /* p NULL: not said */
};

static struct hint hint_of(const struct cert *c)
{
	struct hint h = { 0 };
	struct der in, list, names;

	if (!cert_extension(c, szOID_AUTHORITY_KEY_IDENTIFIER2, &in) ||
	    !der_expect(&in, DER_SEQUENCE, &list, NULL))
		return h;
	der_maybe(&list, DER_IMPLICIT | 0, &h.key);
	if (der_maybe(&list, DER_EXPLICIT | 1, &names) &&
	    der_maybe(&names, DER_EXPLICIT | 4, &h.name))
		der_maybe(&list, DER_IMPLICIT | 2, &h.serial);
	return h;
}

static BOOL same_serial(struct der big_endian, const CRYPT_INTEGER_BLOB *little)
{
	if (big_endian.n != little->cbData)
		return FALSE;
	for (ULONG i = 0; i < big_endian.n; i++)
		if (big_endian.p[i] != little->pbData[little->cbData - 1 - i])
			return FALSE;
	return TRUE;
}

/* CERT_TRUST_HAS_*_MATCH_ISSUER; 0: c means another one of that name. */
static DWORD match(const struct hint *h, const struct cert *issuer)
{
	struct der in, key;

	if (h->key.p &&
	    cert_extension(issuer, szOID_SUBJECT_KEY_IDENTIFIER, &in) &&
	    der_expect(&in, DER_OCTET_STRING, &key, NULL))
		return der_same(h->key, key) ? CERT_TRUST_HAS_KEY_MATCH_ISSUER
					     : 0;
	if (h->serial.p) {
		if (!same_serial(h->serial, &issuer->info.SerialNumber) ||
		    !der_same(h->name, der_of(&issuer->info.Issuer)))
			return 0;
		return CERT_TRUST_HAS_EXACT_MATCH_ISSUER;
	}
	return CERT_TRUST_HAS_NAME_MATCH_ISSUER;
}

static BOOL in_path(const struct search *s, const struct cert *c)
{
	for (ULONG i = 0; i < s->n; i++)
		if (der_same((struct der){ c->der, c->context.cbCertEncoded },
			     (struct der){
				     s->path[i].cert->der,
				     s->path[i].cert->context.cbCertEncoded }))
			return TRUE;
	return FALSE;
}

static void extend(struct search *s);

/* What one way to go on has come to. */
struct tried {
	BOOL any, cyclic;
	struct cert *unsigned_by; /* it has the name, but not the key */
	DWORD how;
};

static void go_on(struct search *s, struct cert *issuer, DWORD how, DWORD error)
{
	struct link *top = &s->path[s->n - 1];
	struct link was = *top;

	top->info |= how | CERT_TRUST_HAS_PREFERRED_ISSUER;
	top->error |= error;
	s->path[s->n++] = (struct link){ issuer, 0, 0 };
	extend(s);
	s->n--;
	*top = was;
}

static void try_store(struct search *s, HCERTSTORE store, struct tried *t)
{
	const struct cert *top = s->path[s->n - 1].cert;
	const struct hint hint = hint_of(top);
	PCCERT_CONTEXT c = NULL;

	while (store && (!s->best_n || s->best_faults) &&
	       (c = CertFindCertificateInStore(store, X509_ASN_ENCODING, 0,
					       CERT_FIND_SUBJECT_NAME,
					       &top->info.Issuer, c))) {
		struct cert *issuer = (struct cert *)c;
		DWORD how = match(&hint, issuer);

		if (!how)
			continue;
		if (in_path(s, issuer)) {
			t->cyclic = TRUE;
		} else if (!signed_by(s, top, issuer)) {
			t->any = TRUE;
			go_on(s, issuer, how, 0);
		} else if (!t->unsigned_by) {
			cert_hold(issuer);
			t->unsigned_by = issuer;
			t->how = how;
		}
	}
	CertFreeCertificateContext(c);
}

/* From the path's last certificate on, in all ways that there are. */
static void extend(struct search *s)
{
	struct link *top = &s->path[s->n - 1];
	struct tried t = { 0 };

	if (s->engine && s->engine->authorities_too && trusted(s, top->cert)) {
		top->info |= CERT_TRUST_IS_CA_TRUSTED;
		consider(s, 0);
		return;
	}
	if (cert_self_issued(top->cert) &&
	    !signed_by(s, top->cert, top->cert)) {
		top->info |= CERT_TRUST_IS_SELF_SIGNED |
			     CERT_TRUST_HAS_NAME_MATCH_ISSUER |
			     CERT_TRUST_HAS_PREFERRED_ISSUER;
		consider(s, trusted(s, top->cert)
				    ? 0
				    : CERT_TRUST_IS_UNTRUSTED_ROOT);
		return;
	}
	if (s->n < CHAIN_MOST) {
		try_store(s, s->roots, &t);
		try_store(s, s->more, &t);
		for (ULONG i = 0; s->engine && i < s->engine->n; i++)
			try_store(s, s->engine->others[i], &t);
	}
	if (!t.any && t.unsigned_by)
		go_on(s, t.unsigned_by, t.how,
		      CERT_TRUST_IS_NOT_SIGNATURE_VALID);
	else if (!t.any)
		consider(s, CERT_TRUST_IS_PARTIAL_CHAIN |
				    (cert_self_issued(top->cert)
					     ? CERT_TRUST_IS_NOT_SIGNATURE_VALID
				     : t.cyclic ? CERT_TRUST_IS_CYCLIC
						: 0));
	if (t.unsigned_by)
		cert_release(t.unsigned_by);
}

/* ---- what the caller gets ---- */

struct chain {
	CERT_CHAIN_CONTEXT context; /* must be first: it is the handle */
	LONG refs;
	CERT_SIMPLE_CHAIN simple, *simples[1];
	CERT_CHAIN_ELEMENT element[CHAIN_MOST], *elements[CHAIN_MOST];
};

static struct chain *chain_of(PCCERT_CHAIN_CONTEXT c)
{
	return (struct chain *)c;
}

PCCERT_CHAIN_CONTEXT WINAPI
CertDuplicateCertificateChain(PCCERT_CHAIN_CONTEXT context)
{
	if (context)
		InterlockedIncrement(&chain_of(context)->refs);
	return context;
}

VOID WINAPI CertFreeCertificateChain(PCCERT_CHAIN_CONTEXT context)
{
	struct chain *c = chain_of(context);

	if (!c || InterlockedDecrement(&c->refs))
		return;
	for (DWORD i = 0; i < c->simple.cElement; i++) {
		RtlFreeHeap(rf_heap(), 0, c->element[i].pApplicationUsage);
		CertFreeCertificateContext(c->element[i].pCertContext);
	}
	RtlFreeHeap(rf_heap(), 0, c);
}

/* Whether it says where one could learn if it was revoked: lists, OCSP. */
static BOOL says_where(const struct cert *c)
{
	struct der in, list, one, id;

	if (cert_extension(c, szOID_CRL_DIST_POINTS, &in))
		return TRUE;
	if (!cert_extension(c, szOID_AUTHORITY_INFO_ACCESS, &in) ||
	    !der_expect(&in, DER_SEQUENCE, &list, NULL))
		return FALSE;
	while (der_expect(&list, DER_SEQUENCE, &one, NULL))
		if (der_object_id(&one, &id) && der_id_is(id, szOID_PKIX_OCSP))
			return TRUE;
	return FALSE;
}

/* There is nobody to ask whether something was revoked. */
static DWORD revocation(DWORD flags, ULONG i, const struct link *l)
{
	const DWORD all = CERT_CHAIN_REVOCATION_CHECK_CHAIN;
	const DWORD but_root = CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT;
	BOOL asked = i ? flags & (all | but_root)
		       : flags & (all | but_root |
				  CERT_CHAIN_REVOCATION_CHECK_END_CERT);

	if (!asked || (l->info & CERT_TRUST_IS_SELF_SIGNED && !(flags & all)))
		return 0;
	return CERT_TRUST_REVOCATION_STATUS_UNKNOWN |
	       (says_where(l->cert) ? CERT_TRUST_IS_OFFLINE_REVOCATION : 0);
}

static BOOL usage_fits(const CERT_USAGE_MATCH *want,
		       const CERT_ENHKEY_USAGE *have)
{
	DWORD fit = 0, n = want->Usage.cUsageIdentifier;

	if (!n || !have)
		return TRUE;
	for (DWORD i = 0; i < n; i++)
		fit += usage_has(have, want->Usage.rgpszUsageIdentifier[i]);
	return want->dwType == USAGE_MATCH_TYPE_OR ? fit > 0 : fit == n;
}

static struct chain *make_chain(const struct link *l, ULONG n,
				const CERT_CHAIN_PARA *para, DWORD flags)
{
	struct chain *c =
		RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *c);
	CERT_TRUST_STATUS *all;

	if (!c)
		return NULL;
	c->refs = 1;
	all = &c->simple.TrustStatus;
	all->dwInfoStatus = CERT_TRUST_HAS_PREFERRED_ISSUER;
	for (ULONG i = 0; i < n; i++) {
		CERT_CHAIN_ELEMENT *e = c->elements[i] = &c->element[i];

		e->cbSize = sizeof *e;
		if (!chain_usage(l, n, i, &e->pApplicationUsage)) {
			CertFreeCertificateChain(&c->context);
			return NULL;
		}
		cert_hold(l[i].cert);
		e->pCertContext = &l[i].cert->context;
		c->simple.cElement = i + 1;
		e->TrustStatus.dwInfoStatus = l[i].info;
		e->TrustStatus.dwErrorStatus =
			l[i].error | revocation(flags, i, &l[i]);
		if (!usage_fits(&para->RequestedUsage, e->pApplicationUsage))
			e->TrustStatus.dwErrorStatus |=
				CERT_TRUST_IS_NOT_VALID_FOR_USAGE;
		all->dwErrorStatus |= e->TrustStatus.dwErrorStatus;
	}
	c->simple.cbSize = sizeof c->simple;
	c->simple.rgpElement = c->elements;
	c->simples[0] = &c->simple;
	c->context.cbSize = sizeof c->context;
	c->context.TrustStatus = *all;
	c->context.cChain = 1;
	c->context.rgpChain = c->simples;
	return c;
}

/* The system's, which is one for all who open it: it needs no closing. */
static HCERTSTORE system_roots(void)
{
	HCERTSTORE s = CertOpenSystemStoreW(0, L"ROOT");

	CertCloseStore(s, 0);
	return s;
}

/* para may be an older program's, with nothing but the usage. */
static BOOL sound(const CERT_CHAIN_PARA *para)
{
	return para->cbSize >=
		       offsetof(CERT_CHAIN_PARA, RequestedIssuancePolicy) &&
	       para->RequestedUsage.dwType <= USAGE_MATCH_TYPE_OR;
}

static BOOL wants_policy(const CERT_CHAIN_PARA *para)
{
	return para->cbSize >=
		       offsetof(CERT_CHAIN_PARA, dwUrlRetrievalTimeout) &&
	       para->RequestedIssuancePolicy.Usage.cUsageIdentifier;
}

BOOL WINAPI CertGetCertificateChain(HCERTCHAINENGINE engine,
				    PCCERT_CONTEXT context, LPFILETIME when,
				    HCERTSTORE more, PCERT_CHAIN_PARA para,
				    DWORD flags, LPVOID reserved,
				    PCCERT_CHAIN_CONTEXT *out)
{
	struct cert *c = cert_of(context);
	struct engine *e = engine_of(engine);
	struct search s = { .engine = e,
			    .more = more,
			    .when = when,
			    .n = 1,
			    .signatures = MOST_SIGNATURES };
	struct chain *chain;
	FILETIME now;

	if (!c)
		return FALSE;
	if (!out || !para || !sound(para) || reserved)
		return cert_fail((DWORD)E_INVALIDARG);
	*out = NULL;
	if (!when) {
		GetSystemTimeAsFileTime(&now);
		s.when = &now;
	}
	s.roots = e && e->roots ? e->roots : system_roots();
	if (!s.roots)
		return FALSE;
	s.path[0].cert = c;
	extend(&s);
	/* Policies are not looked at: none is met. */
	if (wants_policy(para))
		s.best[0].error |= CERT_TRUST_NO_ISSUANCE_CHAIN_POLICY |
				   CERT_TRUST_IS_NOT_VALID_FOR_USAGE;
	chain = make_chain(s.best, s.best_n, para, flags);
	drop(s.best, s.best_n);
	if (!chain)
		return cert_fail(ERROR_NOT_ENOUGH_MEMORY);
	*out = &chain->context;
	return TRUE;
}
