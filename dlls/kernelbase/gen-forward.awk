# SPDX-License-Identifier: LGPL-2.1-or-later
# gen-forward.awk - kernelbase's exports: all that kernel32 exports, forwarded
# to it, or to where kernel32 forwards it itself.  Output: lines of a .def.
#
#   awk -f gen-forward.awk kernel32.spec kernel32-b.spec

/^[ \t]*(#|$)/ { next }

{
	sub(/[ \t]#.*/, "")
	name = $3
	sub(/=.*/, "", name)
	if ($2 != "data")
		printf "\t\"%s\" = \"%s\"\n", name, \
			$2 == "forward" ? $4 : "kernel32." name
}
