/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-file-none.c - the file behind the registry where there is no LMDB:
 * none.  Changes live in memory.
 */
#include "syscall-xlate/nt/registry-file.h"

#include "syscall-xlate/nt/registry.h"

#ifndef HAVE_LMDB

static bool told;

bool reg_file_lost(void)
{
	return told;
}

void reg_file_free(struct reg_file_records *all)
{
}

NTSTATUS reg_store_unread(void)
{
	return STATUS_SUCCESS;
}

void reg_file_begin_reading(void)
{
}

bool reg_file_is_there(void)
{
	return false;
}

bool reg_file_held(void)
{
	return false;
}

bool reg_file_hold(void)
{
	return false;
}

enum reg_news reg_file_news(struct reg_file_records *news)
{
	*news = (struct reg_file_records){ 0 };
	return REG_NEWS_NONE;
}

void reg_file_caught_up(void)
{
}

bool reg_file_has_places(void)
{
	return false;
}

enum reg_file_result reg_file_at(const struct reg_record_id *place, size_t max,
				 struct reg_file_records *add)
{
	return REG_FILE_FAILS;
}

bool reg_file_get(const struct reg_record_id *id, struct reg_file_records *add)
{
	return false;
}

bool reg_file_all(struct reg_file_records *add)
{
	return false;
}

bool reg_file_begin(void)
{
	if (!told)
		log_warn("registry changes are not kept: built without LMDB");
	told = true;
	return false;
}

bool reg_file_writing(void)
{
	return false;
}

void reg_file_put(const struct reg_record_id *id,
		  const struct reg_record_id *place, const void *record,
		  size_t len)
{
}

void reg_file_remove(const struct reg_record_id *id,
		     const struct reg_record_id *place)
{
}

void reg_file_forget_places(void)
{
}

void reg_file_place(const struct reg_record_id *id,
		    const struct reg_record_id *place)
{
}

bool reg_file_is_due(void)
{
	return false;
}

void reg_file_failed(int err)
{
}

bool reg_file_folder(char *buf, size_t size)
{
	return false;
}

void reg_file_look_again(void)
{
}

NTSTATUS reg_store_commit(void)
{
	return STATUS_SUCCESS;
}

NTSTATUS reg_store_flush(void)
{
	return STATUS_SUCCESS;
}

#endif
