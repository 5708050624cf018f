/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * locale-calls.c - what the kernel knows of languages, which is a number.
 *
 * Our DLLs carry their own tables and take the user's language from the
 * environment, so NLS sections do not exist; the system is English.
 */
#include "syscall-xlate/nt/nt.h"

#include "syscall-xlate/nt/calls.h"

enum { ENGLISH_US = 0x409 };

static _Atomic uint32_t user_locale = ENGLISH_US, system_locale = ENGLISH_US;
static _Atomic uint16_t ui_language = ENGLISH_US;

NTSTATUS nt_query_default_locale(struct task *t, uint8_t user, gaddr locale)
{
	return guest_put32(t, locale, user ? user_locale : system_locale) < 0
		       ? STATUS_ACCESS_VIOLATION
		       : STATUS_SUCCESS;
}

/* For this process, as there is no session to ask. */
NTSTATUS nt_set_default_locale(struct task *t, uint8_t user, uint32_t locale)
{
	(void)t;
	if (!user)
		return STATUS_PRIVILEGE_NOT_HELD;
	user_locale = locale;
	return STATUS_SUCCESS;
}

NTSTATUS nt_query_default_ui_language(struct task *t, gaddr language)
{
	return guest_put16(t, language, ui_language) < 0
		       ? STATUS_ACCESS_VIOLATION
		       : STATUS_SUCCESS;
}

NTSTATUS nt_query_install_ui_language(struct task *t, gaddr language)
{
	return guest_put16(t, language, ENGLISH_US) < 0
		       ? STATUS_ACCESS_VIOLATION
		       : STATUS_SUCCESS;
}

NTSTATUS nt_set_default_ui_language(struct task *t, uint32_t language)
{
	(void)t;
	ui_language = (uint16_t)language;
	return STATUS_SUCCESS;
}

NTSTATUS nt_flush_install_ui_language(struct task *t, uint32_t language,
				      uint32_t commit)
{
	return STATUS_SUCCESS;
}

NTSTATUS nt_is_ui_language_comitted(struct task *t)
{
	return STATUS_SUCCESS;
}

NTSTATUS nt_get_mui_registry_info(struct task *t, uint32_t flags, gaddr len,
				  gaddr data)
{
	return STATUS_NOT_SUPPORTED;
}

NTSTATUS nt_get_nls_section_ptr(struct task *t, uint32_t type, uint32_t data,
				gaddr context, gaddr base, gaddr size)
{
	return STATUS_OBJECT_NAME_NOT_FOUND;
}

NTSTATUS nt_initialize_nls_files(struct task *t, gaddr base, gaddr locale,
				 gaddr casing_size)
{
	return STATUS_NOT_SUPPORTED;
}
