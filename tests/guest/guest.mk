# SPDX-License-Identifier: LGPL-2.1-or-later
# guest.mk - guest test programs and examples; plain GNU make, as dlls/dll.mk.
# tests/guest/nt/<topic>.c is one program, compiled for each architecture with
# mingw-w64's own headers and import libraries: nothing of the tree is in it.

# make knows how to make X of X.c, and does where that is newer: a test's script
# X beside the source of its program is not made of it.
%: %.c
%: %.o

guest_srcs := $(notdir $(wildcard $(srcdir)/tests/guest/nt/*.c))
# A test of what one width alone has says "// only: x86_64" (or i686).
guest_only = $(notdir $(shell grep -l '^// only: $(1)' $(srcdir)/tests/guest/nt/*.c))
guest_other_x86_64 = i686
guest_other_i686 = x86_64
guest_exes = $(foreach a,$(DLL_ARCHES),$(patsubst %.c,tests/guest/$(a)/%.exe, \
	$(filter-out $(call guest_only,$(guest_other_$(a))),$(guest_srcs))))
example_exes = $(patsubst $(srcdir)/examples/%.c,examples/%.exe,$(wildcard $(srcdir)/examples/*.c))

GUEST_CFLAGS = -std=gnu11 -O1 -g0 -Wall -Wextra -Wno-unused-parameter \
	-Wno-format -D_WIN32_WINNT=0x0a00 -I$(srcdir)/tests/guest/lib
GUEST_LIBS = -lntdll -lws2_32 -luser32 -ladvapi32 -lshell32 -lole32 -lpsapi \
	-lversion -lbcrypt -lwinmm

# A test may ask for more: a line "// link: -lfoo", "// link-i686: -lfoo" or
# "// cflags: ..." in it.
guest_extra = $(shell sed -n 's,^// $(1): ,,p' $(2))

define guest_rules
tests/guest/$(1)/%.exe: $(srcdir)/tests/guest/nt/%.c $(srcdir)/tests/guest/lib/check.h
	@$(MKDIR_P) $$(@D)
	$$(AM_V_CC)$$(dll_cc_$(1)) $$(GUEST_CFLAGS) $$(call guest_extra,cflags,$$<) \
		-MMD -MP -MF $$@.d -o $$@ $$< $$(call guest_extra,link,$$<) \
		$$(call guest_extra,link-$(1),$$<) $$(GUEST_LIBS) -static-libgcc
endef
$(foreach a,$(DLL_ARCHES),$(eval $(call guest_rules,$(a))))

# tests/guest/msvc/ is what Microsoft's compiler makes of exceptions: clang
# emits the same tables.  Without clang these are skipped.
guest_clang := $(shell command -v clang 2>/dev/null)
guest_msvc_x86_64 := $(basename $(notdir $(wildcard $(srcdir)/tests/guest/msvc/*.c \
	$(srcdir)/tests/guest/msvc/*.cpp)))
# frames of version 4 are for 64 bits only
guest_msvc_i686 := $(filter-out fh4,$(guest_msvc_x86_64))
MSVC_CFLAGS = -fms-extensions -nostdinc -I$(srcdir)/tests/guest/lib -O1 \
	-Wall -Wno-builtin-requires-header -Wno-format-extra-args \
	-fexceptions
# i686: stdcall names; and ld does not know the list of safe handlers.
msvc_def_i686 = -e 's/_CxxThrowException/&@8/'
msvc_strip_i686 = && $(dll_objcopy_i686) -R .sxdata $(1)
dll_objcopy_i686 = $(patsubst %nm,%objcopy,$(MINGW32_NM))

define msvc_rules
tests/guest/msvc-$(1)/%.obj: $(srcdir)/tests/guest/msvc/%.c $(srcdir)/tests/guest/lib/events.h
	@$(MKDIR_P) $$(@D)
	$$(AM_V_CC)$(guest_clang) --target=$(1)-pc-windows-msvc $$(MSVC_CFLAGS) \
		-std=gnu11 -c -o $$@ $$< $$(call msvc_strip_$(1),$$@)
tests/guest/msvc-$(1)/%.obj: $(srcdir)/tests/guest/msvc/%.cpp $(srcdir)/tests/guest/lib/events.h \
		$(srcdir)/tests/guest/lib/msvcp.h
	@$(MKDIR_P) $$(@D)
	$$(AM_V_CC)$(guest_clang) --target=$(1)-pc-windows-msvc $$(MSVC_CFLAGS) \
		-fcxx-exceptions -std=c++17 -c -o $$@ $$< $$(call msvc_strip_$(1),$$@)
tests/guest/msvc-$(1)/lib%.a: $(srcdir)/tests/guest/msvc/%.def
	@$(MKDIR_P) $$(@D)
	$$(AM_V_GEN)sed -e '' $$(msvc_def_$(1)) $$< >$$@.def && \
		$$(dll_dlltool_$(1)) -k -d $$@.def -l $$@
tests/guest/$(1)/msvc-%.exe: tests/guest/msvc-$(1)/%.obj \
		tests/guest/msvc-$(1)/libvcruntime140.a tests/guest/msvc-$(1)/libvcruntime140_1.a \
		tests/guest/msvc-$(1)/libmsvcp140.a
	@$(MKDIR_P) $$(@D)
	$$(AM_V_CCLD)$$(dll_cc_$(1)) -o $$@ $$^ -static-libgcc
.SECONDARY: $(guest_msvc_$(1):%=tests/guest/msvc-$(1)/%.obj)
endef
ifneq ($(guest_clang),)
$(foreach a,$(DLL_ARCHES),$(eval $(call msvc_rules,$(a))))
guest_exes += $(foreach a,$(DLL_ARCHES),$(guest_msvc_$(a):%=tests/guest/$(a)/msvc-%.exe))
endif

# What tests/sandbox/run runs.
tests/sandbox/probe.exe: $(srcdir)/tests/sandbox/probe.c
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(dll_cc_x86_64) -std=gnu11 -O1 -g0 -Wall -o $@ $< -lws2_32
guest_exes += $(if $(filter x86_64,$(DLL_ARCHES)),tests/sandbox/probe.exe tests/sandbox/escape.exe)
tests/sandbox/escape.exe: $(srcdir)/tests/sandbox/escape.c
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(dll_cc_x86_64) -std=gnu11 -O1 -g0 -Wall -o $@ $< -lntdll

# And tests/gdb/run.
tests/gdb/debuggee-%.exe: $(srcdir)/tests/gdb/debuggee.c
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(dll_cc_$*) -std=gnu11 -O0 -g -Wall -o $@ $< -static-libgcc
guest_exes += $(DLL_ARCHES:%=tests/gdb/debuggee-%.exe)

# And tests/slow/run.
slow_cc = $(dll_cc_$*) -std=gnu11 -O1 -g0 -Wall -D_WIN32_WINNT=0x0a00 -I$(srcdir)/tests/guest/lib -o $@ $< -static-libgcc
tests/slow/slow-%.exe: $(srcdir)/tests/slow/slow.c
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(slow_cc)
tests/slow/registry-%.exe: $(srcdir)/tests/slow/registry.c
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(slow_cc) -ladvapi32
guest_exes += $(DLL_ARCHES:%=tests/slow/slow-%.exe) $(DLL_ARCHES:%=tests/slow/registry-%.exe)

# And tests/net/run.
tests/net/%.exe: $(srcdir)/tests/net/%.c
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(dll_cc_x86_64) -std=gnu11 -O1 -g0 -Wall -D_WIN32_WINNT=0x0a00 -o $@ $< -lws2_32 -liphlpapi
guest_exes += $(if $(filter x86_64,$(DLL_ARCHES)),tests/net/lookup.exe tests/net/changes.exe tests/net/events.exe tests/net/echo.exe tests/net/exhausted.exe)

# What tests/fuzz/run-calls runs, and tests/sandbox/escape.
tests/fuzz/calls-table.h: $(srcdir)/tests/fuzz/calls-table.awk $(srcdir)/syscall-xlate/nt/syscalls.tbl
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(AWK) -f $^ >$@.tmp && mv $@.tmp $@
tests/fuzz/calls.exe: $(srcdir)/tests/fuzz/calls.c tests/fuzz/calls-table.h
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(dll_cc_x86_64) -std=gnu11 -O1 -g0 -Wall -Itests/fuzz -o $@ $<
guest_exes += $(if $(filter x86_64,$(DLL_ARCHES)),tests/fuzz/calls.exe)

examples/%.exe: $(srcdir)/examples/%.c
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(dll_cc_x86_64) -std=gnu11 -O2 -s -Wall -o $@ $<

# Some tests are another's source under another C runtime.
-include $(wildcard $(guest_exes:%=%.d))
.PHONY: guest-tests examples
guest-tests: $(guest_exes) bsd-tests
examples: $(if $(filter x86_64,$(DLL_ARCHES)),$(example_exes))
check-am: guest-tests examples

# Programs for the BSDs: freestanding static ELF by the host's compiler.
bsd_srcs := $(notdir $(wildcard $(srcdir)/tests/guest/bsd/*.c))
bsd_exes = $(foreach s,freebsd netbsd,$(bsd_srcs:%.c=tests/guest/$(s)/%))
BSD_CFLAGS = -std=gnu11 -O1 -ffreestanding -fno-builtin -fno-stack-protector \
	-nostdlib -static -fno-pie -no-pie -Wall -Wno-unused \
	-Wl,--build-id=none

define bsd_rules
tests/guest/$(1)/%: $(srcdir)/tests/guest/bsd/%.c $(srcdir)/tests/guest/bsd/bsd.h \
		$(srcdir)/tests/guest/lib/vectors.h
	@$(MKDIR_P) $$(@D)
	$$(AM_V_CC)$$(CC) $$(BSD_CFLAGS) -D$(2) -o $$@ $$<
endef
$(eval $(call bsd_rules,freebsd,FREEBSD))
$(eval $(call bsd_rules,netbsd,NETBSD))
tests/sandbox/%bsd-probe: $(srcdir)/tests/sandbox/bsd-probe.c $(srcdir)/tests/guest/bsd/bsd.h
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(CC) $(BSD_CFLAGS) -I$(srcdir) -D$(if $(filter free,$*),FREEBSD,NETBSD) -o $@ $<
bsd_exes += tests/sandbox/freebsd-probe tests/sandbox/netbsd-probe

tests/fuzz/%bsd-calls.h: $(srcdir)/tests/fuzz/bsd-calls-table.awk $(srcdir)/syscall-xlate/%bsd/syscalls.tbl
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(AWK) -f $^ >$@.tmp && mv $@.tmp $@
tests/fuzz/%bsd-calls: $(srcdir)/tests/fuzz/bsd-calls.c $(srcdir)/tests/guest/bsd/bsd.h tests/fuzz/%bsd-calls.h
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(CC) $(BSD_CFLAGS) -I$(srcdir) -I. -D$(if $(filter free,$*),FREEBSD,NETBSD) \
		-DCALLS_TABLE='"$(word 3,$^)"' -o $@ $<
bsd_exes += tests/fuzz/freebsd-calls tests/fuzz/netbsd-calls
.PHONY: bsd-tests
bsd-tests: $(bsd_exes)
