/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nothing.c - every export of sspicli is forwarded, but the linker wants an
 * object.
 */
__attribute__((used)) static const char what[] = "sspicli";
