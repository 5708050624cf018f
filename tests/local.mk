# Everything speaks TAP.
EXTRA_DIST += tests

TEST_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(TEST_LOG_DRIVER)
# A test ends, one way or another, and what it began ends with it.
TEST_SECONDS = 1800
check_PROGRAMS += %D%/lib/within
tests_lib_within_SOURCES = %D%/lib/within.c
LOG_COMPILER = %D%/lib/within
AM_LOG_FLAGS = $(TEST_SECONDS)
AM_TESTS_ENVIRONMENT = srcdir='$(abs_srcdir)'; builddir='$(abs_builddir)'; \
	export srcdir builddir;

TESTS += %D%/layers/check-includes %D%/layers/check-lean %D%/tables/check-tables %D%/cli/run \
	%D%/guest/run %D%/guest/elf %D%/net/run %D%/slow/run %D%/gdb/run %D%/sandbox/run %D%/dlls/check-exports %D%/cmd/run %D%/compat/check \
	%D%/compat/build %D%/compat/packed %D%/compat/serve %D%/compat/tls %D%/compat/schannel %D%/container/run %D%/compat/errors %D%/compat/golang
TESTS += %D%/sandbox/escape %D%/sandbox/crowd %D%/guest/sandbox

check_PROGRAMS += %D%/fixtures/make-bad
tests_fixtures_make_bad_SOURCES = %D%/fixtures/make-bad.c

check_PROGRAMS += %D%/cli/console-killed
TESTS += %D%/cli/console-killed
tests_cli_console_killed_SOURCES = %D%/cli/console-killed.c
tests_cli_console_killed_LDADD = -lutil

check_PROGRAMS += %D%/cli/ctrl-once
TESTS += %D%/cli/ctrl-once
tests_cli_ctrl_once_SOURCES = %D%/cli/ctrl-once.c
tests_cli_ctrl_once_LDADD = -lutil

check_PROGRAMS += tests/container/box
tests_container_box_SOURCES = %D%/container/box.c
nodist_tests_container_box_SOURCES = %D%/container/docker-calls.h
%D%/container/box.$(OBJEXT): %D%/container/docker-calls.h
CLEANFILES += %D%/container/docker-calls.h
# Those that this machine's headers know.
%D%/container/docker-calls.h: %D%/container/docker.names
	@$(MKDIR_P) %D%/container
	$(AM_V_GEN)sed -n 's/^[a-z].*/#ifdef SYS_&\n\tSYS_&,\n#endif/p' $(srcdir)/tests/container/docker.names >$@

# What tests/compat/errors has go keep from one run to the next.
compat-clean:
	rm -rf compat-go
.PHONY: compat-clean

check_PROGRAMS += tests/slow/slowfs
tests_slow_slowfs_SOURCES = %D%/slow/slowfs.c

# Unit tests: one program per source under test, of the same path.
UNIT_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
UNIT_LDADD = libnt.a libxlate.a libimage.a libbase.a $(LIBELF_LIBS) $(CHECK_LIBS) $(LMDB_LIBS) $(RSA_LIBS)
unit_tests =
include tests/unit/local.mk
if HAVE_CHECK
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif

# ---- fuzzing: make fuzz [FUZZ_SECONDS=60] -----------------------------------
FUZZ_SECONDS = 60
FUZZ_CC = clang
.PHONY: fuzz fuzz-registry fuzz-calls bench
fuzz: tests/fuzz-image
	@$(MKDIR_P) tests/fuzz-corpus
	$(srcdir)/tests/fuzz/seed tests/fuzz-corpus $(FUZZ_SEEDS)
	./tests/fuzz-image -max_total_time=$(FUZZ_SECONDS) -max_len=65536 \
		-print_final_stats=1 tests/fuzz-corpus
tests/fuzz-image: $(srcdir)/tests/fuzz/image.c $(libimage_a_SOURCES:%=$(srcdir)/%) \
		$(libbase_a_SOURCES:%=$(srcdir)/%)
	@$(MKDIR_P) tests
	$(FUZZ_CC) -std=gnu11 -D_GNU_SOURCE -g -O1 -I$(srcdir) \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-o $@ $(filter %.c,$^) -lelf

# .reg files and hives: what parses them with sanitizers, the rest as it is.
FUZZ_REGISTRY = $(addprefix $(srcdir)/syscall-xlate/nt/registry-, parse.c text.c tree.c replay.c store.c file-none.c hive-read.c hive-write.c security.c) \
	$(srcdir)/base/utf.c
fuzz-registry: tests/fuzz-registry
	@$(MKDIR_P) tests/fuzz-corpus-registry
	$(srcdir)/tests/fuzz/seed-registry tests/fuzz-corpus-registry ./tests/fuzz-registry
	./tests/fuzz-registry -max_total_time=$(FUZZ_SECONDS) -max_len=65536 \
		-print_final_stats=1 tests/fuzz-corpus-registry
tests/fuzz-registry: $(srcdir)/tests/fuzz/registry.c $(FUZZ_REGISTRY) libnt.a libxlate.a libimage.a libbase.a
	@$(MKDIR_P) tests
	$(FUZZ_CC) -std=gnu11 -D_GNU_SOURCE -g -O1 -I$(srcdir) -I. \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-o $@ $(filter %.c,$^) $(UNIT_LDADD)

fuzz-calls: run-foreign tests/fuzz/calls.exe tests/fuzz/freebsd-calls tests/fuzz/netbsd-calls
	$(srcdir)/tests/fuzz/run-calls $(FUZZ_SECONDS)

# After a change to what a start runs through: the lists that the linkers lay
# functions out by, from single-stepped starts.
.PHONY: start-order
start-order: all
	$(srcdir)/tests/bench/start-order

bench: all guest-tests
	$(srcdir)/tests/bench/run
