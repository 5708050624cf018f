/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* account.h - what SIDs are called; texts that last until the tool ends. */
#ifndef RF_TOOLS_ACCOUNT_H
#define RF_TOOLS_ACCOUNT_H

#include <windows.h>

/* "S-1-...". */
WCHAR *sid_text(PSID sid);
/* "domain\name", "name", or the SID, if it has no name (SidTypeUnknown). */
WCHAR *account_name(PSID sid, SID_NAME_USE *use);

#endif
