/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * token.c - access tokens: made from the host's user, duplicated, filtered,
 * adjusted.
 *
 * Tokens say who one is; what one may do is decided by Linux, of which a token
 * can only take away (token_is_weak()).  Privileges can be switched on and off
 * because programs check that, but give nothing.
 */
#include "syscall-xlate/nt/token.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/descriptor.h"
#include "syscall-xlate/nt/registry.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/system-info.h"

/* ---- SIDs ----------------------------------------------------------- */

bool sid_equal(const struct sid *a, const struct sid *b)
{
	return a->count == b->count && !memcmp(a, b, sid_size(a));
}

struct sid sid_make(unsigned authority, unsigned count, ...)
{
	struct sid s = { .revision = 1, .count = (uint8_t)count };
	va_list ap;

	s.authority[5] = (uint8_t)authority;
	va_start(ap, count);
	for (unsigned i = 0; i < count; i++)
		s.sub[i] = va_arg(ap, uint32_t);
	va_end(ap);
	return s;
}

/* Three numbers that are this computer's, from its id (as a hash). */
static const uint32_t *machine_subs(void)
{
	static uint32_t subs[3]; /* racing threads store the same */
	char id[128];
	uint64_t h = 0xcbf29ce484222325;

	if (subs[2])
		return subs;
	if (read_small_file("/etc/machine-id", id, sizeof id) <= 0)
		gethostname(id, sizeof id);
	for (const char *s = id; *s; s++)
		h = (h ^ (uint8_t)*s) * 0x100000001b3;
	subs[0] = (uint32_t)(h >> 32) | 1;
	subs[1] = (uint32_t)h;
	subs[2] = (uint32_t)(h * 0x9e3779b97f4a7c15 >> 32) | 1;
	return subs;
}

static struct sid machine_sid(uint32_t rid)
{
	const uint32_t *m = machine_subs();

	return sid_make(5, 5, 21, m[0], m[1], m[2], rid);
}

struct sid sid_of_uid(uint32_t uid)
{
	return machine_sid(uid ? 1000 + uid : 500);
}

/* Groups above the users' range; the user's own is "None". */
struct sid sid_of_gid(uint32_t gid)
{
	return gid == getgid() ? machine_sid(513)
			       : machine_sid(0x40000000 + gid);
}

bool sid_to_uid(const struct sid *s, uint32_t *uid)
{
	struct sid m = machine_sid(0);
	uint32_t rid;

	if (s->count != 5)
		return false;
	rid = s->sub[4];
	m.sub[4] = rid;
	if (!sid_equal(s, &m) || (rid != 500 && rid < 1000) ||
	    rid >= 0x40000000)
		return false;
	*uid = rid == 500 ? 0 : rid - 1000;
	return true;
}

NTSTATUS sid_read(struct task *t, gaddr at, struct sid *s)
{
	memset(s, 0, sizeof *s);
	if (guest_read(t, s, at, 8) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (s->revision != 1 || s->count > SID_SUBS)
		return STATUS_INVALID_SID;
	if (guest_read(t, s->sub, at + 8, 4u * s->count) < 0)
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

void sid_text(const struct sid *s, char *buf, size_t size)
{
	uint64_t authority = 0;
	int n;

	for (int i = 0; i < 6; i++)
		authority = authority << 8 | s->authority[i];
	n = snprintf(buf, size, "S-%u-%llu", s->revision,
		     (unsigned long long)authority);
	for (unsigned i = 0; i < s->count && n < (int)size; i++)
		n += snprintf(buf + n, size - (size_t)n, "-%u", s->sub[i]);
}

const char *user_sid_string(void)
{
	static char text[200]; /* the same whoever writes it */
	struct sid s;

	if (!text[0]) {
		s = sid_of_uid(getuid());
		sid_text(&s, text, sizeof text);
	}
	return text;
}

/* ---- ACLs ----------------------------------------------------------- */

void acl_init(uint8_t *acl)
{
	static const uint8_t empty[8] = { 2, 0, 8, 0, 0, 0, 0, 0 };

	memcpy(acl, empty, sizeof empty);
}

bool acl_add(uint8_t *acl, size_t size, uint32_t mask, const struct sid *s)
{
	uint16_t len, count, ace = (uint16_t)(8 + sid_size(s));
	uint8_t *p;

	memcpy(&len, acl + 2, 2);
	memcpy(&count, acl + 4, 2);
	if (size - len < ace)
		return false;
	p = acl + len;
	p[0] = 0; /* ACCESS_ALLOWED_ACE */
	p[1] = 0;
	memcpy(p + 2, &ace, 2);
	memcpy(p + 4, &mask, 4);
	memcpy(p + 8, s, sid_size(s));
	len += ace;
	count++;
	memcpy(acl + 2, &len, 2);
	memcpy(acl + 4, &count, 2);
	return true;
}

void default_dacl(const struct token *tk, uint8_t *acl, uint32_t *len)
{
	struct sid system = sid_make(5, 1, 18);
	uint16_t n;

	acl_init(acl);
	acl_add(acl, DEFAULT_DACL_MAX, 0x10000000, &tk->owner);
	acl_add(acl, DEFAULT_DACL_MAX, 0x10000000, &system);
	/* Whoever is logged on with us may read and execute. */
	for (uint32_t i = 0; i < tk->ngroups; i++)
		if ((tk->group[i].attributes & GROUP_LOGON_ID) ==
		    GROUP_LOGON_ID)
			acl_add(acl, DEFAULT_DACL_MAX, 0xa0000000,
				&tk->group[i].sid);
	memcpy(&n, acl + 2, 2);
	*len = n;
}

/* ---- making tokens -------------------------------------------------- */

uint64_t luid_new(void)
{
	/* Windows starts behind the well-known ones (0x3e7 and so on). */
	static _Atomic uint64_t next = 0x10000;

	return next++;
}

static void token_destroy(struct object *o)
{
	struct token *tk = (struct token *)o;

	free(tk->dacl);
	pthread_mutex_destroy(&tk->mutex);
}

static struct token *token_new(void);

/* ---- to another process: what it says, without its pointers ---------- */

enum {
	SAID = offsetof(struct token, type),
	SAID_LEN = offsetof(struct token, dacl) - SAID,
};

static bool token_pass(struct object *o, struct nt_passed *p)
{
	struct token *tk = (struct token *)o;
	uint32_t room = sizeof p->data - SAID_LEN;

	_Static_assert(SAID_LEN <= sizeof p->data, "a token fits");
	pthread_mutex_lock(&tk->mutex);
	memcpy(p->data, (char *)tk + SAID, SAID_LEN);
	p->fd = -1;
	p->len = SAID_LEN;
	/* A longer one is made from the owner there. */
	if (tk->dacl && tk->dacl_len <= room) {
		memcpy(p->data + SAID_LEN, tk->dacl, tk->dacl_len);
		p->len += tk->dacl_len;
	}
	pthread_mutex_unlock(&tk->mutex);
	return true;
}

static bool all_valid(const struct token *tk)
{
	bool ok = tk->ngroups <= TOKEN_GROUPS &&
		  tk->nprivileges <= TOKEN_PRIVILEGES &&
		  tk->nrestricted <= COUNT_OF(tk->restrict_to);
	const struct sid *sids[] = { &tk->user, &tk->owner, &tk->primary_group,
				     &tk->label };

	for (unsigned i = 0; i < COUNT_OF(sids); i++)
		ok = ok && sids[i]->count <= SID_SUBS;
	for (unsigned i = 0; ok && i < tk->ngroups; i++)
		ok = tk->group[i].sid.count <= SID_SUBS;
	for (unsigned i = 0; ok && i < tk->nrestricted; i++)
		ok = tk->restrict_to[i].sid.count <= SID_SUBS;
	return ok;
}

/* Without memory for it: false. */
static bool copy_dacl(struct token *tk, struct bytes dacl)
{
	tk->dacl = malloc(dacl.len);
	if (!tk->dacl)
		return false;
	memcpy(tk->dacl, dacl.at, dacl.len);
	tk->dacl_len = (uint32_t)dacl.len;
	return true;
}

static struct object *token_receive(const struct nt_passed *p)
{
	struct token *tk = token_new();
	struct bytes dacl = { p->data + SAID_LEN, p->len - SAID_LEN };

	if (p->fd >= 0)
		close(p->fd);
	if (!tk || p->len < SAID_LEN || p->len > sizeof p->data) {
		object_put(&tk->object);
		return NULL;
	}
	memcpy((char *)tk + SAID, p->data, SAID_LEN);
	if (!all_valid(tk)) {
		object_put(&tk->object);
		return NULL;
	}
	if (acl_is_whole(dacl) && !copy_dacl(tk, dacl)) {
		object_put(&tk->object);
		return NULL;
	}
	token_note(tk);
	return &tk->object;
}

const struct object_type token_type = {
	.name = "Token",
	.size = sizeof(struct token),
	.generic = { 0x20008, 0x200e0, 0x20004, 0xf01ff },
	.valid_access = 0x1f01ff,
	.destroy = token_destroy,
	.pass = token_pass,
	.receive = token_receive,
};

static void add_group(struct token *tk, struct sid s, uint32_t attributes)
{
	if (tk->ngroups < TOKEN_GROUPS)
		tk->group[tk->ngroups++] =
			(struct token_group){ s, attributes };
}

static void add_privilege(struct token *tk, uint32_t luid, uint32_t attributes)
{
	if (tk->nprivileges < TOKEN_PRIVILEGES)
		tk->privilege[tk->nprivileges++] =
			(struct token_privilege){ luid, attributes };
}

enum { USERS_GROUP = 513 }; /* "None", beside the user */

static struct sid usual_owner(const struct sid *user, bool admin)
{
	return admin ? sid_make(5, 2, 32, 544) : *user;
}

static struct sid usual_label(bool admin)
{
	return sid_make(16, 1, admin ? 0x3000 : 0x2000);
}

static void fill_user(struct token *tk, bool admin)
{
	/*
	 * SeShutdown, Undock, IncreaseWorkingSet, TimeZone, symbolic links; and
	 * SeBackup and SeRestore, since the registry is everybody's own.
	 */
	static const uint8_t everybody[] = { 17, 18, 19, 25, 33, 34, 35 };
	static const uint8_t admins[] = { 5,  8,  9,  11, 12, 13,
					  14, 15, 20, 22, 24, 28 };
	uint32_t on = GROUP_MANDATORY | GROUP_DEFAULT | GROUP_ENABLED;

	tk->user = sid_of_uid(getuid());
	tk->primary_group = machine_sid(USERS_GROUP);
	tk->owner = usual_owner(&tk->user, admin);
	tk->label = usual_label(admin);
	add_group(tk, tk->primary_group, on);
	add_group(tk, sid_make(1, 1, 0), on); /* Everyone */
	if (admin)
		add_group(tk, sid_make(5, 2, 32, 544), on | GROUP_OWNER);
	add_group(tk, sid_make(5, 2, 32, 545), on); /* Users */
	add_group(tk, sid_make(5, 1, 4), on);       /* INTERACTIVE */
	add_group(tk, sid_make(2, 1, 1), on);       /* CONSOLE LOGON */
	add_group(tk, sid_make(5, 1, 11), on);      /* Authenticated Users */
	add_group(tk, sid_make(5, 1, 15), on);      /* This Organization */
	add_group(tk, sid_make(5, 1, 113), on);     /* Local account */
	add_group(tk, sid_make(5, 3, 5, 0, 0x10001u), on | GROUP_LOGON_ID);
	add_group(tk, sid_make(2, 1, 0), on);      /* LOCAL */
	add_group(tk, sid_make(5, 2, 64, 10), on); /* NTLM */
	add_group(tk, tk->label, GROUP_INTEGRITY | GROUP_INTEGRITY_ENABLED);

	for (size_t i = 0; admin && i < COUNT_OF(admins); i++)
		add_privilege(tk, admins[i], 0);
	for (size_t i = 0; i < COUNT_OF(everybody); i++)
		add_privilege(tk, everybody[i], 0);
	add_privilege(tk, 23, 3); /* SeChangeNotify: always on */
	if (admin) {
		add_privilege(tk, 29, 3); /* SeImpersonate */
		add_privilege(tk, 30, 3); /* SeCreateGlobal */
	}
}

static struct token *begin(struct token *tk)
{
	if (!tk)
		return NULL;
	pthread_mutex_init(&tk->mutex, NULL);
	tk->type = TOKEN_PRIMARY;
	tk->id = luid_new();
	tk->modified = luid_new();
	tk->session = 1;
	return tk;
}

static struct token *token_new(void)
{
	return begin(object_new(&token_type));
}

static pthread_mutex_t own_lock = PTHREAD_MUTEX_INITIALIZER;
/* Under own_lock, made when first asked for; no program has a handle to the
   second, so it stays what it is. */
static struct token *own, *plain;
/* Who asks what a caller may do always gets a token to ask. */
static char own_room[OBJECT_ROOM(struct token)] SPARSE,
	plain_room[OBJECT_ROOM(struct token)] SPARSE;

static struct token *get_or_make(struct token **at, void *room)
{
	struct token *tk;

	pthread_mutex_lock(&own_lock);
	tk = *at;
	if (!tk) {
		*at = tk = begin(object_new_in(room, &token_type));
		tk->elevated = geteuid() == 0;
		fill_user(tk, tk->elevated);
	}
	object_get(&tk->object);
	pthread_mutex_unlock(&own_lock);
	return tk;
}

struct token *token_of_process(void)
{
	return get_or_make(&own, own_room);
}

struct token *token_of_user(void)
{
	return get_or_make(&plain, plain_room);
}

NTSTATUS token_of_other(struct nt_process *p, struct token **tk)
{
	struct token *user;
	struct object *o;
	NTSTATUS status = remote_token(p, &o);

	*tk = (struct token *)o;
	if (status != STATUS_NOT_SUPPORTED)
		return status;
	user = token_of_user();
	pthread_mutex_lock(&user->mutex);
	*tk = token_copy(user);
	pthread_mutex_unlock(&user->mutex);
	object_put(&user->object);
	return *tk ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

struct token *token_of_process_if_made(void)
{
	struct token *tk;

	pthread_mutex_lock(&own_lock);
	tk = own;
	if (tk)
		object_get(&tk->object);
	pthread_mutex_unlock(&own_lock);
	return tk;
}

void token_become(struct token *tk)
{
	struct token *old;

	object_get(&tk->object);
	pthread_mutex_lock(&own_lock);
	old = own;
	own = tk;
	pthread_mutex_unlock(&own_lock);
	if (old)
		object_put(&old->object);
}

struct token *token_copy(const struct token *from)
{
	struct token *tk = token_new();

	if (!tk)
		return NULL;
	tk->type = from->type;
	tk->level = from->level;
	tk->session = from->session;
	tk->elevated = from->elevated;
	tk->restricted = from->restricted;
	tk->user_denied = from->user_denied;
	tk->write_restricted = from->write_restricted;
	tk->user = from->user;
	tk->owner = from->owner;
	tk->primary_group = from->primary_group;
	tk->label = from->label;
	tk->ngroups = from->ngroups;
	tk->nprivileges = from->nprivileges;
	tk->nrestricted = from->nrestricted;
	memcpy(tk->group, from->group, sizeof tk->group);
	memcpy(tk->privilege, from->privilege, sizeof tk->privilege);
	memcpy(tk->restrict_to, from->restrict_to, sizeof tk->restrict_to);
	if (from->dacl &&
	    !copy_dacl(tk, (struct bytes){ from->dacl, from->dacl_len })) {
		object_put(&tk->object);
		return NULL;
	}
	return tk;
}

/* ---- threads -------------------------------------------------------- */

struct object *token_of_thread(struct nt_thread *th)
{
	struct object *o;

	pthread_mutex_lock(&own_lock);
	o = th->token;
	if (o)
		object_get(o);
	pthread_mutex_unlock(&own_lock);
	return o;
}

struct token *token_effective(struct task *t)
{
	struct nt_thread *th = t ? nt_thread(t) : NULL;
	struct object *o = th ? token_of_thread(th) : NULL;

	return o ? (struct token *)o : token_of_process();
}

/* ---- what they take away -------------------------------------------- */

_Atomic bool token_weak_any;

uint32_t token_integrity(const struct token *tk)
{
	return tk->label.count ? tk->label.sub[tk->label.count - 1] : 0;
}

static bool is_weak(const struct token *tk)
{
	bool weak = tk->restricted || tk->user_denied ||
		    token_integrity(tk) < INTEGRITY_MEDIUM ||
		    (tk->type == TOKEN_IMPERSONATION &&
		     tk->level < LEVEL_IMPERSONATION);

	for (uint32_t i = 0; i < tk->ngroups && !weak; i++)
		weak = !(tk->group[i].attributes &
			 (GROUP_ENABLED | GROUP_INTEGRITY));
	return weak;
}

bool token_is_weak(struct token *tk)
{
	bool weak;

	pthread_mutex_lock(&tk->mutex);
	weak = is_weak(tk);
	pthread_mutex_unlock(&tk->mutex);
	return weak;
}

bool token_weak_now(struct task *t)
{
	struct token *tk;
	bool weak;

	if (!token_weak_any)
		return false;
	tk = token_effective(t);
	weak = token_is_weak(tk);
	object_put(&tk->object);
	return weak;
}

NTSTATUS token_to_check(struct task *t, struct token **tk)
{
	*tk = token_effective(t);
	if ((*tk)->type == TOKEN_PRIMARY || (*tk)->level >= LEVEL_IMPERSONATION)
		return STATUS_SUCCESS;
	object_put(&(*tk)->object);
	*tk = NULL;
	return STATUS_BAD_IMPERSONATION_LEVEL;
}

_Atomic bool token_odd_any;

/* As fill_user() makes them; a child's start asks, so no file is read here. */
static bool is_odd(const struct token *tk)
{
	struct sid owner = usual_owner(&tk->user, tk->elevated),
		   label = usual_label(tk->elevated), group = tk->user;

	group.sub[MIN(group.count - 1u, SID_SUBS - 1u)] = USERS_GROUP;
	return tk->dacl || is_weak(tk) || !sid_equal(&tk->owner, &owner) ||
	       !sid_equal(&tk->label, &label) ||
	       !sid_equal(&tk->primary_group, &group);
}

bool token_is_odd(struct token *tk)
{
	bool odd;

	pthread_mutex_lock(&tk->mutex);
	odd = is_odd(tk);
	pthread_mutex_unlock(&tk->mutex);
	return odd;
}

void token_note(const struct token *tk)
{
	if (is_weak(tk))
		token_weak_any = true;
	if (is_odd(tk))
		token_odd_any = true;
}

void token_put_on(struct nt_thread *th, struct object *token)
{
	struct object *old;

	pthread_mutex_lock(&own_lock);
	old = th->token;
	th->token = token;
	pthread_mutex_unlock(&own_lock);
	object_put(old);
}

NTSTATUS token_set_thread(struct task *t, struct nt_thread *th, uint64_t token)
{
	struct token *tk = NULL;
	NTSTATUS status = STATUS_SUCCESS;

	if (token)
		status = handle_get(t, token, &token_type, TOKEN_IMPERSONATE,
				    &tk);
	if (status != STATUS_SUCCESS)
		return status;
	if (tk && tk->type != TOKEN_IMPERSONATION) {
		object_put(&tk->object);
		return STATUS_BAD_TOKEN_TYPE;
	}
	if (tk)
		token_note(tk);
	token_put_on(th, tk ? &tk->object : NULL);
	return STATUS_SUCCESS;
}

NTSTATUS nt_open_thread_token_ex(struct task *t, uint64_t thread,
				 uint32_t access, uint8_t as_self,
				 uint32_t handle_attr, gaddr token)
{
	struct nt_thread *th;
	struct object *o;
	NTSTATUS status = handle_get(t, thread, &thread_type, 0x40, &th);

	(void)as_self;
	if (status != STATUS_SUCCESS)
		return status;
	o = token_of_thread(th);
	object_put(&th->object);
	if (!o)
		return STATUS_NO_TOKEN;
	if (((struct token *)o)->level == 0)
		status = STATUS_CANT_OPEN_ANONYMOUS;
	else
		status = handle_out(t, o, access, handle_attr & OBJ_INHERIT,
				    token);
	object_put(o);
	return status;
}

NTSTATUS nt_open_thread_token(struct task *t, uint64_t thread, uint32_t access,
			      uint8_t as_self, gaddr token)
{
	return nt_open_thread_token_ex(t, thread, access, as_self, 0, token);
}

NTSTATUS nt_open_process_token_ex(struct task *t, uint64_t process,
				  uint32_t access, uint32_t handle_attr,
				  gaddr token)
{
	struct nt_process *p;
	struct token *tk;
	NTSTATUS status = handle_get(t, process, &process_type, 0x1000, &p);

	if (status == STATUS_ACCESS_DENIED)
		status = handle_get(t, process, &process_type, 0x400, &p);
	if (status != STATUS_SUCCESS)
		return status;
	if (p != nt_self)
		status = token_of_other(p, &tk);
	else
		tk = token_of_process();
	object_put(&p->object);
	if (status)
		return status;
	status = handle_out(t, &tk->object, access, handle_attr & OBJ_INHERIT,
			    token);
	object_put(&tk->object);
	return status;
}

NTSTATUS nt_open_process_token(struct task *t, uint64_t process,
			       uint32_t access, gaddr token)
{
	return nt_open_process_token_ex(t, process, access, 0, token);
}
