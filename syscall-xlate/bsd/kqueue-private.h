/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kqueue-private.h - between kqueue.c (watches), kqueue-wait.c (events),
 * kqueue-watch.c (what the host has no descriptor for), kqueue-proc.c and
 * kqueue-file.c.
 */
#ifndef RF_KQUEUE_PRIVATE_H
#define RF_KQUEUE_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "syscall-xlate/bsd/kqueue.h"
#include "syscall-xlate/bsd/proc-watch.h"

enum {
	TAG_READ = 1, TAG_WRITE, TAG_PROC, TAG_FILES, TAG_STANDS, TAG_FIRST = 16,
	BUCKETS = 64,
};

enum {
	NOTE_DELETE = 1, NOTE_WRITE = 2, NOTE_EXTEND = 4, NOTE_ATTRIB = 8,
	NOTE_LINK = 0x10, NOTE_RENAME = 0x20, NOTE_REVOKE = 0x40, NOTE_OPEN = 0x80,
	NOTE_CLOSE = 0x100, NOTE_CLOSE_WRITE = 0x200, NOTE_READ = 0x400,
};
enum { NOTE_LOWAT = 1, NOTE_FILE_POLL = 2 }; /* of reading and writing */
#define NOTE_TRIGGER 0x01000000u
#define NOTE_FFCTRLMASK 0xc0000000u
#define NOTE_FFLAGSMASK 0x00ffffffu

/* A watch descriptor of the queue's inotify; -1: none. */
struct kq_wd {
	int wd;
	struct knote *note;
	struct kq_wd *next;
};

struct knote {
	struct kq_event ev; /* as added; flags without the commands */
	uint64_t tag;
	int fd;		    /* of our own, -1: none */
	bool disabled;
	bool always;	    /* looked at each time: a file, mounts */
	bool reported;	    /* always, with EV_CLEAR */
	bool triggered;	    /* KQ_USER, KQ_AIO, KQ_LIO */
	uint32_t seen;	    /* KQ_SIGNAL: arrivals reported */
	uint32_t pause_ms;  /* until it is looked at again: kq_look_again() */
	bool marked;	    /* a socket, with NOTE_LOWAT */
	bool below;	    /* there is something, but less than was asked for */
	bool was_empty;	    /* KQ_EMPTY: and that was told */
	uint32_t *mounts;   /* KQ_FS: which there were, in ascending order */
	size_t nmounts;
	uint32_t pending;   /* KQ_PROC, KQ_VNODE: what is to be told */
	bool is_told;	    /* KQ_PROC: the process knows of us */
	bool is_gone;	    /* KQ_PROC: it has ended */
	int parent;	    /* KQ_PROC: of a child that is followed */
	struct kq_wd file, above; /* above: a folder's parent */
	bool moved;	    /* above is to be looked for anew */
	bool is_listed;	    /* among kq.told */
	struct knote *told_next;
	struct stat was;    /* KQ_VNODE: when it was last told of */
	int status;	    /* KQ_PROC: so it said that it would end */
	struct knote *next;
};

struct kq {
	int fd, read, write;
	unsigned users;	     /* under kqueue.c's lock */
	_Atomic bool closed; /* fd is somebody else's now */
	pthread_mutex_t lock;
	struct knote *bucket[BUCKETS];
	unsigned nalways;
	struct proc_log log; /* what processes tell: open while listens */
	bool listens;
	int files;	     /* an inotify; -1: not yet */
	struct kq_wd *by_wd[BUCKETS];
	/* Watches of files and processes with something to tell, as it came. */
	struct knote *told, **told_end;
	int stands;	     /* -1: not yet; to be read while something of */
	bool standing;	     /* that is left to be told */
	uint64_t next_tag;
	struct kq *next;
};

/* Where the watch is linked, or would be.  The queue is locked, as below. */
struct knote **kq_note(struct kq *q, enum kq_filter filter, uint64_t ident);
/* A new one like ev, of ident, without a descriptor; NULL: no memory. */
struct knote *kq_note_new(struct kq *q, const struct kq_event *ev,
			  uint64_t ident);
struct knote *kq_note_by_tag(struct kq *q, uint64_t tag);
void kq_drop(struct kq *q, struct knote **p);
int kq_arm_timer(struct knote *k);
/* KQ_READ, KQ_WRITE: as k is now; fresh: for the first time.  0 or -errno. */
int kq_arm_fd(struct kq *q, struct knote *k, bool fresh);
/*
 * After k->disabled has changed, or what it was told of has not been reported: if
 * it is not KQ_READ or KQ_WRITE.
 */
void kq_rearm(struct kq *q, const struct knote *k);
/* k->fd, which is in q->fd, or -1 with errno. */
int kq_own_fd(struct kq *q, struct knote *k, int fd);

/*
 * A socket's send queue.  A timer, -1 with errno, goes off when it is to be looked
 * at: later each time, or as if it were new.  Is it empty now?
 */
int kq_empty_open(struct knote *k);
enum { KQ_FIRST_MS = 1 }; /* k->pause_ms */
int kq_look_open(void);
void kq_look_again(struct knote *k);
void kq_empty_again(struct knote *k);
bool kq_empty_look(struct knote *k);
/*
 * Files: after k has been added or changed, 0 or -errno; before it goes; what has
 * been told becomes pending, or of KQ_READ not reported; what is to be told of k.
 */
int kq_file_watch(struct kq *q, struct knote *k);
void kq_file_unwatch(struct kq *q, struct knote *k);
void kq_files_hear(struct kq *q);
uint32_t kq_file_notes(struct kq *q, struct knote *k);
/* There is something to tell of k; there is nothing any more. */
void kq_list(struct kq *q, struct knote *k);
void kq_unlist(struct kq *q, struct knote *k);
/* The list of mounts, -1 with errno; VQ_* of what has changed since. */
int kq_mounts_open(struct knote *k);
uint32_t kq_mounts_look(struct knote *k);
/*
 * Processes: after k has been added or changed, 0 or -errno; before it goes; what
 * has been told becomes pending; the event of that, and of its end.
 */
int kq_proc_watch(struct kq *q, struct knote *k);
void kq_proc_unwatch(struct kq *q, struct knote *k);
void kq_proc_hear(struct kq *q);
void kq_proc_event(struct kq *q, struct knote *k, bool ended,
		   struct kq_event *ev);
/* One change of a kevent(2).  0 or -errno. */
int kq_change(struct kq *q, const struct kq_event *c);
/* How often a signal has come. */
uint32_t kq_signal_count(int sig);

#endif
