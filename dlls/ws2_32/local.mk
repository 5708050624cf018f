DLLS += ws2_32
ws2_32_SOURCES = %D%/startup.c %D%/address.c %D%/names.c %D%/socket.c
ws2_32_ENTRY = DllMain
ws2_32_IMPORTS = ntdll kernel32
