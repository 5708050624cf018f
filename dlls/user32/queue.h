/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* queue.h - a thread's messages; between message.c and wait.c. */
#ifndef RF_USER32_QUEUE_H
#define RF_USER32_QUEUE_H

#include "nt.h"

/* The queues and what is in them, window classes and windows. */
extern SRWLOCK user_lock;

/* A message that another thread waits for the answer to. */
struct sent {
	struct sent *next;
	HWND window;
	UINT message;
	WPARAM w;
	LPARAM l;
	LRESULT answer;
	BOOL answered;
	LONG refs;   /* the sender's, and the receiver's */
	HANDLE done; /* event */
};

struct posted {
	struct posted *next;
	MSG msg;
};

struct timer {
	struct timer *next;
	HWND window; /* NULL: the thread's */
	UINT_PTR id;
	UINT ms;
	ULONGLONG due; /* GetTickCount64() */
	TIMERPROC fn;
};

struct queue {
	struct queue *next;
	DWORD thread;
	HANDLE event;      /* set while there is something */
	HANDLE sent_event; /* set while there is something sent */
	struct sent *sent, *sent_last;
	struct posted *first, *last;
	struct fired *fired, *fired_last;
	struct timer *timers; /* the thread's own, no lock */
	BOOL quit;
	int exit_code;
};

/* The calling thread's queue, made if need be.  NULL: no memory. */
struct queue *queue_mine(void);
void queue_free_mine(void);
/* Milliseconds until a timer is due; INFINITE. */
DWORD queue_next_timer(struct queue *q);
/* What is asked for: window NULL is all, (HWND)-1 the thread's own. */
struct filter {
	HWND window;
	UINT min, max;
};

/* The next message that passes the filter; FALSE: there is none now. */
BOOL queue_take(struct queue *q, MSG *msg, const struct filter *f, BOOL remove);
/* What is in the queue for a window that is no more, goes with it. */
void queue_forget(struct queue *q, HWND window);

/* Under user_lock. */
void queue_rest_if_empty(struct queue *q);

/* ---- event.c ------------------------------------------------------------- */

/* Calls the thread's hooks of what they wait for. */
void queue_run_fired(struct queue *q);
/* The thread is ending. */
void queue_forget_hooks(struct queue *q);

/* ---- send.c -------------------------------------------------------------- */

/* Calls the windows that others have sent something to. */
void queue_run_sent(struct queue *q);
/* The thread is ending: who waits for it gets 0. */
void queue_answer_all(struct queue *q);
/* Under user_lock. */
struct queue *queue_of(DWORD thread);

#endif
