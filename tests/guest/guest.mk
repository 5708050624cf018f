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

examples/%.exe: $(srcdir)/examples/%.c
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(dll_cc_x86_64) -std=gnu11 -O2 -s -Wall -o $@ $<

.PHONY: guest-tests examples
guest-tests: $(guest_exes)
examples: $(if $(filter x86_64,$(DLL_ARCHES)),$(example_exes))
check-am: guest-tests examples
