/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* console-paint.h - cells as text for a terminal. */
#ifndef RF_NT_CONSOLE_PAINT_H
#define RF_NT_CONSOLE_PAINT_H

#include "syscall-xlate/nt/console-model.h"
#include "syscall-xlate/nt/console.h"

/* Output grows here and leaves in pieces. */
struct out {
	struct task *t;
	struct file *f;
	/* console_put(), or console_put_unlogged(). */
	NTSTATUS(*put)
	(struct task *t, struct file *f, const char *s, size_t n);
	NTSTATUS status;
	/*
	 * The buffer is larger than the window: what is written goes to its
	 * text alone, places are its own, and lines first..last of it are then
	 * painted if the window shows them.
	 */
	bool large;
	int first, last;
	size_t n;
	char s[4096];
};

/* To f's buffer; at the end the cursor returns where it was. */
void out_begin(struct out *o, struct task *t, struct file *f);
NTSTATUS out_end(struct out *o);

/*
 * The window as m has it, of its lines those that are among first..last of the
 * buffer, on a terminal that may have anything there.
 */
NTSTATUS console_paint(struct task *t, struct file *f, struct model *m,
		       int first, int last);
/* The terminal scrolls by that many lines, and keeps them if it does. */
void out_feed(struct out *o, int rows, int by);

void out_flush(struct out *o);
void out_text(struct out *o, const char *s, size_t n);
void out_string(struct out *o, const char *s);
void out_move(struct out *o, int x, int y);
/* FOREGROUND_... and the like, as the next text's colours. */
void out_attributes(struct out *o, uint16_t a);
int attributes_text(char *s, size_t size, uint16_t a);
/* A cell's character, which is no control. */
void out_char(struct out *o, uint32_t c);
/* n cells from (x, y) on, as c says. */
void out_cells(struct out *o, int x, int y, int cols, const struct cell *c,
	       size_t n);

#endif
