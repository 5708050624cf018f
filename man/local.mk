dist_man_MANS += %D%/run-foreign.1
nodist_man_MANS += %D%/run-foreign-calls.7
EXTRA_DIST += %D%/gen-calls.awk
CLEANFILES += %D%/run-foreign-calls.7

%D%/run-foreign-calls.7: syscall-xlate/nt/syscalls.tbl \
		syscall-xlate/freebsd/syscalls.tbl \
		syscall-xlate/netbsd/syscalls.tbl %D%/gen-calls.awk
	@$(MKDIR_P) %D%
	$(AM_V_GEN)$(AWK) -f $(srcdir)/%D%/gen-calls.awk \
		$(srcdir)/syscall-xlate/nt/syscalls.tbl \
		$(srcdir)/syscall-xlate/freebsd/syscalls.tbl \
		$(srcdir)/syscall-xlate/netbsd/syscalls.tbl \
		$(sort $(wildcard $(srcdir)/dlls/*/*.spec)) >$@.t && mv $@.t $@
