/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ldr-message.c - lines for the user, before there is a console or a C
 * runtime; and which DLLs belong to Windows itself.
 */
#include <stdarg.h>

#include "ldr.h"

struct out {
	WCHAR text[400];
	ULONG n;
};

static void put_unit(struct out *o, WCHAR c)
{
	if (o->n < ARRAY_SIZE(o->text) - 1)
		o->text[o->n++] = c;
}

static void put_number(struct out *o, ULONG_PTR v, unsigned base)
{
	WCHAR digits[24];
	unsigned n = 0;

	do
		digits[n++] = (WCHAR)("0123456789abcdef"[v % base]);
	while (v /= base);
	while (n)
		put_unit(o, digits[--n]);
}

static void put_string(struct out *o, const char *s)
{
	while (*s)
		put_unit(o, (unsigned char)*s++);
}

/* One conversion; f is behind the '%'.  Returns what follows it. */
static const char *convert(struct out *o, const char *f, va_list *ap)
{
	BOOLEAN prefix = *f == '#';
	const UNICODE_STRING *u;
	int d;

	f += prefix;
	switch (*f) {
	case 's':
		put_string(o, va_arg(*ap, const char *));
		return f + 1;
	case 'd':
		d = va_arg(*ap, int);
		if (d < 0)
			put_unit(o, '-');
		put_number(o, d < 0 ? 0u - (unsigned)d : (unsigned)d, 10);
		return f + 1;
	case 'u':
		put_number(o, va_arg(*ap, unsigned), 10);
		return f + 1;
	case 'x':
		if (prefix)
			put_string(o, "0x");
		put_number(o, va_arg(*ap, unsigned), 16);
		return f + 1;
	case 'p':
		put_string(o, "0x");
		put_number(o, (ULONG_PTR)va_arg(*ap, PVOID), 16);
		return f + 1;
	case 'w': /* %wZ */
		u = va_arg(*ap, const UNICODE_STRING *);
		for (ULONG i = 0; i < u->Length / sizeof(WCHAR); i++)
			put_unit(o, u->Buffer[i]);
		return f + 2;
	}
	put_unit(o, '%');
	return f;
}

void rf_message(const char *format, ...)
{
	struct out o = { .n = 0 };
	UNICODE_STRING text;
	va_list ap;

	va_start(ap, format);
	while (*format) {
		if (*format == '%')
			format = convert(&o, format + 1, &ap);
		else
			put_unit(&o, (unsigned char)*format++);
	}
	va_end(ap);
	o.text[o.n++] = '\n';
	text = (UNICODE_STRING){ (USHORT)(o.n * sizeof(WCHAR)),
				 (USHORT)(o.n * sizeof(WCHAR)), o.text };
	NtDisplayString(&text);
}

/* Lower case, without ".dll"; sorted only for the reader. */
static const char *const system_dlls[] = {
	"activeds", "advapi32", "authz", "avicap32", "avrt", "bcrypt", "cabinet", "cfgmgr32",
	"comctl32", "comdlg32", "combase", "credui", "crypt32", "cryptnet",
	"cryptui", "d2d1", "d3d11", "d3d12", "d3d9", "d3dcompiler_47",
	"dbghelp", "dcomp", "dhcpcsvc", "dnsapi", "dsound", "dwmapi", "dwrite",
	"dxgi", "dxva2", "fwpuclnt", "gdi32", "gdiplus", "glu32", "hid",
	"httpapi", "icu", "imagehlp", "imm32", "iphlpapi", "ksuser", "logoncli",
	"mf", "mfplat", "mfreadwrite", "mpr", "msacm32", "msimg32", "msi",
	"mswsock", "msvfw32", "ncrypt", "netapi32", "newdev", "normaliz",
	"ntdsapi", "odbc32", "ole32", "oleacc", "oleaut32", "opengl32", "pdh",
	"powrprof", "propsys", "psapi", "rasapi32", "rpcrt4", "rstrtmgr",
	"samcli", "sechost", "secur32", "setupapi", "shcore", "shell32",
	"shlwapi", "sspicli", "tdh", "urlmon", "user32", "userenv", "usp10",
	"uxtheme", "version", "wer", "wevtapi", "winhttp", "wininet", "winmm",
	"winscard", "winspool.drv", "wintrust", "wlanapi", "wldap32", "ws2_32",
	"wsock32", "wtsapi32", "xinput1_4", "xmllite",
};

BOOLEAN rf_is_system_dll(const char *name)
{
	/* All API sets are. */
	if ((name[0] | 32) == 'a' && (name[1] | 32) == 'p' &&
	    (name[2] | 32) == 'i' && name[3] == '-')
		return TRUE;
	if ((name[0] | 32) == 'e' && (name[1] | 32) == 'x' &&
	    (name[2] | 32) == 't' && name[3] == '-')
		return TRUE;
	for (ULONG i = 0; i < ARRAY_SIZE(system_dlls); i++) {
		const char *a = name, *b = system_dlls[i];

		while (*b && (*a >= 'A' && *a <= 'Z' ? *a + 32 : *a) == *b) {
			a++;
			b++;
		}
		if (!*b && (!*a || *a == '.'))
			return TRUE;
	}
	return FALSE;
}
