/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-defaults.c - the registry before anybody has written to it.
 *
 * Most of it is registry-defaults.tbl, parsed when the registry is first used.
 * What depends on this computer is filled in for ${name}; processors and time
 * zones are too many for rows and are made by code.
 */
#include "syscall-xlate/nt/registry-defaults.h"

#include <cpuid.h>
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/utf.h"
#include "syscall-xlate/nt/path.h"
#include "syscall-xlate/nt/registry.h"
#include "syscall-xlate/nt/time.h"

enum { TEXT_MAX = 1024 };

/* ---- what ${name} stands for ---------------------------------------- */

/* First line of a file, without its end; empty if it cannot be read. */
static void first_line(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (fd >= 0)
		close(fd);
	buf[n > 0 ? n : 0] = 0;
	buf[strcspn(buf, "\n")] = 0;
}

static void get_user(char *buf, size_t size)
{
	snprintf(buf, size, "%s", path_user_name());
}

static void get_sid(char *buf, size_t size)
{
	snprintf(buf, size, "%s", user_sid_string());
}

void host_name(char *buf, size_t size)
{
	struct utsname u;

	if (uname(&u) < 0 || !u.nodename[0])
		strcpy(u.nodename, "localhost");
	u.nodename[strcspn(u.nodename, ".")] = 0;
	snprintf(buf, size, "%s", u.nodename);
}

/* The NetBIOS name: 15 upper-case characters. */
void computer_name(char *buf, size_t size)
{
	char name[65];
	size_t n;

	host_name(name, sizeof name);
	name[15] = 0;
	for (n = 0; name[n] && n + 1 < size; n++)
		buf[n] = (char)toupper((unsigned char)name[n]);
	buf[n] = 0;
}

/* The arguments of a keyword's lines in resolv.conf, separated by spaces. */
static void resolver_lines(const char *key, char *buf, size_t size)
{
	char line[512];
	size_t n = strlen(key), used = 0;
	FILE *f = fopen("/etc/resolv.conf", "re");

	buf[0] = 0;
	while (f && fgets(line, sizeof line, f)) {
		if (strncmp(line, key, n) || !isspace((unsigned char)line[n]))
			continue;
		line[strcspn(line, "\n")] = 0;
		used += (size_t)snprintf(buf + used, size - used, "%s%s",
					 used ? " " : "", line + n + 1);
		if (used >= size)
			break;
	}
	if (f)
		fclose(f);
}

static void get_domain(char *buf, size_t size)
{
	resolver_lines("domain", buf, size);
}

static void get_name_servers(char *buf, size_t size)
{
	resolver_lines("nameserver", buf, size);
}

static void get_search(char *buf, size_t size)
{
	resolver_lines("search", buf, size);
	for (char *s = buf; *s; s++)
		if (isspace((unsigned char)*s))
			*s = ',';
}

/*
 * Stable for this computer and user, and not /etc/machine-id itself, which
 * machine-id(5) asks to keep to oneself: a hash of it.
 */
static void get_machine_guid(char *buf, size_t size)
{
	char id[128];
	uint64_t h[2] = { 0xcbf29ce484222325, 0x84222325cbf29ce4 };

	first_line("/etc/machine-id", id, sizeof id);
	if (!id[0])
		host_name(id, sizeof id);
	for (int round = 0; round < 2; round++)
		for (const char *s = id; *s; s++)
			for (int i = 0; i < 2; i++)
				h[i] = (h[i] ^ (uint8_t)*s ^ h[1 - i] >> 32) *
				       0x100000001b3;
	/* Version 4, variant 1. */
	snprintf(buf, size, "%08x-%04x-4%03x-%04x-%012llx",
		 (uint32_t)(h[0] >> 32), (uint16_t)(h[0] >> 16),
		 (unsigned)h[0] & 0xfff,
		 ((unsigned)(h[1] >> 48) & 0x3fff) | 0x8000,
		 (unsigned long long)h[1] & 0xffffffffffff);
}

static void get_cpus(char *buf, size_t size)
{
	snprintf(buf, size, "%ld", sysconf(_SC_NPROCESSORS_ONLN));
}

struct cpu {
	unsigned family, model, stepping;
	char vendor[13], name[49];
};

/* CPUID is slow in a virtual machine: asked once; under reg_lock. */
static void cpu_read(struct cpu *out)
{
	static struct cpu cached, *c = &cached;
	unsigned a = 0, b = 0, d = 0, e = 0, r[12] = { 0 };
	const char *s;

	if (c->name[0])
		goto known;
	__get_cpuid(0, &a, &b, &d, &e);
	memcpy(c->vendor, &b, 4);
	memcpy(c->vendor + 4, &e, 4);
	memcpy(c->vendor + 8, &d, 4);
	__get_cpuid(1, &a, &b, &d, &e);
	c->stepping = a & 15;
	c->model = a >> 4 & 15;
	c->family = a >> 8 & 15;
	if (c->family == 6 || c->family == 15)
		c->model |= a >> 12 & 0xf0;
	if (c->family == 15)
		c->family += a >> 20 & 0xff;
	for (unsigned i = 0; i < 3; i++)
		__get_cpuid(0x80000002 + i, &r[i * 4], &r[i * 4 + 1],
			    &r[i * 4 + 2], &r[i * 4 + 3]);
	for (s = (char *)r; s < (char *)r + 48 && *s == ' '; s++)
		;
	snprintf(c->name, sizeof c->name, "%.*s", (int)((char *)r + 48 - s), s);
known:
	*out = *c;
}

static void get_cpu_identifier(char *buf, size_t size)
{
	struct cpu c;

	cpu_read(&c);
	snprintf(buf, size, "%s Family %u Model %u Stepping %u, %s",
		 strcmp(c.vendor, "GenuineIntel") ? "AMD64" : "Intel64",
		 c.family, c.model, c.stepping, c.vendor);
}

static void get_cpu_level(char *buf, size_t size)
{
	struct cpu c;

	cpu_read(&c);
	snprintf(buf, size, "%u", c.family);
}

static void get_cpu_revision(char *buf, size_t size)
{
	struct cpu c;

	cpu_read(&c);
	snprintf(buf, size, "%02x%02x", c.model, c.stepping);
}

static void get_tz_bias(char *buf, size_t size)
{
	snprintf(buf, size, "%d", zone_current()->bias);
}

static void get_tz_daylight_bias(char *buf, size_t size)
{
	snprintf(buf, size, "%d", zone_current()->daylight_bias);
}

static void get_tz_active_bias(char *buf, size_t size)
{
	snprintf(buf, size, "%d", -zone_offset(NULL) / 60);
}

static void get_tz_key(char *buf, size_t size)
{
	snprintf(buf, size, "%s", zone_windows_name());
}

static void get_tz_daylight(char *buf, size_t size)
{
	static const char standard[] = "Standard Time";
	const char *name = zone_windows_name();
	size_t n = strlen(name), m = sizeof standard - 1;

	if (n > m && !strcmp(name + n - m, standard))
		snprintf(buf, size, "%.*sDaylight Time", (int)(n - m), name);
	else
		snprintf(buf, size, "%s", name);
}

static void get_dmi_vendor(char *buf, size_t size)
{
	first_line("/sys/class/dmi/id/sys_vendor", buf, size);
}

static void get_dmi_product(char *buf, size_t size)
{
	first_line("/sys/class/dmi/id/product_name", buf, size);
}

static void get_dmi_bios(char *buf, size_t size)
{
	first_line("/sys/class/dmi/id/bios_vendor", buf, size);
}

static const struct variable {
	const char *name;
	void (*get)(char *buf, size_t size);
} variables[] = {
	{ "user", get_user },
	{ "sid", get_sid },
	{ "computer", computer_name },
	{ "host", host_name },
	{ "domain", get_domain },
	{ "search", get_search },
	{ "name-servers", get_name_servers },
	{ "machine-guid", get_machine_guid },
	{ "cpus", get_cpus },
	{ "cpu-identifier", get_cpu_identifier },
	{ "cpu-level", get_cpu_level },
	{ "cpu-revision", get_cpu_revision },
	{ "tz-bias", get_tz_bias },
	{ "tz-daylight-bias", get_tz_daylight_bias },
	{ "tz-active-bias", get_tz_active_bias },
	{ "tz-standard", get_tz_key },
	{ "tz-daylight", get_tz_daylight },
	{ "tz-key", get_tz_key },
	{ "dmi-vendor", get_dmi_vendor },
	{ "dmi-product", get_dmi_product },
	{ "dmi-bios", get_dmi_bios },
};

static void expand(const char *s, char *out, size_t size)
{
	size_t n = 0;

	while (*s && n + 1 < size) {
		const char *end =
			s[0] == '$' && s[1] == '{' ? strchr(s, '}') : NULL;

		if (!end) {
			out[n++] = *s++;
			continue;
		}
		out[n] = 0;
		for (size_t i = 0; i < COUNT_OF(variables); i++)
			if (!strncmp(variables[i].name, s + 2,
				     (size_t)(end - s) - 2) &&
			    !variables[i].name[end - s - 2])
				variables[i].get(out + n, size - n);
		n += strlen(out + n);
		s = end + 1;
	}
	out[n] = 0;
}

/* ---- rows ----------------------------------------------------------- */

static size_t widen(uint16_t *dst, const char *s)
{
	return MIN(utf8_to_utf16(dst, TEXT_MAX, s, strlen(s)), TEXT_MAX);
}

/* The child called s (made if it must be). */
static struct reg_key *child(struct reg_key *k, const char *s, size_t n)
{
	uint16_t name[REG_NAME_MAX];
	struct reg_key *sub;

	n = MIN(utf8_to_utf16(name, COUNT_OF(name), s, n), REG_NAME_MAX);
	sub = reg_known_sub(k, name, n);
	if (!sub) {
		sub = reg_add(k, name, n);
		if (sub) {
			sub->is_default = true;
			reg_is_stored(sub);
		}
	}
	return sub;
}

static struct reg_key *descend(struct reg_key *k, const char *path)
{
	while (k && *path) {
		size_t n = strcspn(path, "\\");

		k = child(k, path, n);
		path += n + (path[n] == '\\');
	}
	return k;
}

static int way_depth; /* of the last row's: 0: there is none of this tree */

/*
 * descend() from the root for a row of the table: neighbours share most of
 * their path, so the keys of the last one are remembered.
 */
static struct reg_key *descend_again(struct reg_key *root, const char *path)
{
	enum { DEPTH = 16 };
	static struct {
		size_t end; /* of the component in last */
		struct reg_key *key;
	} way[DEPTH];
	static char last[TEXT_MAX];
	struct reg_key *k = root;
	size_t at = 0;
	int d = 0;

	while (d < way_depth && !strncmp(path, last, way[d].end) &&
	       (path[way[d].end] == '\\' || !path[way[d].end])) {
		k = way[d].key;
		at = way[d++].end;
	}
	way_depth = d;
	while (k && path[at += path[at] == '\\']) {
		size_t n = strcspn(path + at, "\\");

		k = child(k, path + at, n);
		at += n;
		if (way_depth == DEPTH)
			continue;
		way[way_depth].end = at;
		way[way_depth++].key = k;
	}
	snprintf(last, sizeof last, "%s", path);
	return k;
}

static struct reg_key *open_row(struct reg_key *root, const char *row)
{
	static const struct {
		const char *shorthand, *path;
	} roots[] = {
		{ "HKLM\\", "MACHINE\\%s" },
		{ "HKU\\", "USER\\%s" },
		{ "HKCU\\", "USER\\${sid}\\%s" },
	};
	char raw[TEXT_MAX], path[TEXT_MAX];
	size_t n = strlen(row);

	for (size_t i = 0; i < COUNT_OF(roots); i++) {
		size_t m = strlen(roots[i].shorthand);

		if (strncmp(row + 1, roots[i].shorthand, m))
			continue;
		n = n - m - 2; /* without brackets */
		snprintf(raw, sizeof raw, "%s", roots[i].path);
		snprintf(strchr(raw, '%'), 512, "%.*s", (int)n, row + 1 + m);
		expand(raw, path, sizeof path);
		return descend_again(root, path);
	}
	return NULL;
}

static void set_text(struct reg_key *k, const char *name, uint32_t type,
		     const char *text)
{
	uint16_t wide_name[REG_NAME_MAX], wide[TEXT_MAX + 2];
	size_t n = strcmp(name, "@") ? widen(wide_name, name) : 0;
	size_t len = widen(wide, text);
	struct reg_value *v;

	if (type == REG_MULTI_SZ)
		for (size_t i = 0; i < len; i++)
			if (wide[i] == '|')
				wide[i] = 0;
	wide[len] = wide[len + 1] = 0;
	if (type != REG_LINK)
		len += type == REG_MULTI_SZ ? 2 : 1;
	if (reg_set(k, wide_name, n, type, wide, (uint32_t)(len * 2)) &&
	    (v = reg_known_value(k, wide_name, n)))
		v->is_default = true;
	if (type == REG_LINK)
		k->is_link = true;
}

static void set_data(struct reg_key *k, const char *name, uint32_t type,
		     const void *data, size_t size)
{
	uint16_t wide_name[REG_NAME_MAX];
	size_t n = strcmp(name, "@") ? widen(wide_name, name) : 0;
	struct reg_value *v;

	if (reg_set(k, wide_name, n, type, data, (uint32_t)size) &&
	    (v = reg_known_value(k, wide_name, n)))
		v->is_default = true;
}

static void set_dword(struct reg_key *k, const char *name, uint32_t value)
{
	set_data(k, name, REG_DWORD, &value, sizeof value);
}

static void value_row(struct reg_key *k, const char *row)
{
	static const struct {
		const char *name;
		uint32_t type;
	} types[] = {
		{ "sz", REG_SZ },          { "expand", REG_EXPAND_SZ },
		{ "multi", REG_MULTI_SZ }, { "dword", REG_DWORD },
		{ "qword", REG_QWORD },    { "link", REG_LINK },
	};
	char name[REG_NAME_MAX + 1], text[TEXT_MAX];
	const char *eq = strstr(row, " = ");
	const char *data;
	uint64_t number;

	if (!eq || !k || eq - row >= (ptrdiff_t)sizeof name)
		return;
	memcpy(name, row, (size_t)(eq - row));
	name[eq - row] = 0;
	eq += 3;
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		size_t n = strlen(types[i].name);

		if (strncmp(eq, types[i].name, n) || (eq[n] && eq[n] != ' '))
			continue;
		data = eq[n] ? eq + n + 1 : "";
		expand(data, text, sizeof text);
		number = (uint64_t)strtoll(text, NULL, 0);
		if (types[i].type == REG_DWORD)
			set_dword(k, name, (uint32_t)number);
		else if (types[i].type == REG_QWORD)
			set_data(k, name, REG_QWORD, &number, sizeof number);
		else
			set_text(k, name, types[i].type, text);
	}
}

/* ---- processors and time zones -------------------------------------- */

/* Megahertz, for programs that show it. */
static uint32_t cpu_mhz(void)
{
	char buf[64];
	unsigned a = 0, b = 0, c = 0, d = 0;

	if (__get_cpuid(0x16, &a, &b, &c, &d) && a & 0xffff)
		return a & 0xffff;
	first_line("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", buf,
		   sizeof buf);
	if (atoi(buf))
		return (uint32_t)atoi(buf) / 1000;
	FILE *f = fopen("/proc/cpuinfo", "re");
	double mhz = 0;
	char line[256];

	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "cpu MHz : %lf", &mhz) == 1)
			break;
	if (f)
		fclose(f);
	return mhz > 0 ? (uint32_t)mhz : 2000;
}

static void add_processors(struct reg_key *k)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	char id[TEXT_MAX];
	uint32_t mhz = cpu_mhz();
	struct cpu c;

	cpu_read(&c);
	get_cpu_identifier(id, sizeof id);
	*strchr(id, ',') = 0;
	for (long i = 0; i < n; i++) {
		char name[24];
		struct reg_key *cpu;

		snprintf(name, sizeof name, "%ld", i);
		cpu = child(k, name, strlen(name));
		if (!cpu)
			return;
		set_text(cpu, "ProcessorNameString", REG_SZ, c.name);
		set_text(cpu, "Identifier", REG_SZ, id);
		set_text(cpu, "VendorIdentifier", REG_SZ, c.vendor);
		set_dword(cpu, "~MHz", mhz);
		set_dword(cpu, "FeatureSet", 0x3c5b39ff);
	}
}

/* REG_TZI_FORMAT; dates as SYSTEMTIME with year 0. */
struct tzi {
	int32_t bias, standard_bias, daylight_bias;
	uint16_t standard[8], daylight[8];
};

static void set_date(uint16_t *date, const struct zone_change *c)
{
	memset(date, 0, 16);
	date[1] = c->month;
	date[2] = c->weekday;
	date[3] = c->week;
	date[4] = c->hour;
	date[5] = c->minute;
}

static void add_zone(const char *name, const struct zone *z, void *arg)
{
	struct reg_key *k = child(arg, name, strlen(name));
	int minutes = -z->bias;
	char text[256];
	struct tzi tzi = { .bias = z->bias, .daylight_bias = z->daylight_bias };

	if (!k)
		return;
	if (minutes)
		snprintf(text, sizeof text, "(UTC%c%02d:%02d) %s",
			 minutes < 0 ? '-' : '+', abs(minutes) / 60,
			 abs(minutes) % 60, name);
	else
		snprintf(text, sizeof text, "(UTC) %s", name);
	set_text(k, "Display", REG_SZ, text);
	set_text(k, "Std", REG_SZ, name);
	set_text(k, "MUI_Std", REG_SZ, name);
	snprintf(text, sizeof text, "%s", name);
	char *standard = strstr(text, "Standard Time");

	if (standard)
		strcpy(standard, "Daylight Time");
	set_text(k, "Dlt", REG_SZ, text);
	set_text(k, "MUI_Dlt", REG_SZ, text);
	set_date(tzi.standard, &z->to_standard);
	set_date(tzi.daylight, &z->to_daylight);
	set_data(k, "TZI", REG_BINARY, &tzi, sizeof tzi);
}

static void add_zones(struct reg_key *k)
{
	zone_each(add_zone, k);
}

/* ---- all ------------------------------------------------------------ */

/* The rows behind a key's own, up to the next key. */
static void add_values(struct reg_key *k)
{
	for (const char *const *row = k->rows; *row && **row != '['; row++)
		value_row(k, *row);
}

void reg_load_defaults(struct reg_key *root)
{
	static const struct {
		const char *path;
		void (*fill)(struct reg_key *k);
	} made[] = {
		{ "MACHINE\\HARDWARE\\DESCRIPTION\\System\\CentralProcessor",
		  add_processors },
		{ "MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
		  "\\Time Zones",
		  add_zones },
	};
	struct reg_key *k;

	way_depth = 0;
	reg_is_stored(root);
	for (const char *const *row = reg_defaults; *row; row++) {
		if (**row != '[')
			continue;
		k = open_row(root, *row);
		if (!k || !row[1] || *row[1] == '[')
			continue;
		k->rows = row + 1;
		k->fill = add_values;
		/* What a walk must know of a link before it gets there. */
		k->is_link = strstr(row[1], " = link ") != NULL;
		if (k->is_link) {
			add_values(k);
			k->fill = NULL;
		}
	}
	for (size_t i = 0; i < COUNT_OF(made); i++) {
		k = descend(root, made[i].path);
		if (k)
			k->fill = made[i].fill;
	}
}
