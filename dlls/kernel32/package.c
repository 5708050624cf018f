/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * package.c - application packages: no program here runs in one, so every
 * question about "the current package" has the answer Windows gives to plain
 * desktop programs.
 */
#include "kernel32-private.h"

#define NO_PACKAGE     15700 /* APPMODEL_ERROR_NO_PACKAGE */
#define NO_APPLICATION 15703 /* APPMODEL_ERROR_NO_APPLICATION */

LONG WINAPI GetCurrentPackageId(UINT32 *size, BYTE *buffer)
{
	return NO_PACKAGE;
}

LONG WINAPI GetCurrentPackageFullName(UINT32 *size, PWSTR name)
{
	return NO_PACKAGE;
}

LONG WINAPI GetCurrentPackageFamilyName(UINT32 *size, PWSTR name)
{
	return NO_PACKAGE;
}

LONG WINAPI GetCurrentPackagePath(UINT32 *size, PWSTR path)
{
	return NO_PACKAGE;
}

LONG WINAPI GetCurrentPackageInfo(UINT32 flags, UINT32 *size, BYTE *buffer,
				  UINT32 *count)
{
	return NO_PACKAGE;
}

LONG WINAPI GetCurrentApplicationUserModelId(UINT32 *size, PWSTR id)
{
	return NO_APPLICATION;
}

LONG WINAPI GetPackageId(HANDLE process, UINT32 *size, BYTE *buffer)
{
	return NO_PACKAGE;
}

LONG WINAPI GetPackageFullName(HANDLE process, UINT32 *size, PWSTR name)
{
	return NO_PACKAGE;
}

LONG WINAPI GetPackageFamilyName(HANDLE process, UINT32 *size, PWSTR name)
{
	return NO_PACKAGE;
}

LONG WINAPI GetApplicationUserModelId(HANDLE process, UINT32 *size, PWSTR id)
{
	return NO_APPLICATION;
}

LONG WINAPI GetPackagesByPackageFamily(PCWSTR family, UINT32 *count,
				       PWSTR *names, UINT32 *size,
				       WCHAR *buffer)
{
	*count = 0;
	*size = 0;
	return ERROR_SUCCESS;
}

/* None is installed: not this family's, nor one of that name. */
LONG WINAPI FindPackagesByPackageFamily(PCWSTR family, UINT32 filters,
					UINT32 *count, PWSTR *names,
					UINT32 *size, WCHAR *buffer,
					UINT32 *properties)
{
	if (!family || !count || !size)
		return ERROR_INVALID_PARAMETER;
	*count = 0;
	*size = 0;
	return ERROR_SUCCESS;
}

LONG WINAPI GetPackagePathByFullName(PCWSTR name, UINT32 *size, PWSTR path)
{
	return name && size ? ERROR_NOT_FOUND : ERROR_INVALID_PARAMETER;
}

LONG WINAPI GetStagedPackagePathByFullName(PCWSTR name, UINT32 *size,
					   PWSTR path)
{
	return GetPackagePathByFullName(name, size, path);
}

LONG WINAPI AppPolicyGetProcessTerminationMethod(HANDLE token, UINT32 *policy)
{
	*policy = 0; /* ExitProcess */
	return ERROR_SUCCESS;
}

LONG WINAPI AppPolicyGetThreadInitializationType(HANDLE token, UINT32 *policy)
{
	*policy = 0; /* none */
	return ERROR_SUCCESS;
}

LONG WINAPI AppPolicyGetShowDeveloperDiagnostic(HANDLE token, UINT32 *policy)
{
	*policy = 1; /* show UI */
	return ERROR_SUCCESS;
}

LONG WINAPI AppPolicyGetWindowingModel(HANDLE token, UINT32 *policy)
{
	*policy = 2; /* classic desktop */
	return ERROR_SUCCESS;
}
