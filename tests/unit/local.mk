# A unit test: three lines.
unit_tests += tests/unit/bytes
tests_unit_bytes_SOURCES = %D%/base/bytes.c
tests_unit_bytes_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_bytes_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/clock
tests_unit_clock_SOURCES = %D%/base/clock.c
tests_unit_clock_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_clock_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/mapped
tests_unit_mapped_SOURCES = %D%/base/mapped.c
tests_unit_mapped_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_mapped_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/policy
tests_unit_policy_SOURCES = %D%/base/policy.c
tests_unit_policy_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_policy_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/uring
tests_unit_uring_SOURCES = %D%/base/uring.c
tests_unit_uring_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_uring_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/kvm-space
tests_unit_kvm_space_SOURCES = %D%/syscall-xlate/engine/kvm-space.c \
	syscall-xlate/engine/kvm-space.c syscall-xlate/engine/kvm-pool.c \
	syscall-xlate/engine/kvm-mem.c syscall-xlate/engine/segment.c
tests_unit_kvm_space_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_kvm_space_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/jail
tests_unit_jail_SOURCES = %D%/loader/jail.c loader/jail-calls.c \
	loader/jail-files.c
tests_unit_jail_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_jail_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/outside-net
tests_unit_outside_net_SOURCES = %D%/loader/outside-net.c loader/outside-net.c loader/door.c \
	loader/jail-calls.c
tests_unit_outside_net_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_outside_net_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/outside-proc
tests_unit_outside_proc_SOURCES = %D%/loader/outside-proc.c loader/outside-proc.c loader/door.c \
	loader/jail-calls.c
tests_unit_outside_proc_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_outside_proc_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/commit
tests_unit_commit_SOURCES = %D%/loader/commit.c loader/commit.c \
	loader/remove-tree.c
tests_unit_commit_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_commit_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/pe
tests_unit_pe_SOURCES = %D%/loader/image/pe.c
tests_unit_pe_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_pe_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-virtual
tests_unit_nt_virtual_SOURCES = %D%/syscall-xlate/nt/virtual.c
tests_unit_nt_virtual_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_virtual_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-registry
tests_unit_nt_registry_SOURCES = %D%/syscall-xlate/nt/registry.c
tests_unit_nt_registry_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_registry_LDADD = $(UNIT_LDADD)

if HAVE_LMDB
unit_tests += tests/unit/nt-registry-many
tests_unit_nt_registry_many_SOURCES = %D%/syscall-xlate/nt/registry-many.c
tests_unit_nt_registry_many_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_registry_many_LDADD = $(UNIT_LDADD)
endif

unit_tests += tests/unit/nt-hive
tests_unit_nt_hive_SOURCES = %D%/syscall-xlate/nt/hive.c
tests_unit_nt_hive_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_hive_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-rsa
tests_unit_nt_rsa_SOURCES = %D%/syscall-xlate/nt/rsa.c
tests_unit_nt_rsa_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_rsa_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-ecdsa
tests_unit_nt_ecdsa_SOURCES = %D%/syscall-xlate/nt/ecdsa.c
tests_unit_nt_ecdsa_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_ecdsa_LDADD = $(UNIT_LDADD)

# The object manager, below a fake engine.
FAKE_ENGINE = tests/lib/fake-engine.c tests/lib/fake-engine.h

# The file handlers on a fresh folder.
FILE_FIXTURE = $(FAKE_ENGINE) tests/lib/file-fixture.c tests/lib/file-fixture.h

unit_tests += tests/unit/nt-file-eio
tests_unit_nt_file_eio_SOURCES = %D%/syscall-xlate/nt/file-eio.c $(FILE_FIXTURE)
tests_unit_nt_file_eio_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_file_eio_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-file
tests_unit_nt_file_SOURCES = %D%/syscall-xlate/nt/file.c $(FILE_FIXTURE)
tests_unit_nt_file_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_file_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-pipe
tests_unit_nt_pipe_SOURCES = %D%/syscall-xlate/nt/pipe.c $(FILE_FIXTURE)
tests_unit_nt_pipe_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_pipe_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-handle
tests_unit_nt_handle_SOURCES = %D%/syscall-xlate/nt/handle.c $(FAKE_ENGINE)
tests_unit_nt_handle_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_handle_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-wait
tests_unit_nt_wait_SOURCES = %D%/syscall-xlate/nt/wait.c $(FAKE_ENGINE)
tests_unit_nt_wait_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_wait_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-thread
tests_unit_nt_thread_SOURCES = %D%/syscall-xlate/nt/thread.c $(FAKE_ENGINE)
tests_unit_nt_thread_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_thread_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-process-native
tests_unit_nt_process_native_SOURCES = %D%/syscall-xlate/nt/process-native.c
tests_unit_nt_process_native_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_process_native_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-timezone
tests_unit_nt_timezone_SOURCES = %D%/syscall-xlate/nt/timezone.c
tests_unit_nt_timezone_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_timezone_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-console
tests_unit_nt_console_SOURCES = %D%/syscall-xlate/nt/console.c \
	tests/lib/fake-engine.c tests/lib/fake-engine.h
tests_unit_nt_console_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_console_LDADD = $(UNIT_LDADD) -lutil

unit_tests += tests/unit/nt-console-undo
tests_unit_nt_console_undo_SOURCES = %D%/syscall-xlate/nt/console-undo.c
tests_unit_nt_console_undo_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_console_undo_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-console-line
tests_unit_nt_console_line_SOURCES = %D%/syscall-xlate/nt/console-line.c
tests_unit_nt_console_line_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_console_line_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-remote
tests_unit_nt_remote_SOURCES = %D%/syscall-xlate/nt/remote.c
tests_unit_nt_remote_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_remote_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-console-model
tests_unit_nt_console_model_SOURCES = %D%/syscall-xlate/nt/console-model.c
tests_unit_nt_console_model_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_console_model_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-path
tests_unit_nt_path_SOURCES = %D%/syscall-xlate/nt/path.c
tests_unit_nt_path_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_path_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-token
tests_unit_nt_token_SOURCES = %D%/syscall-xlate/nt/token.c
tests_unit_nt_token_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_token_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-process-block
tests_unit_nt_process_block_SOURCES = %D%/syscall-xlate/nt/process-block.c
tests_unit_nt_process_block_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_process_block_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-context
tests_unit_nt_context_SOURCES = %D%/syscall-xlate/nt/context.c
tests_unit_nt_context_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_context_LDADD = $(UNIT_LDADD)

# What processes of a session share: killed ones, and hostile files.
unit_tests += tests/unit/nt-violence
tests_unit_nt_violence_SOURCES = %D%/syscall-xlate/nt/violence.c $(FAKE_ENGINE)
tests_unit_nt_violence_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_violence_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-shared
tests_unit_nt_shared_SOURCES = %D%/syscall-xlate/nt/shared.c $(FAKE_ENGINE)
tests_unit_nt_shared_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_shared_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-wow64
tests_unit_nt_wow64_SOURCES = %D%/syscall-xlate/nt/wow64.c
tests_unit_nt_wow64_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_wow64_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/nt-protocol
tests_unit_nt_protocol_SOURCES = %D%/syscall-xlate/nt/protocol.c
tests_unit_nt_protocol_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_nt_protocol_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/task-spin
tests_unit_task_spin_SOURCES = %D%/syscall-xlate/task-spin.c
tests_unit_task_spin_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_task_spin_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/returns
tests_unit_returns_SOURCES = %D%/syscall-xlate/returns.c
tests_unit_returns_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_returns_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/elf
tests_unit_elf_SOURCES = %D%/loader/image/elf.c
tests_unit_elf_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_elf_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/insn
tests_unit_insn_SOURCES = %D%/syscall-xlate/engine/insn.c \
	syscall-xlate/engine/insn.c
tests_unit_insn_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_insn_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/bsd-space
tests_unit_bsd_space_SOURCES = %D%/syscall-xlate/bsd/space.c \
	syscall-xlate/bsd/space.c
tests_unit_bsd_space_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_bsd_space_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/bsd-ksem
tests_unit_bsd_ksem_SOURCES = %D%/syscall-xlate/bsd/ksem.c \
	syscall-xlate/bsd/ksem.c
tests_unit_bsd_ksem_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_bsd_ksem_LDFLAGS = -Wl,--wrap=mmap
tests_unit_bsd_ksem_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/bsd-kqueue-file
tests_unit_bsd_kqueue_file_SOURCES = %D%/syscall-xlate/bsd/kqueue-file.c \
	syscall-xlate/bsd/kqueue-file.c
tests_unit_bsd_kqueue_file_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_bsd_kqueue_file_LDADD = $(UNIT_LDADD)

unit_tests += tests/unit/bsd-names
tests_unit_bsd_names_SOURCES = %D%/syscall-xlate/bsd/names.c
tests_unit_bsd_names_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_bsd_names_LDADD = $(UNIT_LDADD)

# What the registry's file costs: tests/bench/registry KEYS
EXTRA_PROGRAMS = tests/bench/registry
tests_bench_registry_SOURCES = tests/bench/registry.c
tests_bench_registry_CPPFLAGS = $(AM_CPPFLAGS)
tests_bench_registry_LDADD = $(UNIT_LDADD)
