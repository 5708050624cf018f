DLLS += secur32
secur32_SOURCES = %D%/name.c %D%/logon.c %D%/sspi.c %D%/sspi-table.c %D%/handle.c %D%/error.c dlls/tls/host.c \
	%D%/credential.c %D%/verify.c %D%/handshake.c %D%/message.c %D%/attribute.c %D%/attribute-tls.c
secur32_IMPORTS = ntdll kernel32
secur32_DELAYED = crypt32 advapi32
