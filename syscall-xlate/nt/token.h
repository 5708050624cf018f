/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * token.h - who the program runs as, in Windows' terms.
 *
 * The user's SID is S-1-5-21-<three numbers from the machine id>-<1000 + uid>
 * (500 for root).  Root is an elevated administrator, everybody else an
 * ordinary user.
 */
#ifndef RF_NT_TOKEN_H
#define RF_NT_TOKEN_H

#include "syscall-xlate/nt/nt.h"

enum { SID_SUBS = 15, SID_MAX = 8 + 4 * SID_SUBS };

/* As in memory; count subs are valid. */
struct sid {
	uint8_t revision, count;
	uint8_t authority[6]; /* big-endian */
	uint32_t sub[SID_SUBS];
};

static inline size_t sid_size(const struct sid *s)
{
	return 8 + 4u * s->count;
}

bool sid_equal(const struct sid *a, const struct sid *b);
/* authority and up to 6 numbers behind it. */
struct sid sid_make(unsigned authority, unsigned count, ...);
struct sid sid_of_uid(uint32_t uid);
struct sid sid_of_gid(uint32_t gid);
/* The uid a SID of ours stands for; false: it is not one. */
bool sid_to_uid(const struct sid *s, uint32_t *uid);
/* From guest memory.  STATUS_ACCESS_VIOLATION, STATUS_INVALID_SID. */
NTSTATUS sid_read(struct task *t, gaddr at, struct sid *s);
/* "S-1-5-..."; buf of 200 bytes is always enough. */
void sid_text(const struct sid *s, char *buf, size_t size);

enum {
	GROUP_MANDATORY = 1,
	GROUP_DEFAULT = 2,
	GROUP_ENABLED = 4,
	GROUP_OWNER = 8,
	GROUP_DENY_ONLY = 0x10,
	GROUP_INTEGRITY = 0x20,
	GROUP_INTEGRITY_ENABLED = 0x40,
	GROUP_LOGON_ID = 0xc0000000,
};

struct token_group {
	struct sid sid;
	uint32_t attributes;
};

struct token_privilege {
	uint32_t luid;       /* high part is 0 */
	uint32_t attributes; /* 1 by default, 2 enabled, 4 removed */
};

enum { /* privileges: low parts of their LUIDs */
	SE_SECURITY = 8,
	SE_TAKE_OWNERSHIP = 9,
	SE_BACKUP = 17,
	SE_RESTORE = 18,
	SE_DEBUG = 20,
	SE_MANAGE_VOLUME = 28,
};

enum { TOKEN_GROUPS = 20, TOKEN_PRIVILEGES = 40 };
enum { TOKEN_PRIMARY = 1, TOKEN_IMPERSONATION = 2 };
enum { /* SECURITY_IMPERSONATION_LEVEL */
	LEVEL_ANONYMOUS,
	LEVEL_IDENTIFICATION,
	LEVEL_IMPERSONATION,
	LEVEL_DELEGATION,
};

enum {
	TOKEN_ASSIGN_PRIMARY = 1,
	TOKEN_DUPLICATE = 2,
	TOKEN_IMPERSONATE = 4,
	TOKEN_QUERY = 8,
	TOKEN_QUERY_SOURCE = 0x10,
	TOKEN_ADJUST_PRIVILEGES = 0x20,
	TOKEN_ADJUST_GROUPS = 0x40,
	TOKEN_ADJUST_DEFAULT = 0x80,
	TOKEN_ADJUST_SESSIONID = 0x100,
};

struct token {
	struct object object;
	pthread_mutex_t mutex; /* guards the rest */
	uint32_t type, level;
	uint64_t id, modified;
	uint32_t session;
	bool elevated;
	bool restricted; /* to restrict_to, which may be empty */
	bool user_denied; /* the user's own SID counts for denials only */
	bool write_restricted; /* and restrict_to for what changes something */
	struct sid user, owner, primary_group, label;
	uint32_t ngroups, nprivileges, nrestricted;
	struct token_group group[TOKEN_GROUPS];
	struct token_privilege privilege[TOKEN_PRIVILEGES];
	struct token_group restrict_to[8];
	uint8_t *dacl; /* default; malloc'ed, NULL: made from the owner */
	uint32_t dacl_len;
};

/* The process's token, always one; the caller gets a reference. */
struct token *token_of_process(void);
/* The one that the user's processes have if they are given none; the same. */
struct token *token_of_user(void);
/*
 * Another process's, as it is now; a reference.  STATUS_NO_MEMORY, and what
 * remote_ask() says, but not that p is no process of ours: that has the user's.
 */
NTSTATUS token_of_other(struct nt_process *p, struct token **tk);
/* That, if somebody has asked for it already or it was given; or NULL. */
struct token *token_of_process_if_made(void);
/* tk, a primary one, is the process's from now on. */
void token_become(struct token *tk);
/* A copy with a number of its own; the caller holds from->mutex.  NULL: no memory. */
struct token *token_copy(const struct token *from);
/* The calling thread's: impersonated, or the process's; a reference. */
struct token *token_effective(struct task *t);

/* What th impersonates, with a reference, or NULL; it is token, whose reference
   becomes the thread's, or nothing. */
struct object *token_of_thread(struct nt_thread *th);
void token_put_on(struct nt_thread *th, struct object *token);
/*
 * token_impersonate() - the caller's thread acts as from, whose reference is
 * taken, from now on.  effective_only: without what is switched off in it.
 * STATUS_NO_MEMORY, STATUS_BAD_IMPERSONATION_LEVEL: from is an impersonation's
 * that allows less.
 */
NTSTATUS token_impersonate(struct nt_thread *to, struct token *from,
			   uint32_t level, bool effective_only);
/* Drops what is switched off.  tk is new. */
void token_effective_only(struct token *tk);

/*
 * token_set_thread() - NtSetInformationThread(ThreadImpersonationToken):
 * token is a handle or 0 to stop.  STATUS_BAD_TOKEN_TYPE.
 */
NTSTATUS token_set_thread(struct task *t, struct nt_thread *th, uint64_t token);

/*
 * What Linux lets the user do, a token may deny: groups or the user that count
 * for denials only, SIDs that restrict it, a low integrity, a level of
 * impersonation that is not meant for opening anything.  token_weak_any: this
 * process has seen such a one; until then nobody need ask.
 */
extern _Atomic bool token_weak_any;
bool token_is_weak(struct token *tk);
/*
 * token_effective(), to find out what may be opened; no reference and
 * STATUS_BAD_IMPERSONATION_LEVEL: it is there to be looked at only.
 */
NTSTATUS token_to_check(struct task *t, struct token **tk);
/* The calling thread's is. */
bool token_weak_now(struct task *t);
/*
 * Has tk whose objects belong to others, or let others do something with them,
 * than those of the user's own token?  token_odd_any: this process has seen one.
 */
extern _Atomic bool token_odd_any;
bool token_is_odd(struct token *tk);
/* tk, which nobody else has yet or whose mutex is held, has been changed. */
void token_note(const struct token *tk);
/* The last number of its label; 0x2000 is what files and keys have. */
enum { INTEGRITY_MEDIUM = 0x2000 };
uint32_t token_integrity(const struct token *tk);

/* A new number for tokens, logons, NtAllocateLocallyUniqueId. */
uint64_t luid_new(void);

/* Is the SID among the token's enabled ones?  deny: deny-only counts too. */
bool token_has_sid(const struct token *tk, const struct sid *s, bool deny);
bool token_has_privilege(struct token *tk, uint32_t luid);
/* The same of the token that counts for the thread. */
bool token_allows(struct task *t, uint32_t luid);

/* The default DACL of new objects: owner, SYSTEM, logon.  Bytes in *len. */
enum { DEFAULT_DACL_MAX = 256 };
void default_dacl(const struct token *tk, uint8_t *acl, uint32_t *len);

/* Appends an allow ACE to an ACL under construction; false: full. */
bool acl_add(uint8_t *acl, size_t size, uint32_t mask, const struct sid *s);
void acl_init(uint8_t *acl);

#endif
