DLLS += dbghelp
dbghelp_SOURCES = %D%/symbols.c %D%/modules.c
dbghelp_IMPORTS = ntdll kernel32
