# SPDX-License-Identifier: LGPL-2.1-or-later
# gen-support.awk - apisets.tbl and all .spec files into the list that --check
# reads: what is not complete, and which names lead to which DLL.
#
#   apiset  PREFIX  DLL
#   known   DLL
#   partial|stub    DLL  NAME  NOTE
#
# Words are separated by tabs.  A DLL of several .spec files has them in one
# folder; crt's make two DLLs and are named on the command line: dll=NAME FILE.
BEGIN { OFS = "\t" }
/^[ \t]*(#|$)/ { next }
FILENAME ~ /apisets\.tbl$/ {
	if ($1 == "known") print "known", $2
	else print "apiset", $1, $2
	next
}
$2 ~ /^(partial|stub)(\/|$)/ {
	note = match($0, /[ \t]#[ \t]*/) ? substr($0, RSTART + RLENGTH) : ""
	name = $3
	sub(/=.*/, "", name)
	sub(/\/.*/, "", $2)
	print $2, dll ".dll", name, note
}
