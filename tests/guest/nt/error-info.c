/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* OLE's error object: one per thread, taken when it is asked for. */
// link: -loleaut32 -luuid
#define COBJMACROS
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <oleauto.h>
#include <wchar.h>

#include "check.h"

static DWORD WINAPI other(void *unused)
{
	IErrorInfo *info;

	CHECK_EQ(GetErrorInfo(0, &info), S_FALSE);
	return 0;
}

int main(void)
{
	ICreateErrorInfo *create;
	IErrorInfo *info, *again;
	BSTR text;
	HANDLE t;

	CHECK_EQ(GetErrorInfo(0, &info), S_FALSE);
	CHECK(info == NULL);
	CHECK_EQ(GetErrorInfo(1, &info), E_INVALIDARG);
	CHECK_EQ(CreateErrorInfo(&create), S_OK);
	CHECK_EQ(ICreateErrorInfo_SetDescription(create, (LPOLESTR)L"what"),
		 S_OK);
	CHECK_EQ(ICreateErrorInfo_QueryInterface(create, &IID_IErrorInfo,
						 (void **)&info),
		 S_OK);
	ICreateErrorInfo_Release(create);
	CHECK_EQ(SetErrorInfo(0, info), S_OK);
	t = CreateThread(NULL, 0, other, NULL, 0, NULL);
	WaitForSingleObject(t, INFINITE);
	CloseHandle(t);
	CHECK_EQ(GetErrorInfo(0, &again), S_OK);
	CHECK(again == info);
	CHECK_EQ(IErrorInfo_GetDescription(again, &text), S_OK);
	CHECK(text && !wcscmp(text, L"what"));
	SysFreeString(text);
	CHECK_EQ(IErrorInfo_GetSource(again, &text), S_OK);
	CHECK(text == NULL);
	IErrorInfo_Release(again);
	CHECK_EQ(GetErrorInfo(0, &again), S_FALSE);
	CHECK_EQ(IErrorInfo_Release(info), 0);
	return check_done();
}
