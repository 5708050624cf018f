# SPDX-License-Identifier: LGPL-2.1-or-later
include $(srcdir)/dlls/crt/crt.mk
DLLS += ucrtbase
ucrtbase_SOURCES = $(crt_SOURCES)
ucrtbase_SOURCES_i686 = $(crt_SOURCES_i686)
ucrtbase_IMPORTS = kernel32 ntdll
ucrtbase_LIBS = -lmingwex
ucrtbase_ENTRY = DllMain
ucrtbase_CFLAGS = -DCRT_MSVCRT=0 -D_SECIMP=
