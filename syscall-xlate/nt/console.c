/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console.c - consoles are terminals: handles, modes, text in and out.
 *
 * The terminal does line editing itself; ENABLE_LINE_INPUT is its canonical
 * mode.  Text is UTF-8 on the terminal whatever code page the program sets.
 * The terminal's settings are touched only when a program's mode differs from
 * what they are, and put back at the end.
 */
#include "syscall-xlate/nt/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/policy.h"
#include "base/utf.h"
#include "syscall-xlate/nt/console-model.h"
#include "syscall-xlate/nt/control.h"
#include "syscall-xlate/nt/file-private.h"

struct console console = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.input_mode = INPUT_DEFAULT,
	.output_mode = OUTPUT_DEFAULT,
	.cp_in = 65001,
	.cp_out = 65001,
	.attributes = 7,
	.cursor_size = 25,
};

/* ---- the terminal's own settings -------------------------------------------
 */

static struct termios original, applied;
static int terminal_fd = -1; /* whose settings we changed; a duplicate */

static bool in_foreground(int fd)
{
	return tcgetpgrp(fd) == getpgrp();
}

void terminal_apply(int fd, bool keys)
{
	uint32_t mode = console.input_mode;
	bool lines = mode & INPUT_LINE && !keys;
	struct termios want;

	if (terminal_fd < 0) {
		if (tcgetattr(fd, &original) < 0)
			return;
		applied = original;
	}
	want = original;
	if (lines)
		want.c_lflag |= ICANON;
	else
		want.c_lflag &= ~(tcflag_t)(ICANON | IEXTEN);
	if (lines && mode & INPUT_ECHO)
		want.c_lflag |= ECHO;
	else
		want.c_lflag &= ~(tcflag_t)ECHO;
	if (mode & INPUT_PROCESSED)
		want.c_lflag |= ISIG;
	else
		want.c_lflag &= ~(tcflag_t)ISIG;
	if (!lines) {
		want.c_iflag &= ~(tcflag_t)(ICRNL | IXON | INLCR | IGNCR);
		want.c_cc[VMIN] = 1;
		want.c_cc[VTIME] = 0;
	}
	if (!memcmp(&want, &applied, sizeof want) || !in_foreground(fd))
		return;
	if (terminal_fd < 0) {
		terminal_fd = console_keep_settings(fd);
		if (terminal_fd < 0)
			return;
	}
	if (tcsetattr(terminal_fd, TCSADRAIN, &want) == 0)
		applied = want;
}

/* ---- text out
 * -------------------------------------------------------------------- */

static bool feeds_are_bare(void)
{
	return (console.output_mode & (OUTPUT_PROCESSED | OUTPUT_BARE_FEED)) ==
	       (OUTPUT_PROCESSED | OUTPUT_BARE_FEED);
}

NTSTATUS console_put(struct task *t, struct file *f, const char *s, size_t n)
{
	console.moved = true;
	while (n) {
		ssize_t did = write(f->fd, s, n);

		if (did >= 0) {
			model_feed(&console_model, s, (size_t)did);
			s += did;
			n -= (size_t)did;
		} else if (errno == EAGAIN) {
			NTSTATUS status = io_wait_fd(t, f, f->fd, POLLOUT, -1);

			if (status)
				return status;
		} else if (errno != EINTR) {
			return status_from_errno(errno);
		} else if (nt_interrupted(t, false)) {
			return STATUS_CANCELLED;
		}
	}
	return STATUS_SUCCESS;
}

/*
 * Text of the program's.  The terminal's driver puts a return before each line
 * feed; where a program has asked for feeds that are none, they are sent as IND,
 * which the driver does not know and terminals take for the same.
 */
static NTSTATUS put_text(struct task *t, struct file *f, const char *s,
			 size_t n)
{
	char piece[1024];
	size_t k = 0;
	NTSTATUS status = STATUS_SUCCESS;

	if (!feeds_are_bare())
		return console_put(t, f, s, n);
	for (size_t i = 0; i < n && !status; i++) {
		bool bare = s[i] == '\n' && console.last != '\r';

		console.last = s[i];
		if (bare)
			piece[k++] = 27;
		piece[k++] = bare ? 'D' : s[i];
		if (k + 2 > sizeof piece || i + 1 == n) {
			status = console_put(t, f, piece, k);
			k = 0;
		}
	}
	return status;
}

/* WriteConsoleW: units, in pieces. */
static NTSTATUS write_units(struct task *t, struct file *f, struct irp *r)
{
	enum { PIECE = 2048 };
	uint16_t u[PIECE + 1];
	char s[PIECE * 3 + 8];
	uint32_t total = r->len / 2, at = 0;
	NTSTATUS status = STATUS_SUCCESS;

	while (at < total && !status) {
		uint32_t n = MIN(total - at, (uint32_t)PIECE);
		size_t have = 0, bytes;

		pthread_mutex_lock(&console.lock);
		if (console.high)
			u[have++] = console.high;
		console.high = 0;
		if (guest_read(t, u + have, r->buf + at * 2ull, n * 2) < 0) {
			pthread_mutex_unlock(&console.lock);
			return at ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
		}
		have += n;
		/* Half of a pair waits for the other half. */
		if (u[have - 1] >= 0xd800 && u[have - 1] < 0xdc00)
			console.high = u[--have];
		pthread_mutex_unlock(&console.lock);
		bytes = utf16_to_utf8(s, sizeof s, u, have);
		status = put_text(t, f, s, bytes);
		at += n;
	}
	r->information = status ? 0 : r->len;
	return status;
}

/* n bytes at at have been written, and are gone if the guest changes them. */
static void feed_from(struct task *t, gaddr at, uint64_t n)
{
	char part[1024];

	while (n) {
		size_t some = MIN(n, sizeof part);

		if (guest_read(t, part, at, some))
			return;
		model_feed(&console_model, part, some);
		at += some;
		n -= some;
	}
}

/* A host copy, for put_text(). */
static NTSTATUS write_bytes(struct task *t, struct file *f, struct irp *r)
{
	char part[1024];
	NTSTATUS status = STATUS_SUCCESS;
	uint32_t at = 0;

	while (at < r->len && !status) {
		size_t n = MIN(r->len - at, (uint32_t)sizeof part);

		if (guest_read(t, part, r->buf + at, n) < 0)
			return STATUS_ACCESS_VIOLATION;
		status = put_text(t, f, part, n);
		at += (uint32_t)n;
	}
	r->information = status ? 0 : r->len;
	return status;
}

static NTSTATUS console_write(struct task *t, struct file *f, struct irp *r)
{
	NTSTATUS status;

	if (f->device == CONSOLE_CONTROL)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (f->device == CONSOLE_INPUT && f->fd < 0)
		return STATUS_INVALID_HANDLE;
	if (feeds_are_bare() && f->fd >= 0)
		return write_bytes(t, f, r);
	console.moved = true;
	status = stream_ops.write(t, f, r);
	if (!status && f->fd >= 0)
		feed_from(t, r->buf, MIN(r->information, (uint64_t)r->len));
	return status;
}

/* ---- text in
 * ------------------------------------------------------------------------ */

/* Bytes as they come from the terminal into what Windows gives. */
static size_t cook(uint8_t *out, size_t max, const uint8_t *in, size_t n)
{
	bool lines = console.input_mode & INPUT_LINE;
	size_t at = 0;

	for (size_t i = 0; i < n && at + 2 <= max; i++) {
		if (lines && in[i] == '\n') {
			out[at++] = '\r';
			out[at++] = '\n';
		} else if (!lines && in[i] == 0x7f &&
			   !(console.input_mode & INPUT_VT)) {
			out[at++] = '\b';
		} else {
			out[at++] = in[i];
		}
	}
	return at;
}

/* Is there something that a reader can have?  Lock held. */
static bool have_text(void)
{
	if (console.end_of_file)
		return true;
	if (!console.nbytes)
		return false;
	if (!console.ahead || !(console.input_mode & INPUT_LINE))
		return true;
	/* Keys that were typed between reads make no line before Enter. */
	return memchr(console.bytes, '\r', console.nbytes) ||
	       memchr(console.bytes, '\n', console.nbytes);
}

/*
 * Key records as text: programs end another thread's ReadConsole by writing an
 * Enter into the input.  Lock held.
 */
static void take_records(void)
{
	while (console.nrecords && console.nbytes + 4 < sizeof console.bytes) {
		struct input_record *rec = &console.records[console.first];
		uint16_t c = rec->key.ch;

		console.first = (console.first + 1) % RECORD_MAX;
		console.nrecords--;
		if (rec->type != RECORD_KEY || !rec->key.down || !c)
			continue;
		console.nbytes += utf16_to_utf8(
			(char *)console.bytes + console.nbytes, 3, &c, 1);
		if (c == '\r' && console.input_mode & INPUT_LINE)
			console.bytes[console.nbytes++] = '\n';
		console.ahead = true;
	}
}

static void open_wake(void)
{
	int fd[2];

	if (console.wake[0] || pipe2(fd, O_CLOEXEC | O_NONBLOCK) < 0)
		return;
	for (int i = 0; i < 2; i++) {
		console.wake[i] = fcntl(fd[i], F_DUPFD_CLOEXEC, 100);
		close(fd[i]);
	}
}

/* Until there is input, or records were written.  Lock held, dropped
   meanwhile. */
static NTSTATUS wait_for_input(struct task *t, struct file *f, bool *input)
{
	struct pollfd p[2] = { { .fd = f->fd, .events = POLLIN },
			       { .fd = console.wake[0], .events = POLLIN } };
	NTSTATUS status = STATUS_SUCCESS;
	char drop[64];
	int n;

	pthread_mutex_unlock(&console.lock);
	do {
		if (io_interrupted(t, f, &status))
			break;
		n = poll(p, 2, -1);
	} while (n < 0 && errno == EINTR);
	pthread_mutex_lock(&console.lock);
	if (read(console.wake[0], drop, sizeof drop) < 0)
		drop[0] = 0; /* empty, which is fine */
	/* Another thread may have been faster. */
	*input = !status && poll(p, 1, 0) > 0;
	return status;
}

/* Waits for input and takes it into console.bytes.  Lock held, dropped while
   waiting. */
static NTSTATUS fill(struct task *t, struct file *f)
{
	uint8_t raw[sizeof console.bytes];
	NTSTATUS status;
	ssize_t n;

	open_wake();
	for (;;) {
		bool input;
		size_t had = console.nbytes;

		take_records();
		if (have_text() || had > sizeof console.bytes / 2)
			break;
		terminal_apply(f->fd, false);
		status = wait_for_input(t, f, &input);
		if (status)
			return status;
		if (!input)
			continue;
		/* A whole line, however long; its end becomes two bytes. */
		n = read(f->fd, raw, sizeof raw - had - 1);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0) /* in the background, or hung up */
			return STATUS_SUCCESS;
		if (n == 0) {
			console.end_of_file = true;
			break;
		}
		/* The terminal has shown it. */
		if (console.input_mode & INPUT_LINE &&
		    console.input_mode & INPUT_ECHO)
			model_feed(&console_model, (char *)raw, (size_t)n);
		/* Ctrl-Z first in a line is how Windows users end a file. */
		if (console.input_mode & INPUT_LINE && raw[0] == 26) {
			console.end_of_file = true;
			break;
		}
		console.nbytes +=
			cook(console.bytes + had, sizeof console.bytes - had,
			     raw, (size_t)n);
		console.ahead = false;
	}
	return STATUS_SUCCESS;
}

static void drop_bytes(size_t n)
{
	console.nbytes -= n;
	memmove(console.bytes, console.bytes + n, console.nbytes);
	if (!console.nbytes)
		console.ahead = false;
}

static NTSTATUS console_read(struct task *t, struct file *f, struct irp *r)
{
	NTSTATUS status;
	size_t n;

	if (f->device == CONSOLE_CONTROL || f->fd < 0)
		return STATUS_INVALID_HANDLE;
	pthread_mutex_lock(&console.lock);
	status = fill(t, f);
	n = MIN(console.nbytes, r->len);
	if (!status && n && guest_write(t, r->buf, console.bytes, n) < 0)
		status = STATUS_ACCESS_VIOLATION;
	if (!status) {
		if (!n)
			console.end_of_file = false; /* it was told */
		drop_bytes(n);
		r->information = n;
	}
	pthread_mutex_unlock(&console.lock);
	return status;
}

/* How many bytes at s make whole characters of at most max units. */
static size_t whole(const uint8_t *s, size_t n, size_t max)
{
	size_t at = 0, units = 0;

	while (at < n) {
		size_t len = s[at] < 0xc0   ? 1
			     : s[at] < 0xe0 ? 2
			     : s[at] < 0xf0 ? 3
					    : 4;
		size_t more = len == 4 ? 2 : 1;

		if (len > n - at || units + more > max)
			break;
		at += len;
		units += more;
	}
	return at;
}

/* ReadConsoleW. */
static NTSTATUS read_units(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_read how = { 0 };
	uint16_t u[sizeof console.bytes];
	uint64_t skip;
	NTSTATUS status;
	size_t n, units;

	if (r->len >= sizeof how && guest_read(t, &how, r->buf, sizeof how) < 0)
		return STATUS_ACCESS_VIOLATION;
	skip = how.initial_chars * 2ull;
	if (skip > r->out_len)
		return STATUS_INVALID_PARAMETER;
	pthread_mutex_lock(&console.lock);
	status = fill(t, f);
	n = whole(console.bytes, console.nbytes, (r->out_len - skip) / 2);
	/* A stray byte must not block everything behind it. */
	if (!n && console.nbytes >= 4 && r->out_len - skip >= 4)
		n = 1;
	units = utf8_to_utf16(u, COUNT_OF(u), (char *)console.bytes, n);
	if (!status && guest_write(t, r->out + skip, u, units * 2) < 0)
		status = STATUS_ACCESS_VIOLATION;
	if (!status) {
		if (!n)
			console.end_of_file = false;
		drop_bytes(n);
		r->information = skip + units * 2;
	}
	pthread_mutex_unlock(&console.lock);
	return status;
}

/* ---- modes
 * ------------------------------------------------------------------------------
 */

static NTSTATUS get_mode(struct task *t, struct file *f, struct irp *r)
{
	uint32_t mode = f->device == CONSOLE_INPUT ? console.input_mode
						   : console.output_mode;

	return control_out(t, r, &mode, sizeof mode);
}

static NTSTATUS set_mode(struct task *t, struct file *f, struct irp *r)
{
	uint32_t mode;
	NTSTATUS status = control_in(t, r, &mode, sizeof mode);
	bool input = f->device == CONSOLE_INPUT;

	if (status)
		return status;
	if (mode & ~(uint32_t)(input ? INPUT_ALL : OUTPUT_ALL))
		return STATUS_INVALID_PARAMETER;
	/* Echo without lines makes no sense, on Windows as well. */
	if (input && (mode & (INPUT_ECHO | INPUT_LINE)) == INPUT_ECHO)
		return STATUS_INVALID_PARAMETER;
	pthread_mutex_lock(&console.lock);
	if (input) {
		console.input_mode = mode;
		terminal_apply(f->fd, false);
	} else {
		console.output_mode = mode;
		console.last = 0;
	}
	pthread_mutex_unlock(&console.lock);
	return STATUS_SUCCESS;
}

/* ---- input records
 * -------------------------------------------------------------------------- */

/* Takes in what the terminal has without waiting.  Lock held. */
static void take_keys(struct file *f)
{
	struct pollfd p = { .fd = f->fd, .events = POLLIN };
	struct winsize size;
	ssize_t n;

	terminal_apply(f->fd, true);
	while (console.nbytes < sizeof console.bytes / 2 &&
	       poll(&p, 1, 0) > 0 && p.revents & POLLIN) {
		n = read(f->fd, console.bytes + console.nbytes,
			 sizeof console.bytes - console.nbytes);
		if (n <= 0)
			break;
		console.nbytes += (size_t)n;
	}
	console_parse_keys();
	if (ioctl(f->fd, TIOCGWINSZ, &size) == 0) {
		if (console.input_mode & INPUT_WINDOW && console.cols &&
		    (size.ws_col != console.cols ||
		     size.ws_row != console.rows) &&
		    console.nrecords < RECORD_MAX) {
			struct input_record *rec =
				&console.records[(console.first +
						  console.nrecords++) %
						 RECORD_MAX];

			memset(rec, 0, sizeof *rec);
			rec->type = RECORD_SIZE;
			rec->size[0] = (int16_t)size.ws_col;
			rec->size[1] = (int16_t)size.ws_row;
		}
		console.cols = (int16_t)size.ws_col;
		console.rows = (int16_t)size.ws_row;
	}
}

static NTSTATUS read_records(struct task *t, struct file *f, struct irp *r)
{
	enum { POLL_MS = 250 }; /* how soon a new window size is seen */
	uint32_t flags, want = r->out_len / sizeof(struct input_record), n = 0;
	NTSTATUS status = control_in(t, r, &flags, sizeof flags);

	if (status)
		return status;
	pthread_mutex_lock(&console.lock);
	for (;;) {
		take_keys(f);
		if (console.nrecords || flags & RF_CONSOLE_NOWAIT || !want)
			break;
		pthread_mutex_unlock(&console.lock);
		status = io_wait_fd(t, f, f->fd, POLLIN, POLL_MS);
		pthread_mutex_lock(&console.lock);
		if (status && status != STATUS_TIMEOUT)
			break;
		status = STATUS_SUCCESS;
	}
	for (; n < want && n < console.nrecords && !status; n++) {
		struct input_record *rec =
			&console.records[(console.first + n) % RECORD_MAX];

		if (guest_write(t, r->out + n * sizeof *rec, rec, sizeof *rec) <
		    0)
			status = STATUS_ACCESS_VIOLATION;
	}
	if (!status) {
		r->information = n * sizeof(struct input_record);
		if (!(flags & RF_CONSOLE_PEEK)) {
			console.first = (console.first + n) % RECORD_MAX;
			console.nrecords -= n;
		}
	}
	pthread_mutex_unlock(&console.lock);
	return status;
}

static NTSTATUS write_records(struct task *t, struct file *f, struct irp *r)
{
	uint32_t n = r->len / sizeof(struct input_record), i;
	NTSTATUS status = STATUS_SUCCESS;

	pthread_mutex_lock(&console.lock);
	for (i = 0; i < n && console.nrecords < RECORD_MAX; i++) {
		struct input_record *rec =
			&console.records[(console.first + console.nrecords) %
					 RECORD_MAX];

		if (guest_read(t, rec, r->buf + i * sizeof *rec, sizeof *rec) <
		    0) {
			status = STATUS_ACCESS_VIOLATION;
			break;
		}
		console.nrecords++;
	}
	if (i && console.wake[1] > 0 && write(console.wake[1], "", 1) < 0)
		status = STATUS_SUCCESS; /* full: they are awake already */
	pthread_mutex_unlock(&console.lock);
	r->information = i * sizeof(struct input_record);
	if (i)
		object_signal(&f->object, 1);
	return status;
}

static NTSTATUS count_records(struct task *t, struct file *f, struct irp *r)
{
	uint32_t n;

	pthread_mutex_lock(&console.lock);
	take_keys(f);
	n = console.nrecords;
	pthread_mutex_unlock(&console.lock);
	return control_out(t, r, &n, sizeof n);
}

static NTSTATUS flush_records(struct task *t, struct file *f, struct irp *r)
{
	(void)t, (void)r;
	pthread_mutex_lock(&console.lock);
	console.nbytes = 0;
	console.nrecords = 0;
	console.end_of_file = false;
	tcflush(f->fd, TCIFLUSH);
	pthread_mutex_unlock(&console.lock);
	return STATUS_SUCCESS;
}

static const struct control_row input_rows[] = {
	{ RF_CONSOLE_GET_MODE, get_mode },
	{ RF_CONSOLE_SET_MODE, set_mode },
	{ RF_CONSOLE_READ, read_units },
	{ RF_CONSOLE_READ_INPUT, read_records },
	{ RF_CONSOLE_WRITE_INPUT, write_records },
	{ RF_CONSOLE_COUNT_INPUT, count_records },
	{ RF_CONSOLE_FLUSH_INPUT, flush_records },
};

static const struct control_row output_rows[] = {
	{ RF_CONSOLE_GET_MODE, get_mode },
	{ RF_CONSOLE_SET_MODE, set_mode },
	{ RF_CONSOLE_WRITE, write_units },
};

static NTSTATUS console_control(struct task *t, struct file *f, struct irp *r,
				bool fs)
{
	NTSTATUS status;

	if (fs)
		return STATUS_INVALID_DEVICE_REQUEST;
	status = control_run(console_ctrl_rows, console_ctrl_nrows, t, f, r);
	if (status != STATUS_INVALID_DEVICE_REQUEST || f->fd < 0)
		return status;
	if (f->device == CONSOLE_INPUT)
		return control_run(input_rows, COUNT_OF(input_rows), t, f, r);
	status = control_run(output_rows, COUNT_OF(output_rows), t, f, r);
	if (status != STATUS_INVALID_DEVICE_REQUEST)
		return status;
	return control_run(console_screen_rows, console_screen_nrows, t, f, r);
}

/* ---- waiting for input
 * ------------------------------------------------------------------------ */

struct console_watch {
	struct nt_watch watch;
	struct file *file;
	_Atomic bool armed;
};

static void input_ready(struct nt_watch *w, uint32_t events)
{
	struct console_watch *c = container_of(w, struct console_watch, watch);

	(void)events;
	c->armed = false;
	object_signal(&c->file->object, 1);
}

/* With the object's lock held: a look at the host, and a watch if needed. */
static bool console_signaled(struct file *f)
{
	struct pollfd p = { .fd = f->fd, .events = POLLIN };
	struct console_watch *c = f->extra;

	if (f->device != CONSOLE_INPUT || f->fd < 0)
		return true;
	if (console.nrecords || console.nbytes || poll(&p, 1, 0) > 0)
		return true;
	if (c && !atomic_exchange(&c->armed, true) &&
	    watch_fd(&c->watch, EPOLLIN) < 0)
		c->armed = false;
	return false;
}

static void console_close(struct task *t, struct file *f)
{
	struct console_watch *c = f->extra;

	(void)t;
	if (c && c->armed)
		watch_cancel(&c->watch);
}

static void console_destroy(struct file *f)
{
	free(f->extra);
}

static NTSTATUS console_flush(struct task *t, struct file *f)
{
	(void)t, (void)f;
	return STATUS_SUCCESS;
}

const struct file_ops console_ops = {
	.read = console_read,
	.write = console_write,
	.control = console_control,
	.flush = console_flush,
	.close = console_close,
	.destroy = console_destroy,
	.signaled = console_signaled,
};

/* ---- handles
 * -----------------------------------------------------------------------------------
 */

struct file *console_file(int fd, uint32_t access, uint32_t share,
			  uint32_t options)
{
	struct file *f = file_new(FILE_KIND_CONSOLE, &console_ops, fd, access,
				  share, options);
	struct console_watch *c;

	if (!f)
		return NULL;
	/* Reads and writes on it wait, whatever the handle says. */
	f->synchronous = true;
	f->append = false;
	f->device = fd == 0 || (fd > 2 && access & FILE_READ_DATA &&
				!(access & FILE_WRITE_DATA))
			    ? CONSOLE_INPUT
			    : CONSOLE_OUTPUT;
	c = calloc(1, sizeof *c);
	if (!c) {
		f->fd = -1;
		object_put(&f->object);
		return NULL;
	}
	c->file = f;
	c->watch.fd = fd;
	c->watch.fn = input_ready;
	f->extra = c;
	return f;
}

/* What is below \Device\ConDrv, in any case. */
static const struct {
	const char *name;
	enum console_role role;
} names[] = {
	{ "", CONSOLE_CONTROL },
	{ "Control", CONSOLE_CONTROL },
	{ "Connect", CONSOLE_CONTROL },
	{ "Reference", CONSOLE_CONTROL },
	{ "Input", CONSOLE_INPUT },
	{ "CurrentIn", CONSOLE_INPUT },
	{ "Output", CONSOLE_OUTPUT },
	{ "CurrentOut", CONSOLE_OUTPUT },
	{ "ScreenBuffer", CONSOLE_OUTPUT },
};

/* In a sandbox, which has no name for it, by what we were given. */
int console_terminal(enum console_role role)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	int lacks = role == CONSOLE_INPUT ? O_WRONLY : O_RDONLY;

	if (fd >= 0 || !policy || errno == ENXIO)
		return fd;
	for (int i = 0; i < 3; i++) {
		int flags = fcntl(i, F_GETFL);

		if (flags >= 0 && (flags & O_ACCMODE) != lacks && isatty(i))
			return fcntl(i, F_DUPFD_CLOEXEC, 3);
	}
	return -1;
}

NTSTATUS console_open(struct task *t, const struct nt_path *p, uint32_t access,
		      uint32_t share, uint32_t options, struct file **f)
{
	uint16_t name[32];
	int role = -1, fd = -1;

	(void)t;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		size_t n = utf8_to_utf16(name, COUNT_OF(name), names[i].name,
					 strlen(names[i].name));

		if (!units_compare_nocase(p->rest, p->rest_len, name, n))
			role = names[i].role;
	}
	/* CON is for input or output, as the access says. */
	if (role < 0 && p->rest_len == 7)
		role = access & FILE_WRITE_DATA ? CONSOLE_OUTPUT
						: CONSOLE_INPUT;
	if (role < 0)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	if (role != CONSOLE_CONTROL) {
		fd = console.detached ? -1
				      : console_terminal((enum console_role)role);
		if (fd < 0)
			return STATUS_INVALID_HANDLE;
	}
	*f = console_file(fd, access, share, options);
	if (!*f) {
		if (fd >= 0)
			close(fd);
		return STATUS_NO_MEMORY;
	}
	(*f)->device = (uint8_t)role;
	return STATUS_SUCCESS;
}
