/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path.c - NT's names to the host's, and the names of single files back.
 *
 * This is parsing, which asks the host nothing: what is on disk, and how it
 * is spelled there, is path-open.c's.
 */
#include "syscall-xlate/nt/path.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/policy.h"
#include "base/table.h"
#include "base/utf.h"

/* ASCII that is the same in NT's names and the host's. */
static const bool plain[0x80] = {
	[' '] = true,	      ['!'] = true,	    ['#' ... ')'] = true,
	['+' ... '.'] = true, ['0' ... '9'] = true, [';'] = true,
	['='] = true,	      ['@' ... '['] = true, [']' ... '{'] = true,
	['}' ... 0x7f] = true,
};

/* Characters that NT forbids in a name and Linux allows. */
static bool is_forbidden(uint16_t c)
{
	return c < 0x80 && !plain[c] && c != '/';
}

enum { MAPPED = 0xf000 }; /* + a forbidden character */

size_t path_name_to_nt(uint16_t *dst, size_t max, const char *name, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n;) {
		size_t run = i, units;
		const char *own = NULL;
		unsigned char c = (unsigned char)name[i];

		if (is_forbidden(c)) {
			if (len < max)
				dst[len] = (uint16_t)(MAPPED + c);
			len++;
			i++;
			continue;
		}
		/* A name that holds such a mapped character itself: keep the
		   bytes apart, so that the way back gives them again. */
		while (run < n && !is_forbidden((unsigned char)name[run])) {
			if ((unsigned char)name[run] == 0xef && n - run >= 3 &&
			    ((unsigned char)name[run + 1] & 0xfe) == 0x80) {
				own = name + run;
				break;
			}
			run++;
		}
		units = utf8_to_utf16(len < max ? dst + len : NULL,
				      len < max ? max - len : 0, name + i,
				      run - i);
		len += units;
		i = run;
		for (int k = 0; own && k < 3; k++, i++, len++)
			if (len < max)
				dst[len] = (uint16_t)(0xdc00 +
						      (unsigned char)own[k]);
	}
	return len;
}

/* Appends units [s, s+n) of one component.  -1: not a name. */
int64_t path_name_from_nt(char *dst, size_t max, const uint16_t *s, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n;) {
		size_t run = i;

		/* Plain characters, nearly all. */
		while (i < n && s[i] < 0x80 && plain[s[i]]) {
			if (at < max)
				dst[at] = (char)s[i];
			at++;
			i++;
		}
		if (i == n)
			break;
		if (s[i] < 0x80)
			return -1;
		if (s[i] > MAPPED && s[i] < MAPPED + 0x80 &&
		    is_forbidden(s[i] - MAPPED)) {
			if (at < max)
				dst[at] = (char)(s[i] - MAPPED);
			at++;
			i++;
			continue;
		}
		run = i;
		while (i < n && s[i] >= 0x80 &&
		       !(s[i] > MAPPED && s[i] < MAPPED + 0x80))
			i++;
		/* U+F0xx that stands for nothing: the letter itself. */
		if (i == run)
			i++;
		at += utf16_to_utf8(at < max ? dst + at : NULL,
				    at < max ? max - at : 0, s + run, i - run);
	}
	return (int64_t)at;
}

static bool units_are(const uint16_t *s, size_t n, const char *ascii)
{
	if (strlen(ascii) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (utf16_upcase(s[i]) != utf16_upcase((unsigned char)ascii[i]))
			return false;
	return true;
}

/* If s begins with prefix, in any case, steps over it. */
static bool skip(const uint16_t **s, size_t *n, const char *prefix)
{
	size_t len = strlen(prefix);

	if (*n < len || !units_are(*s, len, prefix))
		return false;
	*s += len;
	*n -= len;
	return true;
}

/* Length of the component at s. */
static size_t component(const uint16_t *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] != '\\')
		i++;
	return i;
}

/*
 * The last component may name a stream: "x:name", "x:name:$DATA"; "x::$DATA"
 * is x itself.  Cuts that off; *n becomes the length of what stays.
 */
static NTSTATUS split_stream(const uint16_t *s, size_t *n, struct nt_path *p)
{
	size_t at = *n, end;

	while (at > 0 && s[at - 1] != '\\')
		at--;
	while (at < *n && s[at] != ':')
		at++;
	if (at == *n)
		return STATUS_SUCCESS;
	s += at;
	end = *n - at;
	*n = at;
	if (units_are(s, end, "::$DATA") ||
	    units_are(s, end, "::$INDEX_ALLOCATION") ||
	    units_are(s, end, ":$I30:$INDEX_ALLOCATION"))
		return STATUS_SUCCESS;
	if (end > 6 && units_are(s + end - 6, 6, ":$DATA"))
		end -= 6;
	/* What is left is ":name", with no type of another kind. */
	if (end < 2 || end > 256)
		return STATUS_OBJECT_NAME_INVALID;
	for (size_t i = 1; i < end; i++)
		if (s[i] == ':' || s[i] == '/')
			return STATUS_OBJECT_NAME_INVALID;
	p->stream = true;
	p->rest = s + 1;
	p->rest_len = end - 1;
	return STATUS_SUCCESS;
}

/*
 * Copies units to bytes as long as they are characters that stand for
 * themselves in a name; how many that were.
 */
static size_t copy_plain(char *dst, size_t room, const uint16_t *s, size_t n)
{
	size_t i = 0;

	n = MIN(n, room);
	while (i < n && s[i] < 0x80 && plain[s[i]]) {
		dst[i] = (char)s[i];
		i++;
	}
	return i;
}

/* Appends "a\b" to p->host as "a/b". */
static NTSTATUS append(struct nt_path *p, const uint16_t *s, size_t n)
{
	if (n && s[n - 1] == '\\') {
		p->want_dir = true;
		n--;
	}
	while (n) {
		size_t at = p->len, room, len;
		int64_t need;
		NTSTATUS status;

		if (at + 2 > HOST_PATH_MAX)
			return STATUS_NAME_TOO_LONG;
		if (at && p->host[at - 1] != '/')
			p->host[at++] = '/';
		room = HOST_PATH_MAX - 1 - at;
		len = copy_plain(p->host + at, room, s, n);
		need = (int64_t)len;
		if (len < n && s[len] != '\\') {
			len = component(s + len, n - len) + len;
			if (len == n && !p->want_dir) {
				status = split_stream(s, &n, p);
				if (status)
					return status;
				len = n;
				if (!n) /* the stream of what s is below */
					break;
			}
			need = path_name_from_nt(p->host + at, room, s, len);
		}
		if (!len || (len <= 2 && s[0] == '.' && s[len - 1] == '.') ||
		    need < 0)
			return STATUS_OBJECT_NAME_INVALID;
		if ((uint64_t)need > room)
			return STATUS_NAME_TOO_LONG;
		p->len = at + (size_t)need;
		s += len;
		n -= len;
		if (n) {
			s++;
			n--;
		}
	}
	p->host[p->len] = 0;
	return STATUS_SUCCESS;
}

static NTSTATUS set_host(struct nt_path *p, const char *host)
{
	size_t n = strlen(host);

	if (n >= HOST_PATH_MAX)
		return STATUS_NAME_TOO_LONG;
	memcpy(p->host, host, n + 1);
	p->len = n;
	return STATUS_SUCCESS;
}

static bool is_named(const struct virtual_dir *d, const uint16_t *s, size_t n)
{
	const char *name = virtual_name(d);
	uint16_t u[64];
	size_t len;

	if ((unsigned char)*name < 0x80 && n &&
	    utf16_upcase(*s) != utf16_upcase((unsigned char)*name))
		return false;
	len = utf8_to_utf16(u, COUNT_OF(u), name, strlen(name));
	return len <= COUNT_OF(u) && !units_compare_nocase(u, len, s, n);
}

/* C:: below the folder d.  Walks the table as far as the name goes. */
static NTSTATUS parse_c(const struct virtual_dir *d, const uint16_t *s,
			size_t n, struct nt_path *p)
{
	const char *lower;
	NTSTATUS status;
	size_t base;

	if (n && s[n - 1] == '\\')
		p->want_dir = true;
	while (n) {
		const struct virtual_dir *c;
		size_t len = component(s, n);

		for (unsigned i = 0; (c = virtual_child(d, i)); i++)
			if (is_named(c, s, len))
				break;
		if (c)
			c = virtual_redirect(c, s + len, n - len);
		else
			c = virtual_native(d, s, len);
		if (!c)
			break;
		d = c;
		s += len;
		n -= len;
		if (n) {
			s++;
			n--;
		}
	}

	p->drive = 'C';
	p->dir = n ? NULL : d;
	p->parent = d;
	p->child = n && component(s, n) + (s[n - 1] == '\\') >= n;
	status = set_host(p, path_user_c());
	if (status)
		return status;
	if (*virtual_path(d)) {
		if (p->len + strlen(virtual_path(d)) + 2 > HOST_PATH_MAX)
			return STATUS_NAME_TOO_LONG;
		p->host[p->len++] = '/';
		strcpy(p->host + p->len, virtual_path(d));
		p->len += strlen(virtual_path(d));
	}
	p->fixed = base = p->len;
	status = append(p, s, n);
	if (status)
		return status;
	lower = virtual_lower(d);
	if (lower && strlen(lower) + (p->len - base) < HOST_PATH_MAX) {
		p->has_lower = true;
		strcpy(p->lower, lower);
		strcat(p->lower, p->host + base);
	} else if (p->child && p->len > base &&
		   (lower = virtual_file(d, p->host + base + 1)) &&
		   strlen(lower) < HOST_PATH_MAX) {
		p->has_lower = true;
		strcpy(p->lower, lower);
		/* One that somebody put there is found before the host's,
		   however it is asked for. */
		for (char *c = p->host + base + 1; *c; c++)
			if (*c >= 'A' && *c <= 'Z')
				*c += 32;
	}
	return STATUS_SUCCESS;
}

bool path_is_drive(uint16_t letter)
{
	if (letter == 'C' || letter == 'Z')
		return true;
	return policy && letter >= 'A' && letter <= 'Z' &&
	       policy->root[letter - 'A'];
}

bool path_is_root(const struct nt_path *p)
{
	if (p->dir)
		return !*virtual_path(p->dir);
	return p->drive != 'C' && p->dirfd == AT_FDCWD && p->len == p->fixed;
}

const char *path_volume(char letter)
{
#define V(n) "\\Device\\HarddiskVolume" #n
	static const char *const names[] = {
		V(1),  V(2),  V(3),  V(4),  V(5),  V(6),  V(7),  V(8),  V(9),
		V(10), V(11), V(12), V(13), V(14), V(15), V(16), V(17), V(18),
		V(19), V(20), V(21), V(22), V(23), V(24), V(25), V(26),
	};
#undef V

	return letter >= 'A' && letter <= 'Z' ? names[letter - 'A'] : NULL;
}

const char *path_volume_guid(char letter, char guid[PATH_VOLUME_GUID_SIZE])
{
	snprintf(guid, PATH_VOLUME_GUID_SIZE,
		 "\\??\\Volume{00000000-0000-0000-0000-0000000000%02x}",
		 (unsigned char)letter);
	return guid;
}

/* Z:, or another drive without folders of our own in it. */
static NTSTATUS parse_plain(const uint16_t *s, size_t n, struct nt_path *p)
{
	NTSTATUS status =
		set_host(p, policy ? policy->root[p->drive - 'A'] : "/");

	p->fixed = p->len;
	return status ? status : append(p, s, n);
}

/* What follows "C:" or the volume's device name. */
static NTSTATUS parse_drive(uint16_t letter, const uint16_t *s, size_t n,
			    struct nt_path *p)
{
	p->drive = (char)utf16_upcase(letter);
	if (!path_is_drive((uint16_t)p->drive)) {
		p->drive = 0;
		return STATUS_OBJECT_NAME_NOT_FOUND;
	}
	if (!n) {
		p->kind = PATH_DEVICE;
		p->device = DEVICE_DISK;
		p->rest_len = 0;
		return STATUS_SUCCESS;
	}
	if (*s != '\\')
		return STATUS_OBJECT_NAME_NOT_FOUND;
	s++;
	n--;
	if (!n)
		p->want_dir = true;
	return p->drive == 'C'
		       ? parse_c(virtual_from_host(path_user_c()), s, n, p)
		       : parse_plain(s, n, p);
}

static NTSTATUS device(struct nt_path *p, enum nt_device d, const uint16_t *s,
		       size_t n)
{
	p->kind = PATH_DEVICE;
	p->device = d;
	p->rest = s;
	p->rest_len = n;
	return STATUS_SUCCESS;
}

static NTSTATUS parse_pipe(const uint16_t *s, size_t n, struct nt_path *p)
{
	if (n && *s == '\\') {
		s++;
		n--;
	}
	if (!n)
		return device(p, DEVICE_PIPES, s, n);
	p->kind = PATH_PIPE;
	p->rest = s;
	p->rest_len = n;
	return STATUS_SUCCESS;
}

/* \\server\share: no client for other machines; this one's drives work. */
static NTSTATUS parse_unc(const uint16_t *s, size_t n, struct nt_path *p)
{
	if (!skip(&s, &n, "localhost\\") && !skip(&s, &n, "127.0.0.1\\"))
		return STATUS_BAD_NETWORK_PATH;
	if (n < 2 || s[1] != '$' || (n > 2 && s[2] != '\\') ||
	    !path_is_drive(utf16_upcase(*s)))
		return STATUS_BAD_NETWORK_NAME;
	/* The share's root is a directory with or without the backslash. */
	if (n == 2)
		return parse_drive(*s, u"\\", 1, p);
	return parse_drive(*s, s + 2, n - 2, p);
}

/* What is under \Device: each row's name and what it opens. */
static const struct {
	const char *name;
	enum nt_device device;
	bool below; /* names below it belong to it */
} devices[] = {
	{ "Null", DEVICE_NULL, false },
	{ "ConDrv", DEVICE_CONSOLE, true },
	{ "KsecDD", DEVICE_KSECDD, false },
	{ "CNG", DEVICE_CNG, false },
	{ "Afd", DEVICE_AFD, true },
	{ "MountPointManager", DEVICE_MOUNTS, false },
	{ "RfTls", DEVICE_TLS, false },
};

const char *path_device(unsigned i)
{
	static const char *const others[] = { "NamedPipe", "Mailslot", "Mup" };

	if (i < COUNT_OF(devices))
		return devices[i].name;
	i -= COUNT_OF(devices);
	return i < COUNT_OF(others) ? others[i] : NULL;
}

static NTSTATUS parse_device(const uint16_t *s, size_t n, struct nt_path *p)
{
	size_t len = component(s, n);

	for (size_t i = 0; i < COUNT_OF(devices); i++) {
		if (!units_are(s, len, devices[i].name))
			continue;
		if (n > len + 1 && !devices[i].below)
			return STATUS_OBJECT_NAME_NOT_FOUND;
		s += len;
		n -= len;
		return device(p, devices[i].device, s + (n != 0), n - (n != 0));
	}
	for (char letter = 'A'; letter <= 'Z'; letter++)
		if (path_is_drive((uint16_t)letter) &&
		    units_are(s, len, path_volume(letter) + strlen("\\Device\\")))
			return parse_drive((uint16_t)letter, s + len, n - len, p);
	if (units_are(s, len, "NamedPipe"))
		return parse_pipe(s + len, n - len, p);
	if (skip(&s, &n, "Mailslot\\")) {
		p->kind = PATH_MAILSLOT;
		p->rest = s;
		p->rest_len = n;
		return STATUS_SUCCESS;
	}
	if (skip(&s, &n, "Mup\\") || skip(&s, &n, "LanmanRedirector\\"))
		return parse_unc(s, n, p);
	return n > len ? STATUS_OBJECT_PATH_NOT_FOUND
		       : STATUS_OBJECT_NAME_NOT_FOUND;
}

/* DOS device names that are links to a device. */
static const struct {
	const char *name;
	enum nt_device device;
	const uint16_t *rest;
	size_t rest_len;
} dos_devices[] = {
	{ "NUL", DEVICE_NULL, u"", 0 },
	{ "CON", DEVICE_CONSOLE, u"Console", 7 },
	{ "CONIN$", DEVICE_CONSOLE, u"CurrentIn", 9 },
	{ "CONOUT$", DEVICE_CONSOLE, u"CurrentOut", 10 },
	{ "MountPointManager", DEVICE_MOUNTS, u"", 0 },
	{ "KsecDD", DEVICE_KSECDD, u"", 0 },
};

static NTSTATUS parse_absolute(const uint16_t *s, size_t n, struct nt_path *p);

/* What follows \??\ */
static NTSTATUS parse_dos(const uint16_t *s, size_t n, struct nt_path *p)
{
	size_t len = component(s, n);

	if (!n) /* the directory of DOS devices is no file */
		return STATUS_OBJECT_NAME_INVALID;
	if (len >= 2 && s[1] == ':') {
		uint16_t letter = utf16_upcase(*s);

		if (path_is_drive(letter)) {
			if (len == 2)
				return parse_drive(letter, s + 2, n - 2, p);
			return STATUS_OBJECT_NAME_NOT_FOUND;
		}
		return len < n ? STATUS_OBJECT_PATH_NOT_FOUND
			       : STATUS_OBJECT_NAME_NOT_FOUND;
	}
	if (units_are(s, len, "PIPE"))
		return parse_pipe(s + len, n - len, p);
	if (skip(&s, &n, "UNC\\"))
		return parse_unc(s, n, p);
	if (skip(&s, &n, "GLOBALROOT"))
		return parse_absolute(s, n, p);
	if (skip(&s, &n, "Global\\"))
		return parse_dos(s, n, p);
	if (skip(&s, &n, "MAILSLOT\\")) {
		p->kind = PATH_MAILSLOT;
		p->rest = s;
		p->rest_len = n;
		return STATUS_SUCCESS;
	}
	/* \\?\Volume{...}: the names that MountPointManager gives out. */
	if (len == 44 && skip(&s, &n, "Volume{") &&
	    skip(&s, &n, "00000000-0000-0000-0000-0000000000")) {
		/* the letter in hexadecimal: 41 to 5a */
		uint16_t low = n >= 3 ? utf16_upcase(s[1]) : 0;
		uint16_t digit = low >= 'A' && low <= 'F'   ? low - 'A' + 10
				 : low >= '0' && low <= '9' ? low - '0'
							    : 16;
		uint16_t letter =
			n >= 3 && s[2] == '}' && digit < 16 &&
					(s[0] == '4' || s[0] == '5')
				? (uint16_t)((s[0] - '0') * 16 + digit)
				: 0;

		if (letter < 'A' || letter > 'Z')
			letter = 0;
		if (!letter)
			return STATUS_OBJECT_NAME_NOT_FOUND;
		return parse_drive(letter, s + 3, n - 3, p);
	}
	if (units_are(s, len, "PhysicalDrive0")) {
		p->drive = 0;
		return device(p, DEVICE_DISK, s, 0);
	}
	for (size_t i = 0; i < COUNT_OF(dos_devices); i++)
		if (units_are(s, n, dos_devices[i].name))
			return device(p, dos_devices[i].device,
				      dos_devices[i].rest,
				      dos_devices[i].rest_len);
	return n > len ? STATUS_OBJECT_PATH_NOT_FOUND
		       : STATUS_OBJECT_NAME_NOT_FOUND;
}

static NTSTATUS parse_absolute(const uint16_t *s, size_t n, struct nt_path *p)
{
	if (!n || *s != '\\')
		return STATUS_OBJECT_PATH_SYNTAX_BAD;
	if (skip(&s, &n, "\\??\\") || skip(&s, &n, "\\DosDevices\\") ||
	    skip(&s, &n, "\\GLOBAL??\\") || skip(&s, &n, "\\\\?\\"))
		return parse_dos(s, n, p);
	if (skip(&s, &n, "\\Device\\"))
		return parse_device(s, n, p);
	if (skip(&s, &n, "\\SystemRoot")) {
		const struct virtual_dir *c;
		const struct virtual_dir *root =
			virtual_from_host(path_user_c());

		for (unsigned i = 0; (c = virtual_child(root, i)); i++)
			if (!strcmp(virtual_name(c), "Windows"))
				break;
		if (!c || (n && *s != '\\'))
			return STATUS_OBJECT_NAME_NOT_FOUND;
		return parse_c(c, s + (n != 0), n - (n != 0), p);
	}
	return STATUS_OBJECT_PATH_NOT_FOUND;
}

/* Relative to an open directory of C: the way goes through the table again. */
static NTSTATUS parse_below_c(const uint16_t *s, size_t n,
			      const struct nt_path_root *root,
			      struct nt_path *p)
{
	NTSTATUS status;

	if (root->dir)
		return parse_c(root->dir, s, n, p);
	p->drive = 'C';
	status = set_host(p, root->host);
	if (status)
		return status;
	p->fixed = p->len;
	return append(p, s, n);
}

static NTSTATUS parse(const uint16_t *name, size_t n,
		      const struct nt_path_root *root, struct nt_path *p)
{
	if (!root)
		return n ? parse_absolute(name, n, p)
			 : STATUS_OBJECT_PATH_SYNTAX_BAD;
	if (n && *name == '\\')
		return STATUS_OBJECT_NAME_INVALID;
	if (root->kind == PATH_DEVICE && root->device == DEVICE_PIPES)
		return parse_pipe(name, n, p);
	if (root->kind == PATH_DEVICE && root->device == DEVICE_CONSOLE)
		return device(p, DEVICE_CONSOLE, name, n);
	if (!root->drive)
		return STATUS_OBJECT_TYPE_MISMATCH;
	if (root->drive == 'C')
		return parse_below_c(name, n, root, p);
	p->drive = root->drive;
	p->dirfd = root->fd;
	return append(p, name, n);
}

NTSTATUS path_parse(const uint16_t *name, size_t n,
		    const struct nt_path_root *root, struct nt_path *p)
{
	NTSTATUS status;

	memset(p, 0, offsetof(struct nt_path, host));
	p->dirfd = AT_FDCWD;
	p->host[0] = 0;
	status = parse(name, n, root, p);
	/* What goes into host has been looked at there. */
	for (size_t i = 0; !status && i < p->rest_len; i++)
		if (!p->rest[i])
			status = STATUS_OBJECT_NAME_INVALID;
	return status;
}
