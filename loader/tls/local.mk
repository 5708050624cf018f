# The process that does TLS (tls.h).  It lies beside the DLLs, where
# run-foreign and a sandbox find it.
tlsdir = $(pkglibdir)
tls_PROGRAMS =
if HAVE_TLS
tls_PROGRAMS += dlls/run-foreign-tls
endif
dlls_run_foreign_tls_SOURCES = %D%/main.c %D%/tls.h %D%/session.c %D%/identity.c \
	%D%/resume.c %D%/cache.c %D%/query.c %D%/pfx.c
dlls_run_foreign_tls_LDADD = libbase.a $(TLS_LIBS)
dlls_run_foreign_tls_CPPFLAGS = $(AM_CPPFLAGS) $(TLS_CPPFLAGS)
dlls_run_foreign_tls_LDFLAGS = $(AM_LDFLAGS) $(TLS_LDFLAGS) -Wl,-z,relro
