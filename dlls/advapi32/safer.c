/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* safer.c - what software restriction policies take for a program, by name. */
#include "nt.h"

BOOL WINAPI SaferiIsExecutableFileType(LPCWSTR path, BOOLEAN from_shell);

/* Windows' default list of "ExecutableTypes"; nobody sets another here. */
static const WCHAR extensions[] =
	L".ade.adp.bas.bat.chm.cmd.com.cpl.crt.exe.hlp.hta.inf.ins.isp.lnk.mdb"
	L".mde.msc.msi.msp.mst.ocx.pcd.pif.reg.scr.shs.url.vb.wsc.";

/* From the shell programs are checked when they are started, not by name. */
BOOL WINAPI SaferiIsExecutableFileType(LPCWSTR path, BOOLEAN from_shell)
{
	const WCHAR *dot = NULL;
	SIZE_T n;

	for (; path && *path; path++) {
		if (*path == '.')
			dot = path;
		else if (*path == '\\' || *path == '/' || *path == ':')
			dot = NULL;
	}
	if (!dot || !dot[1])
		return FALSE;
	if (from_shell && !_wcsicmp(dot, L".exe"))
		return FALSE;
	n = wcslen(dot);
	for (const WCHAR *e = extensions; e[1]; e = wcschr(e + 1, '.'))
		if (!_wcsnicmp(e, dot, n) && e[n] == '.')
			return TRUE;
	return FALSE;
}
