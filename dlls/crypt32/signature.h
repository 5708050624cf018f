/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* signature.h - whether a key has signed something. */
#ifndef RF_CRYPT32_SIGNATURE_H
#define RF_CRYPT32_SIGNATURE_H

#include "cert.h"
#include "der.h"

/*
 * What is signed here: a sequence of what was signed, how, and the signature
 * (certificates, requests, lists).  Returns 0 or the error: NTE_BAD_SIGNATURE,
 * NTE_BAD_ALGID, or that it cannot be read.
 */
DWORD signature_check(struct der whole, const CERT_PUBLIC_KEY_INFO *key);
/*
 * Whether a certificate is signed in the way that is written within what is
 * signed (RFC 5280, 4.1.1.2): else others may have changed the way.
 */
BOOL signature_is_as_said(const struct cert *c);
/* How it was signed is known to be forged easily: MD2, MD4, MD5. */
BOOL signature_weak(const char *algorithm);

#endif
