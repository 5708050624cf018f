/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remove-tree.h - removing what somebody else has made. */
#ifndef RF_REMOVE_TREE_H
#define RF_REMOVE_TREE_H

#include <stdbool.h>

/*
 * remove_tree() - the file, or the folder with all in it, of that name in folder
 * (a descriptor, or AT_FDCWD).  Names are taken one by one and links are not
 * followed, so who changes things meanwhile leads it nowhere.  False with errno:
 * something of it is still there.
 */
bool remove_tree(int folder, const char *name);

#endif
