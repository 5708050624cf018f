# SPDX-License-Identifier: LGPL-2.1-or-later
# bsd-calls-table.awk - a BSD's syscalls.tbl as rows { number, name, kinds of arguments } for bsd-calls.c.
$1 !~ /^[0-9]+$/ || ($3 != "full" && $3 != "partial") { next }
{
	kinds = ""
	for (i = 5; i <= NF && $i != "#"; i++) {
		split($i, a, /[:[]/)
		kinds = kinds (a[1] == "fd" ? "f" : a[1] == "path" || a[1] == "str" ? "P" : a[1] == "size" ? "l" : \
			a[1] ~ /^(in|out|inout|ptr)$/ ? "p" : "n")
	}
	printf "{ %d, \"%s\", \"%s\" },\n", $1, $2, kinds
}
