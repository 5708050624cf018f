/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rtl-string.h - counted strings, code pages, numbers, formatted text.
 *
 * A part of rtl.h; include that.
 */
#ifndef RF_DLL_RTL_STRING_H
#define RF_DLL_RTL_STRING_H

/* ---- counted strings ---------------------------------------------------- */

NTSYSAPI void NTAPI RtlInitString(PSTRING s, PCSTR from);
NTSYSAPI NTSTATUS NTAPI RtlInitStringEx(PSTRING s, PCSTR from);
NTSYSAPI void NTAPI RtlInitAnsiString(PANSI_STRING s, PCSTR from);
NTSYSAPI NTSTATUS NTAPI RtlInitAnsiStringEx(PANSI_STRING s, PCSTR from);
NTSYSAPI void NTAPI RtlInitUnicodeString(PUNICODE_STRING s, PCWSTR from);
NTSYSAPI NTSTATUS NTAPI RtlInitUnicodeStringEx(PUNICODE_STRING s, PCWSTR from);
NTSYSAPI BOOLEAN NTAPI RtlCreateUnicodeString(PUNICODE_STRING s, PCWSTR from);
NTSYSAPI BOOLEAN NTAPI RtlCreateUnicodeStringFromAsciiz(PUNICODE_STRING s,
							PCSTR from);
NTSYSAPI void NTAPI RtlFreeUnicodeString(PUNICODE_STRING s);
NTSYSAPI void NTAPI RtlFreeAnsiString(PANSI_STRING s);
NTSYSAPI void NTAPI RtlFreeOemString(POEM_STRING s);
NTSYSAPI void NTAPI RtlFreeUTF8String(PSTRING s);
NTSYSAPI void NTAPI RtlCopyUnicodeString(PUNICODE_STRING to,
					 PCUNICODE_STRING from);
NTSYSAPI void NTAPI RtlCopyString(PSTRING to, const STRING *from);
/* flags: 1 always NUL-terminate, 2 NUL-terminate even when empty */
NTSYSAPI NTSTATUS NTAPI RtlDuplicateUnicodeString(int flags,
						  PCUNICODE_STRING from,
						  PUNICODE_STRING to);
NTSYSAPI NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING to,
						       PCUNICODE_STRING from);
NTSYSAPI NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING to,
						 PCWSTR from);
NTSYSAPI NTSTATUS NTAPI RtlAppendStringToString(PSTRING to, const STRING *from);
NTSYSAPI NTSTATUS NTAPI RtlAppendAsciizToString(PSTRING to, PCSTR from);
NTSYSAPI LONG NTAPI RtlCompareUnicodeString(PCUNICODE_STRING a,
					    PCUNICODE_STRING b, BOOLEAN fold);
NTSYSAPI LONG NTAPI RtlCompareUnicodeStrings(PCWSTR a, SIZE_T na, PCWSTR b,
					     SIZE_T nb, BOOLEAN fold);
NTSYSAPI BOOLEAN NTAPI RtlEqualUnicodeString(PCUNICODE_STRING a,
					     PCUNICODE_STRING b, BOOLEAN fold);
NTSYSAPI BOOLEAN NTAPI RtlPrefixUnicodeString(PCUNICODE_STRING prefix,
					      PCUNICODE_STRING s, BOOLEAN fold);
NTSYSAPI LONG NTAPI RtlCompareString(const STRING *a, const STRING *b,
				     BOOLEAN fold);
NTSYSAPI BOOLEAN NTAPI RtlEqualString(const STRING *a, const STRING *b,
				      BOOLEAN fold);
NTSYSAPI BOOLEAN NTAPI RtlPrefixString(const STRING *prefix, const STRING *s,
				       BOOLEAN fold);
NTSYSAPI NTSTATUS NTAPI RtlHashUnicodeString(PCUNICODE_STRING s, BOOLEAN fold,
					     ULONG algorithm, ULONG *hash);
NTSYSAPI NTSTATUS NTAPI RtlFindCharInUnicodeString(ULONG flags,
						   PCUNICODE_STRING s,
						   PCUNICODE_STRING chars,
						   USHORT *at);
NTSYSAPI void NTAPI RtlEraseUnicodeString(PUNICODE_STRING s);
NTSYSAPI NTSTATUS NTAPI RtlValidateUnicodeString(ULONG flags,
						 PCUNICODE_STRING s);
NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeString(PUNICODE_STRING to,
					       PCUNICODE_STRING from,
					       BOOLEAN alloc);
NTSYSAPI NTSTATUS NTAPI RtlDowncaseUnicodeString(PUNICODE_STRING to,
						 PCUNICODE_STRING from,
						 BOOLEAN alloc);
NTSYSAPI WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR c);
NTSYSAPI WCHAR NTAPI RtlDowncaseUnicodeChar(WCHAR c);
NTSYSAPI CHAR NTAPI RtlUpperChar(CHAR c);
NTSYSAPI void NTAPI RtlUpperString(PSTRING to, const STRING *from);
NTSYSAPI BOOLEAN NTAPI RtlIsTextUnicode(const void *p, INT n, INT *flags);
NTSYSAPI BOOLEAN NTAPI RtlIsNameInExpression(PCUNICODE_STRING pattern,
					     PCUNICODE_STRING name,
					     BOOLEAN ignore_case,
					     PWCH upcase_table);

/* ---- code pages ----------------------------------------------------------- */

NTSYSAPI NTSTATUS NTAPI RtlAnsiStringToUnicodeString(PUNICODE_STRING to,
						     PCANSI_STRING from,
						     BOOLEAN alloc);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToAnsiString(PANSI_STRING to,
						     PCUNICODE_STRING from,
						     BOOLEAN alloc);
NTSYSAPI NTSTATUS NTAPI RtlOemStringToUnicodeString(PUNICODE_STRING to,
						    const STRING *from,
						    BOOLEAN alloc);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToOemString(POEM_STRING to,
						    PCUNICODE_STRING from,
						    BOOLEAN alloc);
NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeStringToAnsiString(
	PANSI_STRING to, PCUNICODE_STRING from, BOOLEAN alloc);
NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeStringToOemString(
	POEM_STRING to, PCUNICODE_STRING from, BOOLEAN alloc);
NTSYSAPI NTSTATUS NTAPI RtlUTF8StringToUnicodeString(PUNICODE_STRING to,
						     const STRING *from,
						     BOOLEAN alloc);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToUTF8String(PSTRING to,
						     PCUNICODE_STRING from,
						     BOOLEAN alloc);
NTSYSAPI ULONG NTAPI RtlxAnsiStringToUnicodeSize(PCANSI_STRING s);
NTSYSAPI ULONG NTAPI RtlxUnicodeStringToAnsiSize(PCUNICODE_STRING s);
NTSYSAPI ULONG NTAPI RtlxOemStringToUnicodeSize(const STRING *s);
NTSYSAPI ULONG NTAPI RtlxUnicodeStringToOemSize(PCUNICODE_STRING s);
NTSYSAPI WCHAR NTAPI RtlAnsiCharToUnicodeChar(PUCHAR *p);
NTSYSAPI NTSTATUS NTAPI RtlMultiByteToUnicodeN(PWCH to, ULONG to_size,
					       ULONG *size, PCSTR from,
					       ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlMultiByteToUnicodeSize(ULONG *size, PCSTR from,
						  ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToMultiByteN(PCHAR to, ULONG to_size,
					       ULONG *size, PCWCH from,
					       ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToMultiByteSize(ULONG *size, PCWCH from,
						  ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeToMultiByteN(PCHAR to, ULONG to_size,
						     ULONG *size, PCWCH from,
						     ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlOemToUnicodeN(PWCH to, ULONG to_size, ULONG *size,
					 PCSTR from, ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToOemN(PCHAR to, ULONG to_size, ULONG *size,
					 PCWCH from, ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeToOemN(PCHAR to, ULONG to_size,
					       ULONG *size, PCWCH from,
					       ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlUTF8ToUnicodeN(PWSTR to, ULONG to_size, ULONG *size,
					  PCSTR from, ULONG from_size);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToUTF8N(PCHAR to, ULONG to_size, ULONG *size,
					  PCWSTR from, ULONG from_size);
NTSYSAPI void NTAPI RtlGetDefaultCodePage(USHORT *ansi, USHORT *oem);
NTSYSAPI NTSTATUS NTAPI RtlNormalizeString(ULONG form, PCWSTR from, LONG n,
					   PWSTR to, LONG *to_n);
NTSYSAPI NTSTATUS NTAPI RtlIsNormalizedString(ULONG form, PCWSTR s, LONG n,
					      BOOLEAN *normal);

/*
 * The converters behind MultiByteToWideChar and its inverse.  Lengths are in
 * elements and do not stop at a NUL.  to_n 0: only measure; to is not used.
 */
struct rf_cp; /* a code page; opaque, never freed */
/* NULL: no such code page.  0-3 (CP_ACP...) are resolved. */
const struct rf_cp *NTAPI rf_cp_open(UINT codepage);
UINT NTAPI rf_cp_number(const struct rf_cp *cp);
UINT NTAPI rf_cp_max_char_size(const struct rf_cp *cp); /* bytes per WCHAR */
BOOL NTAPI rf_cp_is_lead_byte(const struct rf_cp *cp, UCHAR c);
/* 12 bytes: ranges of lead bytes, 0 0 ends; as CPINFO.LeadByte */
void NTAPI rf_cp_lead_ranges(const struct rf_cp *cp, UCHAR *ranges);
/* NULL: the number is unknown */
const WCHAR *NTAPI rf_cp_name(const struct rf_cp *cp);
/* The character the code page uses for what it lacks: '?' mostly. */
void NTAPI rf_cp_default_char(const struct rf_cp *cp, UCHAR *mb, WCHAR *wc);
/* Number n of the known code pages, 0 after the last. */
UINT NTAPI rf_cp_enum(UINT n);
/*
 *   strict   fail on a sequence that means nothing (MB_ERR_INVALID_CHARS)
 *   *out_n   elements written (or needed)
 *
 * STATUS_BUFFER_TOO_SMALL, STATUS_NO_UNICODE_TRANSLATION (strict).
 */
NTSTATUS NTAPI rf_cp_to_wide(const struct rf_cp *cp, BOOL strict,
			     const char *from, SIZE_T n, WCHAR *to, SIZE_T to_n,
			     SIZE_T *out_n);
/*
 *   flags         WC_NO_BEST_FIT_CHARS, WC_ERR_INVALID_CHARS
 *   default_char  up to a NUL or 2 bytes; NULL: the code page's own
 *   used_default  may be NULL
 */
NTSTATUS NTAPI rf_cp_from_wide(const struct rf_cp *cp, ULONG flags,
			       const WCHAR *from, SIZE_T n, char *to,
			       SIZE_T to_n, SIZE_T *out_n,
			       const char *default_char, BOOL *used_default);

/* Character types (CT_CTYPE1 bits) and case, whole BMP. */
WORD NTAPI rf_ctype1(WCHAR c);

/* ---- numbers and text -------------------------------------------------- */

NTSYSAPI NTSTATUS NTAPI RtlIntegerToUnicodeString(ULONG n, ULONG base,
						  PUNICODE_STRING s);
NTSYSAPI NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG n, ULONG base,
						PUNICODE_STRING s);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToInteger(PCUNICODE_STRING s,
						  ULONG base, ULONG *n);
NTSYSAPI NTSTATUS NTAPI RtlIntegerToChar(ULONG n, ULONG base, LONG size,
					 PSZ to);
NTSYSAPI NTSTATUS NTAPI RtlCharToInteger(PCSTR s, ULONG base, ULONG *n);
NTSYSAPI NTSTATUS NTAPI RtlStringFromGUID(const GUID *guid, PUNICODE_STRING s);
NTSYSAPI NTSTATUS NTAPI RtlGUIDFromString(PCUNICODE_STRING s, GUID *guid);
NTSYSAPI PSTR NTAPI RtlIpv4AddressToStringA(const void *addr, PSTR s);
NTSYSAPI PWSTR NTAPI RtlIpv4AddressToStringW(const void *addr, PWSTR s);
NTSYSAPI NTSTATUS NTAPI RtlIpv4AddressToStringExA(const void *addr, USHORT port,
						  PSTR s, ULONG *n);
NTSYSAPI NTSTATUS NTAPI RtlIpv4AddressToStringExW(const void *addr, USHORT port,
						  PWSTR s, ULONG *n);
NTSYSAPI NTSTATUS NTAPI RtlIpv4StringToAddressA(PCSTR s, BOOLEAN strict,
						PCSTR *end, void *addr);
NTSYSAPI NTSTATUS NTAPI RtlIpv4StringToAddressW(PCWSTR s, BOOLEAN strict,
						PCWSTR *end, void *addr);
NTSYSAPI NTSTATUS NTAPI RtlIpv4StringToAddressExA(PCSTR s, BOOLEAN strict,
						  void *addr, USHORT *port);
NTSYSAPI NTSTATUS NTAPI RtlIpv4StringToAddressExW(PCWSTR s, BOOLEAN strict,
						  void *addr, USHORT *port);
NTSYSAPI PSTR NTAPI RtlIpv6AddressToStringA(const void *addr, PSTR s);
NTSYSAPI PWSTR NTAPI RtlIpv6AddressToStringW(const void *addr, PWSTR s);
NTSYSAPI NTSTATUS NTAPI RtlIpv6AddressToStringExA(const void *addr, ULONG scope,
						  USHORT port, PSTR s,
						  ULONG *n);
NTSYSAPI NTSTATUS NTAPI RtlIpv6AddressToStringExW(const void *addr, ULONG scope,
						  USHORT port, PWSTR s,
						  ULONG *n);
NTSYSAPI NTSTATUS NTAPI RtlIpv6StringToAddressA(PCSTR s, PCSTR *end,
						void *addr);
NTSYSAPI NTSTATUS NTAPI RtlIpv6StringToAddressW(PCWSTR s, PCWSTR *end,
						void *addr);
NTSYSAPI NTSTATUS NTAPI RtlIpv6StringToAddressExA(PCSTR s, void *addr,
						  ULONG *scope, USHORT *port);
NTSYSAPI NTSTATUS NTAPI RtlIpv6StringToAddressExW(PCWSTR s, void *addr,
						  ULONG *scope, USHORT *port);

/* ---- formatted text: no floating point, no locale --------------------------------- */

/* As _vsnprintf and _vsnwprintf of ntdll: -1 when it does not fit. */
int __cdecl rf_vsnprintf(char *to, size_t n, const char *format, va_list args);
int __cdecl rf_vsnwprintf(WCHAR *to, size_t n, const WCHAR *format,
			  va_list args);

#endif
