/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cmd.h - what the parts of cmd.exe share.
 *
 * One line of a script goes through these steps, in this order:
 *
 *   expand.c    %variables% and %1
 *   parse.c     ^ " & | ( ) < > and the words if, for, rem: a tree
 *   unparse.c   the tree is shown, while echo is on
 *   run.c       walks the tree; for each command %%a, then !variables!,
 *               then redirections, then the command itself
 *
 * Text of a line lives in an arena and goes when the line is done.
 */
#ifndef RF_CMD_H
#define RF_CMD_H

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>

#include "nt.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* ---- memory.c: the arena, strings --------------------------------------- */

struct mark {
	void *chunk;
	size_t used;
};

/* Zeroed memory until the mark is released; never NULL (else cmd.exe ends). */
void *take(size_t bytes);
struct mark arena_mark(void);
void arena_release(struct mark m);

WCHAR *copy_text(const WCHAR *s, size_t n);

/*
 * Is less than this of the stack left?  Scripts may nest as deep as they like.
 * A call stops early enough that parsing and complaining still work.
 */
enum { STACK_TO_PARSE = 128 * 1024, STACK_TO_RUN = 2 * STACK_TO_PARSE };
bool stack_low(size_t reserve);

/* A string that grows in the arena.  It is always ended by a NUL. */
struct str {
	WCHAR *s;
	size_t n, room;
};

void str_add(struct str *t, const WCHAR *s, size_t n);
void str_puts(struct str *t, const WCHAR *s);
void str_putc(struct str *t, WCHAR c);
/* The text, L"" if nothing was added. */
WCHAR *str_text(struct str *t);

/* Memory that outlives a line; free with drop(). */
WCHAR *keep_text(const WCHAR *s);
void *keep(size_t bytes);
void drop(void *p);

/* What separates the words of a command: blanks , ; = */
bool is_delimiter(WCHAR c);
bool is_blank(WCHAR c);
WCHAR *skip_delimiters(const WCHAR *s);
WCHAR *skip_blanks(const WCHAR *s);
/* Cuts blanks off the end, in place. */
void trim_end(WCHAR *s);
/* Is word the whole of s[0..n), whatever the case? */
bool same_word(const WCHAR *s, size_t n, const WCHAR *word);
/* The first c among n characters, or NULL. */
const WCHAR *find_char(const WCHAR *s, WCHAR c, size_t n);
/* A copy without any quotes. */
WCHAR *unquoted(const WCHAR *s);
/*
 * The next word from *s, quotes kept, *s moved behind it; NULL at the end.
 * Words end at a delimiter outside quotes.
 */
WCHAR *next_word(const WCHAR **s);

/* ---- the session (main.c) ------------------------------------------------ */

struct locals;

/* A batch file being run, or a subroutine of one. */
struct batch {
	struct batch *outer;
	WCHAR *path;     /* full path */
	char *bytes;     /* the file, shared with subroutines */
	size_t size, at; /* at: the next line */
	bool owns_bytes;
	bool is_cmd; /* .cmd: more commands reset ERRORLEVEL */
	WCHAR *name; /* %0 */
	WCHAR *all;  /* %* */
	WCHAR **arg; /* %1 ... */
	unsigned args;
	unsigned shift[10];    /* %n is argument n + shift[n] */
	struct locals *locals; /* setlocal, innermost first */
	unsigned for_depth;    /* loops of this level: %%a is known in one */
};

/* Why the tree being run is to be left. */
enum jump {
	JUMP_NONE,
	JUMP_GOTO,      /* the batch goes on elsewhere */
	JUMP_BATCH_END, /* this level is done */
	JUMP_ABORT,     /* all batch files are done */
	JUMP_EXIT,      /* cmd.exe ends */
};

enum { HANDLES = 10 };

struct session {
	struct batch *batch;
	struct locals *locals; /* setlocal outside of any batch file */
	HANDLE std[HANDLES];
	bool echo, extensions, delayed, unicode;
	bool interactive; /* prompts, and reads from its input */
	volatile LONG interrupted;
	enum jump jump;
	int level; /* ERRORLEVEL */
	int exit_code;
	const WCHAR *command_line;
};

extern struct session cmd;

/* Is the tree being run to be left? */
bool stopped(void);
/* The shown prompt. */
void show_prompt(void);

/* ---- output.c ---- */

/* To the standard output or error output as redirected now. */
void out(const WCHAR *s);
void outn(const WCHAR *s, size_t n);
void outf(const WCHAR *format, ...);
void err(const WCHAR *s);
void errf(const WCHAR *format, ...);
void flush_output(void);
/* Why something of it could not be written since last asked; 0: all was. */
DWORD output_failed(void);
bool is_console(HANDLE h);
/* The system's text for an error code, on the error output. */
void err_code(DWORD code);
/* The same, and 1, what most commands then return. */
int fail_code(DWORD code);
int fail_text(const WCHAR *s);
int fail_last(void);
int syntax_error(void);

/* ---- input.c ---- */

/* Bytes in the console's code page as text in the arena. */
WCHAR *decode(const char *s, size_t n);
/* One line without its end from a handle; NULL at the end of the file. */
WCHAR *read_handle_line(HANDLE h);
/* The same at the prompt: Tab completes names (complete.c). */
WCHAR *read_command(HANDLE h);
void add_command_name(void *names, const WCHAR *name);
/* Ctrl-C has ended it: that is shown, and is no end of the file. */
void stop_line(void);
/* The next raw line of the batch file; NULL at its end. */
WCHAR *batch_line(struct batch *b);
/* One key: a character, or 0 at the end of the input. */
WCHAR read_key(void);
/* Asks until one of the letters in choices is typed; 0 at the end of input. */
WCHAR ask(const WCHAR *question, const WCHAR *choices);
/* May path be replaced?  *all: so may all that come. */
bool ask_overwrite(const WCHAR *path, bool *all);
/* A whole file on the heap; NULL with the last error set. */
char *read_file(const WCHAR *path, size_t *size);

/* ---- expand.c, modifier.c ---- */

/* A variable or one of CD, DATE, ...; NULL if there is none. */
WCHAR *variable(const WCHAR *name, size_t n);
/* %variables% and arguments; NULL after an error, which is shown. */
WCHAR *expand_percent(const WCHAR *s);
/* !variables!, where that is on. */
WCHAR *expand_delayed(const WCHAR *s);
/* %%a of the loops around. */
WCHAR *expand_for(const WCHAR *s);
/*
 * %~fdpnxsatz$PATH: applied to a value: the letters mods[0..n), lower case.
 * path_list: the variable of $, or NULL.
 */
WCHAR *modify(const WCHAR *value, const WCHAR *mods, size_t n,
	      const WCHAR *path_list);

/* Loop variables, innermost first. */
struct for_variable {
	struct for_variable *outer;
	WCHAR name;
	const WCHAR *value;
};

extern struct for_variable *for_variables;

/* ---- parse.c, unparse.c ---- */

enum node_kind {
	NODE_SIMPLE,
	NODE_REM,
	NODE_BLOCK,
	NODE_IF,
	NODE_FOR,
	NODE_SEQ,
	NODE_AND,
	NODE_OR,
	NODE_PIPE,
};

enum redirect_how { REDIRECT_IN, REDIRECT_OUT, REDIRECT_APPEND };

struct redirect {
	struct redirect *next;
	int fd;
	enum redirect_how how;
	int duplicate; /* >&n; -1: target is a file */
	WCHAR *target;
};

enum for_kind {
	FOR_SET = 0,
	FOR_DIRS = 1,
	FOR_TREE = 2,
	FOR_LINES = 4,
	FOR_COUNT = 8
};

struct node {
	enum node_kind kind;
	bool quiet; /* @ */
	struct redirect *redirects;
	WCHAR *text;               /* simple, rem */
	struct node *left, *right; /* if: then, else; block, for: left */
	/* if */
	bool negate, ignore_case;
	WCHAR *test; /* "exist", "==", "equ", ... */
	WCHAR *a, *b;
	/* for */
	unsigned loop;  /* enum for_kind */
	WCHAR *options; /* of /f, the folder of /r; NULL: none */
	WCHAR variable;
	WCHAR *set;
	bool newline; /* seq: the two stood on lines of their own */
};

/*
 * parse() - makes a tree of a line, with more() for the lines after it.
 *
 *   line  already expanded
 *   more  the next line, expanded, or NULL at the end; may be NULL
 *
 * Returns 0 with *tree (NULL: nothing to run), or -1: the error was shown.
 */
int parse(const WCHAR *line, WCHAR *(*more)(void), struct node **tree);
/* The tree as text; for a child's command line in one line. */
WCHAR *unparse(const struct node *n, bool one_line);

/* ---- run.c, redirect.c ---- */

/* Runs a tree; its return code, 0 is success to && and ||. */
int run(struct node *n);
/* A parsed line with its prompt, while echo is on. */
int run_line(struct node *n);
/* One command without redirections, its text expanded. */
int run_command(WCHAR *text);
/* Says that calls are nested too deeply, and ends all batch files; 1. */
int too_deep(void);
/* Runs the lines of cmd.batch until it ends. */
int run_batch(void);
void show_command(const struct node *n);

struct redirected {
	HANDLE old[HANDLES];
	HANDLE opened[16];
	unsigned n;
};

/* False: nothing is redirected, the error was shown. */
bool redirect(const struct redirect *r, struct redirected *save);
void unredirect(struct redirected *save);

/* ---- program.c, start.c ---- */

enum program_kind { PROGRAM_NONE, PROGRAM_EXE, PROGRAM_BATCH, PROGRAM_OTHER };

/* What a command's name stands for; its path in the arena. */
enum program_kind find_program(const WCHAR *name, WCHAR **path);
/*
 * Starts a program with our standard handles.  dir, title, environment may
 * be NULL.  False with the last error.
 */
bool start_program(const WCHAR *path, WCHAR *line, const WCHAR *dir,
		   const WCHAR *title, DWORD flags, WORD show,
		   PROCESS_INFORMATION *pi);
/* Starts cmd.exe itself with these arguments. */
bool start_cmd(const WCHAR *arguments, PROCESS_INFORMATION *pi);
/* Waits for a process and closes it; its exit code. */
int wait_program(PROCESS_INFORMATION *pi);
bool is_gui_program(const WCHAR *path);
/* name with arguments as it stands in the text. */
int run_external(const WCHAR *name, const WCHAR *text, const WCHAR *arguments);
WCHAR *full_path(const WCHAR *s);
/* name in the folder dir. */
WCHAR *below(const WCHAR *dir, const WCHAR *name);
bool file_exists(const WCHAR *s);
bool is_folder(const WCHAR *s);

/* ---- if.c, for.c, for-lines.c ---- */

int run_if(struct node *n);
int run_for(struct node *n);
int run_for_lines(struct node *n);
int run_for_body(struct node *n, struct for_variable *v);
/* Names in dir that match; also hidden ones if all. */
struct names {
	WCHAR **name;
	DWORD *attributes;
	size_t n, room;
};
void list_names(struct names *l, const WCHAR *pattern, bool folders);
/* What is to be walked below dir, as dir\name\; dir ends in a backslash. */
void list_subfolders(struct names *l, const WCHAR *dir);

/* ---- batch.c ---- */

/* Starts a batch file; from another without call it takes its place. */
int run_batch_file(const WCHAR *path, const WCHAR *name, const WCHAR *arguments,
		   bool call);
void pop_batch(void);
void end_local(void);

/* ---- arith.c ---- */

/* Text to a number as C would; false if it is none as a whole. */
bool parse_number(const WCHAR *s, long *value);
/* set /a; 0 and *value, or the error's code, which was shown. */
int evaluate(const WCHAR *s, int *value);

/* ---- commands ---- */

enum {
	LEVEL_KEEP = 0,      /* success leaves ERRORLEVEL alone */
	LEVEL_CLEAR = 1,     /* success makes it 0 */
	LEVEL_CLEAR_CMD = 2, /* the same, but only in .cmd files */
	LEVEL_OWN = 4,       /* the command sets it, or nothing does */
};

struct builtin {
	const WCHAR *name;
	int (*run)(WCHAR *arguments);
	unsigned level;
};

/* ---- usage.c ---- */

/* What name[0..n) does and how it is used; false: it has no text here. */
bool show_usage(const WCHAR *name, size_t n);
/* Windows has a program for it, so a program by that name comes before it. */
int cmd_help(WCHAR *arguments);

/* ---- builtin.c ---- */

/* Each builtin that begins so is given to add_command_name(). */
void add_builtins(const WCHAR *begin, void *names);

/* The builtin that the name s[0..n) is, or NULL. */
const struct builtin *find_builtin(const WCHAR *s, size_t n);

/*
 * Switches of a command that takes them anywhere: each /x of *args is handed
 * to seen() (the text after the slash; NULL: there are none) and cut out.  What
 * is left are the words.  False: a switch was wrong, and the error was shown.
 */
bool take_switches(WCHAR *args, bool (*seen)(const WCHAR *s, void *data),
		   void *data, WCHAR ***words, unsigned *count);
bool bad_switch(const WCHAR *s);

/* Which files dir and del take: /a's letters. */
struct attributes {
	bool given;       /* otherwise all but hidden and system files */
	DWORD set, clear; /* that must and must not be there */
};
/*
 * Adds the letters behind /a, of the attributes in allowed; false: one is none
 * of them.
 */
bool attribute_letters(struct attributes *a, const WCHAR *s, DWORD allowed);
bool attributes_match(const struct attributes *a, DWORD attributes);

/* The time in a file or now as cmd.exe writes it. */
WCHAR *date_text(const SYSTEMTIME *t, bool weekday);
WCHAR *time_text(const SYSTEMTIME *t, bool seconds);
WCHAR *minutes_text(const SYSTEMTIME *t);

#define COMMAND(f) int f(WCHAR *args)
COMMAND(cmd_assoc);
COMMAND(cmd_break);
COMMAND(cmd_call);
COMMAND(cmd_cd);
COMMAND(cmd_cls);
COMMAND(cmd_color);
COMMAND(cmd_copy);
COMMAND(cmd_date);
COMMAND(cmd_del);
COMMAND(cmd_dir);
COMMAND(cmd_echo);
COMMAND(cmd_endlocal);
COMMAND(cmd_exit);
COMMAND(cmd_ftype);
COMMAND(cmd_goto);
COMMAND(cmd_md);
COMMAND(cmd_mklink);
COMMAND(cmd_move);
COMMAND(cmd_path);
COMMAND(cmd_pause);
COMMAND(cmd_popd);
COMMAND(cmd_prompt);
COMMAND(cmd_pushd);
COMMAND(cmd_rd);
COMMAND(cmd_rem);
COMMAND(cmd_ren);
COMMAND(cmd_set);
COMMAND(cmd_setlocal);
COMMAND(cmd_shift);
COMMAND(cmd_start_command);
COMMAND(cmd_time);
COMMAND(cmd_title);
COMMAND(cmd_type);
COMMAND(cmd_ver);
COMMAND(cmd_verify);
COMMAND(cmd_vol);

/* The new name that a mask with wildcards makes of an old one. */
WCHAR *apply_mask(const WCHAR *name, const WCHAR *mask);

/* The folders pushd remembers. */
unsigned pushed_folders(void);
/* Makes dir the current folder, /d included; 0 or the error. */
DWORD change_folder(const WCHAR *dir);
WCHAR *current_folder(void);

#endif
