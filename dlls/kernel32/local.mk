DLLS += kernel32
kernel32_ENTRY = DllMain
kernel32_IMPORTS = ntdll
kernel32_SPECS = %D%/kernel32.spec %D%/kernel32-b.spec

# Files, paths, console, processes, modules, messages.
kernel32_SOURCES = %D%/actctx.c %D%/comm.c %D%/console.c %D%/console-bytes.c %D%/console-ctrl.c \
	%D%/console-misc.c %D%/console-output.c %D%/console-past.c %D%/console-pseudo.c %D%/convert.c %D%/debug.c %D%/dir.c \
	%D%/error.c %D%/error-text.c %D%/file.c %D%/backup-read.c %D%/backup-write.c %D%/file-beside.c %D%/file-copy.c %D%/file-find.c \
	%D%/file-info.c %D%/file-io.c %D%/handle.c %D%/iocp.c %D%/link.c \
	%D%/message.c %D%/module.c %D%/nt-path.c %D%/path.c %D%/pipe.c %D%/process.c \
	%D%/process-create.c %D%/process-info.c %D%/profile.c %D%/profile-change.c \
	%D%/profile-struct.c %D%/profile-text.c %D%/resource.c %D%/resource-build.c \
	%D%/resource-file.c %D%/resource-update.c %D%/startup.c %D%/toolhelp.c %D%/volume.c %D%/volume-name.c \
	%D%/move-later.c %D%/collate-tailor.c %D%/locale-sort.c %D%/calendar-date.c %D%/actctx-query.c %D%/sxs-xml.c %D%/sxs-entry.c %D%/sxs-manifest.c

# Synchronisation, threads, memory, time, locale, strings, system.
kernel32_SOURCES += %D%/atom.c %D%/calendar.c %D%/codepage.c %D%/collate.c %D%/collate-han.c \
	%D%/fiber.c %D%/forwarded.c %D%/global.c %D%/heap.c %D%/job.c %D%/locale.c \
	%D%/locale-enum.c %D%/locale-format.c %D%/locale-info.c %D%/locale-ui.c \
	%D%/map-string.c %D%/mailslot.c %D%/manifest.c %D%/mapping.c %D%/memory.c %D%/misc.c %D%/package.c \
	%D%/number-format.c %D%/namespace.c %D%/object-name.c %D%/processor.c %D%/rare.c %D%/lstr.c %D%/string.c %D%/fold.c \
	%D%/sync.c %D%/sysinfo.c %D%/thread.c %D%/threadpool.c %D%/time.c \
	%D%/time-zone.c %D%/tls.c %D%/utf.c %D%/version.c %D%/wait.c \
	%D%/wer.c
kernel32_SOURCES_x86_64 = %D%/fiber-x86_64.S
kernel32_SOURCES_i686 = %D%/fiber-i686.S
