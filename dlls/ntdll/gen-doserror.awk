# SPDX-License-Identifier: LGPL-2.1-or-later
#
# gen-doserror.awk - doserror.tbl into rows { status, error }, in order, for
# the search in error.c.

/^[ \t]*(#|$)/ { next }
{
	key = tolower($1)
	if (length(key) != 10 || key <= last) {
		printf "%s:%d: %s is out of order\n", FILENAME, FNR, $1 > "/dev/stderr"
		exit 1
	}
	last = key
	printf "\t{ %s, %d }, /* %s */\n", key, $2, $3
}
