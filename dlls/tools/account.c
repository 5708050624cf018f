/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* account.c - see account.h. */
#include "account.h"
#include "tool.h"

#include <sddl.h>

WCHAR *sid_text(PSID sid)
{
	WCHAR *text, *copy;

	if (!ConvertSidToStringSidW(sid, &text))
		return copy_text(L"?", 1);
	copy = copy_text(text, wcslen(text));
	LocalFree(text);
	return copy;
}

WCHAR *account_name(PSID sid, SID_NAME_USE *use)
{
	WCHAR name[257], domain[257], *text;
	DWORD n = COUNT_OF(name), m = COUNT_OF(domain);

	if (!LookupAccountSidW(NULL, sid, name, &n, domain, &m, use)) {
		*use = SidTypeUnknown;
		return sid_text(sid);
	}
	text = get((wcslen(name) + wcslen(domain) + 2) * sizeof *text);
	wcscpy(text, domain);
	if (*domain)
		wcscat(text, L"\\");
	wcscat(text, name);
	return text;
}
