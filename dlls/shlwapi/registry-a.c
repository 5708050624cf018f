/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* registry-a.c - shlwapi's registry functions, with names of the code page. */
#include "text.h"
#include "registry.h"
