/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-undo.c - which of a terminal's states differ from what they were,
 * seen in the sequences written to it, and what puts each of them back.
 *
 * They are those that would be in the way of who comes next: another screen, a
 * hidden cursor, colours, a region that scrolls, reports of the mouse, pasted
 * text in brackets, keys that send something else.  Sources: ECMA-48, xterm's
 * "Control Sequences", Microsoft's "Console Virtual Terminal Sequences".
 */
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/table.h"
#include "base/raw-call.h"
#include "syscall-xlate/nt/console-shared.h"

enum kind {
	PRIVATE_SET,   /* a private mode that is off at first */
	PRIVATE_RESET, /* one that is on */
	ANSI_SET,
	OTHER, /* number: enum other */
};

enum other {
	REGION,
	COLORS,
	CHARSET,
	KEYPAD,
	CURSOR_STYLE,
	MODIFIED_KEYS,
	KITTY_KEYS,
	TITLE,
	PALETTE,
};

/* A bit each, in the order in which they are undone. */
static const struct {
	enum kind kind;
	uint16_t number;
	const char *undo;
	uint8_t len;
} states[] = {
#define UNDO(s) s, sizeof s - 1
	{ PRIVATE_SET, 1049, UNDO("\33[?1049l") },
	{ PRIVATE_SET, 1047, UNDO("\33[?1047l") },
	{ PRIVATE_SET, 47, UNDO("\33[?47l") },
	{ PRIVATE_SET, 69, UNDO("\33[?69l") }, /* margins left and right */
	/* It takes the cursor along. */
	{ OTHER, REGION, UNDO("\0337\33[r\0338") },
	{ PRIVATE_SET, 6, UNDO("\33[?6l") },
	{ OTHER, COLORS, UNDO("\33[0m") },
	{ OTHER, CHARSET, UNDO("\33(B\33)B\17") },
	{ ANSI_SET, 4, UNDO("\33[4l") },
	{ ANSI_SET, 20, UNDO("\33[20l") },
	{ PRIVATE_SET, 1, UNDO("\33[?1l") },
	{ PRIVATE_SET, 5, UNDO("\33[?5l") },
	{ PRIVATE_SET, 66, UNDO("\33[?66l") },
	{ OTHER, KEYPAD, UNDO("\33>") },
	{ PRIVATE_SET, 9, UNDO("\33[?9l") },
	{ PRIVATE_SET, 1000, UNDO("\33[?1000l") },
	{ PRIVATE_SET, 1001, UNDO("\33[?1001l") },
	{ PRIVATE_SET, 1002, UNDO("\33[?1002l") },
	{ PRIVATE_SET, 1003, UNDO("\33[?1003l") },
	{ PRIVATE_SET, 1004, UNDO("\33[?1004l") },
	{ PRIVATE_SET, 1005, UNDO("\33[?1005l") },
	{ PRIVATE_SET, 1006, UNDO("\33[?1006l") },
	{ PRIVATE_SET, 1015, UNDO("\33[?1015l") },
	{ PRIVATE_SET, 1016, UNDO("\33[?1016l") },
	{ PRIVATE_SET, 2004, UNDO("\33[?2004l") },
	{ PRIVATE_SET, 2026, UNDO("\33[?2026l") }, /* shows nothing meanwhile */
	{ PRIVATE_SET, 9001, UNDO("\33[?9001l") }, /* Windows' own keys */
	{ OTHER, MODIFIED_KEYS, UNDO("\33[>4m") },
	{ OTHER, KITTY_KEYS, UNDO("\33[<u") },
	{ OTHER, PALETTE, UNDO("\33]104\a\33]110\a\33]111\a\33]112\a") },
	{ OTHER, CURSOR_STYLE, UNDO("\33[0 q") },
	{ PRIVATE_RESET, 7, UNDO("\33[?7h") },
	{ OTHER, TITLE, UNDO("\33[23;0t") },
	{ PRIVATE_RESET, 25, UNDO("\33[?25h") },
#undef UNDO
};

_Static_assert(COUNT_OF(states) <= 64, "a bit each");

static uint64_t bit_of(enum kind kind, unsigned number)
{
	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (states[i].kind == kind && states[i].number == number)
			return 1ull << i;
	return 0;
}

uint64_t undo_cursor_bit(void)
{
	return bit_of(PRIVATE_RESET, 25);
}

uint64_t undo_title_bit(void)
{
	return bit_of(OTHER, TITLE);
}

uint64_t undo_grave_bits(void)
{
	static const enum other light[] = { COLORS, CURSOR_STYLE, TITLE,
					    PALETTE };
	uint64_t all = ~0ull;

	for (size_t i = 0; i < COUNT_OF(light); i++)
		all &= ~bit_of(OTHER, light[i]);
	return all;
}

uint64_t undo_screen_bit(void)
{
	return bit_of(PRIVATE_SET, 1049);
}

NO_TLS void undo_write(int fd, uint64_t bits)
{
	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (bits >> i & 1)
			raw_call(SYS_write, fd, (long)states[i].undo,
				 (long)states[i].len, 0);
}

/* ---- reading what is written ---- */

enum { MAX_PARAMS = 16, MAX_PARAM = 99999 };

/* A sequence may come in several writes. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* all that follows */
static enum { TEXT, ESCAPE, CHARACTERS, SEQUENCE, COMMAND, STRING } state;
static char prefix, inner; /* "?" and the like; the last of " !$" */
static unsigned params[MAX_PARAMS], nparams;
static bool escaped;  /* within a string, after ESC */
static bool question; /* a command asks for something */

static void note(struct screen_change *c, uint64_t bit, bool on)
{
	if (on) {
		c->set |= bit;
		c->cleared &= ~bit;
	} else {
		c->cleared |= bit;
		c->set &= ~bit;
	}
}

static void note_mode(struct screen_change *c, bool on)
{
	for (unsigned i = 0; i < nparams; i++)
		if (prefix == '?') {
			note(c, bit_of(PRIVATE_SET, params[i]), on);
			note(c, bit_of(PRIVATE_RESET, params[i]), !on);
		} else if (!prefix) {
			note(c, bit_of(ANSI_SET, params[i]), on);
		}
}

/* Plain text, if the last of them says so. */
static bool is_colored(bool was)
{
	for (unsigned i = 0; i < nparams; i++) {
		unsigned n = params[i],
			 how = i + 1 < nparams ? params[i + 1] : 0;

		was = n != 0;
		if (n == 38 || n == 48 || n == 58) /* 5;n or 2;r;g;b */
			i += how == 5 ? 2 : how == 2 ? 4 : 0;
	}
	return nparams ? was : false;
}

/* DECSTR is not looked at: how much of it terminals do differs. */
static void note_sequence(struct screen_change *c, char last)
{
	unsigned first = nparams ? params[0] : 0;

	if (last == 'h' || last == 'l')
		note_mode(c, last == 'h');
	else if (last == 'r' && !prefix && !inner)
		note(c, bit_of(OTHER, REGION), nparams > 0);
	else if (last == 'm' && !prefix && !inner)
		note(c, bit_of(OTHER, COLORS), is_colored(false));
	else if (last == 'm' && prefix == '>' && first == 4)
		note(c, bit_of(OTHER, MODIFIED_KEYS), nparams > 1 && params[1]);
	else if (last == 'q' && inner == ' ')
		note(c, bit_of(OTHER, CURSOR_STYLE), first);
	else if (last == 't' && (first == 22 || first == 23))
		note(c, bit_of(OTHER, TITLE), first == 22);
	else if (last == 'u' && (prefix == '>' || prefix == '<'))
		note(c, bit_of(OTHER, KITTY_KEYS), prefix == '>');
}

static void note_command(struct screen_change *c)
{
	unsigned n = nparams ? params[0] : 0;

	if (!question && (n == 4 || (n >= 10 && n <= 12)))
		note(c, bit_of(OTHER, PALETTE), true);
}

static void begin(int next)
{
	state = next;
	prefix = inner = 0;
	nparams = 0;
	escaped = question = false;
}

static void after_escape(struct screen_change *c, char b)
{
	state = TEXT;
	switch (b) {
	case '[':
		begin(SEQUENCE);
		break;
	case ']':
		begin(COMMAND);
		break;
	case 'P':
	case 'X':
	case '^':
	case '_':
		begin(STRING);
		break;
	case '(':
	case ')':
		state = CHARACTERS;
		break;
	case '=':
	case '>':
		note(c, bit_of(OTHER, KEYPAD), b == '=');
		break;
	case 'c': /* all as it was at first */
		note(c, ~bit_of(OTHER, TITLE), false);
		break;
	case 27:
		state = ESCAPE;
		break;
	}
}

/* A digit or what parts numbers: false: neither. */
static bool take_number(char b)
{
	if (b >= '0' && b <= '9') {
		if (!nparams)
			params[nparams++] = 0;
		params[nparams - 1] =
			MIN(params[nparams - 1] * 10 + (unsigned)(b - '0'),
			    (unsigned)MAX_PARAM);
		return true;
	}
	if (b != ';' && b != ':')
		return false;
	if (!nparams)
		params[nparams++] = 0;
	if (nparams < MAX_PARAMS)
		params[nparams++] = 0;
	return true;
}

static void in_sequence(struct screen_change *c, char b)
{
	if (b == 27) {
		state = ESCAPE;
	} else if (take_number(b) || (unsigned char)b < ' ') {
		return; /* a control within a sequence is done at once */
	} else if (b >= '<' && b <= '?') {
		prefix = b;
	} else if (b < '@') {
		inner = b;
	} else {
		state = TEXT;
		note_sequence(c, b);
	}
}

/* Up to BEL or ESC \. */
static void in_string(struct screen_change *c, char b)
{
	bool ends = b == 7 || (escaped && b == '\\');

	if (ends) {
		if (state == COMMAND)
			note_command(c);
		state = TEXT;
	} else if (state == COMMAND && !escaped) {
		if (b == '?')
			question = true;
		take_number(b);
	}
	escaped = b == 27;
}

struct screen_change undo_scan(const char *s, size_t n)
{
	struct screen_change c = { 0, 0 };

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n; i++) {
		const char *next;

		switch (state) {
		case TEXT: /* most of it, so no byte by byte */
			next = memchr(s + i, 27, n - i);
			i = next ? (size_t)(next - s) : n;
			if (next)
				state = ESCAPE;
			break;
		case ESCAPE:
			after_escape(&c, s[i]);
			break;
		case CHARACTERS:
			note(&c, bit_of(OTHER, CHARSET), s[i] != 'B');
			state = TEXT;
			break;
		case SEQUENCE:
			in_sequence(&c, s[i]);
			break;
		case COMMAND:
		case STRING:
			in_string(&c, s[i]);
			break;
		}
	}
	pthread_mutex_unlock(&lock);
	return c;
}
