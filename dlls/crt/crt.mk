# SPDX-License-Identifier: LGPL-2.1-or-later
# The C runtime's sources; ucrtbase and msvcrt are both built from them.
crt_SOURCES = dlls/crt/args.c dlls/crt/bessel.c dlls/crt/collate.c \
	dlls/crt/compat.c dlls/crt/conio.c dlls/crt/conv.c dlls/crt/ctype.c \
	dlls/crt/data.c dlls/crt/env.c dlls/crt/errno.c dlls/crt/exit.c \
	dlls/crt/file.c dlls/crt/fltfmt.c dlls/crt/fltscale.c dlls/crt/fopen.c dlls/crt/fpu.c \
	dlls/crt/heap.c dlls/crt/invalid.c dlls/crt/locale-data.c \
	dlls/crt/locale-name.c dlls/crt/locale.c dlls/crt/lock.c \
	dlls/crt/lowio-rw.c dlls/crt/lowio.c dlls/crt/math-exports.c dlls/crt/math.c dlls/crt/mbstring-l.c \
	dlls/crt/mbstring.c dlls/crt/mem.c dlls/crt/memstr.c dlls/crt/path.c \
	dlls/crt/printf-ucrt.c dlls/crt/printf.c dlls/crt/process.c \
	dlls/crt/scanf.c dlls/crt/signal.c dlls/crt/start.c dlls/crt/stdio.c \
	dlls/crt/stdlib.c dlls/crt/stream.c dlls/crt/strftime.c dlls/crt/string.c \
	dlls/crt/strtol.c dlls/crt/thread.c dlls/crt/time.c dlls/crt/tmpfile.c dlls/crt/trig.c \
	dlls/crt/wstdio.c dlls/crt/wstring.c dlls/crt/math-pull.S
crt_SOURCES_i686 = dlls/crt/ci-i686.S
