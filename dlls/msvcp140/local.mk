# SPDX-License-Identifier: LGPL-2.1-or-later
DLLS += msvcp140
msvcp140_SOURCES = %D%/thread.c %D%/convert.c %D%/locinfo.c %D%/locale.c \
	%D%/string.c %D%/syserror.c %D%/throw.c %D%/exception-ptr.c %D%/facets.c \
	%D%/codecvt.c %D%/ios.c %D%/number.c %D%/narrow.c %D%/new-handler.c %D%/wide.c %D%/dllmain.c \
	%D%/rtti.S
msvcp140_IMPORTS = vcruntime140 ucrtbase kernel32 ntdll
msvcp140_ENTRY = DllMain
msvcp140_CFLAGS = -D_UCRT
