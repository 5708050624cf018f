/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reg-cmd.h - run-foreign reg import|export|query. */
#ifndef RF_REG_CMD_H
#define RF_REG_CMD_H

#include <stdbool.h>

/*
 * reg_command() - argv[0] is "reg".  Returns the exit status: 0, 1 if it could
 * not be done, 125 for wrong usage.
 */
int reg_command(char **argv);
/* Is it one of import, export, query? */
bool reg_is_command(const char *verb);

#endif
