/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crt-threads.c, linked to the Universal C Runtime. */
// cflags: -D_UCRT -D__MSVCRT_VERSION__=0xE00 -nodefaultlibs
// link: -lmingw32 -lgcc -lmingwex -lucrt -lkernel32 -lmoldname -lucrt
#include "crt-threads.c"
