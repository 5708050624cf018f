/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * psapi.c - nothing: every export of psapi is forwarded, but the linker
 * wants an object.
 */
__attribute__((used)) static const char what[] = "psapi";
