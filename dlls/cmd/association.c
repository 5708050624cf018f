/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * association.c - assoc and ftype: what HKEY_CLASSES_ROOT says of extensions
 * and of file types.  The keys are read through ntdll, so that cmd.exe needs
 * no advapi32.
 */
#include "cmd.h"
#include "registry.h"

#define CLASSES L"\\Registry\\Machine\\Software\\Classes\\"

static NTSTATUS open_class(const WCHAR *name, const WCHAR *below, bool create,
			   HANDLE *key)
{
	struct str t = { 0 };
	UNICODE_STRING path;
	OBJECT_ATTRIBUTES oa;

	str_puts(&t, CLASSES);
	str_puts(&t, name);
	str_puts(&t, below);
	RtlInitUnicodeString(&path, t.s);
	InitializeObjectAttributes(&oa, &path, OBJ_CASE_INSENSITIVE, NULL,
				   NULL);
	if (create)
		return NtCreateKey(key, KEY_READ | KEY_WRITE, &oa, 0, NULL, 0,
				   NULL);
	return NtOpenKey(key, KEY_READ, &oa);
}

/* The default value of a class; NULL: none. */
static WCHAR *class_value(const WCHAR *name, const WCHAR *below)
{
	UNICODE_STRING nothing = { 0 };
	struct key_value *v;
	ULONG size;
	WCHAR *text = NULL;
	HANDLE key;

	if (!NT_SUCCESS(open_class(name, below, false, &key)))
		return NULL;
	v = take(sizeof *v);
	if (NT_SUCCESS(NtQueryValueKey(
		    key, &nothing, KeyValuePartialInformation, v,
		    offsetof(struct key_value, end), &size)) &&
	    (v->type == REG_SZ || v->type == REG_EXPAND_SZ))
		text = (WCHAR *)v->data;
	NtClose(key);
	return text && *text ? text : NULL;
}

static NTSTATUS set_class(const WCHAR *name, const WCHAR *below,
			  const WCHAR *value)
{
	UNICODE_STRING nothing = { 0 };
	NTSTATUS status;
	HANDLE key;

	status = open_class(name, below, true, &key);
	if (!NT_SUCCESS(status))
		return status;
	status = NtSetValueKey(key, &nothing, 0, REG_SZ, (PVOID)value,
			       (wcslen(value) + 1) * sizeof *value);
	NtClose(key);
	return status;
}

static void show_all(bool extensions, const WCHAR *below)
{
	struct key_name *info = take(sizeof *info);
	ULONG size;
	HANDLE root;

	if (!NT_SUCCESS(open_class(L"", L"", false, &root)))
		return;
	for (ULONG i = 0; NT_SUCCESS(NtEnumerateKey(
		     root, i, KeyBasicInformation, info, sizeof *info, &size));
	     i++) {
		struct mark m = arena_mark();
		WCHAR *name, *value;

		name = copy_text(info->name, info->size / sizeof(WCHAR));
		if ((*name == '.') == extensions &&
		    (value = class_value(name, below)))
			outf(L"%ls=%ls\r\n", name, value);
		arena_release(m);
	}
	NtClose(root);
}

static int associate(WCHAR *args, bool extensions, const WCHAR *below,
		     const WCHAR *missing)
{
	WCHAR *s = skip_delimiters(args), *equals, *value;
	NTSTATUS status;

	trim_end(s);
	if (!*s) {
		show_all(extensions, below);
		return 0;
	}
	equals = wcschr(s, '=');
	if (equals) {
		*equals = 0;
		status = set_class(s, below, equals + 1);
		if (!NT_SUCCESS(status))
			return fail_code(RtlNtStatusToDosError(status));
		if (equals[1])
			outf(L"%ls=%ls\r\n", s, equals + 1);
		return 0;
	}
	value = class_value(s, below);
	if (!value) {
		errf(missing, s);
		return 1;
	}
	outf(L"%ls=%ls\r\n", s, value);
	return 0;
}

int cmd_assoc(WCHAR *args)
{
	return associate(args, true, L"",
			 L"File association not found for extension %ls\r\n");
}

int cmd_ftype(WCHAR *args)
{
	return associate(args, false, L"\\Shell\\Open\\Command",
			 L"File type '%ls' not found or no open command "
			 L"associated with it.\r\n");
}
