# SPDX-License-Identifier: LGPL-2.1-or-later
DLLS += msvcp140_1
msvcp140_1_SOURCES = %D%/memory-resource.c
msvcp140_1_IMPORTS = msvcp140 ucrtbase kernel32 ntdll
