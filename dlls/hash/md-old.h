/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* md-old.h - one block of MD2 (16 bytes) and of MD4 (64 bytes). */
#ifndef RF_MD_OLD_H
#define RF_MD_OLD_H

#include "rf-hash.h"

void md2_round(ULONG *h, const BYTE *p);
void md4_round(ULONG *h, const BYTE *p);

#endif
