/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysctl.h - leaves of the sysctl tree: how a system lists them, and how they
 * are found and read.
 */
#ifndef RF_BSD_SYSCTL_H
#define RF_BSD_SYSCTL_H

#include <stddef.h>

#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"

enum bsd_sysctl_type { SYSCTL_INT, SYSCTL_LONG, SYSCTL_STRING, SYSCTL_OPAQUE };

/*
 * A leaf.  get() writes the value at buf (room bytes) and returns its size or
 * -errno; rest and nrest are what the caller's MIB has beyond the leaf's.
 */
struct bsd_sysctl {
	const char *name; /* "kern.ostype" */
	int32_t mib[6];
	uint8_t nmib;
	uint8_t type;	  /* enum bsd_sysctl_type */
	bool prefix;	  /* more numbers may follow: pids and the like */
	bool sized;	  /* what it is depends on the caller's room */
	int64_t (*get)(const struct bsd_sysctl *n, const int32_t *rest,
		       unsigned nrest, void *buf, size_t room);
	int64_t number;	  /* for sysctl_number() */
	const char *text; /* for sysctl_text() */
};

/* Leaves that every system has. */
int64_t sysctl_number(const struct bsd_sysctl *n, const int32_t *rest,
		      unsigned nrest, void *buf, size_t room);
int64_t sysctl_text(const struct bsd_sysctl *n, const int32_t *rest,
		    unsigned nrest, void *buf, size_t room);
int64_t sysctl_put_number(const struct bsd_sysctl *n, int64_t v, void *buf);
int64_t sysctl_put_text(const char *text, void *buf, size_t room);
typedef int64_t bsd_sysctl_get(const struct bsd_sysctl *n, const int32_t *rest,
			       unsigned nrest, void *buf, size_t room);
bsd_sysctl_get sysctl_ostype, sysctl_osrelease, sysctl_version, sysctl_hostname,
	sysctl_domainname, sysctl_ncpu, sysctl_physmem, sysctl_usermem,
	sysctl_boottime, sysctl_clockrate, sysctl_machine, sysctl_model,
	sysctl_random, sysctl_loadavg, sysctl_openmax, sysctl_pathname,
	sysctl_args, sysctl_cp_time, sysctl_cp_times, sysctl_cpu_mhz,
	sysctl_pages, sysctl_bytes;

/* Of the machine, in pages. */
struct sysctl_memory {
	uint64_t total, free, active, inactive, wired, swap, swap_free,
		committed;
};
void sysctl_memory(struct sysctl_memory *m);

/* Times are struct timeval's. */
struct sysctl_process {
	int32_t pid, ppid, pgid, sid, tpgid;
	uint32_t uid, ruid, svuid, gid, rgid, svgid;
	int state;	/* SRUN and so on: 2 runs, 3 sleeps, 4 stopped, 5 zombie */
	int nice, threads;
	uint64_t size, rss; /* bytes; pages */
	uint64_t minflt, majflt;
	int64_t utime[2], stime[2], start[2];
	char name[64];
};
/* 0, or -ESRCH and the like. */
int sysctl_process(int32_t pid, struct sysctl_process *p);

/* A system's leaves, in the order in which they are walked. */
#define SYSCTL_ROW(name_, type_, ...)                                          \
	.name = name_, .mib = { __VA_ARGS__ },                                 \
	.nmib = COUNT_OF(((int[]){ __VA_ARGS__ })), .type = type_
#define NUMBER(name, type, value, ...)                                         \
	{ SYSCTL_ROW(name, type, __VA_ARGS__), .get = sysctl_number,           \
	  .number = value }
#define TEXT(name, value, ...)                                                 \
	{ SYSCTL_ROW(name, SYSCTL_STRING, __VA_ARGS__), .get = sysctl_text,    \
	  .text = value }
#define LEAF(name, type, how, ...)                                             \
	{ SYSCTL_ROW(name, type, __VA_ARGS__), .get = how }
#define PREFIX(name, type, how, ...)                                           \
	{ SYSCTL_ROW(name, type, __VA_ARGS__), .get = how, .prefix = true }
#define SIZED(name, type, how, ...)                                            \
	{ SYSCTL_ROW(name, type, __VA_ARGS__), .get = how, .prefix = true,     \
	  .sized = true }
#define PAGES(name, type, what, ...)                                           \
	{ SYSCTL_ROW(name, type, __VA_ARGS__), .get = sysctl_pages,            \
	  .number = offsetof(struct sysctl_memory, what) }

#define BYTES(name, what, ...)                                                 \
	{ SYSCTL_ROW(name, SYSCTL_LONG, __VA_ARGS__), .get = sysctl_bytes,     \
	  .number = offsetof(struct sysctl_memory, what) }

const struct bsd_sysctl *sysctl_by_mib(const struct bsd_sysctl *tree, size_t n,
				       const int32_t *mib, unsigned nmib);
const struct bsd_sysctl *sysctl_by_name(const struct bsd_sysctl *tree, size_t n,
					const char *name);
/* Answers a read of leaf, whatever was asked for by whichever call. */
int64_t sysctl_read(struct task *t, const struct bsd_sysctl *leaf,
		    const int32_t *rest, unsigned nrest, gaddr old,
		    gaddr old_len);
/* sysctl(2) on a leaf of tree: they are all read-only. */
int64_t sysctl_call(struct task *t, const struct bsd_sysctl *tree, size_t n,
		    const int32_t *mib, unsigned nmib, gaddr old, gaddr old_len,
		    gaddr new_value);
/* How a system lists network interfaces: sizes and places in its messages. */
struct bsd_iflist {
	/* RTM_VERSION, RTM_IFINFO, RTM_NEWADDR, RTM_NEWMADDR */
	uint8_t version, info, addr, group;
	bool extended;		     /* says its own sizes: FreeBSD's IFLISTL */
	uint16_t info_size, addr_size;
	uint16_t data;		     /* where struct if_data begins */
	/* In an address's message: the index, and which addresses follow. */
	uint16_t addr_index, addr_which;
	void (*put_data)(uint8_t *data, unsigned type, unsigned addrlen,
			 unsigned link, int mtu);
};
/* index, family: 0 for all. */
int64_t bsd_iflist(struct task *t, const struct bsd_iflist *how, int family,
		   int index, gaddr old, gaddr old_len);
/* The multicast groups that they are in. */
int64_t bsd_iflist_groups(struct task *t, const struct bsd_iflist *how,
			  int family, int index, gaddr old, gaddr old_len);
/* size bytes at value as the answer. */
int64_t sysctl_reply(struct task *t, const void *value, size_t size, gaddr old,
		     gaddr old_len);

#endif
