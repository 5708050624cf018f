/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * usage.c - what each command does: for /? and for help.
 *
 * Those without a text of their own are programs beside cmd.exe, which answer /?
 * themselves.
 */
#include "cmd.h"

/* clang-format off */
static const struct usage {
	const WCHAR *name, *what, *how;
} usages[] = {
	{ L"assoc", L"Shows or sets which type a file's extension has.",
	  L"ASSOC [.ext[=[type]]]\r\n"
	  L"\r\n"
	  L"  .ext   Shows only that one.\r\n"
	  L"  =type  Gives it that type; without a type it has none any more.\r\n"
	  L"\r\n"
	  L"FTYPE says what opens files of a type." },
	{ L"attrib", L"Shows or changes the attributes of files.",
	  NULL },
	{ L"break", L"Does nothing; kept for old scripts.",
	  L"BREAK [ON | OFF]" },
	{ L"call", L"Runs a batch file, or a part of this one, and comes back.",
	  L"CALL [drive:][path]file [arguments]\r\n"
	  L"CALL :label [arguments]\r\n"
	  L"CALL command\r\n"
	  L"\r\n"
	  L"  :label  Goes on behind that label until the file ends, or EXIT /B or\r\n"
	  L"          GOTO :EOF is met.\r\n"
	  L"\r\n"
	  L"Arguments are %1 to %9, all of them %*; %0 is the name. %~1 is %1 without its\r\n"
	  L"quotes. Between ~ and the number there may be any of these letters:\r\n"
	  L"\r\n"
	  L"  f  The whole path.            s  Short names in it.\r\n"
	  L"  d  Its drive.                 a  The file's attributes.\r\n"
	  L"  p  Its folder.                t  Its date and time.\r\n"
	  L"  n  Its name.                  z  Its size.\r\n"
	  L"  x  Its extension.             $PATH:  Where PATH has it.\r\n"
	  L"\r\n"
	  L"Before CALL runs a command its variables (%name%) are replaced once more." },
	{ L"cd", L"Shows or changes the current folder.",
	  L"CD [/D] [drive:][path]\r\n"
	  L"CD [..]\r\n"
	  L"\r\n"
	  L"  /D  Changes the drive as well.\r\n"
	  L"\r\n"
	  L"Without a path it shows the current folder; CD drive: shows that drive's." },
	{ L"chcp", L"Shows the console's code page, or sets it.",
	  NULL },
	{ L"chdir", L"Shows or changes the current folder.",
	  L"CHDIR [/D] [drive:][path]\r\n"
	  L"\r\n"
	  L"Another name of CD." },
	{ L"choice", L"Asks for one of some keys.",
	  NULL },
	{ L"cls", L"Clears the screen.",
	  L"CLS" },
	{ L"cmd", L"Starts another cmd.exe.",
	  L"CMD [/A | /U] [/Q] [/D] [/E:ON | /E:OFF] [/V:ON | /V:OFF] [/S] [/T:fg]\r\n"
	  L"    [/C command | /K command]\r\n"
	  L"\r\n"
	  L"  /C  Runs the command and ends; its exit code is cmd's.\r\n"
	  L"  /K  Runs the command and goes on with what is typed.\r\n"
	  L"  /S  Takes the first and the last quote off the command, whatever lies between.\r\n"
	  L"  /Q  Does not show commands (ECHO OFF).\r\n"
	  L"  /D  Does not run what the registry's AutoRun says.\r\n"
	  L"  /A  Commands write in the console's code page into files and pipes.\r\n"
	  L"  /U  They write UTF-16.\r\n"
	  L"  /E  Command extensions; they are on unless switched off.\r\n"
	  L"  /V  Delayed expansion: !name! is the variable when the command runs.\r\n"
	  L"  /T  Colours, as for COLOR.\r\n"
	  L"\r\n"
	  L"What follows /C or /K is the command, to the end of the line: they come last.\r\n"
	  L"A command in quotes keeps them if there are just two, no &<>()@^| between them,\r\n"
	  L"blanks, and the whole is the name of a program; and not with /S.\r\n"
	  L"\r\n"
	  L"The registry's Software\\Microsoft\\Command Processor, of the machine and of the\r\n"
	  L"user, has AutoRun (a command), EnableExtensions and DelayedExpansion (0 or 1)." },
	{ L"color", L"Sets the console's colours.",
	  L"COLOR [bf]\r\n"
	  L"\r\n"
	  L"  b, f  Background and text, a digit each; without them, as it was.\r\n"
	  L"\r\n"
	  L"  0 black   1 blue   2 green   3 aqua   4 red   5 purple   6 yellow   7 white\r\n"
	  L"  8 to F: the same, bright" },
	{ L"copy", L"Copies files, or joins them to one.",
	  L"COPY [/D] [/V] [/N] [/Y | /-Y] [/Z] [/L] [/A | /B] source [/A | /B]\r\n"
	  L"     [+ source [/A | /B] [+ ...]] [destination [/A | /B]]\r\n"
	  L"\r\n"
	  L"  /A   Text: a file ends at its first Ctrl-Z.\r\n"
	  L"  /B   All of its bytes.\r\n"
	  L"  /Y   Overwrites without asking, as within a batch file anyway.\r\n"
	  L"  /-Y  Asks before it overwrites.\r\n"
	  L"  /D /L /N /V /Z are accepted, and change nothing.\r\n"
	  L"\r\n"
	  L"With + the sources become one file, as text unless /B is given." },
	{ L"date", L"Shows the date.",
	  L"DATE [/T | date]\r\n"
	  L"\r\n"
	  L"  /T  Only shows it, without asking for another." },
	{ L"del", L"Deletes files.",
	  L"DEL [/P] [/F] [/S] [/Q] [/A[[:]attributes]] names\r\n"
	  L"\r\n"
	  L"  /P  Asks before each.\r\n"
	  L"  /F  Also those that can only be read.\r\n"
	  L"  /S  Also in all folders below.\r\n"
	  L"  /Q  Does not ask when a name means all of a folder.\r\n"
	  L"  /A  Only those with these attributes: R H S I A L O, - before one for not.\r\n"
	  L"\r\n"
	  L"With /S it shows what it deletes. Of a folder's name all files in it are meant." },
	{ L"dir", L"Lists folders.",
	  L"DIR [drive:][path][name] [/A[[:]attributes]] [/B] [/C] [/D] [/L] [/N]\r\n"
	  L"    [/O[[:]order]] [/P] [/Q] [/R] [/S] [/T[[:]field]] [/W] [/X] [/4]\r\n"
	  L"\r\n"
	  L"  /A  Those with these attributes: D R H A S I L O, - before one for not;\r\n"
	  L"      without letters, all.\r\n"
	  L"  /B  Only names; with /S, whole paths.\r\n"
	  L"  /C  Commas in sizes; /-C, none.\r\n"
	  L"  /D  As /W, in columns downwards.\r\n"
	  L"  /L  Names in small letters.\r\n"
	  L"  /O  In the order of N name, E extension, S size, D date, G folders first;\r\n"
	  L"      - before one turns it round.\r\n"
	  L"  /Q  Shows who owns it.\r\n"
	  L"  /S  Also all folders below.\r\n"
	  L"  /T  The time meant is C made, A last read or W last written.\r\n"
	  L"  /W  Several names in a line.\r\n"
	  L"  /X  Shows short names.\r\n"
	  L"  /N /P /R /4 are accepted, and change nothing.\r\n"
	  L"\r\n"
	  L"DIRCMD has switches that are always meant; a - before one undoes it." },
	{ L"doskey", L"Macros for typed lines, and the lines that were typed.",
	  NULL },
	{ L"echo", L"Shows text, or whether commands are shown.",
	  L"ECHO [ON | OFF]\r\n"
	  L"ECHO [text]\r\n"
	  L"\r\n"
	  L"ECHO alone says whether commands are shown before they run; ECHO. shows an empty\r\n"
	  L"line." },
	{ L"endlocal", L"Ends what SETLOCAL began.",
	  L"ENDLOCAL\r\n"
	  L"\r\n"
	  L"Variables, folder and settings are again as before SETLOCAL. The end of the\r\n"
	  L"batch file does it, too." },
	{ L"erase", L"Deletes files.",
	  L"ERASE [/P] [/F] [/S] [/Q] [/A[[:]attributes]] names\r\n"
	  L"\r\n"
	  L"Another name of DEL." },
	{ L"exit", L"Ends cmd.exe, or the batch file.",
	  L"EXIT [/B] [code]\r\n"
	  L"\r\n"
	  L"  /B    Ends the batch file, or what CALL :label began, and not cmd.exe.\r\n"
	  L"  code  Becomes ERRORLEVEL, or cmd.exe's exit code." },
	{ L"find", L"Shows the lines of files, or of the input, that hold a text.",
	  NULL },
	{ L"findstr", L"Shows the lines that match a text or an expression.",
	  NULL },
	{ L"for", L"Runs a command for each of several things.",
	  L"FOR %v IN (set) DO command\r\n"
	  L"FOR /D %v IN (set) DO command\r\n"
	  L"FOR /R [[drive:]path] %v IN (set) DO command\r\n"
	  L"FOR /L %v IN (start,step,end) DO command\r\n"
	  L"FOR /F [\"options\"] %v IN (files | \"text\" | 'command') DO command\r\n"
	  L"\r\n"
	  L"  %v  The variable: one letter. In a batch file it is written %%v.\r\n"
	  L"  /D  Names with * or ? stand for folders, not files.\r\n"
	  L"  /R  Does it in that folder, or the current one, and in all below.\r\n"
	  L"  /L  Counts from start by step to end.\r\n"
	  L"  /F  Takes the lines of files, of a text, or of what a command prints, apart.\r\n"
	  L"\r\n"
	  L"Options of /F, within one pair of quotes:\r\n"
	  L"\r\n"
	  L"  eol=c       Lines that begin with c are passed over (;).\r\n"
	  L"  skip=n      So are the first n lines.\r\n"
	  L"  delims=xy   These characters part words (blank and tab).\r\n"
	  L"  tokens=1,3-5,*\r\n"
	  L"              The words that %v and the letters after it become (1); * is the\r\n"
	  L"              rest of the line.\r\n"
	  L"  usebackq    `command`, 'text', and \"file\" may be in quotes.\r\n"
	  L"\r\n"
	  L"With ~ and letters before it the variable is a part of it, as CALL /? says:\r\n"
	  L"%~nxv is name and extension." },
	{ L"ftype", L"Shows or sets what opens files of a type.",
	  L"FTYPE [type[=[command]]]\r\n"
	  L"\r\n"
	  L"  =command  Opens them with that, in which %1 is the file; without a command\r\n"
	  L"            nothing does." },
	{ L"goto", L"Goes on at a label of the batch file.",
	  L"GOTO label\r\n"
	  L"GOTO :EOF\r\n"
	  L"\r\n"
	  L"A label is a line that begins with a colon. :EOF is the end of the file, or of\r\n"
	  L"what CALL :label began." },
	{ L"help", L"Lists commands, or shows what one does.",
	  L"HELP [command]" },
	{ L"hostname", L"Prints the computer's name.",
	  NULL },
	{ L"icacls", L"Shows or changes the access lists of files and folders.",
	  NULL },
	{ L"if", L"Runs a command if something is so.",
	  L"IF [NOT] ERRORLEVEL number command [ELSE command]\r\n"
	  L"IF [NOT] EXIST name command [ELSE command]\r\n"
	  L"IF [/I] [NOT] text==text command [ELSE command]\r\n"
	  L"IF [/I] [NOT] a EQU | NEQ | LSS | LEQ | GTR | GEQ b command\r\n"
	  L"IF [NOT] DEFINED variable command\r\n"
	  L"IF [NOT] CMDEXTVERSION number command\r\n"
	  L"\r\n"
	  L"  NOT         If it is not so.\r\n"
	  L"  ERRORLEVEL  The last program's exit code is number or more.\r\n"
	  L"  EXIST       There is a file or folder of that name; * and ? may be in it.\r\n"
	  L"  /I          Without regard to case.\r\n"
	  L"  EQU ...     Equal, not equal, less, less or equal, greater, greater or equal:\r\n"
	  L"              as numbers if both are, else as texts.\r\n"
	  L"\r\n"
	  L"ELSE must stand in the line where the first command ends, which therefore is in\r\n"
	  L"parentheses." },
	{ L"md", L"Makes a folder, and those on the way to it.",
	  L"MD [drive:]path" },
	{ L"mkdir", L"Makes a folder, and those on the way to it.",
	  L"MKDIR [drive:]path\r\n"
	  L"\r\n"
	  L"Another name of MD." },
	{ L"mklink", L"Makes links.",
	  L"MKLINK [[/D] | [/H] | [/J]] link target\r\n"
	  L"\r\n"
	  L"  /D  A symbolic link to a folder; without a switch, to a file.\r\n"
	  L"  /H  A hard link.\r\n"
	  L"  /J  A junction." },
	{ L"more", L"Shows files, or the input, a screen at a time.",
	  NULL },
	{ L"move", L"Moves files, and renames folders.",
	  L"MOVE [/Y | /-Y] source destination\r\n"
	  L"\r\n"
	  L"  /Y   Overwrites without asking, as within a batch file anyway.\r\n"
	  L"  /-Y  Asks before it overwrites." },
	{ L"path", L"Shows or sets where programs are looked for.",
	  L"PATH [folder[;...]]\r\n"
	  L"PATH ;\r\n"
	  L"\r\n"
	  L"PATH ; leaves only the current folder. %PATH% among the folders is what it was." },
	{ L"pause", L"Waits for a key.",
	  L"PAUSE" },
	{ L"popd", L"Goes back to the folder that PUSHD left.",
	  L"POPD" },
	{ L"prompt", L"Sets what is shown before each command that is typed.",
	  L"PROMPT [text]\r\n"
	  L"\r\n"
	  L"In the text $ and a letter stand for:\r\n"
	  L"\r\n"
	  L"  A &   B |   C (   F )   G >   L <   Q =   S blank   $ $\r\n"
	  L"  D date   T time   V version   N drive   P drive and folder\r\n"
	  L"  E escape   H backspace   _ next line   + a + for each PUSHD\r\n"
	  L"\r\n"
	  L"Without a text it is $P$G." },
	{ L"pushd", L"Remembers the current folder, and changes it.",
	  L"PUSHD [path | ..]\r\n"
	  L"\r\n"
	  L"Without a path it shows what is remembered. POPD goes back." },
	{ L"rd", L"Removes folders.",
	  L"RD [/S] [/Q] [drive:]path\r\n"
	  L"\r\n"
	  L"  /S  With all that is in it.\r\n"
	  L"  /Q  Does not ask about that." },
	{ L"reg", L"Reads and changes the registry.",
	  NULL },
	{ L"rem", L"A remark: does nothing.",
	  L"REM [text]" },
	{ L"ren", L"Renames files and folders.",
	  L"REN [drive:][path]old new\r\n"
	  L"\r\n"
	  L"The new name has no path. * and ? in it stand for what the old one has there." },
	{ L"rename", L"Renames files and folders.",
	  L"RENAME [drive:][path]old new\r\n"
	  L"\r\n"
	  L"Another name of REN." },
	{ L"rmdir", L"Removes folders.",
	  L"RMDIR [/S] [/Q] [drive:]path\r\n"
	  L"\r\n"
	  L"Another name of RD." },
	{ L"set", L"Shows, sets or computes variables.",
	  L"SET [name=[value]]\r\n"
	  L"SET /A expression\r\n"
	  L"SET /P name=[prompt]\r\n"
	  L"\r\n"
	  L"  name  Shows all that begin so; name= removes it.\r\n"
	  L"  /A    Computes whole numbers of 32 bits: ( ) ! ~ - * / % + - << >> & ^ |\r\n"
	  L"        = *= /= %= += -= &= ^= |= <<= >>= and , between expressions. Names\r\n"
	  L"        are variables, and need no %. 0x is hexadecimal, 0 octal.\r\n"
	  L"  /P    Shows the prompt and takes a line of the input.\r\n"
	  L"\r\n"
	  L"  %name:a=b%  The variable with each a replaced by b; with *a, all up to it.\r\n"
	  L"  %name:~n,m% m characters of it behind the first n; both may be negative, which\r\n"
	  L"              is counted from the end.\r\n"
	  L"  !name!      With delayed expansion: what it is when the command runs.\r\n"
	  L"\r\n"
	  L"Always there: CD, DATE, TIME, RANDOM, ERRORLEVEL, CMDEXTVERSION, CMDCMDLINE." },
	{ L"setlocal", L"Keeps changes of variables and folder within the batch file.",
	  L"SETLOCAL [ENABLEEXTENSIONS | DISABLEEXTENSIONS]\r\n"
	  L"         [ENABLEDELAYEDEXPANSION | DISABLEDELAYEDEXPANSION]\r\n"
	  L"\r\n"
	  L"Until ENDLOCAL, or the end of the file. ENABLEDELAYEDEXPANSION has !name! mean\r\n"
	  L"the variable when the command runs, not when its line is read." },
	{ L"shift", L"Moves a batch file's arguments.",
	  L"SHIFT [/n]\r\n"
	  L"\r\n"
	  L"%2 becomes %1 and so on.\r\n"
	  L"\r\n"
	  L"  /n  Those below number n stay." },
	{ L"sort", L"Sorts lines.",
	  NULL },
	{ L"start", L"Starts a program without waiting for it.",
	  L"START [\"title\"] [/D path] [/I] [/MIN] [/MAX] [/SEPARATE | /SHARED]\r\n"
	  L"      [/LOW | /NORMAL | /HIGH | /REALTIME | /ABOVENORMAL | /BELOWNORMAL]\r\n"
	  L"      [/NODE n] [/AFFINITY mask] [/WAIT] [/B] command [arguments]\r\n"
	  L"\r\n"
	  L"  \"title\"    What is first in quotes is a title, never the program.\r\n"
	  L"  /D path    Its current folder.\r\n"
	  L"  /I         With the variables that cmd.exe was started with.\r\n"
	  L"  /WAIT      Waits for its end.\r\n"
	  L"  /B         In this console, where it does not hear Ctrl-C.\r\n"
	  L"  /LOW ...   Its priority class.\r\n"
	  L"  /AFFINITY  The processors it may use, in hexadecimal.\r\n"
	  L"  The others are accepted, and change nothing." },
	{ L"taskkill", L"Ends processes of the session.",
	  NULL },
	{ L"tasklist", L"Lists the session's processes.",
	  NULL },
	{ L"time", L"Shows the time.",
	  L"TIME [/T | time]\r\n"
	  L"\r\n"
	  L"  /T  Only shows it, without asking for another." },
	{ L"timeout", L"Waits for some seconds, or for a key.",
	  NULL },
	{ L"title", L"Sets the window's title.",
	  L"TITLE [text]" },
	{ L"type", L"Shows the text of files.",
	  L"TYPE [drive:][path]name ..." },
	{ L"ver", L"Shows the version of Windows.",
	  L"VER" },
	{ L"verify", L"Whether writes are checked, which changes nothing.",
	  L"VERIFY [ON | OFF]" },
	{ L"vol", L"Shows a drive's label and number.",
	  L"VOL [drive:]" },
	{ L"where", L"Finds files on the path, or in a folder and those below it.",
	  NULL },
	{ L"whoami", L"Prints the user's name, with the computer's before it.",
	  NULL },
	{ L"xcopy", L"Copies files and trees of folders.",
	  NULL },
};
/* clang-format on */

static const struct usage *find(const WCHAR *s, size_t n)
{
	for (size_t i = 0; i < COUNT_OF(usages); i++)
		if (same_word(s, n, usages[i].name))
			return &usages[i];
	return NULL;
}

bool show_usage(const WCHAR *name, size_t n)
{
	const struct usage *u = find(name, n);

	if (!u || !u->how)
		return false;
	outf(L"%ls\r\n\r\n%ls\r\n", u->what, u->how);
	return true;
}

static WCHAR *capitals(const WCHAR *s)
{
	WCHAR *copy = copy_text(s, wcslen(s));

	for (WCHAR *p = copy; *p; p++)
		*p = towupper(*p);
	return copy;
}

int cmd_help(WCHAR *arguments)
{
	const WCHAR *s = arguments, *name = next_word(&s);
	const struct usage *u;
	size_t n;

	if (!name) {
		outf(L"HELP command shows more about one of these:\r\n\r\n");
		for (size_t i = 0; i < COUNT_OF(usages); i++)
			outf(L"%-10ls %ls\r\n", capitals(usages[i].name),
			     usages[i].what);
		return cmd.level = 0;
	}
	if (!wcscmp(name, L"/?"))
		name = L"help";
	n = wcslen(name);
	if (show_usage(name, n))
		return cmd.level = 0;
	u = find(name, n);
	if (u) { /* a program: it knows */
		struct str t = { 0 };

		str_puts(&t, u->name);
		str_puts(&t, L" /?");
		return run_command(str_text(&t));
	}
	errf(L"HELP does not know %ls. Try \"%ls /?\".\r\n", name, name);
	return cmd.level = 1;
}
