/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ntdll's small things: strings, numbers, bitmaps, trees, atoms, SIDs, lists,
 * descriptors, addresses, times, checksums, compression, errors, sorting. */
#include <windows.h>
#include <winternl.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static HMODULE ntdll;
#define GET(name) (void *)GetProcAddress(ntdll, #name)

static void strings(void)
{
	LONG(NTAPI * compare)
	(UNICODE_STRING *, UNICODE_STRING *, BOOLEAN) =
		GET(RtlCompareUnicodeString);
	BOOLEAN(NTAPI * prefix)
	(UNICODE_STRING *, UNICODE_STRING *, BOOLEAN) =
		GET(RtlPrefixUnicodeString);
	NTSTATUS(NTAPI * append)
	(UNICODE_STRING *, PCWSTR) = GET(RtlAppendUnicodeToString);
	NTSTATUS(NTAPI * hash)
	(UNICODE_STRING *, BOOLEAN, ULONG, ULONG *) = GET(RtlHashUnicodeString);
	NTSTATUS(NTAPI * to_int)
	(UNICODE_STRING *, ULONG, ULONG *) = GET(RtlUnicodeStringToInteger);
	NTSTATUS(NTAPI * from_int)
	(ULONG, ULONG, UNICODE_STRING *) = GET(RtlIntegerToUnicodeString);
	WCHAR(NTAPI * up)(WCHAR) = GET(RtlUpcaseUnicodeChar);
	UNICODE_STRING a, b;
	WCHAR buf[10];
	ULONG n;
	ANSI_STRING ansi;

	RtlInitUnicodeString(&a, L"Hello");
	RtlInitUnicodeString(&b, L"hELLO");
	CHECK(compare(&a, &b, TRUE) == 0);
	CHECK(compare(&a, &b, FALSE) < 0);
	CHECK_EQ(a.Length, 10);
	CHECK_EQ(a.MaximumLength, 12);
	RtlInitUnicodeString(&b, L"HELLO there");
	CHECK(prefix(&a, &b, TRUE));
	CHECK(!prefix(&a, &b, FALSE));
	CHECK(!prefix(&b, &a, TRUE));
	b.Buffer = buf;
	b.Length = 0;
	b.MaximumLength = sizeof buf;
	CHECK_EQ(append(&b, L"12345"), 0);
	CHECK_EQ(append(&b, L"678"), 0);
	CHECK(!wcscmp(buf, L"12345678"));
	CHECK_EQ((ULONG)append(&b, L"9ab"), 0xc0000023);
	CHECK_EQ(b.Length, 16);
	RtlInitUnicodeString(&a, L"abc");
	CHECK_EQ(hash(&a, FALSE, 1, &n), 0);
	CHECK_EQ(n, (('a' * 65599u) + 'b') * 65599u + 'c');
	CHECK_EQ(up(0xe9), 0xc9);
	CHECK_EQ(up(0x3b1), 0x391);
	CHECK_EQ(up(0xdf), 0xdf);
	CHECK_EQ(up(0x131), 0x131);
	CHECK_EQ(up(0xff), 0x178);
	RtlInitUnicodeString(&a, L" -0x1F");
	CHECK_EQ(to_int(&a, 0, &n), 0);
	CHECK_EQ(n, (ULONG)-31);
	RtlInitUnicodeString(&a, L"777z");
	CHECK_EQ(to_int(&a, 8, &n), 0);
	CHECK_EQ(n, 0777);
	CHECK_EQ(from_int(255, 16, &b), 0);
	CHECK(!wcscmp(buf, L"FF"));
	CHECK_EQ((ULONG)from_int(1, 3, &b), 0xc000000d);
	RtlInitUnicodeString(&a, L"caf\x00e9");
	CHECK_EQ(RtlUnicodeStringToAnsiString(&ansi, &a, TRUE), 0);
	CHECK_EQ(ansi.Length, 4);
	CHECK_EQ((UCHAR)ansi.Buffer[3], 0xe9);
	CHECK_EQ(RtlAnsiStringToUnicodeString(&b, &ansi, TRUE), 0);
	CHECK(!wcscmp(b.Buffer, a.Buffer));
	RtlFreeAnsiString(&ansi);
	RtlFreeUnicodeString(&b);
}

static void utf8(void)
{
	NTSTATUS(NTAPI * to8)
	(PCHAR, ULONG, ULONG *, PCWSTR, ULONG) = GET(RtlUnicodeToUTF8N);
	NTSTATUS(NTAPI * to16)
	(PWSTR, ULONG, ULONG *, PCSTR, ULONG) = GET(RtlUTF8ToUnicodeN);
	static const WCHAR w[] = { 'a', 0xe9, 0x20ac, 0xd83d, 0xde00, 0xd800 };
	static const char bad[] = "a\xc3(\xe2\x82(\xf0\x9f\x98\x80\xff";
	static const WCHAR want[] = { 'a', 0xfffd, '(',    0xfffd,
				      '(', 0xd83d, 0xde00, 0xfffd };
	WCHAR wide[16];
	char s[32];
	ULONG n;

	CHECK_EQ(to8(s, sizeof s, &n, w, 10), 0);
	CHECK_EQ(n, 10);
	CHECK(!memcmp(s, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10));
	CHECK_EQ(to8(s, sizeof s, &n, w, 12), 0x107);
	CHECK(!memcmp(s + 10, "\xef\xbf\xbd", 3));
	CHECK_EQ((ULONG)to8(s, 5, &n, w, 10), 0xc0000023);
	CHECK_EQ(n, 3);
	CHECK_EQ(to16(wide, sizeof wide, &n, bad, sizeof bad - 1), 0x107);
	CHECK_EQ(n, sizeof want);
	CHECK(!memcmp(wide, want, sizeof want));
}

typedef struct {
	ULONG n;
	ULONG *bits;
} bitmap;

static void bitmaps(void)
{
	void(NTAPI * init)(bitmap *, ULONG *, ULONG) = GET(RtlInitializeBitMap);
	void(NTAPI * set)(bitmap *, ULONG, ULONG) = GET(RtlSetBits);
	void(NTAPI * clear_all)(bitmap *) = GET(RtlClearAllBits);
	ULONG(NTAPI * find)(bitmap *, ULONG, ULONG) = GET(RtlFindClearBits);
	ULONG(NTAPI * find_set)
	(bitmap *, ULONG, ULONG) = GET(RtlFindClearBitsAndSet);
	ULONG(NTAPI * count)(bitmap *) = GET(RtlNumberOfSetBits);
	BOOLEAN(NTAPI * are_set)(bitmap *, ULONG, ULONG) = GET(RtlAreBitsSet);
	ULONG(NTAPI * longest)(bitmap *, ULONG *) = GET(RtlFindLongestRunClear);
	ULONG(NTAPI * backward)
	(bitmap *, ULONG, ULONG *) = GET(RtlFindLastBackwardRunClear);
	ULONG bits[4], at;
	bitmap b;

	init(&b, bits, 100);
	clear_all(&b);
	set(&b, 10, 50);
	CHECK_EQ(count(&b), 50);
	CHECK(are_set(&b, 10, 50));
	CHECK(!are_set(&b, 9, 2));
	CHECK_EQ(find(&b, 10, 0), 0);
	CHECK_EQ(find(&b, 11, 0), 60);
	CHECK_EQ(find(&b, 40, 0), 60);
	CHECK_EQ(find(&b, 41, 0), ~0u);
	CHECK_EQ(find(&b, 5, 70), 70);
	CHECK_EQ(find(&b, 10, 95), 0);
	CHECK_EQ(longest(&b, &at), 40);
	CHECK_EQ(at, 60);
	CHECK_EQ(backward(&b, 55, &at), 10);
	CHECK_EQ(at, 0);
	CHECK_EQ(find_set(&b, 11, 0), 60);
	CHECK_EQ(count(&b), 61);
	CHECK(are_set(&b, 10, 61));
}

struct avl {
	void *root[3];
	char balance[8];
	char rest[100];
};

static int NTAPI compare_ints(void *t, void *a, void *b)
{
	int x = *(int *)a, y = *(int *)b;

	return x < y ? 0 : x > y ? 1 : 2;
}

static PVOID NTAPI tree_alloc(void *t, LONG n)
{
	return malloc(n);
}

static void NTAPI tree_free(void *t, PVOID p)
{
	free(p);
}

static void trees(BOOL balanced)
{
	void(NTAPI * init)(void *, void *, void *, void *, void *) =
		balanced ? GET(RtlInitializeGenericTableAvl)
			 : GET(RtlInitializeGenericTable);
	PVOID(NTAPI * insert)
	(void *, void *, ULONG, BOOLEAN *) =
		balanced ? GET(RtlInsertElementGenericTableAvl)
			 : GET(RtlInsertElementGenericTable);
	BOOLEAN(NTAPI * delete)
	(void *, void *) = balanced ? GET(RtlDeleteElementGenericTableAvl)
				    : GET(RtlDeleteElementGenericTable);
	PVOID(NTAPI * lookup)
	(void *, void *) = balanced ? GET(RtlLookupElementGenericTableAvl)
				    : GET(RtlLookupElementGenericTable);
	PVOID(NTAPI * enumerate)
	(void *, BOOLEAN) = balanced ? GET(RtlEnumerateGenericTableAvl)
				     : GET(RtlEnumerateGenericTable);
	ULONG(NTAPI * number)
	(void *) = balanced ? GET(RtlNumberGenericTableElementsAvl)
			    : GET(RtlNumberGenericTableElements);
	struct avl t;
	char there[1000] = { 0 };
	BOOLEAN new;
	unsigned r = 1;
	int n = 0, *p, before = -1, seen = 0;

	init(&t, compare_ints, tree_alloc, tree_free, NULL);
	for (int i = 0; i < 20000; i++) {
		int k;

		r = r * 1103515245 + 12345;
		k = (r >> 16) % 1000;
		if (r >> 31) {
			p = insert(&t, &k, sizeof k, &new);
			CHECK(p && *p == k && new == !there[k]);
			n += !there[k];
			there[k] = 1;
		} else {
			CHECK_EQ(delete (&t, &k), there[k]);
			n -= there[k];
			there[k] = 0;
		}
		CHECK((lookup(&t, &k) != NULL) == there[k]);
	}
	CHECK_EQ(number(&t), n);
	for (p = enumerate(&t, TRUE); p; p = enumerate(&t, FALSE)) {
		CHECK(*p > before && there[*p]);
		before = *p;
		seen++;
	}
	CHECK_EQ(seen, n);
}

static void security(void)
{
	SID_IDENTIFIER_AUTHORITY nt = SECURITY_NT_AUTHORITY;
	NTSTATUS(NTAPI * make_sid)
	(SID_IDENTIFIER_AUTHORITY *, UCHAR, ULONG, ULONG, ULONG, ULONG, ULONG,
	 ULONG, ULONG, ULONG, PSID *) = GET(RtlAllocateAndInitializeSid);
	NTSTATUS(NTAPI * text)
	(UNICODE_STRING *, PSID, BOOLEAN) = GET(RtlConvertSidToUnicodeString);
	NTSTATUS(NTAPI * make_acl)(ACL *, ULONG, ULONG) = GET(RtlCreateAcl);
	NTSTATUS(NTAPI * allow)
	(ACL *, ULONG, ULONG, PSID) = GET(RtlAddAccessAllowedAce);
	NTSTATUS(NTAPI * deny)
	(ACL *, ULONG, ULONG, PSID) = GET(RtlAddAccessDeniedAce);
	NTSTATUS(NTAPI * remove)(ACL *, ULONG) = GET(RtlDeleteAce);
	NTSTATUS(NTAPI * get)(ACL *, ULONG, void **) = GET(RtlGetAce);
	BOOLEAN(NTAPI * valid_acl)(ACL *) = GET(RtlValidAcl);
	NTSTATUS(NTAPI * make_sd)
	(void *, ULONG) = GET(RtlCreateSecurityDescriptor);
	NTSTATUS(NTAPI * set_owner)
	(void *, PSID, BOOLEAN) = GET(RtlSetOwnerSecurityDescriptor);
	NTSTATUS(NTAPI * set_dacl)
	(void *, BOOLEAN, ACL *, BOOLEAN) = GET(RtlSetDaclSecurityDescriptor);
	NTSTATUS(NTAPI * get_owner)
	(void *, PSID *, BOOLEAN *) = GET(RtlGetOwnerSecurityDescriptor);
	NTSTATUS(NTAPI * get_dacl)
	(void *, BOOLEAN *, ACL **, BOOLEAN *) =
		GET(RtlGetDaclSecurityDescriptor);
	NTSTATUS(NTAPI * relative)
	(void *, void *, ULONG *) = GET(RtlAbsoluteToSelfRelativeSD);
	BOOLEAN(NTAPI * valid_sd)(void *) = GET(RtlValidSecurityDescriptor);
	ULONG(NTAPI * length_sd)(void *) = GET(RtlLengthSecurityDescriptor);
	ULONG(NTAPI * length_sid)(PSID) = GET(RtlLengthSid);
	BOOLEAN(NTAPI * equal)(PSID, PSID) = GET(RtlEqualSid);
	PVOID(NTAPI * free_sid)(PSID) = GET(RtlFreeSid);
	SECURITY_DESCRIPTOR sd;
	UNICODE_STRING s;
	BOOLEAN present, defaulted;
	static LONGLONG acl_room[25], rel[50];
	ACL *acl = (ACL *)acl_room, *got;
	ACCESS_ALLOWED_ACE *ace;
	PSID sid, owner;
	ULONG n;

	CHECK_EQ(make_sid(&nt, 2, 32, 544, 0, 0, 0, 0, 0, 0, &sid), 0);
	CHECK_EQ(text(&s, sid, TRUE), 0);
	CHECK(!wcscmp(s.Buffer, L"S-1-5-32-544"));
	RtlFreeUnicodeString(&s);
	CHECK_EQ(length_sid(sid), 16);
	CHECK_EQ(make_acl(acl, sizeof acl_room, ACL_REVISION), 0);
	CHECK_EQ(allow(acl, ACL_REVISION, GENERIC_READ, sid), 0);
	CHECK_EQ(deny(acl, ACL_REVISION, GENERIC_WRITE, sid), 0);
	CHECK(valid_acl(acl));
	CHECK_EQ(acl->AceCount, 2);
	CHECK_EQ(remove(acl, 0), 0);
	CHECK_EQ(get(acl, 0, (void **)&ace), 0);
	CHECK_EQ(ace->Header.AceType, ACCESS_DENIED_ACE_TYPE);
	CHECK_EQ(ace->Mask, GENERIC_WRITE);
	CHECK_EQ(make_sd(&sd, SECURITY_DESCRIPTOR_REVISION), 0);
	CHECK_EQ(set_owner(&sd, sid, FALSE), 0);
	CHECK_EQ(set_dacl(&sd, TRUE, acl, FALSE), 0);
	n = 0;
	CHECK_EQ((ULONG)relative(&sd, rel, &n), 0xc0000023);
	CHECK_EQ(n, 20 + 200 + 16);
	CHECK_EQ(relative(&sd, rel, &n), 0);
	CHECK(valid_sd(rel));
	CHECK_EQ(get_owner(rel, &owner, &defaulted), 0);
	CHECK(equal(owner, sid));
	CHECK_EQ(get_dacl(rel, &present, &got, &defaulted), 0);
	CHECK(present && got->AceCount == 1);
	CHECK_EQ(length_sd(rel), n);
	free_sid(sid);
}

static void addresses(void)
{
	PSTR(NTAPI * text4)(const void *, PSTR) = GET(RtlIpv4AddressToStringA);
	PSTR(NTAPI * text6)(const void *, PSTR) = GET(RtlIpv6AddressToStringA);
	NTSTATUS(NTAPI * parse4)
	(PCSTR, BOOLEAN, PCSTR *, void *) = GET(RtlIpv4StringToAddressA);
	NTSTATUS(NTAPI * parse6)
	(PCSTR, PCSTR *, void *) = GET(RtlIpv6StringToAddressA);
	static const char *const six[] = {
		"::",
		"::1",
		"1::",
		"fe80::1:2",
		"1:2:3:4:5:6:7:8",
		"1:0:3:4:5:6:7:8",
		"::ffff:1.2.3.4",
		"::1.2.3.4",
		"2001:db8::ff00:42:8329",
		"1::5:6:7:8",
	};
	UCHAR a[16];
	char buf[70];
	PCSTR end;

	CHECK_EQ(parse4("192.168.1.20x", TRUE, &end, a), 0);
	CHECK(*end == 'x' && a[0] == 192 && a[3] == 20);
	CHECK(!strcmp((text4(a, buf), buf), "192.168.1.20"));
	CHECK_EQ(parse4("0x7f.1", FALSE, &end, a), 0);
	CHECK(a[0] == 127 && a[1] == 0 && a[3] == 1);
	CHECK(parse4("1.2.3", TRUE, &end, a) != 0);
	CHECK(parse4("1.2.3.256", TRUE, &end, a) != 0);
	CHECK(parse4("", FALSE, &end, a) != 0);
	for (unsigned i = 0; i < sizeof six / sizeof *six; i++) {
		CHECK(parse6(six[i], &end, a) == 0 && !*end, "%s", six[i]);
		text6(a, buf);
		CHECK(!strcmp(buf, six[i]), "%s: got %s", six[i], buf);
	}
	CHECK(parse6("1:2:3", &end, a) != 0);
	CHECK(parse6(":1", &end, a) != 0);
	CHECK(parse6("1::2::3", &end, a) != 0 || *end);
}

static void times(void)
{
	SYSTEMTIME st;
	FILETIME ft;
	ULARGE_INTEGER t;
	ULONG s = 0;
	BOOLEAN(NTAPI * to_1970)
	(void *, ULONG *) = GET(RtlTimeToSecondsSince1970);

	t.QuadPart = 132537600000000000ull; /* 2020-12-29 ... */
	for (int i = 0; i < 2000; i++) {
		ULARGE_INTEGER back;

		t.QuadPart = i * 1234567890123457ull / 10000 * 10000;
		ft.dwLowDateTime = t.LowPart;
		ft.dwHighDateTime = t.HighPart;
		if (!FileTimeToSystemTime(&ft, &st))
			continue;
		CHECK(SystemTimeToFileTime(&st, &ft));
		back.LowPart = ft.dwLowDateTime;
		back.HighPart = ft.dwHighDateTime;
		CHECK(back.QuadPart == t.QuadPart, "%d", i);
	}
	t.QuadPart = 116444736000000000ull + 86400ull * 10000000 * 18262;
	ft.dwLowDateTime = t.LowPart;
	ft.dwHighDateTime = t.HighPart;
	CHECK(FileTimeToSystemTime(&ft, &st));
	CHECK(st.wYear == 2020 && st.wMonth == 1 && st.wDay == 1 &&
	      st.wDayOfWeek == 3);
	CHECK(to_1970(&t, &s));
	CHECK_EQ(s, 86400 * 18262);
}

static void bytes(void)
{
	ULONG(NTAPI * crc)(ULONG, const void *, INT) = GET(RtlComputeCrc32);
	NTSTATUS(NTAPI * space)
	(USHORT, ULONG *, ULONG *) = GET(RtlGetCompressionWorkSpaceSize);
	NTSTATUS(NTAPI * pack)
	(USHORT, UCHAR *, ULONG, UCHAR *, ULONG, ULONG, ULONG *, PVOID) =
		GET(RtlCompressBuffer);
	NTSTATUS(NTAPI * unpack)
	(USHORT, UCHAR *, ULONG, UCHAR *, ULONG, ULONG *) =
		GET(RtlDecompressBuffer);
	enum { N = 50000 };
	UCHAR *from = malloc(N), *small = malloc(N * 2), *back = malloc(N);
	ULONG work, fragment, n, m;
	void *w;

	CHECK_EQ(crc(0, "123456789", 9), 0xcbf43926);
	CHECK_EQ(space(2, &work, &fragment), 0);
	w = malloc(work);
	for (int kind = 0; kind < 3; kind++) {
		unsigned r = 7;

		for (int i = 0; i < N; i++) {
			r = r * 1103515245 + 12345;
			from[i] = kind == 0   ? (UCHAR) "abcabcd"[i % 7]
				  : kind == 1 ? r >> 24
					      : (r >> 28) + 'a';
		}
		CHECK_EQ(pack(2, from, N, small, N * 2, 4096, &n, w), 0);
		CHECK(kind == 1 || n < N);
		memset(back, 0, N);
		CHECK_EQ(unpack(2, back, N, small, n, &m), 0);
		CHECK_EQ(m, N);
		CHECK(!memcmp(from, back, N), "kind %d", kind);
	}
	CHECK_EQ((ULONG)pack(2, from, N, small, 10, 4096, &n, w), 0xc0000023);
}

static void errors(void)
{
	static const struct {
		ULONG status, error;
	} e[] = {
		{ 0, 0 },
		{ 0xc0000005, ERROR_NOACCESS },
		{ 0xc0000008, ERROR_INVALID_HANDLE },
		{ 0xc000000d, ERROR_INVALID_PARAMETER },
		{ 0xc000000f, ERROR_FILE_NOT_FOUND },
		{ 0xc0000022, ERROR_ACCESS_DENIED },
		{ 0xc0000034, ERROR_FILE_NOT_FOUND },
		{ 0xc000003a, ERROR_PATH_NOT_FOUND },
		{ 0xc0000043, ERROR_SHARING_VIOLATION },
		{ 0xc0000101, ERROR_DIR_NOT_EMPTY },
		{ 0xc0000120, ERROR_OPERATION_ABORTED },
		{ 0xc000014b, ERROR_BROKEN_PIPE },
		{ 0x80000005, ERROR_MORE_DATA },
		{ 0x80000006, ERROR_NO_MORE_FILES },
		{ 0x00000103, ERROR_IO_PENDING },
		{ 0x00000102, ERROR_TIMEOUT },
		{ 0xc0070005, ERROR_ACCESS_DENIED },
		{ 0xc0001234, ERROR_MR_MID_NOT_FOUND },
	};

	for (unsigned i = 0; i < sizeof e / sizeof *e; i++)
		CHECK(RtlNtStatusToDosError(e[i].status) == e[i].error,
		      "%#lx: got %lu", e[i].status,
		      RtlNtStatusToDosError(e[i].status));
}

static int __cdecl by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void c_library(void)
{
	void(__cdecl * sort)(void *, size_t, size_t,
			     int(__cdecl *)(const void *, const void *)) =
		GET(qsort);
	int(__cdecl * print)(char *, size_t, const char *, ...) =
		GET(_snprintf);
	int(__cdecl * wprint)(WCHAR *, size_t, const WCHAR *, ...) =
		GET(_snwprintf);
	void *(__cdecl * move)(void *, const void *, size_t) = GET(memmove);
	size_t(__cdecl * len)(const char *) = GET(strlen);
	static int v[1000];
	static unsigned char a[5000], b[5000];
	char s[100];
	WCHAR w[100];
	unsigned r = 3;

	for (int kind = 0; kind < 3; kind++) {
		for (int i = 0; i < 1000; i++) {
			r = r * 1103515245 + 12345;
			v[i] = kind == 0   ? (int)(r >> 8 & 0xffff)
			       : kind == 1 ? i
					   : i % 3;
		}
		sort(v, 1000, sizeof *v, by_value);
		for (int i = 1; i < 1000; i++)
			CHECK(v[i - 1] <= v[i]);
	}
	for (size_t n = 0; n < 1500; n += n < 200 ? 1 : 97)
		for (int d = -70; d <= 70; d += 7) {
			for (int i = 0; i < 5000; i++)
				a[i] = b[i] = i * 7 + (i >> 8);
			move(a + 1000 + d, a + 1000, n);
			for (size_t i = 0; i < n; i++)
				if (a[1000 + d + i] != b[1000 + i]) {
					CHECK(0, "memmove %d %d", (int)n, d);
					break;
				}
			CHECK(a[999 + d] == b[999 + d] || d > 0);
			CHECK(a[1000 + d + n] == b[1000 + d + n] || d < 0);
		}
	CHECK_EQ(print(s, 100, "%d|%5u|%-5x|%05d|%#x|%s|%.2s|%c|%%|%S|%I64d",
		       -3, 7u, 255, -42, 16, "str", "xyz", 'c', L"wide",
		       -5000000000ll),
		 len(s));
	CHECK(!strcmp(s,
		      "-3|    7|ff   |-0042|0x10|str|xy|c|%|wide|-5000000000"),
	      "%s", s);
	CHECK_EQ(print(s, 3, "%s", "abcdef"), -1);
	CHECK(!memcmp(s, "abc", 3));
	wprint(w, 100, L"%s %S %hs %ls %08X", L"w", "n", "h", L"l", 0xbeef);
	CHECK(!wcscmp(w, L"w n h l 0000BEEF"));
	memset(a, 'x', 200);
	for (int n = 0; n < 100; n++) {
		a[n] = 0;
		CHECK_EQ(len((char *)a), n);
		if (n > 20)
			CHECK_EQ(len((char *)a + 5), n - 5);
		a[n] = 'x';
	}
}

int main(void)
{
	ntdll = GetModuleHandleW(L"ntdll.dll");
	strings();
	utf8();
	bitmaps();
	trees(TRUE);
	trees(FALSE);
	security();
	addresses();
	times();
	bytes();
	errors();
	c_library();
	return check_done();
}
