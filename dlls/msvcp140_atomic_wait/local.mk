# SPDX-License-Identifier: LGPL-2.1-or-later
DLLS += msvcp140_atomic_wait
msvcp140_atomic_wait_SOURCES = %D%/atomic-wait.c
msvcp140_atomic_wait_IMPORTS = kernel32 ntdll
