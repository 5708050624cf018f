/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy-cmd.h - `run-foreign policy check FILE...'. */
#ifndef RF_POLICY_CMD_H
#define RF_POLICY_CMD_H

/*
 * policy_command() - say what each file grants, or what is wrong with it.  argv
 * begins with "policy check".  Returns the exit status: 0, or 1 if one of them
 * is wrong.
 */
int policy_command(char **argv);

#endif
