/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef RF_IDENTIFY_H
#define RF_IDENTIFY_H

#include "base/bytes.h"
#include "base/err.h"

/*
 * identify_refusal() - say what a file is that no format of ours accepted
 * (a script, a Linux program, an NE executable, text, ...), in e.
 * Returns -1.
 */
int identify_refusal(struct bytes file, struct err *e);

#endif
