DLLS += dbghelp
dbghelp_SOURCES = %D%/symbols.c
dbghelp_IMPORTS = ntdll kernel32
