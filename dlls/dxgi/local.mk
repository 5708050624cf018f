# SPDX-License-Identifier: LGPL-2.1-or-later
DLLS += dxgi
dxgi_SOURCES = %D%/factory.c
dxgi_IMPORTS = kernel32 ntdll
