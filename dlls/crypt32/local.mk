DLLS += crypt32
crypt32_SOURCES = %D%/text.c %D%/cert.c %D%/cert-property.c %D%/cert-der.c %D%/der.c %D%/name.c %D%/signature.c %D%/chain.c \
	%D%/chain-check.c %D%/chain-names.c %D%/chain-policy.c %D%/pfx.c %D%/protect.c %D%/query.c %D%/store.c %D%/store-system.c \
	dlls/tls/host.c dlls/hash/hash.c dlls/hash/md-old.c dlls/seal/key.c dlls/seal/seal.c
crypt32_IMPORTS = ntdll kernel32
crypt32_DELAYED = advapi32
crypt32_CFLAGS = -DDPAPI_IMP=
