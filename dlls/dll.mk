# SPDX-License-Identifier: LGPL-2.1-or-later
# dll.mk - builds dlls/<name>/ for each architecture.  Plain GNU make,
# included by the Makefile that automake makes.
#
# A folder's local.mk says:
#   DLLS += name
#   name_SOURCES = %D%/a.c %D%/b.S     %D%: that folder
#   name_SPECS = %D%/name.spec         default
#   name_IMPORTS = ntdll kernel32      DLLs of ours it is linked to
#   name_DELAYED = advapi32            the same, loaded at the first call; its
#                                      functions must not be declared dllimport
#   name_LIBS = -lmingwex -lgcc        static libraries, default -lgcc
#   name_ENTRY = DllMain               none: no entry point
#   name_CFLAGS = ...
#   name_GENERATED = dlls/include/x.h  what must exist before compiling
#
# PROGRAMS += name makes name.exe beside the DLLs: a Windows program that comes
# with Windows.  It takes the same variables (no specs); name_ENTRY is a
# function without arguments that never returns.

DLLS :=
PROGRAMS :=
include $(sort $(wildcard $(srcdir)/dlls/*/local.mk))

dll_cc_x86_64 = $(MINGW64_CC)
dll_cc_i686 = $(MINGW32_CC)
dll_dlltool_x86_64 = $(MINGW64_DLLTOOL)
dll_dlltool_i686 = $(MINGW32_DLLTOOL)
dll_nm_x86_64 = $(MINGW64_NM)
dll_nm_i686 = $(MINGW32_NM)

# What a header would import is what we define: no dllimport anywhere.
DLL_CFLAGS = -std=gnu11 -O2 -Wall -Wextra -Wno-unused-parameter \
	-ffreestanding -fno-stack-protector -fno-strict-aliasing \
	--param=min-pagesize=0 \
	-fno-ident -fno-common -ffunction-sections -fdata-sections \
	-DRF_BUILTIN_DLL -DWINBASEAPI= -DWINADVAPI= -DNTSYSAPI= -DWINUSERAPI= \
	-DWINGDIAPI= -DWINSHELLAPI= -DSHSTDAPI_= -DWINOLEAPI_= -D_CRTIMP= \
	-DWINSOCK_API_LINKAGE= -DWINMMAPI= -DWINIMPM= -DWINNORMALIZEAPI= \
	-D_CRT_FUNCTIONS_REQUIRED
dll_cflags_x86_64 = -m64
# Callers of i686 functions guarantee 4-byte stack alignment only.
dll_cflags_i686 = -m32 -march=i686 -msse2 -mstackrealign \
	-mincoming-stack-boundary=2 -fno-asynchronous-unwind-tables

dll_dir = dlls/$(1)-windows
dll_srcs = $(subst %D%,dlls/$(1),$($(1)_SOURCES))
dll_specs = $(subst %D%,dlls/$(1),$(or $($(1)_SPECS),%D%/$(1).spec))
dll_objs = $(addprefix dlls/obj-$(2)/$(1)/,$(addsuffix .o,$(basename \
	$(call dll_srcs,$(1)) $(subst %D%,dlls/$(1),$($(1)_SOURCES_$(2))))))

dll_implibs = $(foreach i,$($(1)_IMPORTS),dlls/obj-$(2)/lib$(i).a) \
	$(foreach i,$($(1)_DELAYED),dlls/obj-$(2)/lib$(i)-delayed.a)

dll_headers = dlls/include/ntcalls.h

dlls/include/ntcalls.h: $(srcdir)/syscall-xlate/nt/syscalls.tbl $(srcdir)/dlls/include/gen-ntcalls.awk
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(AWK) -f $(srcdir)/dlls/include/gen-ntcalls.awk $< >$@.t && $(put_if_new)

# All DLLs have fixed and distinct bases, so that none is relocated at start.
# x86_64: by the name's checksum (there is room); i686: one after the other.
DLL_NAMES := $(sort $(DLLS))
dll_seq := $(shell i=0; for d in $(DLL_NAMES); do i=$$((i + 1)); \
	sum=$$(echo $$d | cksum | cut -d' ' -f1); \
	printf '%s:0x%x:0x%x ' $$d $$((0x180000000000 + sum % 4096 * 0x2000000)) \
	$$((0x60000000 + i * 0x600000)); done)
dll_base_x86_64 = $(word 2,$(subst :, ,$(filter $(1):%,$(dll_seq))))
dll_base_i686 = $(word 3,$(subst :, ,$(filter $(1):%,$(dll_seq))))

# What a start runs through lies together (loader/gen-start.awk).
dlls/start.ld: $(srcdir)/dlls/start.order $(srcdir)/loader/gen-start.awk
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(AWK) -v mode=dll -f $(srcdir)/loader/gen-start.awk $< >$@.t && $(put_if_new)

# $(1) name, $(2) architecture
define object_rules
dlls/obj-$(2)/$(1)/%.o: $(srcdir)/%.c | $(dll_headers) $($(1)_GENERATED)
	@$(MKDIR_P) $$(@D)
	$$(AM_V_CC)$$(dll_cc_$(2)) $$(DLL_CFLAGS) $$(dll_cflags_$(2)) $$($(1)_CFLAGS) \
		-I$(srcdir)/dlls/include -Idlls/include -I$(srcdir)/dlls/$(1) -Idlls/$(1) \
		-I. -I$(srcdir) -MMD -MP -c -o $$@ $$<
dlls/obj-$(2)/$(1)/%.o: %.c | $(dll_headers) $($(1)_GENERATED)
	@$(MKDIR_P) $$(@D)
	$$(AM_V_CC)$$(dll_cc_$(2)) $$(DLL_CFLAGS) $$(dll_cflags_$(2)) $$($(1)_CFLAGS) \
		-I$(srcdir)/dlls/include -Idlls/include -I$(srcdir)/dlls/$(1) -Idlls/$(1) \
		-I. -I$(srcdir) -MMD -MP -c -o $$@ $$<
dlls/obj-$(2)/$(1)/%.o: $(srcdir)/%.S | $(dll_headers) $($(1)_GENERATED)
	@$(MKDIR_P) $$(@D)
	$$(AM_V_CC)$$(dll_cc_$(2)) $$(DLL_CFLAGS) $$(dll_cflags_$(2)) $$($(1)_CFLAGS) \
		-I$(srcdir)/dlls/include -Idlls/include -I. -I$(srcdir) -MMD -MP -c -o $$@ $$<
dlls/obj-$(2)/$(1)/%.o: %.s
	@$(MKDIR_P) $$(@D)
	$$(AM_V_CC)$$(dll_cc_$(2)) -c -o $$@ $$<

-include $(wildcard $(patsubst %.o,%.d,$(call dll_objs,$(1),$(2))))
endef

define dll_rules
$(call object_rules,$(1),$(2))
dlls/obj-$(2)/$(1)/$(1).def: $(addprefix $(srcdir)/,$(call dll_specs,$(1))) \
		$(srcdir)/dlls/gen-def.awk $($(1)_DEF_DEPS)
	@$(MKDIR_P) $$(@D)
	$$(AM_V_GEN){ $$(AWK) -v dll=$(1) -v mode=def -v arch=$(2) \
		-f $(srcdir)/dlls/gen-def.awk $(addprefix $(srcdir)/,$(call dll_specs,$(1))) && \
		$(if $($(1)_DEF_EXTRA),$(call $(1)_DEF_EXTRA,$(2)),:); } >$$@.t && mv $$@.t $$@

# How the i686 names are decorated is read off the objects themselves.
dlls/obj-$(2)/$(1)/$(1).decor: dlls/obj-$(2)/$(1)/$(1).def $(call dll_objs,$(1),$(2)) \
		$(foreach i,$($(1)_IMPORTS) $($(1)_DELAYED),dlls/obj-$(2)/$(i)/$(i).decor)
	$$(AM_V_GEN){ $$(dll_nm_$(2)) -g --defined-only $(call dll_objs,$(1),$(2)) | \
		$$(AWK) -v dll=$(1) -v mode=decor -v arch=$(2) -f $(srcdir)/dlls/gen-def.awk - \
		$(foreach i,$($(1)_IMPORTS) $($(1)_DELAYED),dlls/obj-$(2)/$(i)/$(i).decor) \
		dlls/obj-$(2)/$(1)/$(1).def; } >$$@.t && mv $$@.t $$@

dlls/obj-$(2)/lib$(1).a: dlls/obj-$(2)/$(1)/$(1).decor
	$$(AM_V_GEN)$$(AWK) -v dll=$(1) -v mode=implib -v arch=$(2) \
		-f $(srcdir)/dlls/gen-def.awk $$< >dlls/obj-$(2)/$(1)/$(1)-imp.def && \
	rm -f $$@ && $$(dll_dlltool_$(2)) -k -d dlls/obj-$(2)/$(1)/$(1)-imp.def -l $$@

dlls/obj-$(2)/lib$(1)-delayed.a: dlls/obj-$(2)/lib$(1).a
	$$(AM_V_GEN)$$(dll_dlltool_$(2)) -k -d dlls/obj-$(2)/$(1)/$(1)-imp.def -y $$@

dlls/$(2)-windows/$(1).dll: dlls/obj-$(2)/$(1)/$(1).def $(call dll_objs,$(1),$(2)) \
		$(call dll_implibs,$(1),$(2)) $(srcdir)/dlls/dll.mk $(srcdir)/dlls/dll.ld dlls/start.ld
	@$(MKDIR_P) $$(@D)
	$$(AM_V_CCLD)$$(dll_cc_$(2)) $$(dll_cflags_$(2)) -shared -nostdlib -s -o $$@ \
		$(call dll_objs,$(1),$(2)) dlls/obj-$(2)/$(1)/$(1).def \
		$(call dll_implibs,$(1),$(2)) \
		$($(1)_LIBS) -lgcc \
		$(call dll_implibs,$(1),$(2)) \
		-Wl,--enable-stdcall-fixup,--kill-at,--gc-sections \
		-Wl,--image-base,$(call dll_base_$(2),$(1)) \
		-Wl,--file-alignment,4096,--section-alignment,4096 \
		-Wl,--no-insert-timestamp,--disable-auto-import,-T,$(srcdir)/dlls/dll.ld \
		-Wl,-Map,dlls/obj-$(2)/$(1).dll.map \
		-Wl,--entry,$(if $($(1)_ENTRY),$(if $(filter i686,$(2)),_$($(1)_ENTRY)@12,$($(1)_ENTRY)),0)

dlls-all: dlls/$(2)-windows/$(1).dll
endef

define program_rules
$(call object_rules,$(1),$(2))
dlls/$(2)-windows/$(1).exe: $(call dll_objs,$(1),$(2)) \
		$(foreach i,$($(1)_IMPORTS),dlls/obj-$(2)/lib$(i).a) $(srcdir)/dlls/dll.mk
	@$(MKDIR_P) $$(@D)
	$$(AM_V_CCLD)$$(dll_cc_$(2)) $$(dll_cflags_$(2)) -nostdlib -s -o $$@ \
		$(call dll_objs,$(1),$(2)) \
		$(foreach i,$($(1)_IMPORTS),dlls/obj-$(2)/lib$(i).a) \
		$($(1)_LIBS) -lgcc \
		$(foreach i,$($(1)_IMPORTS),dlls/obj-$(2)/lib$(i).a) \
		-Wl,--enable-stdcall-fixup,--gc-sections,--subsystem,console \
		-Wl,--file-alignment,4096,--section-alignment,4096 \
		-Wl,--no-insert-timestamp,--disable-auto-import \
		-Wl,--entry,$(if $(filter i686,$(2)),_)$($(1)_ENTRY)

dlls-all: dlls/$(2)-windows/$(1).exe
endef

# What --check reads.
dlls/support.tsv: $(srcdir)/dlls/gen-support.awk $(srcdir)/dlls/apisets.tbl \
		$(addprefix $(srcdir)/,$(foreach d,$(DLL_NAMES),$(call dll_specs,$(d))))
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(AWK) -f $(srcdir)/dlls/gen-support.awk $(srcdir)/dlls/apisets.tbl \
		$(foreach d,$(DLL_NAMES),dll=$(d) $(addprefix $(srcdir)/,$(call dll_specs,$(d)))) \
		>$@.t && mv $@.t $@

# What --gdb gives to gdb.
dlls/run-foreign-gdb.py: $(srcdir)/loader/run-foreign-gdb.py
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)cp $< $@

.PHONY: dlls-all dlls
dlls-all: dlls/support.tsv dlls/run-foreign-gdb.py
dlls: dlls-all
$(foreach a,$(DLL_ARCHES),$(foreach d,$(DLL_NAMES),$(eval $(call dll_rules,$(d),$(a)))))
$(foreach a,$(DLL_ARCHES),$(foreach d,$(PROGRAMS),$(eval $(call program_rules,$(d),$(a)))))

# Automake's hooks (all-local and kin, in Makefile.am) lead here.
.PHONY: dlls-install dlls-uninstall dlls-clean
dlls-install: dlls-all
	$(foreach a,$(DLL_ARCHES),$(MKDIR_P) $(DESTDIR)$(pkglibdir)/$(a)-windows && \
		$(INSTALL_DATA) $(foreach d,$(DLL_NAMES),dlls/$(a)-windows/$(d).dll) \
		$(foreach d,$(PROGRAMS),dlls/$(a)-windows/$(d).exe) \
		$(DESTDIR)$(pkglibdir)/$(a)-windows/ &&) :
	$(INSTALL_DATA) dlls/support.tsv dlls/run-foreign-gdb.py $(DESTDIR)$(pkglibdir)/

dlls-uninstall:
	$(foreach a,$(DLL_ARCHES),rm -rf $(DESTDIR)$(pkglibdir)/$(a)-windows;)
	rm -f $(DESTDIR)$(pkglibdir)/support.tsv $(DESTDIR)$(pkglibdir)/run-foreign-gdb.py
	-rmdir $(DESTDIR)$(pkglibdir)

dlls-clean:
	rm -rf dlls/obj-* dlls/*-windows dlls/support.tsv dlls/run-foreign-gdb.py dlls/start.ld dlls/include/ntcalls.h \
		tests/guest/x86_64 tests/guest/i686 tests/guest/msvc-x86_64 \
		tests/fuzz/calls-table.h tests/fuzz/*bsd-calls tests/fuzz/*bsd-calls.h tests/guest/msvc-i686 tests/guest/freebsd tests/guest/netbsd \
		tests/gdb/*.exe tests/sandbox/*.exe tests/sandbox/freebsd-probe tests/sandbox/netbsd-probe tests/net/*.exe tests/slow/*.exe tests/fuzz/*.exe \
		examples/*.exe tests/fuzz-image tests/fuzz-corpus
	test "$(srcdir)" = . || rm -rf dlls tests/guest examples compat-programs
