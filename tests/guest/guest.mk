# SPDX-License-Identifier: LGPL-2.1-or-later
# guest.mk - guest test programs and examples; plain GNU make, as dlls/dll.mk.
# tests/guest/nt/<topic>.c is one program, compiled for each architecture with
# mingw-w64's own headers and import libraries: nothing of the tree is in it.

guest_srcs := $(notdir $(wildcard $(srcdir)/tests/guest/nt/*.c))
guest_exes = $(foreach a,$(DLL_ARCHES),$(guest_srcs:%.c=tests/guest/$(a)/%.exe))
example_exes = $(patsubst $(srcdir)/examples/%.c,examples/%.exe,$(wildcard $(srcdir)/examples/*.c))

GUEST_CFLAGS = -std=gnu11 -O1 -g0 -Wall -Wextra -Wno-unused-parameter \
	-Wno-format -D_WIN32_WINNT=0x0a00 -I$(srcdir)/tests/guest/lib
GUEST_LIBS = -lntdll -lws2_32 -luser32 -ladvapi32 -lshell32 -lole32 -lpsapi \
	-lversion -lbcrypt -lwinmm

# A test may ask for more: a line "// link: -lfoo" or "// cflags: ..." in it.
guest_extra = $(shell sed -n 's,^// $(1): ,,p' $(2))

define guest_rules
tests/guest/$(1)/%.exe: $(srcdir)/tests/guest/nt/%.c $(srcdir)/tests/guest/lib/check.h
	@$(MKDIR_P) $$(@D)
	$$(AM_V_CC)$$(dll_cc_$(1)) $$(GUEST_CFLAGS) $$(call guest_extra,cflags,$$<) \
		-o $$@ $$< $$(call guest_extra,link,$$<) $$(GUEST_LIBS) -static-libgcc
endef
$(foreach a,$(DLL_ARCHES),$(eval $(call guest_rules,$(a))))

# tests/guest/msvc/ is what Microsoft's compiler makes of exceptions: clang
# emits the same tables.  Without clang these are skipped.
guest_clang := $(shell command -v clang 2>/dev/null)
guest_msvc := $(basename $(notdir $(wildcard $(srcdir)/tests/guest/msvc/*.c \
	$(srcdir)/tests/guest/msvc/*.cpp)))
MSVC_CFLAGS = --target=x86_64-pc-windows-msvc -fms-extensions -nostdinc -O1 \
	-Wall -Wno-builtin-requires-header -Wno-format-extra-args \
	-fexceptions

tests/guest/msvc/%.obj: $(srcdir)/tests/guest/msvc/%.c
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(guest_clang) $(MSVC_CFLAGS) -std=gnu11 -c -o $@ $<
tests/guest/msvc/%.obj: $(srcdir)/tests/guest/msvc/%.cpp
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(guest_clang) $(MSVC_CFLAGS) -fcxx-exceptions -std=c++17 -c -o $@ $<
tests/guest/msvc/lib%.a: $(srcdir)/tests/guest/msvc/%.def
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(dll_dlltool_x86_64) -d $< -l $@
tests/guest/x86_64/msvc-%.exe: tests/guest/msvc/%.obj \
		tests/guest/msvc/libvcruntime140.a tests/guest/msvc/libvcruntime140_1.a
	@$(MKDIR_P) $(@D)
	$(AM_V_CCLD)$(dll_cc_x86_64) -o $@ $^ -static-libgcc
ifneq ($(guest_clang),)
guest_exes += $(if $(filter x86_64,$(DLL_ARCHES)),$(guest_msvc:%=tests/guest/x86_64/msvc-%.exe))
endif

examples/%.exe: $(srcdir)/examples/%.c
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(dll_cc_x86_64) -std=gnu11 -O2 -s -Wall -o $@ $<

.SECONDARY: $(guest_msvc:%=tests/guest/msvc/%.obj)
.PHONY: guest-tests examples
guest-tests: $(guest_exes)
examples: $(if $(filter x86_64,$(DLL_ARCHES)),$(example_exes))
check-am: guest-tests examples
