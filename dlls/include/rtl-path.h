/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rtl-path.h - paths.
 *
 * A part of rtl.h; include that.
 */
#ifndef RF_DLL_RTL_PATH_H
#define RF_DLL_RTL_PATH_H

/* ---- paths ----------------------------------------------------------------- */

typedef enum _RTL_PATH_TYPE {
	RtlPathTypeUnknown,
	RtlPathTypeUncAbsolute,	    /* \\server\share\x */
	RtlPathTypeDriveAbsolute,   /* C:\x */
	RtlPathTypeDriveRelative,   /* C:x */
	RtlPathTypeRooted,	    /* \x */
	RtlPathTypeRelative,	    /* x */
	RtlPathTypeLocalDevice,	    /* \\.\x and \\?\x */
	RtlPathTypeRootLocalDevice, /* \\. and \\? */
} RTL_PATH_TYPE;
typedef struct _RTL_RELATIVE_NAME_U {
	UNICODE_STRING RelativeName;
	HANDLE ContainingDirectory;
	PVOID CurDirRef;
} RTL_RELATIVE_NAME_U, *PRTL_RELATIVE_NAME_U;
NTSYSAPI RTL_PATH_TYPE NTAPI RtlDetermineDosPathNameType_U(PCWSTR path);
NTSYSAPI RTL_PATH_TYPE NTAPI
RtlDetermineDosPathNameType_Ustr(PCUNICODE_STRING path);
NTSYSAPI ULONG NTAPI RtlIsDosDeviceName_U(PCWSTR path);
NTSYSAPI ULONG NTAPI RtlIsDosDeviceName_Ustr(PCUNICODE_STRING path);
NTSYSAPI BOOLEAN NTAPI RtlDosPathNameToNtPathName_U(PCWSTR path,
						    PUNICODE_STRING nt,
						    PWSTR *file_part,
						    PRTL_RELATIVE_NAME_U rel);
NTSYSAPI NTSTATUS NTAPI RtlDosPathNameToNtPathName_U_WithStatus(
	PCWSTR path, PUNICODE_STRING nt, PWSTR *file_part,
	PRTL_RELATIVE_NAME_U rel);
NTSYSAPI BOOLEAN NTAPI RtlDosPathNameToRelativeNtPathName_U(
	PCWSTR path, PUNICODE_STRING nt, PWSTR *file_part,
	PRTL_RELATIVE_NAME_U rel);
NTSYSAPI NTSTATUS NTAPI RtlDosPathNameToRelativeNtPathName_U_WithStatus(
	PCWSTR path, PUNICODE_STRING nt, PWSTR *file_part,
	PRTL_RELATIVE_NAME_U rel);
NTSYSAPI void NTAPI RtlReleaseRelativeName(PRTL_RELATIVE_NAME_U rel);
/*
 * For the full NT name of a relative path: the part below the current
 * directory, and its handle; no ContainingDirectory if it is not below.
 * RtlReleaseRelativeName() in any case.  RelativeName lies in nt's buffer.
 */
NTSYSAPI void NTAPI RfRelativeName(const UNICODE_STRING *nt,
				   PRTL_RELATIVE_NAME_U rel);
/* The handle alone, for a name that needs no normalising. */
NTSYSAPI void NTAPI RfCurrentDirectory(PRTL_RELATIVE_NAME_U rel);
NTSYSAPI ULONG NTAPI RtlGetFullPathName_U(PCWSTR path, ULONG size, PWSTR to,
					  PWSTR *file_part);
NTSYSAPI NTSTATUS NTAPI RtlGetFullPathName_UEx(PCWSTR path, ULONG size,
					       PWSTR to, PWSTR *file_part,
					       ULONG *bytes);
NTSYSAPI NTSTATUS NTAPI RtlGetFullPathName_UstrEx(
	PCUNICODE_STRING path, PUNICODE_STRING fixed, PUNICODE_STRING dynamic,
	PUNICODE_STRING *used, SIZE_T *file_part, BOOLEAN *invalid,
	RTL_PATH_TYPE *type, SIZE_T *needed);
NTSYSAPI ULONG NTAPI RtlGetCurrentDirectory_U(ULONG size, PWSTR to);
NTSYSAPI NTSTATUS NTAPI RtlSetCurrentDirectory_U(PCUNICODE_STRING path);
NTSYSAPI ULONG NTAPI RtlGetLongestNtPathLength(void);
NTSYSAPI BOOLEAN NTAPI RtlDoesFileExists_U(PCWSTR path);
NTSYSAPI ULONG NTAPI RtlDosSearchPath_U(PCWSTR path, PCWSTR name, PCWSTR ext,
					ULONG size, PWSTR to, PWSTR *file_part);
NTSYSAPI BOOLEAN NTAPI RtlAreLongPathsEnabled(void);

#endif
