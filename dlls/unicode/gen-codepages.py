#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes codepage.inc: byte to Unicode tables and the best fits (best-fit.tbl).

The mappings come from Python's codecs; what Windows does with bytes that the
published tables leave undefined (C1 controls, private-use characters, user
defined areas) is added here.  Source: Microsoft's tables at unicode.org and
"Code Page Identifiers" in the Win32 documentation.
"""
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

# Bytes for which Windows has another character than the codec.
OTHER = {
    857: {0xd5: 0xf8bb, 0xe7: 0xf8bc, 0xf2: 0xf8bd},
    1255: {0xca: 0x5ba},
    1361: dict(zip([0xd4, 0xd5, 0xd6, 0xd7, 0xdf, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe,
                    0xff], range(0xf8ec, 0xf8f7))),
    864: {0xa6: 0xf8be, 0xa7: 0xf8bf, 0xff: 0xf8c0},
    10000: {0xbd: 0x2126},
    10006: {0x9c: 0xad, 0xaf: 0x387, 0xff: 0xf8a0},
    10007: {0xa2: 0xa2, 0xb6: 0x2202, 0xff: 0xa4},
    10079: {0xbd: 0x2126, 0xdb: 0xa4},
    10081: {0xbd: 0x2126},
    21866: {0xae: 0x45e, 0xbe: 0x40e},
    28597: {0xa1: 0x2bd, 0xa2: 0x2bc, 0xa4: 0xf7c2, 0xa5: 0xf7c3, 0xaa: 0xf7c4,
            0xae: 0xf7c5, 0xd2: 0xf7c6, 0xff: 0xf7c7},
    28598: {0xaf: 0x203e, 0xfd: 0xf7bf, 0xfe: 0xf7c0, 0xff: 0xf7c1},
}

# The first character for bytes from A0 on that mean nothing.
UNDEFINED = {28593: 0xf7f5, 28596: 0xf7c8, 28598: 0xf79c}

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
        # And what GBK left free between its characters, in order.
        used = {(0xf8 + i, t) for i in range(7) for t in hi}
        used |= {(0xaa + i, t) for i in range(6) for t in hi}
        used |= {(0xa1 + i, t) for i in range(7) for t in low936}
        c = 0xe766
        for lead in range(0x81, 0xff):
            for t in low936 + hi:
                if (lead, t) not in used and \
                        one("gbk", bytes([lead, t])) is None:
                    yield lead, t, c
                    c += 1
        assert c == 0xe865
    elif cp == 949:
        yield from run([0xc9], hi, 0xe000)
        yield from run([0xfe], hi, 0xe05e)
    elif cp == 950:
        yield from run(range(0xfa, 0xff), t950, 0xe000)
        yield from run(range(0x8e, 0xa1), t950, 0xe311)
        yield from run(range(0x81, 0x8e), t950, 0xeeb8)
        yield from run([0xc6], hi, 0xf6b1)
        yield from run([0xc7, 0xc8], t950, 0xf70f)


def best_fits(pages):
    """Rows of best-fit.tbl: (from, to, mask of positions in pages)."""
    rows = []
    with open("best-fit.tbl") as f:
        for line in f:
            words = line.split("#")[0].split()
            if not words:
                continue
            first, _, last = words[0].partition("-")
            to, step = int(words[1].rstrip("+"), 16), words[1].endswith("+")
            mask = sum(1 << pages.index(int(p)) for p in words[2:])
            for c in range(int(first, 16), int(last or first, 16) + 1):
                rows.append((c, to, mask))
                to += step
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
        undefined = UNDEFINED.get(cp)
        for b in range(256):
            c = OTHER.get(cp, {}).get(b) or one(codec, bytes([b]))
            if c is None and undefined and b >= 0xa0:
                c = undefined
                undefined += 1
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
            c = OTHER.get(cp, {}).get(b) or \
                (one(codec, bytes([b])) if b not in leads else 0)
            if c is None:
                c = PRIVATE.get(cp, {}).get(b, b)
            v.append(c)
        array(out, "cp%d" % cp, "WCHAR", v)
        lead_page = [0] * 256
        user = {(a, b): c for a, b, c in eudc(cp)}
        cells, seen = [], {}
        for lead in leads:
            row = tuple(user.get((lead, t)) or one(codec, bytes([lead, t])) or
                        0 for t in range(lo, hi + 1))
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
    pages = [int(r.split()[1].rstrip(",")) for r in rows]
    assert len(pages) <= 64
    out.append("static const struct rf_codepage codepages[%d] = {" % len(rows))
    out += rows
    out.append("};")
    fits = best_fits(pages)
    sets = sorted({mask for a, b, mask in fits})
    out.append("/* By position in codepages[]. */")
    array(out, "page_sets", "ULONGLONG", sets)
    out.append("static const struct { WCHAR from, to; USHORT set; } "
               "best_fit[%d] = {" % len(fits))
    line = "\t"
    for a, b, mask in fits:
        s = "{%#x,%#x,%d}," % (a, b, sets.index(mask))
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
