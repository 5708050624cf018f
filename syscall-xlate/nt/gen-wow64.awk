# SPDX-License-Identifier: LGPL-2.1-or-later
#
# gen-wow64.awk - what nt/wow64.c needs to know, from two tables.
#
#   awk -f gen-wow64.awk wow64.tbl syscalls.tbl >wow64-rows.h
#
# Layouts become strings that wow64.c walks: nested ones are put in place, with
# an "a" (align) before and behind those that hold pointers.  Sizes are known
# here.  A call with an argument to convert becomes a row of wow64_calls.

BEGIN { special["attributes"]; special["hard_error"] }

function fail(why) {
	printf "%s:%d: %s\n", FILENAME, FNR, why > "/dev/stderr"
	bad = 1
	exit 1
}

function up(n, a) {
	return n - n % a + (n % a ? a : 0)
}

# Adds one item of w32 and w64 bytes to the layout being made.
function put(c, w32, w64) {
	text = text c
	at32 = up(at32, w32) + w32
	at64 = up(at64, w64) + w64
	if (w32 > max32)
		max32 = w32
	if (w64 > max64)
		max64 = w64
}

function align() {
	text = text "a"
	at32 = up(at32, 4)
	at64 = up(at64, 8)
}

function item(w,    n, k, i, part) {
	n = 1
	if (match(w, /\*[0-9]+$/)) {
		n = substr(w, RSTART + 1) + 0
		w = substr(w, 1, RSTART - 1)
	}
	for (i = 0; i < n; i++) {
		if (w ~ /^[1248]$/)
			put(w, w + 0, w + 0)
		else if (w ~ /^[phnUS]$/)
			put(w, 4, 8)
		else if (w == "L")
			put(w, 8, 8)
		else if (w == "N")
			put(w, 4, 4)
		else if (w == "-") {
			text = text w
			at64 += 4
		}
		else if (w in body) {
			if (wide[w])
				align()
			split(body[w], part, " ")
			for (k = 1; k in part; k++)
				item(part[k])
			if (wide[w])
				align()
		} else {
			fail("no such layout: " w)
		}
		split("", part)
	}
}

function declare(name) {
	if (!(name in body))
		fail("no such layout: " name)
	return "&wow64_" name
}

/^[ \t]*(#|$)/ { next }

$1 == "layout" && FILENAME ~ /wow64\.tbl$/ {
	name = $2
	if (name in body)
		fail(name " is there twice")
	text = ""
	at32 = at64 = 0
	max32 = max64 = 1
	ncounts = 0
	count32[0] = count32[1] = count64[0] = count64[1] = -1
	elem = "NULL"
	flags = "0"
	flat = ""
	for (i = 3; i <= NF; i++) {
		if ($i == "#") {
			if (ncounts == 2)
				fail("too many counts")
			count32[ncounts] = at32 - 4
			count64[ncounts++] = at64 - 4
		} else if ($i == "+") {
			flags = flags " | WOW64_TAIL"
		} else if ($i == "list") {
			flags = flags " | WOW64_LIST"
		} else if ($i == "=") {
			flags = flags " | WOW64_INPUT"
		} else if ($i ~ /^0?\[.*\]$/) {
			if ($i ~ /^0/)
				flags = flags " | WOW64_UNTIL_ZERO"
			e = $i
			gsub(/[0\[\]]/, "", e)
			elem = declare(e)
		} else {
			item($i)
			flat = flat " " $i
		}
	}
	body[name] = flat
	wide[name] = max64 > max32
	printf "const struct wow64_layout wow64_%s = { \"%s\", %d, %d, %d, %d, { %d, %d }, { %d, %d }, %s, %s };\n", \
		name, text, up(at32, max32), up(at64, max64), max32, max64, \
		count32[0], count32[1], count64[0], count64[1], elem, flags
	next
}

$1 == "class" && FILENAME ~ /wow64\.tbl$/ {
	key = $2 " " $3
	row = "{ " $4
	if (NF > 7)
		fail("too many layouts")
	row = row ", { "
	for (i = 5; i <= NF; i++)
		row = row declare($i) ", "
	classes[key] = classes[key] "\t" row "} },\n"
	next
}

FILENAME ~ /wow64\.tbl$/ { fail("neither layout nor class") }

# syscalls.tbl
{
	sub(/[ \t]#.*/, "")
	if ($3 == "absent")
		next
	split("", index_of)
	for (i = 5; i <= NF; i++) {
		split($i, part, ":")
		n = part[2]
		sub(/[@[].*/, "", n)
		index_of[n] = i - 5
	}
	out = ""
	for (i = 5; i <= NF; i++) {
		split($i, part, ":")
		kind = part[1]
		n = part[2]
		mark = len = count = ""
		if (match(n, /@.*/)) {
			mark = substr(n, RSTART + 1)
			n = substr(n, 1, RSTART - 1)
		}
		if (match(mark, /\*.*/)) {
			count = substr(mark, RSTART + 1)
			mark = substr(mark, 1, RSTART - 1)
		}
		if (match(n, /\[.*/)) {
			len = substr(n, RSTART + 1, RLENGTH - 2)
			n = substr(n, 1, RSTART - 1)
		}
		if (kind == "ohandle") {
			kind = "out"
			mark = "handle"
		} else if (kind == "oa" || kind == "ustr") {
			mark = kind
			kind = "in"
		}
		if (mark == "")
			continue
		if (count != "" && !(count in index_of))
			fail($2 ": no argument " count)
		if (len != "" && !(len in index_of))
			fail($2 ": no argument " len)
		cls = "class" in index_of ? "class" : "code"
		if (mark in special)
			way = "SPECIAL"
		else if (len != "")
			way = "CLASS"
		else if (count == "" && body[mark] ~ /^ [hp]$/)
			way = "WORD"
		else
			way = "FIXED"
		r = sprintf("{ .way = WOW64_%s, .arg = %d, .dir = %s, .len = %d, .count = %d, .class = %d, .ret_len = %d, ", \
			way, i - 5, toupper(kind) == "IN" ? "WOW64_IN" : \
			toupper(kind) == "OUT" ? "WOW64_OUT" : "WOW64_IN | WOW64_OUT", \
			len == "" ? -1 : index_of[len], \
			count == "" ? -1 : index_of[count], \
			mark == "class" ? index_of[cls] : -1, \
			len != "" && "ret_len" in index_of ? index_of["ret_len"] : -1)
		if (mark == "class") {
			if (!(($2 " " n) in classes))
				fail($2 ": no class rows for " n)
			v = "classes_" $2 "_" n
			printf "static const struct wow64_class %s[] = {\n%s};\n", v, classes[$2 " " n]
			delete classes[$2 " " n]
			r = r ".classes = " v ", .nclasses = COUNT_OF(" v ")"
		} else if (mark in special) {
			r = r ".special = wow64_" mark
		} else {
			r = r ".layout = " declare(mark)
		}
		out = out "\t" r " },\n"
	}
	if (out == "")
		next
	printf "static const struct wow64_arg args_%s[] = {\n%s};\n", $2, out
	rows = rows sprintf("\t[%s] = { args_%s, COUNT_OF(args_%s) },\n", $1, $2, $2)
}

END {
	if (bad)
		exit 1
	for (k in classes) {
		print "gen-wow64.awk: class rows of an argument that is not marked: " k > "/dev/stderr"
		exit 1
	}
	printf "static const struct wow64_call wow64_calls[] = {\n%s};\n", rows
}
