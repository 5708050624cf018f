#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes codepage.inc: byte to Unicode tables and the list of best fits.

The mappings come from Python's codecs; what Windows does with bytes that the
published tables leave undefined (C1 controls, private-use characters, user
defined areas) is added here.  Source: Microsoft's tables at unicode.org and
"Code Page Identifiers" in the Win32 documentation.
"""
import unicodedata as ud

# id, codec, GetCPInfoEx name
SBCS = [
    (37, "cp037", "IBM EBCDIC - U.S./Canada"),
    (437, "cp437", "OEM - United States"),
    (500, "cp500", "IBM EBCDIC - International"),
    (720, "cp720", "Arabic - Transparent ASMO"),
    (737, "cp737", "OEM - Greek 437G"),
    (775, "cp775", "OEM - Baltic"),
    (850, "cp850", "OEM - Multilingual Latin I"),
    (852, "cp852", "OEM - Latin II"),
    (855, "cp855", "OEM - Cyrillic"),
    (857, "cp857", "OEM - Turkish"),
    (858, "cp858", "OEM - Multilingual Latin I + Euro"),
    (860, "cp860", "OEM - Portuguese"),
    (861, "cp861", "OEM - Icelandic"),
    (862, "cp862", "OEM - Hebrew"),
    (863, "cp863", "OEM - Canadian French"),
    (864, "cp864", "OEM - Arabic"),
    (865, "cp865", "OEM - Nordic"),
    (866, "cp866", "OEM - Russian"),
    (869, "cp869", "OEM - Modern Greek"),
    (874, "cp874", "ANSI/OEM - Thai"),
    (875, "cp875", "IBM EBCDIC - Modern Greek"),
    (1026, "cp1026", "IBM EBCDIC - Turkish (Latin-5)"),
    (1140, "cp1140", "IBM EBCDIC - U.S./Canada (37 + Euro)"),
    (1250, "cp1250", "ANSI - Central Europe"),
    (1251, "cp1251", "ANSI - Cyrillic"),
    (1252, "cp1252", "ANSI - Latin I"),
    (1253, "cp1253", "ANSI - Greek"),
    (1254, "cp1254", "ANSI - Turkish"),
    (1255, "cp1255", "ANSI - Hebrew"),
    (1256, "cp1256", "ANSI - Arabic"),
    (1257, "cp1257", "ANSI - Baltic"),
    (1258, "cp1258", "ANSI/OEM - Viet Nam"),
    (10000, "mac_roman", "MAC - Roman"),
    (10006, "mac_greek", "MAC - Greek I"),
    (10007, "mac_cyrillic", "MAC - Cyrillic"),
    (10029, "mac_latin2", "MAC - Latin II"),
    (10079, "mac_iceland", "MAC - Icelandic"),
    (10081, "mac_turkish", "MAC - Turkish"),
    (20127, "ascii", "US-ASCII"),
    (20866, "koi8_r", "Russian - KOI8"),
    (21866, "koi8_u", "Ukrainian - KOI8-U"),
    (28591, "iso8859_1", "ISO 8859-1 Latin I"),
    (28592, "iso8859_2", "ISO 8859-2 Central Europe"),
    (28593, "iso8859_3", "ISO 8859-3 Latin 3"),
    (28594, "iso8859_4", "ISO 8859-4 Baltic"),
    (28595, "iso8859_5", "ISO 8859-5 Cyrillic"),
    (28596, "iso8859_6", "ISO 8859-6 Arabic"),
    (28597, "iso8859_7", "ISO 8859-7 Greek"),
    (28598, "iso8859_8", "ISO 8859-8 Hebrew: Visual Ordering"),
    (28599, "iso8859_9", "ISO 8859-9 Latin 5"),
    (28603, "iso8859_13", "ISO 8859-13 Latin 7"),
    (28605, "iso8859_15", "ISO 8859-15 Latin 9"),
]

# id, codec, name, leads, trails, Unicode default
DBCS = [
    (932, "cp932", "ANSI/OEM - Japanese Shift-JIS",
     list(range(0x81, 0xa0)) + list(range(0xe0, 0xfd)), (0x40, 0xfc), 0x30fb),
    (936, "gbk", "ANSI/OEM - Simplified Chinese GBK",
     list(range(0x81, 0xff)), (0x40, 0xfe), 0x3f),
    (949, "cp949", "ANSI/OEM - Korean",
     list(range(0x81, 0xff)), (0x41, 0xfe), 0x3f),
    (950, "cp950", "ANSI/OEM - Traditional Chinese Big5",
     list(range(0x81, 0xff)), (0x40, 0xfe), 0x3f),
    (1361, "johab", "Korean - Johab",
     list(range(0x84, 0xd4)) + list(range(0xd8, 0xdf)) +
     list(range(0xe0, 0xfa)), (0x31, 0xfe), 0x3f),
]

# Undefined bytes at and above A0 that Windows sends to private use.
PRIVATE = {
    874: dict(zip([0xdb, 0xdc, 0xdd, 0xde, 0xfc, 0xfd, 0xfe, 0xff],
                  range(0xf8c1, 0xf8c9))),
    932: {0xa0: 0xa0, 0xfd: 0xf8f1, 0xfe: 0xf8f2, 0xff: 0xf8f3, 0x80: 0x80},
    936: {0x80: 0x20ac, 0xff: 0xf8f5},
    949: {0x80: 0x80, 0xff: 0xf8f7},
    950: {0x80: 0x80, 0xff: 0xf8f8},
    1253: {0xaa: 0xf8f9, 0xd2: 0xf8fa, 0xff: 0xf8fb},
    1255: dict(zip([0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xfb, 0xfc,
                    0xff], [0xf88d, 0xf88e, 0xf88f, 0xf890, 0xf891, 0xf892,
                            0xf893, 0xf894, 0xf895, 0xf896])),
    1257: {0xa1: 0xf8fc, 0xa5: 0xf8fd},
}


def eudc(cp):
    """User defined areas: yields (lead, trail, character)."""
    def run(leads, trails, first):
        c = first
        for lead in leads:
            for t in trails:
                yield lead, t, c
                c += 1
    t932 = list(range(0x40, 0x7f)) + list(range(0x80, 0xfd))
    hi = list(range(0xa1, 0xff))
    t950 = list(range(0x40, 0x7f)) + hi
    low936 = list(range(0x40, 0x7f)) + list(range(0x80, 0xa1))
    if cp == 932:
        yield from run(range(0xf0, 0xfa), t932, 0xe000)
    elif cp == 936:
        yield from run(range(0xaa, 0xb0), hi, 0xe000)
        yield from run(range(0xf8, 0xff), hi, 0xe234)
        yield from run(range(0xa1, 0xa8), low936, 0xe4c6)
    elif cp == 949:
        yield from run([0xc9], hi, 0xe000)
        yield from run([0xfe], hi, 0xe05e)
    elif cp == 950:
        yield from run(range(0xfa, 0xff), t950, 0xe000)
        yield from run(range(0x8e, 0xa1), t950, 0xe311)
        yield from run(range(0x81, 0x8e), t950, 0xeeb8)


# Lossy substitutes that no decomposition gives, in the order they are tried.
# Source: Microsoft's bestfit tables at unicode.org.
SUBSTITUTES = """
00a1 21  00a6 7c  00a9 63  00ab 3c  00ad 2d  00ae 52  00b7 2e  00bb 3e
00c6 41  00d0 44  00d7 78  00d8 4f  00df 73  00e6 61  00f0 64  00f8 6f
0110 d0  0110 44  0111 64  0126 48  0127 68  0131 69  0141 4c  0142 6c
0152 4f  0153 6f  0166 54  0167 74  0180 62  0189 d0  0191 192 0192 66
0197 49  019a 6c  019f 4f  01ab 74  01ae 54  01b6 7a  01c0 7c  01c3 21
01e4 47  01e5 67  0261 67  02b9 27  02ba 22  02bc 27  02c4 5e  02c6 5e
02c8 27  02c9 af  02ca b4  02cb 60  02cd 5f  02dc 7e  0300 60  0301 b4
0302 5e  0303 7e  0304 af  0305 af  0308 a8  030a b0  030e 22  0327 b8
0331 5f  0332 5f  037e 3b  0393 47  0398 54  03a3 53  03a6 46  03a9 4f
03b1 61  03b2 df  03b4 64  03b5 65  03bc b5  03c0 70  03c3 73  03c4 74  03c6 66
00b5 3bc 04bb 68  0589 3a  066a 25  2000 20  2001 20  2002 20  2003 20
2004 20  2005 20  2006 20  2010 2d  2011 2d  2013 2d  2014 2d  2017 3d
2018 27  2019 27  201a 2c  201c 22  201d 22  201e 22  2020 2b  2022 b7
2022 2e  2026 2e  2032 27  2035 60  2039 3c  203a 3e  2044 2f  20a1 a2
20a4 a3  20a7 50  2118 50  2122 54  2205 d8  2212 2d  2213 b1  2215 2f
2216 5c  2217 2a  2218 b0  2219 b7  221a 76  221e 38  2223 7c  2229 6e
2236 3a  223c 7e  2248 98  2261 3d  2264 3d  2265 3d  226a ab  226b bb
22c5 b7  2302 a6  2303 5e  2310 ac  2320 28  2321 29  2329 3c  232a 3e
2500 2d  2502 a6  250c 2b  2510 2b  2514 2b  2518 2b  251c 2b  2524 a6
252c 2d  2534 2d  253c 2b  2550 2d  2551 a6  2552 2b  2553 2b  2554 2b
2555 2b  2556 2b  2557 2b  2558 2b  2559 2b  255a 2b  255b 2b  255c 2b
255d 2b  255e a6  255f a6  2560 a6  2561 a6  2562 a6  2563 a6  2564 2d
2565 2d  2566 2d  2567 2d  2568 2d  2569 2d  256a 2b  256b 2b  256c 2b
2580 af  2584 5f  2588 a6  258c a6  2590 a6  2591 a6  2592 a6  2593 a6
25a0 a6  263c a4  2758 7c  3000 20  3008 3c  3009 3e  300a ab  300b bb
301a 5b  301b 5d  00a0 20
"""


def best_fits():
    rows = []
    words = SUBSTITUTES.split()
    extra = {}
    for a, b in zip(words[::2], words[1::2]):
        extra.setdefault(int(a, 16), []).append(int(b, 16))
    for c in range(0x80, 0x10000):
        if 0xd800 <= c < 0xf900 or 0xac00 <= c < 0xd7a4:
            continue
        to = list(extra.get(c, []))
        ch = chr(c)
        d = ud.normalize("NFKD", ch)
        cat = ud.category(ch)
        if d != ch:
            nfkc = ud.normalize("NFKC", ch)
            if len(nfkc) == 1 and ord(nfkc) < 0x10000 and nfkc != ch:
                to.append(ord(nfkc))
            # An accented letter loses its accent; nothing else is cut short.
            if cat in ("Lu", "Ll", "Lt") and \
                    all(ud.combining(x) for x in d[1:]):
                to.append(ord(d[0]))
        for t in dict.fromkeys(to):
            if t != c and t < 0x10000:
                rows.append((c, t))
    return rows


def array(out, name, ctype, values):
    out.append("static const %s %s[%d] = {" % (ctype, name, len(values)))
    line = "\t"
    for v in values:
        s = "%d," % v
        if len(line) + len(s) > 78:
            out.append(line)
            line = "\t"
        line += s
    out.append(line)
    out.append("};")


def one(codec, data):
    try:
        s = data.decode(codec)
    except UnicodeDecodeError:
        return None
    return ord(s) if len(s) == 1 and ord(s) < 0x10000 else None


def main():
    out, table = [], []
    for cp, codec, name in SBCS:
        v = []
        for b in range(256):
            c = one(codec, bytes([b]))
            if cp == 20127:
                c = b & 0x7f
            if c is None:
                c = PRIVATE.get(cp, {}).get(b)
            if c is None:
                c = b if b < 0xa0 or cp >= 20000 else b
            v.append(c)
        array(out, "cp%d" % cp, "WCHAR", v)
        dflt = 0x6f if cp in (37, 500, 875, 1026, 1140) else 0x3f
        table.append("\t{ %d, 1, 0, 0, %#x, 0x3f, {0}, cp%d, NULL, NULL, L\"%s\" }," %
                     (cp, dflt, cp, name))
    for cp, codec, name, leads, (lo, hi), udef in DBCS:
        v = []
        for b in range(256):
            c = one(codec, bytes([b])) if b not in leads else 0
            if c is None:
                c = PRIVATE.get(cp, {}).get(b, b)
            v.append(c)
        array(out, "cp%d" % cp, "WCHAR", v)
        lead_page = [0] * 256
        user = {(a, b): c for a, b, c in eudc(cp)}
        cells, seen = [], {}
        for lead in leads:
            row = tuple(one(codec, bytes([lead, t])) or
                        user.get((lead, t), 0) for t in range(lo, hi + 1))
            if row not in seen:
                seen[row] = len(seen) + 1
                cells += row
            lead_page[lead] = seen[row]
        array(out, "cp%d_lead" % cp, "UCHAR", lead_page)
        array(out, "cp%d_cells" % cp, "WCHAR", cells)
        ranges = []
        for lead in leads:
            if ranges and ranges[-1] == lead - 1:
                ranges[-1] = lead
            else:
                ranges += [lead, lead]
        table.append("\t{ %d, 2, %#x, %d, 0x3f, %#x, { %s }, cp%d, cp%d_lead, "
                     "cp%d_cells, L\"%s\" }," %
                     (cp, lo, hi - lo + 1, udef,
                      ", ".join("%#x" % r for r in ranges), cp, cp, cp, name))
    rows = sorted(table, key=lambda r: int(r.split()[1].rstrip(",")))
    out.append("static const struct rf_codepage codepages[%d] = {" % len(rows))
    out += rows
    out.append("};")
    fits = best_fits()
    out.append("static const struct { WCHAR from, to; } best_fit[%d] = {" %
               len(fits))
    line = "\t"
    for a, b in fits:
        s = "{%#x,%#x}," % (a, b)
        if len(line) + len(s) > 78:
            out.append(line)
            line = "\t"
        line += s
    out.append(line)
    out.append("};")
    with open("codepage.inc", "w") as f:
        f.write("/* Generated by gen-codepages.py; do not edit. */\n")
        f.write("\n".join(out) + "\n")


main()
