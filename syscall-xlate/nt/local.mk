# Add a file: one word in the list.
noinst_LIBRARIES += libnt.a
nodist_libnt_a_SOURCES =
libnt_a_SOURCES = %D%/personality.c %D%/trace-names.c %D%/trace-names.h %D%/trace-constants.c \
	%D%/start.c %D%/start.h %D%/environ.c %D%/environ.h \
	%D%/nt.h %D%/abi.h %D%/wow64.c %D%/wow64.h %D%/wow64-args.h \
	%D%/wow64-layout.c %D%/wow64-args.c %D%/wow64-info.c \
	%D%/wow64-special.c %D%/lean.c

# objects, waits, threads, processes
libnt_a_SOURCES += %D%/nt-private.h %D%/object.c %D%/shared.c %D%/shared.h %D%/handle.c \
	%D%/object-info.c %D%/name.c %D%/name.h %D%/name-session.c %D%/directory.c %D%/known-dlls.c %D%/private-namespace.c %D%/oa.c \
	%D%/wait.c %D%/wait-calls.c %D%/wait-shared.c %D%/wait-helper.c %D%/robust.c %D%/event.c %D%/semaphore.c %D%/mutant.c \
	%D%/keyed-event.c %D%/alarm.c %D%/timer.c %D%/iocp.c %D%/iocp.h %D%/iocp-ring.c %D%/iocp-ring.h \
	%D%/wait-packet.c %D%/apc.c %D%/alert.c %D%/watch.c %D%/suspend.c \
	%D%/thread.c %D%/thread.h %D%/thread-info.c %D%/thread-new.c %D%/placement.c %D%/placement.h %D%/process.c %D%/process.h \
	%D%/process-info.c %D%/mitigation.c %D%/mitigation.h %D%/process-name.c %D%/process-name.h %D%/process-set.c \
	%D%/process-start.c %D%/process-create.c %D%/process-request.c \
	%D%/process-block.c %D%/process-block.h %D%/process-spawn.c %D%/process-spawn.h \
	%D%/process-request.h %D%/process-dup.c \
	%D%/process-create.h %D%/process-pass.c %D%/remote.c %D%/remote.h %D%/remote-serve.c \
	%D%/process-held.c %D%/process-held.h %D%/process-native.c %D%/process-native.h \
	%D%/job.c %D%/job.h %D%/job-object.c %D%/job-member.c %D%/job-end.c %D%/job-notes.c

# files, pipes, console
libnt_a_SOURCES += %D%/abi-file.h %D%/console-ctrl.c %D%/console-group.c %D%/console-keys.c %D%/console-mouse.c \
	%D%/console-mode.c %D%/console-read.c %D%/console-records.c %D%/console-write.c \
	%D%/console-shared.c %D%/console-shared.h %D%/console-undo.c %D%/console-watch.c %D%/console-watch.h \
	%D%/console-line.c %D%/console-line.h %D%/console-line-private.h %D%/console-line-list.c %D%/console-line-show.c %D%/console-line-read.c \
	%D%/console-history.c %D%/console-history.h %D%/console-alias.c %D%/console-past.c \
	%D%/console-buffer.c %D%/console-cells.c %D%/console-kept.c %D%/console-model-save.c %D%/console-log.c %D%/console-log.h %D%/console-paint.c %D%/console-paint.h \
	%D%/console-screen.c %D%/console-window.c %D%/console-wide.c %D%/console-restore.c %D%/console-model.c %D%/console-model.h %D%/console-model-cells.c \
	%D%/console-model-private.h %D%/console-model-text.c %D%/console.c %D%/console.h %D%/control.h \
	%D%/device.c %D%/disk-async.c %D%/disk-carry.c %D%/disk-queue.c %D%/disk-queue.h %D%/dir-match.c %D%/dir-match.h %D%/dir.c %D%/errno.c \
	%D%/inode-apart.c %D%/inode-apart.h %D%/inode-change.c %D%/inode-change.h %D%/file-ea.c %D%/file-id.c %D%/file-links.c %D%/file-stream.c %D%/file-xattr.c %D%/file-xattr.h \
	%D%/file-attr.c %D%/file-below.c %D%/file-case.c %D%/file-case.h %D%/file-current.c %D%/file-current.h %D%/file-info.c %D%/file-set.c %D%/file-inode.h %D%/file-io.c \
	%D%/file-pass.c %D%/file-port.c %D%/file-mode.c %D%/file-private.h %D%/file-rename.c %D%/file-security.c %D%/file-security.h \
	%D%/file-rename.h %D%/file-oplock.c %D%/file-oplock.h %D%/file-oplock-private.h %D%/file-oplock-folder.c %D%/file-oplock-late.c %D%/file-oplock-lease.c %D%/file-object-id.c %D%/file-object-id.h %D%/file-mapped.c %D%/file-mapped.h %D%/file-share.c %D%/file-shared.c %D%/file-shared-table.c %D%/file-shared-table.h %D%/file.c %D%/file.h \
	%D%/file-create.c %D%/file-delete.c %D%/file-open.c %D%/file-policy.c %D%/io-calls.c %D%/irp.c %D%/irp-queue.c %D%/lock.c \
	%D%/path-c.c %D%/path-case.c %D%/path-etc.c %D%/path-listing.c %D%/path-listing.h %D%/path-open.c %D%/path.c %D%/path.h %D%/pipe-name.c %D%/pipe-folder.c \
	%D%/pty.c %D%/pipe.c %D%/pipe-data.c %D%/pipe-peek.c %D%/pipe-goodbye.c %D%/pipe-security.c %D%/mailslot.c %D%/mailslot-store.c %D%/mailslot.h %D%/pipe-client.c %D%/pipe.h %D%/volume.c %D%/reparse.c %D%/reparse-link.c %D%/reparse-link.h %D%/reparse-tag.c %D%/reparse-tag.h %D%/notify.c %D%/notify-record.c %D%/notify-record.h %D%/notify-tree.c %D%/notify-tree.h

# sockets
libnt_a_SOURCES += %D%/abi-afd.h %D%/afd.c %D%/afd.h %D%/afd-accept.c %D%/afd-args.c %D%/afd-bind.c %D%/afd-connect.c \
	%D%/afd-data.c %D%/afd-events.c %D%/afd-ioctl.c %D%/afd-message.c %D%/afd-message.h %D%/afd-net.c %D%/afd-net-table.c %D%/afd-net-groups.c %D%/afd-net-change.c %D%/afd-echo.c %D%/afd-icmp.c %D%/afd-policy.c %D%/afd-option.c %D%/afd-option-ip.c %D%/afd-option.h %D%/afd-filter.c \
	%D%/afd-poll.c %D%/afd-queue.c %D%/afd-tcp-info.c %D%/afd-transmit.c

# memory, sections, system information, registry, tokens
libnt_a_SOURCES += %D%/vad.c %D%/vad.h %D%/virtual.c %D%/virtual-calls.c \
	%D%/virtual-query.c %D%/virtual-free.c %D%/guard.c %D%/section.c %D%/section.h \
	%D%/section-view.c %D%/section-image.c %D%/abi-memory.h %D%/time.c %D%/time.h \
	%D%/timezone.c %D%/timezone-windows.c %D%/shared-data.c \
	%D%/registry-hive.h %D%/registry-hive-format.h \
	%D%/registry-hive-read.c %D%/registry-hive-write.c %D%/registry-hive-file.c %D%/registry-load.c \
	%D%/registry-save.c \
	%D%/registry.c %D%/registry.h %D%/registry-tree.c \
	%D%/registry-parse.c %D%/registry-parse.h \
	%D%/registry-text.c %D%/registry-text.h %D%/registry-query.c %D%/registry-collect.c %D%/registry-store.c \
	%D%/registry-file.c %D%/registry-file-none.c %D%/registry-file.h %D%/registry-rows.c %D%/registry-rows.h %D%/registry-record.h %D%/registry-replay.c %D%/registry-notify.c %D%/ecdsa.c %D%/rsa.c %D%/tls.c %D%/tls.h \
	%D%/registry-narrow.c %D%/registry-security.c \
	%D%/registry-defaults.c %D%/registry-defaults.h \
	%D%/system-info.c %D%/system-info.h %D%/system-processor.c \
	%D%/system-process.c %D%/token.c %D%/token.h %D%/token-info.c \
	%D%/token-adjust.c %D%/token-impersonate.c \
	%D%/security.c %D%/security.h %D%/access-check.c %D%/access-calls.c %D%/descriptor.c %D%/descriptor.h \
	%D%/descriptor-assign.c %D%/atom.c %D%/locale-calls.c %D%/hard-error.c %D%/debug.h %D%/debuggee.c \
	%D%/debug-object.c %D%/debug-wait.c %D%/debug-regs.c \
	%D%/modules.c %D%/modules.h \
	%D%/power.c %D%/misc.c
nodist_libnt_a_SOURCES += %D%/registry-defaults-tbl.c %D%/timezone-map.h
BUILT_SOURCES += %D%/timezone-map.h
CLEANFILES += %D%/timezone-map.h
%D%/timezone-map.h: $(srcdir)/dlls/kernel32/tzmap.tbl
	@$(MKDIR_P) %D%
	$(AM_V_GEN)cat $(srcdir)/dlls/kernel32/tzmap.tbl >$@.t && mv $@.t $@
%D%/timezone-windows.$(OBJEXT): %D%/timezone-map.h
CLEANFILES += %D%/registry-defaults-tbl.c
EXTRA_DIST += %D%/registry-defaults.tbl %D%/gen-defaults.awk
%D%/registry-defaults-tbl.c: %D%/registry-defaults.tbl %D%/gen-defaults.awk
	@$(MKDIR_P) %D%
	$(AM_V_GEN)$(AWK) -f $(srcdir)/%D%/gen-defaults.awk $(srcdir)/%D%/registry-defaults.tbl >$@.t && mv $@.t $@

# exceptions
libnt_a_SOURCES += %D%/context.c %D%/context32.c %D%/context.h %D%/abi-context.h \
	%D%/exception.c %D%/exception.h %D%/exception-decode.c \
	%D%/exception-report.c %D%/unwind.c

nodist_libnt_a_SOURCES += %D%/calls.c %D%/calls-table.S %D%/calls.h %D%/status.h %D%/status-names.c

BUILT_SOURCES += %D%/calls.h %D%/status.h
CLEANFILES += %D%/calls.h %D%/calls.c %D%/calls-table.S %D%/status.h %D%/status-names.c
EXTRA_DIST += %D%/syscalls.tbl %D%/status.tbl %D%/gen-status.awk

%D%/status.h: %D%/status.tbl %D%/gen-status.awk
	@$(MKDIR_P) %D%
	$(AM_V_GEN)$(AWK) -v mode=h -f $(srcdir)/%D%/gen-status.awk $(srcdir)/%D%/status.tbl >$@.t && $(put_if_new)
%D%/status-names.c: %D%/status.tbl %D%/gen-status.awk
	@$(MKDIR_P) %D%
	$(AM_V_GEN)$(AWK) -v mode=c -f $(srcdir)/%D%/gen-status.awk $(srcdir)/%D%/status.tbl >$@.t && mv $@.t $@
$(libnt_a_OBJECTS): %D%/calls.h %D%/status.h %D%/ioctl-rows.h %D%/info-rows.h

# controls and information classes
nodist_libnt_a_SOURCES += %D%/ioctl-rows.h %D%/info-rows.h
BUILT_SOURCES += %D%/ioctl-rows.h %D%/info-rows.h
CLEANFILES += %D%/ioctl-rows.h %D%/info-rows.h
EXTRA_DIST += %D%/ioctl.tbl %D%/info.tbl %D%/gen-rows.awk
%D%/ioctl-rows.h: %D%/ioctl.tbl %D%/gen-rows.awk
	@$(MKDIR_P) %D%
	$(AM_V_GEN)$(AWK) -v kind=IOCTL -f $(srcdir)/%D%/gen-rows.awk $(srcdir)/%D%/ioctl.tbl >$@.t && mv $@.t $@
%D%/info-rows.h: %D%/info.tbl %D%/gen-rows.awk
	@$(MKDIR_P) %D%
	$(AM_V_GEN)$(AWK) -v kind=INFO -f $(srcdir)/%D%/gen-rows.awk $(srcdir)/%D%/info.tbl >$@.t && mv $@.t $@

# the list that our loader has as well
nodist_libnt_a_SOURCES += %D%/known-dlls.h
CLEANFILES += %D%/known-dlls.h
%D%/known-dlls.h: dlls/apisets.tbl
	@$(MKDIR_P) %D%
	$(AM_V_GEN)$(AWK) '$$1 == "known" { printf "\"%s\",\n", $$2 }' $(srcdir)/dlls/apisets.tbl >$@.t && mv $@.t $@
%D%/known-dlls.$(OBJEXT): %D%/known-dlls.h

# what 32-bit programs lay out otherwise
nodist_libnt_a_SOURCES += %D%/wow64-rows.h
CLEANFILES += %D%/wow64-rows.h
EXTRA_DIST += %D%/wow64.tbl %D%/gen-wow64.awk
%D%/wow64-rows.h: %D%/wow64.tbl %D%/syscalls.tbl %D%/gen-wow64.awk
	@$(MKDIR_P) %D%
	$(AM_V_GEN)$(AWK) -f $(srcdir)/%D%/gen-wow64.awk $(srcdir)/%D%/wow64.tbl $(srcdir)/%D%/syscalls.tbl >$@.t && mv $@.t $@
%D%/wow64.$(OBJEXT): %D%/wow64-rows.h
