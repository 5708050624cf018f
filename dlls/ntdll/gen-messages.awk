# SPDX-License-Identifier: LGPL-2.1-or-later
#
# gen-messages.awk - ntdll's RT_MESSAGETABLE as assembler, from
# status-text.tbl, and, for what that does not list, from doserror.tbl and the
# texts of kernel32's error-messages.tbl, or else its name in words.
#
# The section is a resource directory of three levels (type 11, name 1,
# language 0x409), the one data entry, and the table: MESSAGE_RESOURCE_DATA
# with a block for each run of numbers.  Texts are narrow, end in CR LF NUL and
# fill up to four bytes.

FILENAME ~ /status-text/ {
	if ($1 !~ /^0x/)
		next
	code = substr($1, 3)
	text[code] = substr($0, 12)
	next
}

FILENAME ~ /error-messages/ {
	if ($0 !~ /^E\([0-9]+, "/)
		next
	line = $0
	n = substr(line, 3) + 0
	sub(/^E\([0-9]+, "/, "", line)
	sub(/"\)$/, "", line)
	win32[n] = line
	next
}

FILENAME ~ /doserror/ && $1 ~ /^0x/ {
	code = substr($1, 3)
	if (code in text)
		next
	text[code] = $2 in win32 ? win32[$2] : words($3)
}

# STATUS_LOG_SECTOR_INVALID: "Log sector invalid."
function words(name)
{
	sub(/^STATUS_/, "", name)
	gsub(/_/, " ", name)
	return substr(name, 1, 1) tolower(substr(name, 2)) "."
}

# "c0000005" as a number is too large for some awks' %d: two halves.
function half(s, i, v)
{
	v = 0
	for (i = 1; i <= length(s); i++)
		v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
	return v
}

function number(s)
{
	return half(substr(s, 1, 4)) * 65536 + half(substr(s, 5))
}

END {
	n = 0
	for (code in text)
		key[n++] = code
	# Eight lower-case hexadecimal digits sort as what they mean.
	for (gap = 1; gap < n; gap = gap * 3 + 1)
		;
	for (; gap >= 1; gap = int(gap / 3))
		for (i = gap; i < n; i++) {
			k = key[i]
			for (j = i; j >= gap && key[j - gap] > k; j -= gap)
				key[j] = key[j - gap]
			key[j] = k
		}
	blocks = 0
	for (i = 0; i < n; i++) {
		v = number(key[i])
		if (!i || v != last + 1)
			first[blocks++] = i
		last = v
	}
	first[blocks] = n
	print "/* Made by gen-messages.awk. */"
	print "\t.section .rsrc,\"dr\"\n\t.p2align 2\nroot:"
	# Characteristics, time, version, named entries, numbered entries.
	print "\t.long 0, 0, 0\n\t.short 0, 1\n\t.long 11, 0x80000018"
	print "\t.long 0, 0, 0\n\t.short 0, 1\n\t.long 1, 0x80000030"
	print "\t.long 0, 0, 0\n\t.short 0, 1\n\t.long 0x409, 0x48"
	print "\t.rva table\n\t.long table_end - table, 0, 0"
	print "table:\n\t.long " blocks
	for (b = 0; b < blocks; b++)
		printf "\t.long 0x%s, 0x%s, block%d - table\n", \
			key[first[b]], key[first[b + 1] - 1], b
	for (b = 0; b < blocks; b++) {
		print "block" b ":"
		for (i = first[b]; i < first[b + 1]; i++) {
			printf "1:\t.short 2f - 1b, 0\n"
			printf "\t.ascii \"%s\\r\\n\\0\"\n\t.p2align 2\n2:\n", text[key[i]]
		}
	}
	print "table_end:"
}
