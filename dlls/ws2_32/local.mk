DLLS += ws2_32
ws2_32_SOURCES = %D%/startup.c %D%/error.c %D%/socket.c %D%/data.c %D%/select.c %D%/option.c \
	%D%/protocol.c %D%/extension.c %D%/address.c %D%/names.c %D%/databases.c %D%/resolve.c \
	%D%/connect.c %D%/lookup.c %D%/interfaces.c %D%/dns.c %D%/addrinfo.c %D%/addrinfo-ex.c %D%/namespace.c %D%/rio.c %D%/rio-request.c %D%/async.c
ws2_32_ENTRY = DllMain
ws2_32_IMPORTS = ntdll kernel32
