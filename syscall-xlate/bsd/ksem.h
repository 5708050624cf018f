/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ksem.h - the systems' semaphores: both write a new one's id (a descriptor) where
 * the program says, but take the arguments in other orders.
 */
#ifndef RF_BSD_KSEM_H
#define RF_BSD_KSEM_H

#include "syscall-xlate/bsd/bsd.h"

/* 0 or -errno. */
int64_t ksem_init(struct task *t, uint32_t value, gaddr id_at);
int64_t ksem_open(struct task *t, gaddr name, uint32_t flags, uint32_t mode,
		  uint32_t value, gaddr id_at);

/* struct personality's restore_shared(). */
bool ksem_restore(const void *addr);

#endif
