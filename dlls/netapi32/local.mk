# SPDX-License-Identifier: LGPL-2.1-or-later
DLLS += netapi32
netapi32_SOURCES = %D%/user.c %D%/machine.c
netapi32_IMPORTS = ntdll kernel32
netapi32_DELAYED = advapi32
