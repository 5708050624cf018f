bin_PROGRAMS += run-foreign
run_foreign_SOURCES = %D%/main.c %D%/options.c %D%/options.h %D%/launch.c \
	%D%/launch.h %D%/search.c %D%/search.h %D%/script.c %D%/script.h %D%/list.c %D%/list.h \
	%D%/path-cmd.c %D%/path-cmd.h %D%/policy-cmd.c %D%/policy-cmd.h \
	%D%/sandbox.c %D%/sandbox.h %D%/supervise.c %D%/supervise.h %D%/witness.c %D%/witness.h %D%/commit.c %D%/commit.h %D%/cgroup.c %D%/cgroup.h \
	%D%/outside-net.c %D%/outside-net.h %D%/outside-proc.c %D%/outside-proc.h %D%/door.c %D%/door.h \
	%D%/remove-tree.c %D%/remove-tree.h \
	%D%/jail.c %D%/jail.h %D%/jail-mounts.c \
	%D%/jail-files.c %D%/jail-calls.c \
	%D%/reg-cmd.c %D%/reg-cmd.h \
	%D%/gdb-cmd.c %D%/gdb-cmd.h \
	%D%/check.c %D%/check.h %D%/check-print.c %D%/check-print.h
run_foreign_CPPFLAGS = $(AM_CPPFLAGS) -DPKGLIBDIR='"$(pkglibdir)"' \
	-DBINDIR='"$(bindir)"'
run_foreign_LDADD = libpersonality.a libengine.a libnt.a libfreebsd.a libnetbsd.a libbsd.a \
	libxlate.a libimage.a \
	libbase.a $(LIBELF_LIBS) $(LMDB_LIBS) $(RSA_LIBS)
run_foreign_LDFLAGS = $(AM_LDFLAGS) $(HOST_LDFLAGS) $(HOST_ORDER) -Wl,-z,relro -Wl,-Map,run-foreign.map
EXTRA_run_foreign_DEPENDENCIES = loader/start.ld
CLEANFILES += loader/start.ld run-foreign.map
EXTRA_DIST += %D%/start.order %D%/gen-start.awk
loader/start.ld: %D%/start.order %D%/gen-start.awk
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(AWK) -v mode=host -f $(srcdir)/%D%/gen-start.awk $(srcdir)/%D%/start.order >$@.t && $(put_if_new)

EXTRA_DIST += %D%/run-foreign-gdb.py
