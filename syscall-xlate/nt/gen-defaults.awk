# gen-defaults.awk - registry-defaults.tbl as C strings, comments left out.
#
# One string per line of the table; a null pointer ends them.

BEGIN {
	print "/* Generated from registry-defaults.tbl. Do not edit. */"
	print "#include <stddef.h>"
	print "extern const char *const reg_defaults[];"
	print "const char *const reg_defaults[] = {"
}

/^[ \t]*(#|$)/ { next }

{
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	printf "\t\"%s\",\n", $0
}

END { print "\tNULL,\n};" }
