/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* queue.h - a thread's messages; between message.c and wait.c. */
#ifndef RF_USER32_QUEUE_H
#define RF_USER32_QUEUE_H

#include "nt.h"

struct posted {
	struct posted *next;
	MSG msg;
};

struct timer {
	struct timer *next;
	UINT_PTR id;
	UINT ms;
	ULONGLONG due; /* GetTickCount64() */
	TIMERPROC fn;
};

struct queue {
	struct queue *next;
	DWORD thread;
	HANDLE event;	       /* set while there is something */
	struct posted *first, *last;
	struct timer *timers;  /* the thread's own, no lock */
	BOOL quit;
	int exit_code;
};

/* The calling thread's queue, made if need be.  NULL: no memory. */
struct queue *queue_mine(void);
void queue_free_mine(void);
/* Milliseconds until a timer is due; INFINITE. */
DWORD queue_next_timer(struct queue *q);
/* The next message that passes the filter; FALSE: there is none now. */
BOOL queue_take(struct queue *q, MSG *msg, UINT min, UINT max, BOOL remove);

#endif
