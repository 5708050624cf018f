# SPDX-License-Identifier: LGPL-2.1-or-later
# calls-table.awk - syscalls.tbl as rows { name, kinds of arguments } for calls.c.
$1 !~ /^0x/ { next }
{
	kinds = ""
	for (i = 5; i <= NF && $i != "#"; i++) {
		split($i, a, /[:[@]/)
		kind = a[1]
		name = a[2]
		kinds = kinds (kind == "handle" ? "h" : kind == "ohandle" ? "H" : kind == "oa" ? "a" : \
			kind == "ustr" ? "u" : kind == "time" ? "t" : kind == "bool" ? "b" : \
			kind != "u32" && kind != "i32" && kind != "size" ? "p" : \
			name ~ /len|size|count/ ? "l" : name ~ /class|code/ ? "c" : "n")
	}
	printf "{ \"%s\", \"%s\" },\n", $2, kinds
}
