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
#include "syscall-xlate/nt/console.h"

enum {
	ALT = 0x2,  /* LEFT_ALT_PRESSED */
	CTRL = 0x8, /* LEFT_CTRL_PRESSED */
	SHIFT = 0x10,
	ENHANCED = 0x100,
	VK_BACK = 8,
	VK_TAB = 9,
	VK_RETURN = 13,
	VK_ESCAPE = 27,
};

static void push(uint16_t vk, uint16_t ch, uint32_t state)
{
	if (console.nrecords + 2 > RECORD_MAX)
		return;
	for (int down = 1; down >= 0; down--) {
		struct input_record *r =
			&console.records[(console.first + console.nrecords++) %
					 RECORD_MAX];

		memset(r, 0, sizeof *r);
		r->type = RECORD_KEY;
		r->key.down = (uint32_t)down;
		r->key.repeat = 1;
		r->key.vk = vk;
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
	{ '~', 24, 0x7b },
};

/* A sequence at s; returns its length, 0 if it is none that we know. */
static size_t sequence(const uint8_t *s, size_t n)
{
	unsigned number[2] = { 0, 0 }, which = 0;
	uint32_t state = 0;
	size_t i = 2;

	if (n < 3 || (s[1] != '[' && s[1] != 'O'))
		return 0;
	for (; i < n && ((s[i] >= '0' && s[i] <= '9') || s[i] == ';'); i++) {
		if (s[i] == ';')
			which = 1;
		else if (number[which] < 1000)
			number[which] = number[which] * 10 + (s[i] - '0');
	}
	if (i == n)
		return 0;
	/* A late answer to "where is the cursor?", not F3. */
	if (s[i] == 'R' && which && number[0] != 1)
		return i + 1;
	/* The second number is 1 + a mask of shift, alt, control. */
	if (number[1] > 1) {
		unsigned mask = number[1] - 1;

		state = (mask & 1 ? SHIFT : 0) | (mask & 2 ? ALT : 0) |
			(mask & 4 ? CTRL : 0);
	}
	if (s[i] == 'Z')
		state |= SHIFT;
	for (size_t k = 0; k < COUNT_OF(keys); k++)
		if ((char)s[i] == keys[k].letter &&
		    (s[i] != '~' || keys[k].number == number[0])) {
			push(keys[k].vk, s[i] == 'Z' ? '\t' : 0,
			     state | (s[i] == 'Z' ? 0 : ENHANCED));
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
		*state |= SHIFT;
		return c;
	}
	if ((c >= '0' && c <= '9') || c == ' ')
		return c;
	if (c && (p = strchr(shifted, c))) {
		*state |= SHIFT;
		return (uint16_t)('0' + (p - shifted));
	}
	if (c && (p = strchr(marks, c)))
		return codes[p - marks];
	if (c && (p = strchr(upper, c))) {
		*state |= SHIFT;
		return codes[p - upper];
	}
	return 0;
}

/* With ENABLE_VIRTUAL_TERMINAL_INPUT the character stays what it is. */
static void push_byte(uint8_t c, uint32_t state)
{
	bool plain = console.input_mode & INPUT_VT;
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
		push(VK_BACK, plain ? c : '\b', state);
		return;
	case 27:
		push(VK_ESCAPE, c, state);
		return;
	}
	if (c < 32) { /* control and a letter, or one of [\]^_ */
		push((uint16_t)(c ? c + 64 : '2'), c, state | CTRL);
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

void console_parse_keys(void)
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
		if (c == 27 && console.input_mode & INPUT_VT) {
			len = sequence_length(s + at, n - at);
			if (len > 1) {
				if (console.nrecords + 2 * len > RECORD_MAX)
					break;
				for (size_t i = 0; i < len; i++)
					push(0, s[at + i], 0);
				at += len;
				continue;
			}
		} else if (c == 27) {
			len = sequence(s + at, n - at);
			if (len) {
				at += len;
				continue;
			}
			if (at + 1 < n && s[at + 1] >= 32 &&
			    s[at + 1] < 0x80) { /* Alt and a key */
				push_byte(s[at + 1], ALT);
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
	console.nbytes -= at;
	memmove(console.bytes, console.bytes + at, console.nbytes);
}
