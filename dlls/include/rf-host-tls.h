/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rf-host-tls.h - asking the host, which does TLS and reads PKCS#12 files: for
 * DLLs that have dlls/tls/host.c among their sources.  Statuses are SEC_E_*.
 */
#ifndef RF_HOST_TLS_H
#define RF_HOST_TLS_H

#include "nt.h"

#include "rf-schannel.h"

/* A request grows; lost: there was no memory, and it is of no use. */
struct request {
	BYTE *data;
	ULONG n, room;
	BOOL lost;
};

void request_begin(struct request *r, ULONG op, ULONG flags, ULONG arg);
void request_add(struct request *r, const void *data, ULONG n);
void request_item(struct request *r, ULONG kind, const void *data, ULONG n);
void request_end(struct request *r);

struct answer {
	struct rf_tls_answer head;
	BYTE *data; /* behind the head; host_free() */
	ULONG n;
	BYTE *room;
	ULONG size;
};

/* A session; SEC_E_SECPKG_NOT_FOUND: the host cannot. */
LONG host_open(HANDLE *h);
/*
 * Asks; the answer has at most `most` bytes of data.  The request is used up,
 * the answer is to be freed, also after an error.
 */
LONG host_call(HANDLE h, struct request *r, struct answer *a, ULONG most);
void host_free(struct answer *a);
/* The items of an answer, one after the other. */
BOOL host_item(const struct answer *a, ULONG *at, ULONG *kind,
	       const BYTE **data, ULONG *n);

#endif
