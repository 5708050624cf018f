/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* list.h - what --list-... prints on stdout. */
#ifndef RF_LIST_H
#define RF_LIST_H

void list_engines(void);
void list_personalities(void);
void list_calls(void);

#endif
