/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* file-beside.h - for file-copy.c. */
#ifndef RF_KERNEL32_FILE_BESIDE_H
#define RF_KERNEL32_FILE_BESIDE_H

#include "nt.h"

/*
 * Gives the file to the streams and extended attributes of from; replaced: it
 * may have had its own.  FALSE, with the last error, if they do not fit.
 */
BOOL copy_beside(HANDLE from, HANDLE to, BOOL replaced, BOOL streams);

/* Makes to a link as from is one. */
BOOL copy_reparse(HANDLE from, HANDLE to);

#endif
