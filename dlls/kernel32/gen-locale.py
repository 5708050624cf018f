#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes locale-data.tbl: what GetLocaleInfo knows, from CLDR through ICU.

Names and patterns are CLDR's, turned into Windows' letters; where Windows is
known to differ for a much used locale, FIXES has its value.  Code pages,
telephone codes and the like are from Microsoft's NLS documentation.
"""
import ctypes
import ctypes.util

LOCALES = """en-US en-GB en-CA en-AU en-IE en-IN en-NZ en-ZA de-DE de-AT de-CH
fr-FR fr-BE fr-CA fr-CH es-ES es-MX es-AR es-CL es-CO es-US it-IT it-CH pt-BR
pt-PT nl-NL nl-BE sv-SE nb-NO nn-NO da-DK fi-FI is-IS pl-PL cs-CZ sk-SK hu-HU
ro-RO bg-BG hr-HR sr-Latn-RS sr-Cyrl-RS sl-SI et-EE lv-LV lt-LT el-GR tr-TR
az-Latn-AZ ru-RU uk-UA be-BY kk-KZ he-IL ar-SA ar-EG ar-AE fa-IR hi-IN bn-IN
ta-IN th-TH vi-VN id-ID ms-MY fil-PH ja-JP ko-KR zh-CN zh-TW zh-HK zh-SG ca-ES
eu-ES gl-ES ga-IE cy-GB af-ZA sq-AL hy-AM ka-GE ur-PK sw-KE mk-MK mt-MT
""".split()

# Neutral locale and the specific one whose data it has.
NEUTRAL = [("zh-Hans", "zh-CN"), ("zh-Hant", "zh-HK"), ("zh", "zh-CN"),
           ("sr-Latn", "sr-Latn-RS"), ("sr-Cyrl", "sr-Cyrl-RS"),
           ("sr", "sr-Latn-RS"), ("az-Latn", "az-Latn-AZ"),
           ("az", "az-Latn-AZ"), ("no", "nb-NO"), ("pt", "pt-BR"),
           ("nb", "nb-NO"), ("nn", "nn-NO")]

LCIDS = {"zh-Hans": 0x0004, "zh-Hant": 0x7c04, "zh": 0x7804, "no": 0x0014,
         "nb": 0x7c14, "nn": 0x7814, "sr": 0x7c1a, "sr-Latn": 0x701a,
         "sr-Cyrl": 0x6c1a, "sr-Latn-RS": 0x241a, "sr-Cyrl-RS": 0x281a,
         "az": 0x002c, "az-Latn": 0x782c, "az-Latn-AZ": 0x042c,
         "es-ES": 0x0c0a, "es-US": 0x540a, "zh-CN": 0x0804, "zh-TW": 0x0404,
         "zh-HK": 0x0c04, "zh-SG": 0x1004, "fil": 0x64, "fil-PH": 0x464}

# ANSI, OEM, Mac, EBCDIC by language (or locale)
CODEPAGES = {"": (1252, 850, 10000, 20297), "en-US": (1252, 437, 10000, 37),
             "cs": (1250, 852, 10029, 500), "pl": (1250, 852, 10029, 20880),
             "sk": (1250, 852, 10029, 20880), "hu": (1250, 852, 10029, 500),
             "ro": (1250, 852, 10029, 20880), "hr": (1250, 852, 10082, 500),
             "sl": (1250, 852, 10029, 20880), "sq": (1250, 852, 10029, 20880),
             "sr-Latn": (1250, 852, 10029, 500),
             "sr-Cyrl": (1251, 855, 10007, 21025),
             "ru": (1251, 866, 10007, 20880), "uk": (1251, 866, 10017, 500),
             "bg": (1251, 866, 10007, 21025), "be": (1251, 866, 10007, 500),
             "mk": (1251, 866, 10007, 500), "kk": (0, 1, 2, 500),
             "el": (1253, 737, 10006, 20273), "tr": (1254, 857, 10081, 20905),
             "az": (1254, 857, 10081, 20905), "he": (1255, 862, 10005, 500),
             "ar": (1256, 720, 10004, 20420), "fa": (1256, 720, 10004, 20420),
             "ur": (1256, 720, 10004, 20420), "et": (1257, 775, 10029, 500),
             "lv": (1257, 775, 10029, 500), "lt": (1257, 775, 10029, 500),
             "vi": (1258, 1258, 10000, 500), "th": (874, 874, 10021, 20838),
             "ja": (932, 932, 10001, 20290), "zh-CN": (936, 936, 10008, 500),
             "zh-SG": (936, 936, 10008, 500), "ko": (949, 949, 10003, 20833),
             "zh": (936, 936, 10008, 500), "zh-Hans": (936, 936, 10008, 500),
             "zh-TW": (950, 950, 10002, 500), "zh-HK": (950, 950, 10002, 500),
             "zh-Hant": (950, 950, 10002, 500), "hi": (0, 1, 2, 500),
             "bn": (0, 1, 2, 500), "ta": (0, 1, 2, 500), "hy": (0, 1, 2, 500),
             "ka": (0, 1, 2, 500), "mt": (0, 1, 2, 500),
             "en": (1252, 437, 10000, 37), "is": (1252, 850, 10079, 20871)}

# country: telephone code, GeoID
COUNTRY = {"US": (1, 244), "GB": (44, 242), "CA": (1, 39), "AU": (61, 12),
           "IE": (353, 68), "IN": (91, 113), "NZ": (64, 183), "ZA": (27, 209),
           "DE": (49, 94), "AT": (43, 14), "CH": (41, 223), "FR": (33, 84),
           "BE": (32, 21), "ES": (34, 217), "MX": (52, 166), "AR": (54, 11),
           "CL": (56, 46), "CO": (57, 51), "IT": (39, 118), "BR": (55, 32),
           "PT": (351, 193), "NL": (31, 176), "SE": (46, 221), "NO": (47, 177),
           "DK": (45, 61), "FI": (358, 77), "IS": (354, 110), "PL": (48, 191),
           "CZ": (420, 75), "SK": (421, 143), "HU": (36, 109), "RO": (40, 200),
           "BG": (359, 35), "HR": (385, 108), "RS": (381, 271), "SI": (386, 212),
           "EE": (372, 70), "LV": (371, 140), "LT": (370, 141), "GR": (30, 98),
           "TR": (90, 235), "AZ": (994, 5), "RU": (7, 203), "UA": (380, 241),
           "BY": (375, 29), "KZ": (7, 137), "IL": (972, 117), "SA": (966, 205),
           "EG": (20, 67), "AE": (971, 224), "IR": (98, 116), "TH": (66, 227),
           "VN": (84, 251), "ID": (62, 111), "MY": (60, 167), "PH": (63, 201),
           "JP": (81, 122), "KR": (82, 134), "CN": (86, 45), "TW": (886, 237),
           "HK": (852, 104), "SG": (65, 215), "AL": (355, 6), "AM": (374, 7),
           "GE": (995, 88), "PK": (92, 190), "KE": (254, 129), "MK": (389, 19618),
           "MT": (356, 163)}

ABBREV = {"en-US": "ENU", "en-GB": "ENG", "en-CA": "ENC", "en-AU": "ENA",
          "en-IE": "ENI", "en-NZ": "ENZ", "en-ZA": "ENS", "en-IN": "ENN",
          "de-DE": "DEU", "de-AT": "DEA", "de-CH": "DES", "fr-FR": "FRA",
          "fr-BE": "FRB", "fr-CA": "FRC", "fr-CH": "FRS", "es-ES": "ESN",
          "es-MX": "ESM", "es-AR": "ESS", "es-CL": "ESL", "es-CO": "ESO",
          "es-US": "EST", "it-IT": "ITA", "it-CH": "ITS", "pt-BR": "PTB",
          "pt-PT": "PTG", "nl-NL": "NLD", "nl-BE": "NLB", "sv-SE": "SVE",
          "nb-NO": "NOR", "nn-NO": "NON", "da-DK": "DAN", "ja-JP": "JPN",
          "ko-KR": "KOR", "zh-CN": "CHS", "zh-TW": "CHT", "zh-HK": "ZHH",
          "zh-SG": "ZHI", "ru-RU": "RUS", "pl-PL": "PLK", "cs-CZ": "CSY",
          "tr-TR": "TRK", "hu-HU": "HUN", "fi-FI": "FIN", "el-GR": "ELL",
          "he-IL": "HEB", "ar-SA": "ARA", "ar-EG": "ARE", "ar-AE": "ARU",
          "en": "ENU", "de": "DEU", "fr": "FRA", "es": "ESN", "zh-Hans": "CHS",
          "zh-Hant": "CHT", "zh": "CHS", "ja": "JPN", "pt": "PTB"}

# What Windows 10 says where CLDR says something else.
FIXES = {
    "en-US": dict(shortdate="M/d/yyyy", longdate="dddd, MMMM d, yyyy",
                  time="h:mm:ss tt", shorttime="h:mm tt", yearmonth="MMMM yyyy",
                  monthday="MMMM d", negcurr=0, listsep=","),
    "en-GB": dict(longdate="dd MMMM yyyy", time="HH:mm:ss", shorttime="HH:mm",
                  listsep=","),
    "en-CA": dict(shortdate="yyyy-MM-dd", longdate="MMMM d, yyyy", listsep=","),
    "en-AU": dict(shortdate="d/MM/yyyy", listsep=","),
    "de-DE": dict(longdate="dddd, d. MMMM yyyy"),
    "fr-FR": dict(longdate="dddd d MMMM yyyy"),
    "es-ES": dict(shortdate="dd/MM/yyyy",
                  longdate="dddd, d' de 'MMMM' de 'yyyy", time="H:mm:ss",
                  shorttime="H:mm"),
    "it-IT": dict(shortdate="dd/MM/yyyy"),
    "pt-BR": dict(longdate="dddd, d' de 'MMMM' de 'yyyy"),
    "nl-NL": dict(shortdate="d-M-yyyy"),
    "sv-SE": dict(longdate="'den 'd MMMM yyyy"),
    "pl-PL": dict(shortdate="dd.MM.yyyy", longdate="dddd, d MMMM yyyy"),
    "ru-RU": dict(longdate="d MMMM yyyy 'г.'", time="H:mm:ss",
                  shorttime="H:mm"),
    "ja-JP": dict(longdate="yyyy'年'M'月'd'日'", time="H:mm:ss",
                  shorttime="H:mm", yearmonth="yyyy'年'M'月'",
                  monthday="M'月'd'日'"),
    "zh-CN": dict(longdate="yyyy'年'M'月'd'日'", time="H:mm:ss",
                  shorttime="H:mm", yearmonth="yyyy'年'M'月'",
                  monthday="M'月'd'日'"),
    "zh-TW": dict(longdate="yyyy'年'M'月'd'日'", time="tt hh:mm:ss",
                  shorttime="tt hh:mm", yearmonth="yyyy'年'M'月'",
                  monthday="M'月'd'日'"),
    "ko-KR": dict(shortdate="yyyy-MM-dd", longdate="yyyy'년' M'월' d'일' dddd",
                  time="tt h:mm:ss", shorttime="tt h:mm",
                  yearmonth="yyyy'년' M'월'", monthday="M'월' d'일'"),
}


def icu():
    libs = [ctypes.CDLL(ctypes.util.find_library(n))
            for n in ("icuuc", "icui18n")]
    for ver in range(90, 50, -1):
        if hasattr(libs[0], "uloc_getLCID_%d" % ver):
            return libs, "_%d" % ver
    raise SystemExit("no ICU")


LIBS, SUFFIX = icu()
P, I = ctypes.c_void_p, ctypes.c_int


def fn(name, restype=I, argtypes=None):
    for lib in LIBS:
        if hasattr(lib, name + SUFFIX):
            f = getattr(lib, name + SUFFIX)
            f.restype = restype
            if argtypes:
                f.argtypes = argtypes
            return f
    raise KeyError(name)


def text(name, *args):
    """A function that ends in (UChar *buf, int32 cap, UErrorCode *)."""
    buf = ctypes.create_string_buffer(2048)
    err = I(0)
    n = fn(name)(*args, buf, 1000, ctypes.byref(err))
    if err.value > 0:
        return ""
    return buf.raw[:n * 2].decode("utf-16-le")


def uchars(s):
    return ctypes.create_string_buffer(s.encode("utf-16-le") + b"\0\0")


def handle(name, *args):
    err = I(0)
    return P(fn(name, P)(*args, ctypes.byref(err)))


def clean(s):
    return s.replace("\u202f", " ").replace("\u200f", "").replace(
        "\u200e", "").replace("\u00a0", " ") if s else s


def mark_free(s):
    """Numbers keep a space that does not break."""
    return s.replace("\u202f", "\u00a0").replace("\u200f", "").replace(
        "\u200e", "").replace("\u061c", "")


def pattern(s):
    """CLDR's date pattern in Windows' letters."""
    s = clean(s)
    out, i = "", 0
    while i < len(s):
        c = s[i]
        if c == "'":
            j = s.index("'", i + 1)
            out += s[i:j + 1]
            i = j + 1
            continue
        j = i
        while j < len(s) and s[j] == c:
            j += 1
        n = j - i
        if c in "Ec":
            out += "dddd" if n == 4 else "ddd"
        elif c in "yru":
            out += "yy" if n == 2 else "yyyy"
        elif c == "L":
            out += "M" * n
        elif c in "aBb":
            out += "tt"
        elif c == "G":
            out += "gg"
        elif c == "K":
            out += "h" * n
        elif c == "k":
            out += "H" * n
        elif c.isascii() and c.isalpha() and c not in "MdHhms":
            pass
        else:
            out += s[i:j]
        i = j
    return out.strip()


def info(loc):
    tag = loc.replace("-", "_")
    b = tag.encode()
    r = {}
    lang = loc.split("-")[0]
    country = loc.split("-")[-1] if len(loc.split("-")[-1]) == 2 and \
        "-" in loc else ""
    r["name"] = loc
    r["lcid"] = LCIDS.get(loc) or fn("uloc_getLCID", ctypes.c_uint32)(b)
    en = b"en"
    r["lang_en"] = text("uloc_getDisplayLanguage", b, en)
    r["lang"] = text("uloc_getDisplayLanguage", b, b)
    r["country_en"] = text("uloc_getDisplayCountry", b, en)
    r["country"] = text("uloc_getDisplayCountry", b, b)
    r["display_en"] = text("uloc_getDisplayName", b, en)
    r["display"] = text("uloc_getDisplayName", b, b)
    r["iso639"] = lang
    r["iso3166"] = country
    r["iso639_3"] = fn("uloc_getISO3Language", ctypes.c_char_p)(b).decode()
    r["iso3166_3"] = fn("uloc_getISO3Country", ctypes.c_char_p)(b).decode()
    r["abbrev_lang"] = ABBREV.get(loc, r["iso639_3"].upper())
    num = handle("unum_open", 1, None, 0, b, None)
    sym = lambda k: mark_free(text("unum_getSymbol", num, k))
    r["decimal"], r["thousand"] = sym(0), sym(1)
    r["percent"], r["minus"], r["plus"] = sym(3), sym(6), sym(7)
    r["permille"], r["inf"], r["nan"] = sym(12), sym(14), sym(15)
    if r["minus"] in ("\u2212", ""):
        r["minus"] = "-"
    cur = handle("unum_open", 2, None, 0, b, None)
    csym = lambda k: mark_free(text("unum_getSymbol", cur, k))
    r["mon_decimal"], r["mon_thousand"] = csym(10), csym(17)
    attr = lambda h, k: fn("unum_getAttribute", I, [P, I])(h, k)
    first, second = attr(num, 10), attr(num, 15)
    r["grouping"] = "%d;0" % first if second in (0, first) or second < 0 else \
        "%d;%d;0" % (first, second)
    zero = sym(4)
    zero = ord(zero) if len(zero) == 1 else 0x30
    r["digits"] = "".join(chr(zero + i) for i in range(10))
    code = text("ucurr_forLocale", b)
    r["intl"] = code
    if code:
        err = I(0)
        n = I(0)
        choice = ctypes.c_int8(0)
        names = {}
        for style, where in ((0, b), (1, b), (1, en)):
            f = fn("ucurr_getName", P)
            p = f(uchars(code), where, style, ctypes.byref(choice),
                  ctypes.byref(n), ctypes.byref(err))
            names[style, where] = clean(ctypes.string_at(
                p, n.value * 2).decode("utf-16-le"))
        r["currency"] = names[0, b]
        r["cur_name"] = names[1, b]
        r["cur_name_en"] = names[1, en]
        r["cur_digits"] = fn("ucurr_getDefaultFractionDigits", I)(
            uchars(code), ctypes.byref(err))
    else:
        r["currency"] = r["intl"] = "\u00a4"
        r["cur_name"] = r["cur_name_en"] = ""
        r["cur_digits"] = 2
    pat = clean(text("unum_toPattern", cur, 0)).split(";")[0]
    before = pat.startswith("\u00a4")
    space = " " in pat
    r["poscurr"] = (2 if space else 0) if before else (3 if space else 1)
    r["negcurr"] = (9 if space else 1) if before else (8 if space else 5)
    date = lambda d: handle("udat_open", -1, d, b, None, -1, None, 0)
    time = lambda t: handle("udat_open", t, -1, b, None, -1, None, 0)
    topat = lambda h: pattern(text("udat_toPattern", h, 0))
    short = topat(date(3))
    if "yyyy" not in short:
        short = short.replace("yy", "yyyy")
    r["shortdate"] = short.replace("gg", "").strip()
    r["longdate"] = topat(date(0)).replace("gg", "").replace("  ", " ").strip()
    r["time"], r["shorttime"] = topat(time(2)), topat(time(3))
    gen = handle("udatpg_open", b)
    best = lambda sk: pattern(text("udatpg_getBestPattern", gen, uchars(sk),
                                   len(sk))).replace("gg", "").strip()
    r["yearmonth"], r["monthday"] = best("yMMMM"), best("MMMMd")
    d = date(0)
    s = lambda kind, i: clean(text("udat_getSymbols", d, kind, i))
    days = [7 % 7 + 2, 3, 4, 5, 6, 7, 1]  # Monday first
    days = [2, 3, 4, 5, 6, 7, 1]
    r["days"] = [s(13, i) for i in days]
    r["adays"] = [s(14, i).rstrip(".") if lang == "en" else s(14, i)
                  for i in days]
    r["sdays"] = [s(20, i) for i in days]
    r["months"] = [s(10, i) for i in range(12)]
    r["amonths"] = [s(11, i) for i in range(12)]
    r["gmonths"] = [s(1, i) for i in range(12)]
    r["agmonths"] = [s(2, i) for i in range(12)]
    if lang == "en":
        # British English writes "Sept"; Windows does not.
        for k in ("amonths", "agmonths"):
            r[k] = [m[:3] for m in r[k]]
    r["am"], r["pm"] = s(5, 0), s(5, 1)
    if lang == "en":
        r["am"], r["pm"] = "AM", "PM"
    ncal = handle("ucal_open", None, 0, b, 1)
    cattr = lambda k: fn("ucal_getAttribute", I, [P, I])(ncal, k)
    r["firstday"] = (cattr(1) + 5) % 7
    r["firstweek"] = {1: 0, 4: 2, 7: 1}.get(cattr(2), 0)
    err = I(0)
    system = fn("ulocdata_getMeasurementSystem", I)(b, ctypes.byref(err))
    r["measure"] = 1 if system == 1 else 0
    h, w = I(0), I(0)
    fn("ulocdata_getPaperSize")(b, ctypes.byref(h), ctypes.byref(w),
                                ctypes.byref(err))
    r["paper"] = 1 if h.value < 290 else 9
    r["rtl"] = 1 if lang in ("ar", "he", "fa", "ur") else 0
    r["listsep"] = ";" if r["decimal"] == "," else ","
    cp = CODEPAGES.get(loc) or CODEPAGES.get("-".join(loc.split("-")[:2])) \
        or CODEPAGES.get(lang) or CODEPAGES[""]
    if loc.startswith("en-") and loc != "en-US":
        cp = CODEPAGES[""]
    r["ansi"], r["oem"], r["mac"], r["ebcdic"] = cp
    r["phone"], r["geo"] = COUNTRY.get(country, (1, 244))
    r["datesep"] = next((c for c in r["shortdate"] if c in "/-."), "/")
    r["timesep"] = next((c for c in r["time"] if c in ":."), ":")
    r.update(FIXES.get(loc, {}))
    return r


INVARIANT = dict(
    name="", lcid=0x7f, lang_en="Invariant Language",
    lang="Invariant Language", country_en="Invariant Country",
    country="Invariant Country",
    display_en="Invariant Language (Invariant Country)",
    display="Invariant Language (Invariant Country)", iso639="iv",
    iso3166="IV", iso639_3="ivl", iso3166_3="IVC", abbrev_lang="IVL",
    decimal=".", thousand=",", percent="%", minus="-", plus="+",
    permille="\u2030", inf="Infinity", nan="NaN", mon_decimal=".",
    mon_thousand=",", grouping="3;0", digits="0123456789", intl="XDR",
    currency="\u00a4", cur_name="International Monetary Fund",
    cur_name_en="International Monetary Fund", cur_digits=2, poscurr=0,
    negcurr=0, shortdate="MM/dd/yyyy", longdate="dddd, dd MMMM yyyy",
    time="HH:mm:ss", shorttime="HH:mm", yearmonth="yyyy MMMM",
    monthday="MMMM dd", am="AM", pm="PM", firstday=6, firstweek=0, measure=0,
    paper=9, rtl=0, listsep=",", ansi=1252, oem=437, mac=10000, ebcdic=37,
    phone=1, geo=244, datesep="/", timesep=":")

STRINGS = """name lang_en lang country_en country display_en display iso639
iso3166 iso639_3 iso3166_3 abbrev_lang decimal thousand percent minus plus
permille inf nan mon_decimal mon_thousand grouping digits intl currency
cur_name cur_name_en shortdate longdate time shorttime yearmonth monthday am pm
listsep datesep timesep parent""".split()
LISTS = [("days", 7), ("adays", 7), ("sdays", 7), ("months", 12),
         ("amonths", 12), ("gmonths", 12), ("agmonths", 12)]
NUMBERS = """lcid ansi oem mac ebcdic phone geo cur_digits poscurr negcurr
firstday firstweek measure paper rtl neutral specific""".split()


def main():
    rows = [info(x) for x in LOCALES]
    by_name = {r["name"]: r for r in rows}
    en = by_name["en-US"]
    inv = dict(INVARIANT)
    for k, n in LISTS:
        inv[k] = en[k]
    inv["sdays"] = [d[:2] for d in en["days"]]
    inv.update(parent="", neutral=0, specific="")
    neutral = dict(NEUTRAL)
    for loc in LOCALES:
        lang = loc.split("-")[0]
        if lang not in neutral:
            neutral[lang] = loc
    for r in rows:
        parts = r["name"].split("-")
        parent = "-".join(parts[:-1])
        if r["name"] in ("zh-CN", "zh-SG"):
            parent = "zh-Hans"
        elif r["name"] in ("zh-TW", "zh-HK"):
            parent = "zh-Hant"
        r.update(parent=parent, neutral=0, specific=r["name"])
    for name, loc in neutral.items():
        r = dict(by_name[loc])
        n = info(name)
        for k in ("name", "lang_en", "lang", "display_en", "display", "iso639",
                  "iso639_3", "abbrev_lang", "lcid"):
            r[k] = n[k]
        if "-" in name or name in ("nb", "nn"):
            parent = {"zh-Hans": "zh", "zh-Hant": "zh", "sr-Latn": "sr",
                      "sr-Cyrl": "sr", "az-Latn": "az", "nb": "no",
                      "nn": "no"}[name]
        else:
            parent = ""
        r.update(parent=parent, neutral=1, specific=loc)
        rows.append(r)
    rows.append(inv)
    rows.sort(key=lambda r: r["name"].lower())
    index = {r["name"]: i for i, r in enumerate(rows)}
    pool, where = [], {}

    def place(s):
        if s not in where:
            where[s] = sum(len(x) + 1 for x in pool) if False else place.at
            pool.append(s)
            place.at += len(s.encode("utf-16-le")) // 2 + 1
        return where[s]

    place.at = 0
    place("")
    out = ["/* Generated by gen-locale.py from CLDR; do not edit. */", ""]
    body = []
    for r in rows:
        offs = [place(r[k]) for k in STRINGS]
        for k, n in LISTS:
            assert len(r[k]) == n
            offs += [place(x) for x in r[k]]
        nums = [index[r["specific"]] if k == "specific" else r[k]
                for k in NUMBERS]
        body.append("\t{ /* %s */\n\t\t{ %s },\n\t\t{ %s },\n\t}," % (
            r["name"] or "invariant",
            ", ".join("%#x" % v if i == 0 else str(v)
                      for i, v in enumerate(nums)),
            ", ".join(str(v) for v in offs)))
    assert place.at < 65536, place.at
    out.append("#ifdef LOCALE_ENUMS")
    out.append("enum {")
    for k in STRINGS:
        out.append("\tS_%s," % k.upper())
    for k, n in LISTS:
        out.append("\tS_%s, S_%s_LAST = S_%s + %d," % (
            k.upper(), k.upper(), k.upper(), n - 1))
    out.append("\tN_STRINGS")
    out.append("};")
    out.append("enum {")
    for k in NUMBERS:
        out.append("\tN_%s," % k.upper())
    out.append("\tN_NUMBERS")
    out.append("};")
    out.append("#else")
    out.append("static const WCHAR pool[] =")
    for s in pool:
        esc = "".join(c if c.isascii() and c.isprintable() and c not in '"\\'
                      else "\\%s" % c if c in '"\\' else
                      "\\u%04x" % ord(c) if ord(c) >= 0xa0 else
                      "\\%03o" % ord(c) for c in s)
        out.append('\tL"%s\\0"' % esc)
    out.append("\t;")
    out.append("")
    out.append("static const struct locale locales[] = {")
    out += body
    out.append("};")
    out.append("#endif")
    with open("locale-data.tbl", "w") as f:
        f.write("\n".join(out) + "\n")
    print(len(rows), "locales, pool", place.at)
    for k in ("en-US", "de-DE", "ja-JP", "fr-FR", "ru-RU", "zh-CN"):
        r = by_name[k]
        print(k, hex(r["lcid"]), [r[x] for x in (
            "shortdate", "longdate", "time", "shorttime", "yearmonth",
            "monthday", "currency", "poscurr", "negcurr", "decimal",
            "thousand", "grouping", "firstday", "firstweek", "display",
            "cur_name_en")])


main()
