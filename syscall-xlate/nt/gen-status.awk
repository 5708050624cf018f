# SPDX-License-Identifier: LGPL-2.1-or-later
# gen-status.awk - status.tbl into status.h (mode=h) or its names (mode=c).
BEGIN {
	print "/* Generated from status.tbl by gen-status.awk. Do not edit. */"
	if (mode == "h") {
		print "#ifndef RF_NT_STATUS_H\n#define RF_NT_STATUS_H\n#include <stdint.h>\n"
		print "typedef uint32_t NTSTATUS;\n"
		print "/* The name of a status, or NULL. */"
		print "const char *status_name(NTSTATUS s);\n"
	} else {
		print "#include <stddef.h>\n#include \"syscall-xlate/nt/status.h\"\n"
		print "const char *status_name(NTSTATUS s)\n{\n\tswitch (s) {"
	}
}
/^[ \t]*(#|$)/ { next }
NF != 2 || $2 !~ /^0x[0-9a-f]+$/ || length($2) != 10 {
	printf "%s:%d: not \"NAME 0x????????\"\n", FILENAME, FNR > "/dev/stderr"
	bad = 1; exit 1
}
mode == "h" { printf "#define %s ((NTSTATUS)%su)\n", $1, $2 }
# The first name of a value is the one shown.
mode == "c" && !($2 in seen) {
	seen[$2]; printf "\tcase %su: return \"%s\";\n", $2, $1
}
END {
	if (bad) exit 1
	print mode == "h" ? "\n#endif" : "\t}\n\treturn NULL;\n}"
}
