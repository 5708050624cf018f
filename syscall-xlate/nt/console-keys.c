/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-keys.c - what a terminal sends, as Windows' key events.
 *
 * Terminals send characters and escape sequences; key releases and lone
 * modifiers they do not tell, so every key goes down and up at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf.h"
#include "syscall-xlate/nt/console-shared.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/nt-private.h"

enum {
	VK_BACK = 8,
	VK_TAB = 9,
	VK_CLEAR = 12,
	VK_RETURN = 13,
	VK_ESCAPE = 27,
};

struct input_record *console_new_record(uint16_t type)
{
	struct input_record *r;

	if (console.nrecords == RECORD_MAX)
		return NULL;
	r = &console.records[(console.first + console.nrecords++) % RECORD_MAX];
	memset(r, 0, sizeof *r);
	r->type = type;
	return r;
}

/* Where the key is on a US keyboard: C libraries know special keys by that. */
static uint16_t scan_of(uint16_t vk)
{
	/* From 2 on; those that have no character are below. */
	static const char keys[] = "1234567890\xbd\xbb\b\tQWERTYUIOP\xdb\xdd\r"
				   "\0ASDFGHJKL\xba\xde\xc0\0\xdcZXCVBNM\xbc\xbe"
				   "\xbf\0\0\0 ";
	static const uint8_t pad[] = { 0x49, 0x51, 0x4f, 0x47, 0x4b,
				       0x48, 0x4d, 0x50 };

	if (vk >= 0x21 && vk <= 0x28) /* Page Up and on */
		return pad[vk - 0x21];
	if (vk == 0x2d || vk == 0x2e) /* Insert, Delete */
		return (uint16_t)(vk - 0x2d + 0x52);
	if (vk >= 0x70 && vk <= 0x79) /* F1 */
		return (uint16_t)(vk - 0x70 + 0x3b);
	if (vk == 0x7a || vk == 0x7b) /* F11, F12 */
		return (uint16_t)(vk - 0x7a + 0x57);
	if (vk == VK_ESCAPE)
		return 1;
	if (vk == VK_CLEAR)
		return 0x4c;
	for (size_t i = 0; vk && i < sizeof keys - 1; i++)
		if ((uint8_t)keys[i] == vk)
			return (uint16_t)(i + 2);
	return 0;
}

static void push(uint16_t vk, uint16_t ch, uint32_t state)
{
	if (console.nrecords + 2 > RECORD_MAX)
		return;
	for (int down = 1; down >= 0; down--) {
		struct input_record *r = console_new_record(RECORD_KEY);

		r->key.down = (uint32_t)down;
		r->key.repeat = 1;
		r->key.vk = vk;
		r->key.scan = scan_of(vk);
		r->key.ch = ch;
		r->key.state = state;
	}
}

/* Sequences: ESC [ or ESC O, a final letter, or a number and '~'. */
static const struct {
	char letter;
	uint8_t number;
	uint16_t vk;
} keys[] = {
	{ 'A', 0, 0x26 },  { 'B', 0, 0x28 },   { 'C', 0, 0x27 },
	{ 'D', 0, 0x25 },  { 'H', 0, 0x24 },   { 'F', 0, 0x23 },
	{ 'P', 0, 0x70 },  { 'Q', 0, 0x71 },   { 'R', 0, 0x72 },
	{ 'S', 0, 0x73 },  { 'Z', 0, VK_TAB }, { '~', 1, 0x24 },
	{ '~', 2, 0x2d },  { '~', 3, 0x2e },   { '~', 4, 0x23 },
	{ '~', 5, 0x21 },  { '~', 6, 0x22 },   { '~', 7, 0x24 },
	{ '~', 8, 0x23 },  { '~', 11, 0x70 },  { '~', 12, 0x71 },
	{ '~', 13, 0x72 }, { '~', 14, 0x73 },  { '~', 15, 0x74 },
	{ '~', 17, 0x75 }, { '~', 18, 0x76 },  { '~', 19, 0x77 },
	{ '~', 20, 0x78 }, { '~', 21, 0x79 },  { '~', 23, 0x7a },
	{ '~', 24, 0x7b }, { 'E', 0, VK_CLEAR }, { '~', 25, 0x7c },
	{ '~', 26, 0x7d }, { '~', 28, 0x7e },  { '~', 29, 0x7f },
	{ '~', 31, 0x80 }, { '~', 32, 0x81 },  { '~', 33, 0x82 },
	{ '~', 34, 0x83 },
};

/* Those apart from the block of digits, which has them all once more. */
static bool is_enhanced(uint16_t vk)
{
	return (vk >= 0x21 && vk <= 0x28) || vk == 0x2d || vk == 0x2e;
}

static void push_focus(bool on)
{
	struct input_record *r = console_new_record(RECORD_FOCUS);

	if (r)
		r->focus = on;
}

enum { PARTLY = -1, LONGEST = 32 };

static int64_t asked_ms_ago(void)
{
	/* Unsigned: what lies in the memory that is shared may be anything. */
	uint64_t ns = (uint64_t)monotonic_ns() -
		      (uint64_t)console_shared()->asked_ns;

	return (int64_t)ns / 1000000;
}

/*
 * An answer to "where is the cursor?" that nobody waits for any more: next time
 * somebody will.  A terminal that takes longer than this is better not asked.
 */
static void late_answer(void)
{
	enum { LONGEST_MS = 1000 };
	struct console_shared *c = console_shared();
	int64_t ms = asked_ms_ago();

	c->asked--;
	if (ms > LONGEST_MS)
		return;
	ms = MAX(ms, 0);
	c->patience_ms = (uint32_t)(ms + ms / 2);
	c->silent = false;
}

/* Is a sequence of len bytes at s one?  After that time it is a key. */
static bool is_late_answer(const uint8_t *s, size_t len)
{
	enum { EXPECTED_MS = 10000 };
	size_t i = 2, marks = 0;

	if (!console_shared()->asked || asked_ms_ago() > EXPECTED_MS ||
	    len < 6 || s[1] != '[')
		return false;
	for (; i < len && ((s[i] >= '0' && s[i] <= '9') || s[i] == ';'); i++)
		marks += s[i] == ';';
	return i + 1 == len && s[i] == 'R' && marks == 1;
}

/*
 * A sequence at s; returns its length, 0 if it is none that we know, or PARTLY:
 * the rest of it is still to come.
 */
static int sequence(const uint8_t *s, size_t n, bool waited)
{
	unsigned number[2] = { 0, 0 }, which = 0;
	uint32_t state = 0;
	int i = 2;

	if (n < 3 && !waited && (n < 2 || s[1] == '[' || s[1] == 'O'))
		return PARTLY;
	if (n < 3 || (s[1] != '[' && s[1] != 'O'))
		return 0;
	n = MIN(n, (size_t)LONGEST);
	if (s[1] == '[' && s[2] == '<')
		return console_mouse(s, n);
	for (; (size_t)i < n && ((s[i] >= '0' && s[i] <= '9') || s[i] == ';'); i++) {
		if (s[i] == ';')
			which = 1;
		else if (number[which] < 1000)
			number[which] = number[which] * 10 + (s[i] - '0');
	}
	if ((size_t)i == n)
		return n < LONGEST ? PARTLY : 0;
	if (i == 2 && s[1] == '[' && (s[2] == 'I' || s[2] == 'O')) {
		push_focus(s[2] == 'I');
		return 3;
	}
	/* Not F3, and an answer whoever has asked. */
	if (is_late_answer(s, (size_t)i + 1)) {
		late_answer();
		return i + 1;
	}
	if (s[i] == 'R' && which && number[0] != 1)
		return i + 1;
	/* The second number is 1 + a mask of shift, alt, control. */
	if (number[1] > 1) {
		unsigned mask = number[1] - 1;

		state = (mask & 1 ? KEY_SHIFT : 0) | (mask & 2 ? KEY_ALT : 0) |
			(mask & 4 ? KEY_CTRL : 0);
	}
	if (s[i] == 'Z')
		state |= KEY_SHIFT;
	for (size_t k = 0; k < COUNT_OF(keys); k++)
		if ((char)s[i] == keys[k].letter &&
		    (s[i] != '~' || keys[k].number == number[0])) {
			push(keys[k].vk, s[i] == 'Z' ? '\t' : 0,
			     state | (is_enhanced(keys[k].vk) ? KEY_ENHANCED : 0));
			return i + 1;
		}
	return i + 1; /* unknown: swallowed whole */
}

/* The virtual key that a US keyboard would have for an ASCII character. */
static uint16_t vk_of(uint8_t c, uint32_t *state)
{
	static const char shifted[] = ")!@#$%^&*(";
	static const char marks[] = ";=,-./`[\\]'";
	static const char upper[] = ":+<_>?~{|}\"";
	static const uint8_t codes[] = { 0xba, 0xbb, 0xbc, 0xbd, 0xbe, 0xbf,
					 0xc0, 0xdb, 0xdc, 0xdd, 0xde };
	const char *p;

	if (c >= 'a' && c <= 'z')
		return c - 32;
	if (c >= 'A' && c <= 'Z') {
		*state |= KEY_SHIFT;
		return c;
	}
	if ((c >= '0' && c <= '9') || c == ' ')
		return c;
	if (c && (p = strchr(shifted, c))) {
		*state |= KEY_SHIFT;
		return (uint16_t)('0' + (p - shifted));
	}
	if (c && (p = strchr(marks, c)))
		return codes[p - marks];
	if (c && (p = strchr(upper, c))) {
		*state |= KEY_SHIFT;
		return codes[p - upper];
	}
	return 0;
}

/* The terminal's Backspace. */
static uint8_t erase_byte(void)
{
	enum { VERASE = 2 };
	struct console_shared *c = console_shared();

	return c->settings_known ? c->settings.cc[VERASE] : 0;
}

/* With ENABLE_VIRTUAL_TERMINAL_INPUT; who edits a line wants keys all the same.
 */
static bool wants_sequences(void)
{
	return console_shared()->input_mode & INPUT_VT && !console.editing;
}

/* A character then stays what it is. */
static void push_byte(uint8_t c, uint32_t state)
{
	bool plain = wants_sequences();
	uint16_t vk;

	switch (c) {
	case '\r':
	case '\n':
		push(VK_RETURN, plain ? c : '\r', state);
		return;
	case '\t':
		push(VK_TAB, c, state);
		return;
	case '\b':
	case 0x7f:
		/* What the key itself does not send it sends with Ctrl. */
		if (!plain && c != erase_byte() && erase_byte() == 0x7f)
			push(VK_BACK, 0x7f, state | KEY_CTRL);
		else
			push(VK_BACK, plain ? c : '\b', state);
		return;
	case 27:
		push(VK_ESCAPE, c, state);
		return;
	}
	if (c < 32) { /* control and a letter, or one of [\]^_ */
		push((uint16_t)(c ? c + 64 : '2'), c, state | KEY_CTRL);
		return;
	}
	vk = vk_of(c, &state);
	push(vk, c, state);
}

/* How long the sequence is that begins with ESC here: 1 if it is a lone one. */
static size_t sequence_length(const uint8_t *s, size_t n)
{
	size_t i = 2;

	if (n < 2 || s[1] < ' ' || s[1] >= 0x7f)
		return 1;
	if (s[1] == 'O')
		return MIN(n, 3u);
	if (s[1] != '[')
		return 2;
	while (i < MIN(n, 32u) && s[i] >= ' ' && s[i] < '@')
		i++;
	return MIN(n, i + 1);
}

void console_parse_keys(bool waited)
{
	const uint8_t *s = console.bytes;
	size_t n = console.nbytes, at = 0;

	while (at < n && console.nrecords + 4 < RECORD_MAX) {
		uint8_t c = s[at];
		uint16_t u[2];
		size_t len;

		/*
		 * With ENABLE_VIRTUAL_TERMINAL_INPUT sequences stay as they
		 * are, a character of no key at a time.  What is none has its
		 * key all the same: programs know Ctrl-C by that.
		 */
		if (c == 27 && wants_sequences()) {
			len = sequence_length(s + at, n - at);
			if (is_late_answer(s + at, len)) {
				late_answer();
				at += len;
				continue;
			}
			if (len > 1) {
				if (console.nrecords + 2 * len > RECORD_MAX)
					break;
				for (size_t i = 0; i < len; i++)
					push(0, s[at + i], 0);
				at += len;
				continue;
			}
		} else if (c == 27) {
			int known = sequence(s + at, n - at, waited);

			if (known == PARTLY)
				break;
			if (known) {
				at += (size_t)known;
				continue;
			}
			if (at + 1 < n && s[at + 1] >= 32 &&
			    s[at + 1] < 0x80) { /* Alt and a key */
				push_byte(s[at + 1], KEY_ALT);
				at += 2;
				continue;
			}
		}
		if (c < 0x80) {
			push_byte(c, 0);
			at++;
			continue;
		}
		len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		if (len > n - at)
			break; /* the rest comes with the next read */
		len = MIN(len, n - at);
		for (size_t i = 0,
			    k = utf8_to_utf16(u, 2, (const char *)s + at, len);
		     i < MIN(k, 2u); i++)
			push(0, u[i], 0);
		at += len;
	}
	memmove(console.bytes, console.bytes + at, n - at);
	console.nbytes -= at;
}
