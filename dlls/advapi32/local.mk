DLLS += advapi32
advapi32_CFLAGS = -D_ADVAPI32_
advapi32_SOURCES = %D%/access-entry.c %D%/account.c %D%/audit.c %D%/cipher.c %D%/cred.c %D%/cred-record.c \
	%D%/crypt.c %D%/crypt-hash.c %D%/crypt-key.c %D%/crypt-pair.c \
	%D%/crypt-rsa.c %D%/encrypt.c %D%/event.c %D%/lsa.c %D%/lsa-lookup.c \
	%D%/random.c %D%/rc2.c %D%/reg-get.c %D%/reg-hive.c %D%/reg-key.c %D%/reg-narrow.c %D%/reg-rare.c %D%/reg-tree.c \
	%D%/reg-value.c %D%/rsa.c %D%/sddl.c %D%/security.c %D%/shutdown.c %D%/service.c %D%/sid.c \
	%D%/privilege-text.c %D%/run-as.c %D%/safer.c %D%/token.c %D%/trustee.c dlls/hash/hash.c dlls/hash/md-old.c \
	dlls/seal/key.c dlls/seal/seal.c
advapi32_IMPORTS = ntdll kernel32
