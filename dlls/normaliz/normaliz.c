/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * normaliz.c - nothing: every export of normaliz is forwarded, but the linker
 * wants an object.
 */
__attribute__((used)) static const char what[] = "normaliz";
