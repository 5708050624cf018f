# SPDX-License-Identifier: LGPL-2.1-or-later
#
# gen-start.awk - a list of what a start runs through (start.order) as the
# lines of a linker script that lays it out together.  A mapped page costs at
# its first use and again at exit, with its 15 neighbours; scattered over all
# of the program, a start touched nearly every one of these groups.
#
# -v mode=host: a script of its own (GNU ld and lld: INSERT) for run-foreign;
# -v mode=dll: what dlls/dll.ld includes at the head of .text.
#
# A line: a section's name without ".text." (".text$" in a DLL), or
# "libc.a:member.o", all code of that member. Names that are not there match
# nothing; make start-order writes the lists anew.

BEGIN {
	if (mode == "host")
		print "SECTIONS\n{\n\t.text.start : {"
}

/^#/ || NF == 0 { next }

mode == "host" && /:/ { print "\t\t*" $1 "(.text .text.*)"; next }
mode == "host" { print "\t\t*(.text." $1 ")"; next }
{ print "\t\t*(.text$" $1 ")" }

END {
	if (mode == "host")
		print "\t}\n}\nINSERT BEFORE .text;"
}
