# SPDX-License-Identifier: LGPL-2.1-or-later
# gen-forward.awk - kernelbase's exports: all that kernel32 exports, forwarded
# to it, or to where kernel32 forwards it itself; and of advapi32 what Windows
# has in kernelbase: registry and security.  Output: lines of a .def.
#
#   awk -f gen-forward.awk kernel32.spec kernel32-b.spec advapi32.spec

/^[ \t]*(#|$)/ { next }

{
	sub(/[ \t]#.*/, "")
	name = $3
	sub(/=.*/, "", name)
	from = FILENAME ~ /advapi32/ ? "advapi32" : "kernel32"
	if ($2 == "data" || name in seen)
		next
	if (from == "advapi32" && (name !~ /^Reg[A-Z]|Sid|Ac[el]|Token|SecurityDescriptor|Access|Self|Impersonate|KernelObjectSecurity|FileSecurity|Privilege|GenericMask/ || name ~ /^(Lookup|Convert|Lsa|Crypt|Sam)/))
		next
	seen[name]
	printf "\t\"%s\" = \"%s\"\n", name, \
		$2 == "forward" ? $4 : from "." name
}
