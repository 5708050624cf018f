DLLS += ntdll
# We are what the headers would import from.
ntdll_CFLAGS = -D_NTSYSTEM_
ntdll_SOURCES = %D%/ldr.c %D%/ldr-import.c %D%/ldr-search.c %D%/ldr-tls.c \
	%D%/ldr-start.c %D%/ldr-api.c %D%/ldr-delay.c %D%/ldr-message.c %D%/thread-start.c
ntdll_SPECS = %D%/ntdll.spec %D%/ntdll-ldr.spec %D%/ntdll-except.spec %D%/ntdll-resource.spec
ntdll_SOURCES += %D%/ldr-resource.c
ntdll_SOURCES += %D%/unwind-table.c %D%/vectored.c %D%/unhandled.c
ntdll_SOURCES_x86_64 = %D%/stubs-x86_64.s %D%/except-x86_64.S \
	%D%/dispatch-x86_64.c %D%/unwind-x86_64.c %D%/specific.c \
	%D%/breakin-x86_64.c
ntdll_SOURCES_i686 = %D%/stubs-i686.s %D%/except-i686.S \
	%D%/dispatch-i686.c %D%/safe-handlers.c %D%/call64-i686.S \
	%D%/wow64-i686.c
# rtl
ntdll_SOURCES += dlls/crt/mem.c dlls/crt/memstr.c %D%/mem.c %D%/str.c %D%/wcs.c %D%/cnum.c %D%/printf.c \
	%D%/error.c %D%/heap.c %D%/heap-create.c %D%/heap-pages.c %D%/heap-debug.c %D%/park.c \
	%D%/critsec.c %D%/srwlock.c %D%/sync.c %D%/slist.c %D%/ustring.c \
	%D%/unicode.c %D%/nls.c %D%/process.c %D%/random.c %D%/fls.c %D%/tls.c \
	%D%/env.c %D%/params.c %D%/path.c %D%/path-current.c %D%/path-nt.c %D%/image.c \
	%D%/atom.c %D%/bitmap.c %D%/security.c %D%/acl.c %D%/boundary.c %D%/secdesc.c \
	%D%/avl.c %D%/splay.c %D%/compress.c %D%/ipaddr.c %D%/etw.c \
	%D%/handletable.c %D%/digest.c %D%/extra.c \
	%D%/tp-pool.c %D%/tp-object.c %D%/tp-sched.c %D%/tp-timer.c \
	%D%/tp-wait.c %D%/tp-io.c %D%/tp-old.c \
	%D%/../unicode/case.c %D%/../unicode/ctype.c \
	%D%/../unicode/codepage.c %D%/../unicode/normalize.c \
	%D%/../unicode/idn.c
ntdll_SOURCES += %D%/time.c %D%/clock.c %D%/text.c %D%/debug.c %D%/dbgui.c
ntdll_SPECS += %D%/ntdll-time.spec
ntdll_SOURCES_x86_64 += %D%/helpers-x86_64.S
ntdll_SOURCES_i686 += %D%/helpers-i686.S %D%/arith-i686.c
ntdll_SPECS += %D%/ntdll-arith.spec
ntdll_SOURCES_x86_64 += %D%/messages.s
ntdll_SOURCES_i686 += %D%/messages.s
# No entry point: the kernel starts ntdll at LdrInitializeThunk.
ntdll_GENERATED = dlls/ntdll/doserror-rows.h dlls/ntdll/apisets.inc dlls/ntdll/knowndlls.inc
ntdll_DEF_EXTRA = $(AWK) -v mode=def -v arch=$(1) \
	-f $(srcdir)/dlls/ntdll/gen-stubs.awk $(srcdir)/syscall-xlate/nt/syscalls.tbl
ntdll_DEF_DEPS = $(srcdir)/dlls/ntdll/gen-stubs.awk $(srcdir)/syscall-xlate/nt/syscalls.tbl

dlls/ntdll/stubs-%.s: $(srcdir)/syscall-xlate/nt/syscalls.tbl $(srcdir)/dlls/ntdll/gen-stubs.awk
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(AWK) -v arch=$* -f $(srcdir)/dlls/ntdll/gen-stubs.awk $< >$@.t && mv $@.t $@

dlls/ntdll/apisets.inc: $(srcdir)/dlls/apisets.tbl $(srcdir)/dlls/ntdll/gen-apisets.awk
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(AWK) -v mode=sets -f $(srcdir)/dlls/ntdll/gen-apisets.awk $< >$@.t && mv $@.t $@
dlls/ntdll/knowndlls.inc: $(srcdir)/dlls/apisets.tbl $(srcdir)/dlls/ntdll/gen-apisets.awk
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(AWK) -v mode=known -f $(srcdir)/dlls/ntdll/gen-apisets.awk $< >$@.t && mv $@.t $@

dlls/ntdll/doserror-rows.h: $(srcdir)/dlls/ntdll/doserror.tbl $(srcdir)/dlls/ntdll/gen-doserror.awk
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(AWK) -f $(srcdir)/dlls/ntdll/gen-doserror.awk $< >$@.t && mv $@.t $@

dlls/ntdll/messages.s: $(srcdir)/dlls/ntdll/status-text.tbl $(srcdir)/dlls/ntdll/doserror.tbl \
		$(srcdir)/dlls/kernel32/error-messages.tbl $(srcdir)/dlls/ntdll/gen-messages.awk
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(AWK) -f $(srcdir)/dlls/ntdll/gen-messages.awk \
		$(srcdir)/dlls/kernel32/error-messages.tbl $(srcdir)/dlls/ntdll/status-text.tbl \
		$(srcdir)/dlls/ntdll/doserror.tbl >$@.t && mv $@.t $@
