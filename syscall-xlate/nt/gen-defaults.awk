# gen-defaults.awk - registry-defaults.tbl as C strings, comments left out.
#
# One string per line of the table; a null pointer ends them.
#
# "copy KEY" stands for the values that the table has of KEY above; "share KEY",
# below HKLM\SOFTWARE, for that key and a link to it in Wow6432Node.

BEGIN {
	print "/* Generated from registry-defaults.tbl. Do not edit. */"
	print "#include <stddef.h>"
	print "extern const char *const reg_defaults[];"
	print "const char *const reg_defaults[] = {"
}

/^[ \t]*(#|$)/ { next }

function put(s) {
	gsub(/\\/, "&&", s)
	gsub(/"/, "\\\"", s)
	printf "\t\"%s\",\n", s
}

$1 == "copy" || $1 == "share" { rest = substr($0, length($1) + 2) }

$1 == "copy" {
	if (!(rest in n)) {
		print FILENAME ":" FNR ": no such key: " rest > "/dev/stderr"
		exit 1
	}
	for (i = 1; i <= n[rest]; i++)
		put(value[rest, i])
	next
}

$1 == "share" {
	put("[" rest "]")
	node = rest
	target = rest
	sub(/SOFTWARE/, "&\\Wow6432Node", node)
	sub(/^HKLM/, "\\Registry\\Machine", target)
	put("[" node "]")
	put("SymbolicLinkValue = link " target)
	next
}

/^\[/ {
	key = substr($0, 2, length($0) - 2)
	n[key] += 0
	put($0)
	next
}

{
	value[key, ++n[key]] = $0
	put($0)
}

END { print "\tNULL,\n};" }
