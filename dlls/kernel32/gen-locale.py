#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes locale-data.tbl: what GetLocaleInfo knows, from CLDR through ICU.

Names and patterns are CLDR's, turned into Windows' letters; where Windows is
known to differ for a much used locale, FIXES has its value.  Code pages,
telephone codes and the like are from Microsoft's NLS documentation.
"""
import ctypes
import ctypes.util

# These first: a language's neutral locale and a place's are the first with it.
LOCALES = """en-US en-GB en-CA en-AU en-IE en-IN en-NZ en-ZA de-DE de-AT de-CH
fr-FR fr-BE fr-CA fr-CH es-ES es-MX es-AR es-CL es-CO es-US it-IT it-CH pt-BR
pt-PT nl-NL nl-BE sv-SE nb-NO nn-NO da-DK fi-FI is-IS pl-PL cs-CZ sk-SK hu-HU
ro-RO bg-BG hr-HR sr-Latn-RS sr-Cyrl-RS sl-SI et-EE lv-LV lt-LT el-GR tr-TR
az-Latn-AZ ru-RU uk-UA be-BY kk-KZ he-IL ar-SA ar-EG ar-AE fa-IR hi-IN bn-IN
ta-IN th-TH vi-VN id-ID ms-MY fil-PH ja-JP ko-KR zh-CN zh-TW zh-HK zh-SG ca-ES
eu-ES gl-ES ga-IE cy-GB af-ZA sq-AL hy-AM ka-GE ur-PK sw-KE mk-MK mt-MT
uz-Latn-UZ bs-Latn-BA pa-IN ha-Latn-NG ks-Arab-IN sd-Arab-PK ff-Latn-SN
so-SO ti-ET ne-NP bo-CN om-ET ps-AF rw-RW yo-NG mn-MN tg-Cyrl-TJ ku-Arab-IQ
quz-BO gsw-CH ln-CD mas-KE teo-UG os-RU ee-GH ckb-IQ se-NO fo-FO ast-ES
shi-Tfng-MA vai-Vaii-LR mni-IN su-Latn-ID sat-Olck-IN yrl-BR hi-Latn-IN
""".replace("ckb-IQ", "").split()

# ICU's names where Windows says it otherwise; None: Windows has another.
RENAME = {"pa_Guru_IN": "pa-IN", "tg_TJ": "tg-Cyrl-TJ", "ha_NG": "ha-Latn-NG",
          "ha_GH": "ha-Latn-GH", "ha_NE": "ha-Latn-NE", "chr_US": "chr-Cher-US",
          "ckb_IQ": "ku-Arab-IQ", "ckb_IR": "ku-Arab-IR",
          "mni_Beng_IN": "mni-IN", "qu_BO": "quz-BO", "qu_EC": "quz-EC",
          "qu_PE": "quz-PE", "zh_Hant_MO": "zh-MO", "zgh_MA": "zgh-Tfng-MA",
          "zh_Hans_CN": None, "zh_Hans_SG": None, "zh_Hant_HK": None,
          "zh_Hant_TW": None, "fa_AF": "prs-AF", "en_US_POSIX": None, "ku_TR": None,
          "yue_Hans_CN": None, "yue_Hant_HK": None}
ICU_NAME = {v: k for k, v in RENAME.items() if v}
ICU_NAME.update({"ku": "ckb", "ku-Arab": "ckb", "quz": "qu", "pa": "pa_Guru",
                 "zgh-Tfng": "zgh", "ha-Latn": "ha", "tg-Cyrl": "tg",
                 "chr-Cher": "chr", "prs": "fa_AF", "mni": "mni_Beng"})

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
         "zh-HK": 0x0c04, "zh-SG": 0x1004, "fil": 0x64, "fil-PH": 0x464,
         "zh-MO": 0x1404, "pa-IN": 0x446, "pa": 0x46, "pa-Arab": 0x7c46,
         "tg-Cyrl-TJ": 0x428, "tg-Cyrl": 0x7c28, "tg": 0x28,
         "prs-AF": 0x48c, "prs": 0x8c,
         "ha-Latn-NG": 0x468, "ha-Latn": 0x7c68, "ha": 0x68,
         "chr-Cher-US": 0x45c, "chr-Cher": 0x7c5c, "chr": 0x5c,
         "ku-Arab-IQ": 0x492, "ku-Arab": 0x7c92, "ku": 0x92, "mni-IN": 0x458,
         "mni": 0x58, "quz-BO": 0x46b, "quz-EC": 0x86b, "quz-PE": 0xc6b,
         "quz": 0x6b, "gsw": 0x84, "bs": 0x781a, "uz": 0x43, "sd": 0x59,
         "sd-Deva": 0x1000, "ff": 0x67, "ks": 0x60, "ks-Arab": 0x460,
         "ks-Arab-IN": 0x1000, "ks-Deva": 0x1000, "sv-FI": 0x81d}

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
             "en": (1252, 437, 10000, 37), "is": (1252, 850, 10079, 20871),
             "az-Cyrl": (1251, 866, 10007, 20880),
             "bs-Cyrl": (1251, 855, 10082, 870), "bs": (1250, 852, 10082, 870),
             "ky": (1251, 866, 10007, 20880), "mn": (1251, 866, 10007, 20880),
             "sah": (1251, 866, 10007, 20880), "tg": (1251, 866, 10007, 20880),
             "tt": (1251, 866, 10007, 20880), "uz": (1254, 857, 10029, 500),
             "uz-Cyrl": (1251, 866, 10007, 20880),
             "tk": (1250, 852, 10029, 20880), "ug": (1256, 720, 10004, 20420),
             "prs": (1256, 720, 10004, 20420),
             "ku-Arab": (1256, 720, 10004, 20420),
             "pa-Arab": (1256, 720, 10004, 20420),
             "sd-Arab": (1256, 720, 10004, 20420),
             "zh-MO": (950, 950, 10002, 500)}
CODEPAGES.update((x, (0, 1, 2, 500)) for x in """am as bo chr dz gu ii km kn kok
ks lo mi ml mni mr my ne om or pa ps sa sat sd si te ti""".split())

# country: telephone code, GeoID ("Table of Geographical Locations")
COUNTRY = """AC 247 343 AD 376 8 AE 971 224 AF 93 3 AG 1 2 AI 1 300 AL 355 6
AM 374 7 AO 244 9 AR 54 11 AS 1 10 AT 43 14 AU 61 12 AW 297 302
AX 358 10028789 AZ 994 5 BA 387 25 BB 1 18 BD 880 23 BE 32 21 BF 226 245
BG 359 35 BH 973 17 BI 257 38 BJ 229 28 BL 590 161832015 BM 1 20 BN 673 37
BO 591 26 BQ 599 161832258 BR 55 32 BS 1 22 BT 975 34 BW 267 19 BY 375 29
BZ 501 24 CA 1 39 CC 61 311 CD 243 44 CF 236 55 CG 242 43 CH 41 223 CI 225 119
CK 682 312 CL 56 46 CM 237 49 CN 86 45 CO 57 51 CR 506 54 CU 53 56 CV 238 57
CW 599 273 CX 61 309 CY 357 59 CZ 420 75 DE 49 94 DG 246 114 DJ 253 62 DK 45 61
DM 1 63 DO 1 65 DZ 213 4 EA 34 217 EC 593 66 EE 372 70 EG 20 67 EH 212 159
ER 291 71 ES 34 217 ET 251 73 FI 358 77 FJ 679 78 FK 500 315 FM 691 80
FO 298 81 FR 33 84 GA 241 87 GB 44 242 GD 1 91 GE 995 88 GF 594 317 GG 44 324
GH 233 89 GI 350 90 GL 299 93 GM 220 86 GN 224 100 GP 590 321 GQ 240 69
GR 30 98 GT 502 99 GU 1 322 GW 245 196 GY 592 101 HK 852 104 HN 504 106
HR 385 108 HT 509 103 HU 36 109 IC 34 217 ID 62 111 IE 353 68 IL 972 117
IM 44 15126 IN 91 113 IO 246 114 IQ 964 121 IR 98 116 IS 354 110 IT 39 118
JE 44 328 JM 1 124 JO 962 126 JP 81 122 KE 254 129 KG 996 130 KH 855 40
KI 686 133 KM 269 50 KN 1 207 KP 850 131 KR 82 134 KW 965 136 KY 1 307
KZ 7 137 LA 856 138 LB 961 139 LC 1 218 LI 423 145 LK 94 42 LR 231 142
LS 266 146 LT 370 141 LU 352 147 LV 371 140 LY 218 148 MA 212 159 MC 377 158
MD 373 152 ME 382 270 MF 590 31706 MG 261 149 MH 692 199 MK 389 19618
ML 223 157 MM 95 27 MN 976 154 MO 853 151 MP 1 337 MQ 596 330 MR 222 162
MS 1 332 MT 356 163 MU 230 160 MV 960 165 MW 265 156 MX 52 166 MY 60 167
MZ 258 168 NA 264 254 NC 687 334 NE 227 173 NF 672 336 NG 234 175 NI 505 182
NL 31 176 NO 47 177 NP 977 178 NR 674 180 NU 683 335 NZ 64 183 OM 968 164
PA 507 192 PE 51 187 PF 689 318 PG 675 194 PH 63 201 PK 92 190 PL 48 191
PM 508 206 PN 64 339 PR 1 202 PS 970 184 PT 351 193 PW 680 195 PY 595 185
QA 974 197 RE 262 198 RO 40 200 RS 381 271 RU 7 203 RW 250 204 SA 966 205
SB 677 30 SC 248 208 SD 249 219 SE 46 221 SG 65 215 SH 290 343 SI 386 212
SJ 47 220 SK 421 143 SL 232 213 SM 378 214 SN 221 210 SO 252 216 SR 597 181
SS 211 276 ST 239 233 SV 503 72 SX 1 30967 SY 963 222 SZ 268 260 TC 1 349
TD 235 41 TG 228 232 TH 66 227 TJ 992 228 TK 690 347 TL 670 7299303
TM 993 238 TN 216 234 TO 676 231 TR 90 235 TT 1 225 TV 688 236 TW 886 237
TZ 255 239 UA 380 241 UG 256 240 UM 1 161832256 US 1 244 UY 598 246
UZ 998 247 VA 39 253 VC 1 248 VE 58 249 VG 1 351 VI 1 252 VN 84 251
VU 678 174 WF 681 352 WS 685 259 XK 383 9914689 YE 967 261 YT 262 331
ZA 27 209 ZM 260 263 ZW 263 264""".split()
COUNTRY = {COUNTRY[i]: (int(COUNTRY[i + 1]), int(COUNTRY[i + 2]))
           for i in range(0, len(COUNTRY), 3)}

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


def lcid(loc, tag):
    """Ours, or what ICU knows if it means this very locale; else 0x1000."""
    if loc in LCIDS:
        return LCIDS[loc]
    n = fn("uloc_getLCID", ctypes.c_uint32)(tag.encode())
    back = ctypes.create_string_buffer(100)
    err = I(0)
    if n:
        fn("uloc_getLocaleForLCID", I, [ctypes.c_uint32, P, I, P])(
            n, back, 100, ctypes.byref(err))
    return n if back.value.decode() == tag and n < 0x10000 else 0x1000


def available():
    """Every locale of a place that ICU has, in Windows' spelling."""
    out = list(LOCALES)
    get = fn("uloc_getAvailable", ctypes.c_char_p)
    for i in range(fn("uloc_countAvailable", I)()):
        tag = get(i).decode()
        parts = tag.split("_")
        name = RENAME.get(tag, tag.replace("_", "-"))
        if name and name not in out and (len(parts[-1]) == 2 or
                                         parts[-1].isdigit()) and len(parts) > 1:
            out.append(name)
    return out


def info(loc):
    tag = ICU_NAME.get(loc, loc.replace("-", "_"))
    b = tag.encode()
    r = {}
    lang = loc.split("-")[0]
    country = loc.split("-")[-1] if "-" in loc and (
        len(loc.split("-")[-1]) == 2 or loc[-3:].isdigit()) else ""
    r["name"] = loc
    r["lcid"] = lcid(loc, tag)
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
    err = I(0)
    r["rtl"] = 1 if fn("uloc_getCharacterOrientation", I)(
        b, ctypes.byref(err)) == 1 else 0
    r["listsep"] = ";" if r["decimal"] == "," else ","
    if r["lcid"] == 0x1000 and lang not in CODEPAGES:
        cp = (0, 1, 2, 500)  # Unicode only
    else:
        cp = None
    cp = cp or CODEPAGES.get(loc) or CODEPAGES.get("-".join(loc.split("-")[:2])) \
        or CODEPAGES.get(lang) or CODEPAGES[""]
    if loc.startswith("en-") and loc != "en-US":
        cp = CODEPAGES[""]
    r["ansi"], r["oem"], r["mac"], r["ebcdic"] = cp
    r["phone"], r["geo"] = COUNTRY.get(country, (1, 39070))
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
    locales = available()
    rows = [info(x) for x in locales]
    by_name = {r["name"]: r for r in rows}
    en = by_name["en-US"]
    inv = dict(INVARIANT)
    for k, n in LISTS:
        inv[k] = en[k]
    inv["sdays"] = [d[:2] for d in en["days"]]
    inv.update(parent="", neutral=0, specific="")
    neutral = dict(NEUTRAL)
    for loc in locales:
        lang, *rest = loc.split("-")
        if len(rest) == 2 and loc[:3] != "zh-":
            neutral.setdefault(lang + "-" + rest[0], loc)
        neutral.setdefault(lang, loc)
    for r in rows:
        parts = r["name"].split("-")
        parent = "-".join(parts[:-1])
        if r["name"] in ("zh-CN", "zh-SG"):
            parent = "zh-Hans"
        elif r["name"] in ("zh-TW", "zh-HK", "zh-MO"):
            parent = "zh-Hant"
        r.update(parent=parent, neutral=0, specific=r["name"])
    for name, loc in neutral.items():
        r = dict(by_name[loc])
        n = info(name)
        for k in ("name", "lang_en", "lang", "display_en", "display", "iso639",
                  "iso639_3", "abbrev_lang", "lcid"):
            r[k] = n[k]
        if "-" in name:
            parent = name.split("-")[0]
        else:
            parent = "no" if name in ("nb", "nn") else ""
        r.update(parent=parent, neutral=1, specific=loc)
        rows.append(r)
    rows.append(inv)
    rows.sort(key=lambda r: r["name"].lower())
    index = {r["name"]: i for i, r in enumerate(rows)}
    pool, where = [], {}

    def place(s):
        if s not in where:
            n = len(s.encode("utf-16-le")) // 2 + 1
            pool.append(s + "\0" * (n % 2))
            where[s] = place.at
            place.at += (n + 1) // 2
        return where[s]

    place.at = 0  # in pairs of units, so that 16 bits are enough
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
                      "\\000" if c == "\0" else "\\%03o" % ord(c) for c in s)
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
