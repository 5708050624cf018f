noinst_LIBRARIES += libengine.a
libengine_a_SOURCES = %D%/engine.c %D%/engine.h %D%/segment.c %D%/direct.c \
	%D%/direct-x86_64.S %D%/direct-sysv.S %D%/direct.h %D%/direct-asm.h %D%/direct-fixup.h \
	%D%/direct-lazy.c %D%/direct-lazy.h %D%/direct-mem.c %D%/direct-commit.c \
	%D%/direct-uffd.c %D%/direct-uffd.h \
	%D%/direct-signal.c %D%/direct-space.c %D%/direct-compat.c \
	%D%/direct-gate32.S %D%/direct-trap.c %D%/direct-patch.c %D%/direct-watch.c \
	%D%/insn.c %D%/insn.h %D%/trap.c %D%/trap.h \
	%D%/kvm.c %D%/kvm.h %D%/kvm-shim.S %D%/kvm-vm.c %D%/kvm-vcpu.c \
	%D%/kvm-pool.c %D%/kvm-space.c %D%/kvm-mem.c %D%/kvm-run.c \
	%D%/kvm-probe.c %D%/kvm-gone.c %D%/kvm-fork.c
