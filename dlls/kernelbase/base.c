/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * base.c - nothing: every export of kernelbase is forwarded, but the linker
 * wants an object.
 */
__attribute__((used)) static const char what[] = "kernelbase";
