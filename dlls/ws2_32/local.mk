DLLS += ws2_32
ws2_32_SOURCES = %D%/startup.c
ws2_32_IMPORTS = ntdll kernel32
