# SPDX-License-Identifier: LGPL-2.1-or-later
# gen-def.awk - a DLL's .spec files into what the linker wants.
#
#   mode=def     X.spec...                the .def to link X.dll with
#   mode=decor   nm-output *.decor X.def  "name decorated [data]" per export
#   mode=implib  X.decor                  the .def for the import library
#
# A .spec line:  @|ordinal  full|partial|stub|forward|data  name[=symbol] [target]  # note
# full/x86_64 (or another word and i686): on that architecture only.

function fail(why) { printf "%s:%d: %s\n", FILENAME, FNR, why > "/dev/stderr"; bad = 1; exit 1 }

BEGIN {
	if (mode == "def") printf "LIBRARY %s.dll\nEXPORTS\n", dll
	if (mode == "implib") printf "LIBRARY %s.dll\nEXPORTS\n", dll
}

mode == "def" && /^[ \t]*(#|$)/ { next }
mode == "def" {
	note = ""
	if (match($0, /[ \t]#[ \t]*/)) {
		note = substr($0, RSTART + RLENGTH)
		$0 = substr($0, 1, RSTART - 1)
	}
	if ($1 != "@" && $1 !~ /^[0-9]+$/) fail("ordinal is a number or @, not \"" $1 "\"")
	if (match($2, /\//)) {
		if (substr($2, RSTART + 1) !~ /^(x86_64|i686)$/) fail("no such architecture: " $2)
		if (substr($2, RSTART + 1) != arch) next
		$2 = substr($2, 1, RSTART - 1)
	}
	name = $3; symbol = $3
	if (match(name, /=/)) { symbol = substr(name, RSTART + 1); name = substr(name, 1, RSTART - 1) }
	if (name == "") fail("no name")
	if (name in seen) fail(name " is exported twice")
	seen[name]
	if (($2 == "partial" || $2 == "stub") && note == "") fail(name ": " $2 " needs a note")
	if ($2 == "forward") {
		if ($4 !~ /^[A-Za-z0-9_-]+\.[#A-Za-z0-9_?@$]+$/) fail(name ": forward needs dll.Name")
		symbol = $4
	} else if ($2 !~ /^(full|partial|stub|data)$/) fail("\"" $2 "\" is not full, partial, stub, forward or data")
	else if (NF > 3) fail(name ": too many words")
	printf "\t\"%s\"%s%s%s\n", name, symbol == name ? "" : " = \"" symbol "\"", \
		$1 == "@" ? "" : " @" $1, $2 == "data" ? " DATA" : ""
}

# nm: "address T _Sleep@4".  Other DLLs: "Sleep _Sleep@4".  The .def last.
mode == "decor" && FILENAME == "-" && NF == 3 {
	plain = $3
	if (arch == "i686") sub(/^_/, "", plain)
	full = plain
	if (arch == "i686") sub(/@[0-9]+$/, "", plain)
	if (arch == "i686" && plain ~ /^@/) sub(/^@/, "", plain)
	decor[plain] = full
	next
}
mode == "decor" && FILENAME ~ /\.decor$/ {
	n = split(FILENAME, part, "/"); from = part[n]; sub(/\.decor$/, "", from)
	far[from "." $1] = $2
	next
}
mode == "decor" && FILENAME ~ /\.def$/ {
	if ($1 == "LIBRARY" || $1 == "EXPORTS" || NF == 0) next
	gsub(/"/, "")
	name = $1; symbol = $1
	if ($2 == "=") symbol = $3
	data = $NF == "DATA" ? " data" : ""
	if (symbol ~ /\./ && symbol in far) {
		full = far[symbol]; suffix = ""
		if (match(full, /@[0-9]+$/)) suffix = substr(full, RSTART)
		print name, name suffix data
	} else if (symbol in decor) {
		full = decor[symbol]; suffix = ""
		if (arch == "i686" && match(full, /@[0-9]+$/)) suffix = substr(full, RSTART)
		print name, name suffix data
	} else print name, name data
}

mode == "implib" { printf "\t\"%s\"%s\n", $2, $3 == "data" ? " DATA" : "" }

END { exit bad }
