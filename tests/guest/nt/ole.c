/* ole32: GUIDs as text, the task allocator, streams in memory. */
#define COBJMACROS
#include <windows.h>
#include <objbase.h>

#include "../lib/check.h"

static void guids(void)
{
	static const GUID g = {
		0x12345678, 0x9abc, 0xdef0, { 1, 2, 3, 4, 5, 6, 7, 0xab }
	};
	WCHAR text[39];
	GUID a, b;

	CHECK_EQ(StringFromGUID2(&g, text, 39), 39);
	CHECK(!wcscmp(text, L"{12345678-9ABC-DEF0-0102-0304050607AB}"), "%ls",
	      text);
	CHECK_EQ(StringFromGUID2(&g, text, 38), 0);
	CHECK_EQ(CLSIDFromString(L"{12345678-9abc-def0-0102-0304050607ab}", &a),
		 S_OK);
	CHECK(IsEqualGUID(&a, &g));
	CHECK_EQ(CLSIDFromString(L"{12345678-9abc", &a), CO_E_CLASSSTRING);
	CHECK_EQ(CoCreateGuid(&a), S_OK);
	CHECK_EQ(CoCreateGuid(&b), S_OK);
	CHECK(!IsEqualGUID(&a, &b));
	CHECK_EQ(a.Data3 >> 12, 4);
}

static void streams(void)
{
	LARGE_INTEGER zero = { .QuadPart = 0 };
	ULARGE_INTEGER at, size = { .QuadPart = 3 };
	IStream *s, *copy;
	HGLOBAL mem;
	STATSTG st;
	char buf[16];
	ULONG n;

	CHECK_EQ(CreateStreamOnHGlobal(NULL, TRUE, &s), S_OK);
	CHECK_EQ(IStream_Write(s, "hello", 5, &n), S_OK);
	CHECK_EQ(n, 5);
	CHECK_EQ(IStream_Clone(s, &copy), S_OK);
	CHECK_EQ(IStream_Seek(copy, zero, STREAM_SEEK_SET, &at), S_OK);
	CHECK_EQ(IStream_Read(copy, buf, sizeof buf, &n), S_OK);
	CHECK_EQ(n, 5);
	CHECK(!memcmp(buf, "hello", 5));
	CHECK_EQ(IStream_Release(copy), 0);
	CHECK_EQ(IStream_SetSize(s, size), S_OK);
	CHECK_EQ(IStream_Stat(s, &st, STATFLAG_NONAME), S_OK);
	CHECK_EQ(st.cbSize.QuadPart, 3);
	CHECK_EQ(GetHGlobalFromStream(s, &mem), S_OK);
	CHECK(!memcmp(GlobalLock(mem), "hel", 3));
	GlobalUnlock(mem);
	CHECK_EQ(IStream_Release(s), 0);
}

static void is_in(HRESULT result, APTTYPE type, APTTYPEQUALIFIER how)
{
	APTTYPE t = APTTYPE_NA;
	APTTYPEQUALIFIER q = APTTYPEQUALIFIER_APPLICATION_STA;

	CHECK_EQ(CoGetApartmentType(&t, &q), result);
	CHECK_EQ((int)t, (int)type);
	CHECK_EQ((int)q, (int)how);
}

static DWORD WINAPI other(void *unused)
{
	(void)unused;
	CHECK_EQ(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED), S_OK);
	is_in(S_OK, APTTYPE_STA, APTTYPEQUALIFIER_NONE);
	CoUninitialize();
	is_in(CO_E_NOTINITIALIZED, APTTYPE_CURRENT, APTTYPEQUALIFIER_NONE);
	CHECK_EQ(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
	is_in(S_OK, APTTYPE_MTA, APTTYPEQUALIFIER_NONE);
	CoUninitialize();
	return 0;
}

static void in_thread(LPTHREAD_START_ROUTINE fn)
{
	HANDLE t = CreateThread(NULL, 0, fn, NULL, 0, NULL);

	CHECK_EQ(WaitForSingleObject(t, 60000), WAIT_OBJECT_0);
	CloseHandle(t);
}

static DWORD WINAPI said_nothing(void *unused)
{
	(void)unused;
	is_in(S_OK, APTTYPE_MTA, APTTYPEQUALIFIER_IMPLICIT_MTA);
	return 0;
}

static void apartments(void)
{
	is_in(CO_E_NOTINITIALIZED, APTTYPE_CURRENT, APTTYPEQUALIFIER_NONE);
	CHECK_EQ(CoInitialize(NULL), S_OK);
	CHECK_EQ(CoInitialize(NULL), S_FALSE);
	is_in(S_OK, APTTYPE_MAINSTA, APTTYPEQUALIFIER_NONE);
	in_thread(other);
	CoUninitialize();
	is_in(S_OK, APTTYPE_MAINSTA, APTTYPEQUALIFIER_NONE);
	CoUninitialize();
	CHECK_EQ(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
	is_in(S_OK, APTTYPE_MTA, APTTYPEQUALIFIER_NONE);
	in_thread(said_nothing);
	CoUninitialize();
}

int main(void)
{
	PROPVARIANT v = { .vt = VT_LPWSTR };
	IMalloc *m;

	guids();
	streams();
	apartments();
	CHECK_EQ(CoGetMalloc(1, &m), S_OK);
	v.pwszVal = IMalloc_Alloc(m, 10);
	CHECK(IMalloc_GetSize(m, v.pwszVal) >= 10);
	CHECK_EQ(PropVariantClear(&v), S_OK);
	CHECK_EQ(v.vt, VT_EMPTY);
	return check_done();
}
