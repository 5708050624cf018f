# kernelbase is kernel32 under another name, and the functions for paths that
# kernel32 has not.
DLLS += kernelbase
kernelbase_IMPORTS = ntdll kernel32 advapi32
kernelbase_SOURCES = %D%/path-cch.c %D%/path-edit.c
kernelbase_forward_specs = $(addprefix $(srcdir)/dlls/,kernel32/kernel32.spec \
	kernel32/kernel32-b.spec advapi32/advapi32.spec)
kernelbase_DEF_EXTRA = $(AWK) -f $(srcdir)/dlls/kernelbase/gen-forward.awk $(kernelbase_forward_specs)
kernelbase_DEF_DEPS = $(srcdir)/dlls/kernelbase/gen-forward.awk $(kernelbase_forward_specs)
