include $(srcdir)/dlls/vcruntime140/eh.mk
DLLS += vcruntime140
vcruntime140_SOURCES = $(eh_SOURCES) %D%/dllmain.c
vcruntime140_SOURCES_x86_64 = $(eh_SOURCES_x86_64)
vcruntime140_SOURCES_i686 = $(eh_SOURCES_i686)
vcruntime140_IMPORTS = ntdll kernel32 ucrtbase
vcruntime140_ENTRY = DllMain
