# SPDX-License-Identifier: LGPL-2.1-or-later
# gen-apisets.awk - apisets.tbl into initialisers for ldr-search.c.
#   mode=sets   { L"prefix", bytes, S(L"dll") }, longest prefix first
#   mode=known  S(L"dll"),
/^[ \t]*(#|$)/ { next }
NF != 2 { printf "%s:%d: two words, please\n", FILENAME, FNR > "/dev/stderr"; bad = 1; exit 1 }
$1 == "known" { if (mode == "known") printf "S(L\"%s\"),\n", $2; next }
{
	if ($1 in dll) { printf "%s:%d: %s twice\n", FILENAME, FNR, $1 > "/dev/stderr"; bad = 1; exit 1 }
	dll[$1] = $2
}
END {
	if (bad) exit 1
	# Insertion sort: longest first, then by name; the table is short.
	for (p in dll) {
		for (i = n++; i > 0 && before(p, order[i - 1]); i--)
			order[i] = order[i - 1]
		order[i] = p
	}
	if (mode == "sets")
		for (i = 0; i < n; i++)
			printf "{ L\"%s\", %d, S(L\"%s\") },\n", order[i], \
				2 * length(order[i]), dll[order[i]]
}

function before(a, b) {
	if (length(a) != length(b))
		return length(a) > length(b)
	return a < b
}
