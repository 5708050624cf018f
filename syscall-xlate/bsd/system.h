/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * system.h - the rows that both systems' tables have: what 4.4BSD had already.
 * A system's struct bsd_system is these and its own.
 */
#ifndef RF_BSD_SYSTEM_H
#define RF_BSD_SYSTEM_H

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/ksem.h"

#define BSD_OPEN_FLAGS                                                         \
	{ 0x0004, O_NONBLOCK }, { 0x0008, O_APPEND }, { 0x0040, O_ASYNC },     \
	{ 0x0080, O_SYNC }, { 0x0100, O_NOFOLLOW }, { 0x0200, O_CREAT },       \
	{ 0x0400, O_TRUNC }, { 0x0800, O_EXCL }, { 0x8000, O_NOCTTY }

#define BSD_MSG_FLAGS                                                          \
	{ 0x1, MSG_OOB }, { 0x2, MSG_PEEK }, { 0x4, MSG_DONTROUTE },           \
	{ 0x8, MSG_EOR }, { 0x10, MSG_TRUNC }, { 0x20, MSG_CTRUNC },           \
	{ 0x40, MSG_WAITALL }, { 0x80, MSG_DONTWAIT }

#define BSD_FCNTL_OPS                                                          \
	[0] = FCNTL_DUPFD, [1] = FCNTL_GETFD, [2] = FCNTL_SETFD,               \
	[3] = FCNTL_GETFL, [4] = FCNTL_SETFL, [5] = FCNTL_GETOWN,              \
	[6] = FCNTL_SETOWN, [7] = FCNTL_GETLK, [8] = FCNTL_SETLK,              \
	[9] = FCNTL_SETLKW

/* By enum fault_kind; the kinds left out differ. */
enum {
	BSD_SIGILL = 4, BSD_SIGTRAP = 5, BSD_SIGFPE = 8, BSD_SIGBUS = 10,
	BSD_SIGSEGV = 11,
};
#define BSD_FAULTS                                                             \
	[FAULT_ACCESS] = { BSD_SIGSEGV, BSD_CODE_OF_PAGE },                    \
	[FAULT_ALIGN] = { BSD_SIGBUS, 1 /* ADRALN */ },                        \
	[FAULT_ILLEGAL] = { BSD_SIGILL, 1 /* ILLOPC */ },                      \
	[FAULT_X87] = { BSD_SIGFPE, 7 /* FLTINV */ },                          \
	[FAULT_SIMD] = { BSD_SIGFPE, 7 /* FLTINV */ },                         \
	[FAULT_BREAKPOINT] = { BSD_SIGTRAP, 1 /* BRKPT */ },                   \
	[FAULT_STEP] = { BSD_SIGTRAP, 2 /* TRACE */ }

/* The tables of struct bsd_system, by the names they have everywhere. */
#define BSD_TABLES                                                             \
	.open_flags = open_flags, .nopen_flags = COUNT_OF(open_flags),         \
	.msg_flags = msg_flags, .nmsg_flags = COUNT_OF(msg_flags),             \
	.fcntl_ops = fcntl_ops, .nfcntl_ops = COUNT_OF(fcntl_ops),             \
	.sockopts = sockopts, .nsockopts = COUNT_OF(sockopts),                 \
	.faults = faults

#define BSD_PERSONALITY                                                        \
	.raw_calls = true, .no_such_call = -ENOSYS, .bad_args = -EFAULT,       \
	.find_call = bsd_find_call, .fetch_args = bsd_fetch_args,              \
	.set_result = bsd_set_result, .fault = bsd_fault,                      \
	.pending = bsd_pending, .task_started = bsd_thread_started,            \
	.host_signal = bsd_host_signal, .populate = bsd_populate,              \
	.restore_shared = ksem_restore

#endif
