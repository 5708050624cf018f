/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* namespace.h - the one provider of names. */
#ifndef RF_WS2_32_NAMESPACE_H
#define RF_WS2_32_NAMESPACE_H

#include "ws.h"

extern const GUID ns_provider; /* of NS_DNS */

#endif
