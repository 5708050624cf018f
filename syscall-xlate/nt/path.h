/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path.h - NT's names and the host's, both ways.
 *
 * Z: is the host's root.  C: is put together from a table of folders that
 * exist on every Windows, our DLLs, and what the user's programs have written
 * ($XDG_DATA_HOME/run-foreign/c, made at the first write).
 *
 * Host names may hold characters that NT forbids in names: these appear as
 * U+F000 + character, as they do in other systems that export such names.
 */
#ifndef RF_NT_PATH_H
#define RF_NT_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "syscall-xlate/nt/status.h"

enum { HOST_PATH_MAX = 4096 };

enum nt_path_kind {
	PATH_DISK,     /* host, below a drive */
	PATH_DEVICE,   /* device; rest is what follows its name */
	PATH_PIPE,     /* a named pipe; rest is its name */
	PATH_MAILSLOT, /* rest is its name */
};

enum nt_device {
	DEVICE_NULL,
	DEVICE_CONSOLE, /* \Device\ConDrv\rest, CON, CONIN$, CONOUT$ */
	DEVICE_PIPES,   /* \Device\NamedPipe and \Device\NamedPipe\ */
	DEVICE_KSECDD,
	DEVICE_CNG,
	DEVICE_AFD,
	DEVICE_MOUNTS, /* MountPointManager */
	DEVICE_TLS,    /* RfTls, of our own: tls.h */
	DEVICE_DISK,   /* a volume or physical drive itself: drive */
};

/* A folder of C: that exists without being on disk. */
struct virtual_dir;

struct nt_path {
	enum nt_path_kind kind;
	enum nt_device device;
	char drive;      /* 'C', 'Z', or a letter of the sandbox's */
	bool want_dir;   /* the name ended in a backslash */
	bool stream;     /* names an alternate data stream: its name is */
	bool from_lower; /* path_open() took it from lower: read-only */
	int dirfd;       /* what host is relative to, or AT_FDCWD */
	bool exact;      /* the caller wants no other spelling of any name */
	/* st_mode of the last component's and FOLDER_EXACT, or 0: not known. */
	uint32_t folder;
	size_t len;      /* of host */
	size_t fixed;    /* leading bytes of host that need no search */
	/* C: only: the folder itself, or NULL; and where ours may be. */
	const struct virtual_dir *dir;
	const struct virtual_dir *parent; /* the last table folder in it */
	bool child;                       /* one component below parent */
	bool has_lower;
	/*
	 * Not terminated.  PATH_DEVICE, PATH_PIPE: the rest of the name.
	 * stream: the stream's name, without colon and type.
	 */
	const uint16_t *rest;
	size_t rest_len;
	char host[HOST_PATH_MAX + 256]; /* slack for other spellings */
	char lower[HOST_PATH_MAX];
};

/* With a folder's st_mode: names in it that differ in case are different. */
#define FOLDER_EXACT 0x80000000u

/* What a name is relative to: an open directory. */
struct nt_path_root {
	int fd;           /* the directory; not used for C: */
	char drive;       /* its letter; 0: not a disk directory */
	const char *host; /* absolute host path, for C: below the overlay */
	const struct virtual_dir *dir; /* C:'s own folder, or NULL */
	enum nt_path_kind kind;        /* PATH_DEVICE: \Device\NamedPipe\ */
	enum nt_device device;
};

/* C: and Z:, in a sandbox also the drives of its mounts. */
bool path_is_drive(uint16_t letter);
/* Is it the root of its drive? */
bool path_is_root(const struct nt_path *p);
/* \Device\HarddiskVolumeN of a drive. */
const char *path_volume(char letter);
/* "\??\Volume{GUID}" of a drive, in guid. */
enum { PATH_VOLUME_GUID_SIZE = 49 };
const char *path_volume_guid(char letter, char guid[PATH_VOLUME_GUID_SIZE]);
/* Names under \Device, but for the volumes; NULL after the last. */
const char *path_device(unsigned i);

/*
 * path_parse() - split an NT name; asks the host nothing.
 *
 *   name, n  units; must outlive p where p->rest is used
 *   root     NULL if the name is absolute
 *   p        filled in on success
 *
 * STATUS_OBJECT_NAME_INVALID (characters, "..", empty), STATUS_OBJECT_PATH_-
 * SYNTAX_BAD (no leading backslash), STATUS_OBJECT_PATH_NOT_FOUND or STATUS_-
 * OBJECT_NAME_NOT_FOUND (no such drive or device), STATUS_BAD_NETWORK_PATH,
 * STATUS_NAME_TOO_LONG.  Takes no lock.
 */
NTSTATUS path_parse(const uint16_t *name, size_t n,
		    const struct nt_path_root *root, struct nt_path *p);

/*
 * path_open() - openat(2) of a PATH_DISK; ignores case if it must.
 *
 * The exact name is tried first; p->host becomes the spelling that was found.
 * flags must not hold O_CREAT.  Returns a descriptor or -errno; -ENOENT: only
 * the last component is missing (p->host then has its folder's spelling),
 * -ENOTDIR: something before it is missing or no directory.  A folder of C:
 * that is only in the table opens as a stand-in: see path_is_virtual().
 */
int path_open(struct nt_path *p, int flags);

/* The same for fstatat(2).  flags: AT_*. */
struct statx;
int path_statx(struct nt_path *p, int flags, unsigned mask, struct statx *st);

/*
 * path_find() - the spelling on disk, for who wants to create p.
 *
 * Returns 0 if the name exists (p->host is its spelling), -ENOENT if only the
 * last component is missing and can be made at p->host, -ENOTDIR or another
 * -errno as path_open().
 */
int path_find(struct nt_path *p);

/* Makes the overlay's folders above p->host.  0 or -errno. */
int path_make_parents(const struct nt_path *p);

/*
 * path_from_nt() - the whole of it for callers that want a host path: parses
 * an absolute name and finds the spelling.  out has HOST_PATH_MAX bytes.
 * For a device its host counterpart (/dev/null) or STATUS_OBJECT_TYPE_MISMATCH.
 */
NTSTATUS path_from_nt(const uint16_t *name, size_t n, char *out);

/*
 * path_to_nt() - \??\Z:\... or \??\C:\... for an absolute host path.
 *
 * len, if not NULL, is set to the units without the NUL.  Returns a malloc'ed
 * terminated string, NULL without memory.  Skip 4 units for the DOS form.
 */
uint16_t *path_to_nt(const char *host, size_t *len);

/*
 * One name (no slashes) to units as directory listings show it; at most max.
 * Returns the units needed.
 */
size_t path_name_to_nt(uint16_t *dst, size_t max, const char *name, size_t n);
/* And back; -1 if it cannot be a name.  Returns bytes needed. */
int64_t path_name_from_nt(char *dst, size_t max, const uint16_t *s, size_t n);

/* ---- C: -------------------------------------------------------------- */

/* Host folder with the user's own C:, absolute, whether it exists or not. */
const char *path_user_c(void);
/* The user's name, as in C:\Users\<name>. */
const char *path_user_name(void);
/* Folder of the built-in DLLs for System32 (or SysWOW64). */
void path_set_dlls(const char *folder, bool wow64);
/* Our ntdll.dll, of programs of 64 bits or of 32: a descriptor or -errno. */
int path_open_ntdll(bool wide);
/* Whether the open file is one of the built-in DLLs. */
bool path_is_builtin(int fd);

/* i-th table folder directly below d, or NULL; name is its last component. */
const struct virtual_dir *virtual_child(const struct virtual_dir *d,
					unsigned i);
/*
 * What a 32-bit program means by the folder d, when rest follows the name:
 * SysWOW64 where it says System32.  And by a name in d that only it has
 * (Sysnative); NULL: nothing.
 */
const struct virtual_dir *virtual_redirect(const struct virtual_dir *d,
					   const uint16_t *rest, size_t n);
const struct virtual_dir *virtual_native(const struct virtual_dir *d,
					 const uint16_t *name, size_t n);
const char *virtual_name(const struct virtual_dir *d);
/* Path below C:\ with slashes: "Windows/System32"; "" for C:\ itself. */
const char *virtual_path(const struct virtual_dir *d);
/* Host folder whose files appear in d read-only, or NULL. */
const char *virtual_lower(const struct virtual_dir *d);
/*
 * path-etc.c: files of the host that d shows read-only under names of Windows'.
 * The i-th one's name, NULL after the last; where a name (in any case) is on the
 * host, NULL: d has no such, or the sandbox does not show it.
 */
const char *virtual_file_name(const struct virtual_dir *d, unsigned i);
const char *virtual_file(const struct virtual_dir *d, const char *name);
/*
 * A file of drivers\etc, opened to be read: the one that somebody put there,
 * or the host's.  A descriptor or -errno.
 */
int path_open_etc(const char *name);
/* Does this folder of C: stand for host's (an absolute path below user_c)? */
const struct virtual_dir *virtual_from_host(const char *host);

/* ---- path-case.c ------------------------------------------------------ */

/*
 * case_find() - the entry of a directory that equals name but for case.
 *
 *   dirfd, dir  the directory, as for openat(2); dir "" is dirfd itself
 *   name, n     wanted
 *   exact       only as it is spelled, whatever the directory
 *   out         at least 256 bytes; the spelling found, NUL-terminated
 *   mode        set to the directory's st_mode, if it can be looked at, and
 *               FOLDER_EXACT
 *
 * Returns 1, 0 if there is none, or -errno if the directory cannot be looked
 * at.  An exact match wins; in a case-sensitive directory (file-case.c) nothing
 * else matches.  Any thread; takes the cache's lock.
 */
int case_find(int dirfd, const char *dir, const char *name, size_t n,
	      bool exact, char *out, uint32_t *mode);

enum case_answer { CASE_UNKNOWN, CASE_ABSENT, CASE_OTHER };

/*
 * case_guess() - what is known of a name before the host is asked for it.
 *
 *   dirfd, dir  as above, dir_len bytes; need not be terminated
 *   name, n     wanted; terminated, or with a slash
 *   exact, out, mode  as above, out for CASE_OTHER, mode unless CASE_UNKNOWN
 *   learn       set to what case_learn_found() wants
 *
 * CASE_ABSENT: no spelling of it exists, at the moment of a stat made here.
 * CASE_OTHER: only another spelling does.  CASE_UNKNOWN: ask the host.
 */
int case_guess(int dirfd, const char *dir, size_t dir_len, const char *name,
	       size_t n, bool exact, char *out, uint32_t *mode,
	       uint64_t *learn);
/* The host had the name as it was spelled. */
void case_learn_found(uint64_t learn);

/*
 * Are there names in the directory dirfd that differ in nothing but case?  1 or
 * 0, or -errno.
 */
int case_differing(int dirfd);

/* Compare by NT's rule: upper-cased unit by unit.  As memcmp(). */
int units_compare_nocase(const uint16_t *a, size_t na, const uint16_t *b,
			 size_t nb);

#endif
