# SPDX-License-Identifier: LGPL-2.1-or-later
include $(srcdir)/dlls/crt/crt.mk
include $(srcdir)/dlls/vcruntime140/eh.mk
DLLS += msvcrt
msvcrt_SOURCES = $(crt_SOURCES) dlls/crt/printf-msvcrt.c dlls/crt/cxx.c $(eh_SOURCES)
msvcrt_SOURCES_x86_64 = $(eh_SOURCES_x86_64)
msvcrt_SOURCES_i686 = $(crt_SOURCES_i686) $(eh_SOURCES_i686)
msvcrt_IMPORTS = kernel32 ntdll
msvcrt_LIBS = -lmingwex
msvcrt_ENTRY = DllMain
msvcrt_CFLAGS = -DCRT_MSVCRT=1 -D_SECIMP=
