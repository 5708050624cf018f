/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * collate-tailor.c - the languages whose alphabets differ from the root's
 * order: letters of their own, and letters written with several characters.
 * From CLDR's collation rules.
 */
#include "collate-tailor.h"
#include "dlls/unicode/unicode.h"

struct row {
	WCHAR s[3]; /* small letters, unless they are exact */
	WCHAR base; /* has room behind it: gen-collate.py */
	UCHAR slot, secondary;
	enum {
		LETTER,
		EXACT, /* this very character; linguistic casing tells i from it */
		AND_E  /* "ä" as "ae" */
	} kind;
};

struct tailoring {
	const WCHAR *languages[7];
	struct row rows[16];
};

static const struct tailoring tailorings[] = {
	{
		{ L"sv", L"fi" },
		{
			{ { 0x0111 }, 'd', 0, 1, LETTER }, /* đ */
			{ { 0x00f0 }, 'd', 0, 2, LETTER }, /* ð */
			{ { 0x00fc }, 'y', 0, 1, LETTER }, /* ü */
			{ { 0x0171 }, 'y', 0, 2, LETTER }, /* ű */
			{ { 0x00e5 }, 'z', 1, 0, LETTER }, /* å */
			{ { 0x00e4 }, 'z', 2, 0, LETTER }, /* ä */
			{ { 0x00e6 }, 'z', 2, 1, LETTER }, /* æ */
			{ { 0x00f6 }, 'z', 3, 0, LETTER }, /* ö */
			{ { 0x00f8 }, 'z', 3, 1, LETTER }, /* ø */
			{ { 0x0151 }, 'z', 3, 2, LETTER }, /* ő */
		},
	},
	{
		{ L"da", L"nb", L"nn", L"no", L"fo", L"kl" },
		{
			{ { 0x0111 }, 'd', 0, 1, LETTER },   /* đ */
			{ { 0x00f0 }, 'd', 0, 2, LETTER },   /* ð */
			{ { 0x00fc }, 'y', 0, 1, LETTER },   /* ü */
			{ { 0x00e6 }, 'z', 1, 0, LETTER },   /* æ */
			{ { 0x00e4 }, 'z', 1, 1, LETTER },   /* ä */
			{ { 0x00f8 }, 'z', 2, 0, LETTER },   /* ø */
			{ { 0x00f6 }, 'z', 2, 1, LETTER },   /* ö */
			{ { 0x0151 }, 'z', 2, 2, LETTER },   /* ő */
			{ { 0x00e5 }, 'z', 3, 0, LETTER },   /* å */
			{ { 'a', 'a' }, 'z', 3, 1, LETTER }, /* aa */
		},
	},
	{
		{ L"is" },
		{
			{ { 0x00e1 }, 'a', 1, 0, LETTER }, /* á */
			{ { 0x0111 }, 'd', 1, 0, LETTER }, /* đ */
			{ { 0x00f0 }, 'd', 1, 1, LETTER }, /* ð */
			{ { 0x00e9 }, 'e', 1, 0, LETTER }, /* é */
			{ { 0x00ed }, 'i', 1, 0, LETTER }, /* í */
			{ { 0x00f3 }, 'o', 1, 0, LETTER }, /* ó */
			{ { 0x00fa }, 'u', 1, 0, LETTER }, /* ú */
			{ { 0x00fd }, 'y', 1, 0, LETTER }, /* ý */
			{ { 0x00fe }, 'z', 1, 0, LETTER }, /* þ */
			{ { 0x00e6 }, 'z', 2, 0, LETTER }, /* æ */
			{ { 0x00e4 }, 'z', 2, 1, LETTER }, /* ä */
			{ { 0x00f6 }, 'z', 3, 0, LETTER }, /* ö */
			{ { 0x00f8 }, 'z', 3, 1, LETTER }, /* ø */
			{ { 0x00e5 }, 'z', 4, 0, LETTER }, /* å */
		},
	},
	{
		{ L"es", L"ast", L"gl", L"eu", L"fil", L"qu", L"quz" },
		{
			{ { 0x00f1 }, 'n', 1, 0, LETTER }, /* ñ */
		},
	},
	{
		{ L"es_tradnl" },
		{
			{ { 'c', 'h' }, 'c', 1, 0, LETTER }, /* ch */
			{ { 'l', 'l' }, 'l', 1, 0, LETTER }, /* ll */
			{ { 0x00f1 }, 'n', 1, 0, LETTER },   /* ñ */
		},
	},
	{
		{ L"de_phoneb" },
		{
			{ { 0x00e4 }, 'a', 0, 1, AND_E }, /* ä */
			{ { 0x00f6 }, 'o', 0, 1, AND_E }, /* ö */
			{ { 0x00fc }, 'u', 0, 1, AND_E }, /* ü */
		},
	},
	{
		{ L"pl" },
		{
			{ { 0x0105 }, 'a', 1, 0, LETTER }, /* ą */
			{ { 0x0107 }, 'c', 1, 0, LETTER }, /* ć */
			{ { 0x0119 }, 'e', 1, 0, LETTER }, /* ę */
			{ { 0x0142 }, 'l', 1, 0, LETTER }, /* ł */
			{ { 0x0144 }, 'n', 1, 0, LETTER }, /* ń */
			{ { 0x00f3 }, 'o', 1, 0, LETTER }, /* ó */
			{ { 0x015b }, 's', 1, 0, LETTER }, /* ś */
			{ { 0x017a }, 'z', 1, 0, LETTER }, /* ź */
			{ { 0x017c }, 'z', 2, 0, LETTER }, /* ż */
		},
	},
	{
		{ L"cs" },
		{
			{ { 0x010d }, 'c', 1, 0, LETTER },   /* č */
			{ { 'c', 'h' }, 'h', 1, 0, LETTER }, /* ch */
			{ { 0x0159 }, 'r', 1, 0, LETTER },   /* ř */
			{ { 0x0161 }, 's', 1, 0, LETTER },   /* š */
			{ { 0x017e }, 'z', 1, 0, LETTER },   /* ž */
		},
	},
	{
		{ L"sk" },
		{
			{ { 0x00e4 }, 'a', 1, 0, LETTER },   /* ä */
			{ { 0x010d }, 'c', 1, 0, LETTER },   /* č */
			{ { 'c', 'h' }, 'h', 1, 0, LETTER }, /* ch */
			{ { 0x00f4 }, 'o', 1, 0, LETTER },   /* ô */
			{ { 0x0159 }, 'r', 1, 0, LETTER },   /* ř */
			{ { 0x0161 }, 's', 1, 0, LETTER },   /* š */
			{ { 0x017e }, 'z', 1, 0, LETTER },   /* ž */
		},
	},
	{
		{ L"hu" },
		{
			{ { 'c', 's' }, 'c', 1, 0, LETTER },      /* cs */
			{ { 'd', 'z' }, 'd', 1, 0, LETTER },      /* dz */
			{ { 'd', 'z', 's' }, 'd', 2, 0, LETTER }, /* dzs */
			{ { 'g', 'y' }, 'g', 1, 0, LETTER },      /* gy */
			{ { 'l', 'y' }, 'l', 1, 0, LETTER },      /* ly */
			{ { 'n', 'y' }, 'n', 1, 0, LETTER },      /* ny */
			{ { 0x00f6 }, 'o', 1, 0, LETTER },        /* ö */
			{ { 0x0151 }, 'o', 1, 1, LETTER },        /* ő */
			{ { 's', 'z' }, 's', 1, 0, LETTER },      /* sz */
			{ { 't', 'y' }, 't', 1, 0, LETTER },      /* ty */
			{ { 0x00fc }, 'u', 1, 0, LETTER },        /* ü */
			{ { 0x0171 }, 'u', 1, 1, LETTER },        /* ű */
			{ { 'z', 's' }, 'z', 1, 0, LETTER },      /* zs */
		},
	},
	{
		{ L"hr", L"bs", L"sr", L"sr-Latn" },
		{
			{ { 0x010d }, 'c', 1, 0, LETTER },      /* č */
			{ { 0x0107 }, 'c', 2, 0, LETTER },      /* ć */
			{ { 'd', 0x017e }, 'd', 1, 0, LETTER }, /* dž */
			{ { 0x0111 }, 'd', 2, 0, LETTER },      /* đ */
			{ { 'l', 'j' }, 'l', 1, 0, LETTER },    /* lj */
			{ { 'n', 'j' }, 'n', 1, 0, LETTER },    /* nj */
			{ { 0x0161 }, 's', 1, 0, LETTER },      /* š */
			{ { 0x017e }, 'z', 1, 0, LETTER },      /* ž */
		},
	},
	{
		{ L"sl" },
		{
			{ { 0x010d }, 'c', 1, 0, LETTER }, /* č */
			{ { 0x0107 }, 'c', 2, 0, LETTER }, /* ć */
			{ { 0x0111 }, 'd', 1, 0, LETTER }, /* đ */
			{ { 0x0161 }, 's', 1, 0, LETTER }, /* š */
			{ { 0x017e }, 'z', 1, 0, LETTER }, /* ž */
		},
	},
	{
		{ L"ro" },
		{
			{ { 0x0103 }, 'a', 1, 0, LETTER }, /* ă */
			{ { 0x00e2 }, 'a', 2, 0, LETTER }, /* â */
			{ { 0x00ee }, 'i', 1, 0, LETTER }, /* î */
			{ { 0x0219 }, 's', 1, 0, LETTER }, /* ș */
			{ { 0x015f }, 's', 1, 1, LETTER }, /* ş */
			{ { 0x021b }, 't', 1, 0, LETTER }, /* ț */
			{ { 0x0163 }, 't', 1, 1, LETTER }, /* ţ */
		},
	},
	{
		{ L"tr" },
		{
			{ { 0x00e7 }, 'c', 1, 0, LETTER }, /* ç */
			{ { 0x011f }, 'g', 1, 0, LETTER }, /* ğ */
			{ { 0x0131 }, 'h', 1, 0, LETTER }, /* ı */
			{ { 'I' }, 'h', 1, 0, EXACT },     /* I */
			{ { 0x0130 }, 'i', 0, 0, EXACT },  /* İ */
			{ { 0x00f6 }, 'o', 1, 0, LETTER }, /* ö */
			{ { 0x015f }, 's', 1, 0, LETTER }, /* ş */
			{ { 0x00fc }, 'u', 1, 0, LETTER }, /* ü */
		},
	},
	{
		{ L"az" },
		{
			{ { 0x00e7 }, 'c', 1, 0, LETTER }, /* ç */
			{ { 0x0259 }, 'e', 1, 0, LETTER }, /* ə */
			{ { 0x011f }, 'g', 1, 0, LETTER }, /* ğ */
			{ { 'x' }, 'h', 1, 0, LETTER },    /* x */
			{ { 0x0131 }, 'h', 2, 0, LETTER }, /* ı */
			{ { 'I' }, 'h', 2, 0, EXACT },     /* I */
			{ { 0x0130 }, 'i', 0, 0, EXACT },  /* İ */
			{ { 'q' }, 'k', 1, 0, LETTER },    /* q */
			{ { 0x00f6 }, 'o', 1, 0, LETTER }, /* ö */
			{ { 0x015f }, 's', 1, 0, LETTER }, /* ş */
			{ { 0x00fc }, 'u', 1, 0, LETTER }, /* ü */
		},
	},
	{
		{ L"et" },
		{
			{ { 0x0161 }, 's', 1, 0, LETTER }, /* š */
			{ { 'z' }, 's', 2, 0, LETTER },    /* z */
			{ { 0x017e }, 's', 3, 0, LETTER }, /* ž */
			{ { 0x00f5 }, 'w', 1, 0, LETTER }, /* õ */
			{ { 0x00e4 }, 'w', 2, 0, LETTER }, /* ä */
			{ { 0x00f6 }, 'w', 3, 0, LETTER }, /* ö */
			{ { 0x00fc }, 'w', 4, 0, LETTER }, /* ü */
		},
	},
	{
		{ L"lv" },
		{
			{ { 0x010d }, 'c', 1, 0, LETTER }, /* č */
			{ { 0x0123 }, 'g', 1, 0, LETTER }, /* ģ */
			{ { 'y' }, 'i', 0, 9, LETTER },    /* y */
			{ { 0x0137 }, 'k', 1, 0, LETTER }, /* ķ */
			{ { 0x013c }, 'l', 1, 0, LETTER }, /* ļ */
			{ { 0x0146 }, 'n', 1, 0, LETTER }, /* ņ */
			{ { 0x0157 }, 'r', 1, 0, LETTER }, /* ŗ */
			{ { 0x0161 }, 's', 1, 0, LETTER }, /* š */
			{ { 0x017e }, 'z', 1, 0, LETTER }, /* ž */
		},
	},
	{
		{ L"lt" },
		{
			{ { 0x010d }, 'c', 1, 0, LETTER }, /* č */
			{ { 'y' }, 'i', 0, 9, LETTER },    /* y */
			{ { 0x0161 }, 's', 1, 0, LETTER }, /* š */
			{ { 0x017e }, 'z', 1, 0, LETTER }, /* ž */
		},
	},
	{
		{ L"sq" },
		{
			{ { 0x00e7 }, 'c', 1, 0, LETTER },   /* ç */
			{ { 'd', 'h' }, 'd', 1, 0, LETTER }, /* dh */
			{ { 0x00eb }, 'e', 1, 0, LETTER },   /* ë */
			{ { 'g', 'j' }, 'g', 1, 0, LETTER }, /* gj */
			{ { 'l', 'l' }, 'l', 1, 0, LETTER }, /* ll */
			{ { 'n', 'j' }, 'n', 1, 0, LETTER }, /* nj */
			{ { 'r', 'r' }, 'r', 1, 0, LETTER }, /* rr */
			{ { 's', 'h' }, 's', 1, 0, LETTER }, /* sh */
			{ { 't', 'h' }, 't', 1, 0, LETTER }, /* th */
			{ { 'x', 'h' }, 'x', 1, 0, LETTER }, /* xh */
			{ { 'z', 'h' }, 'z', 1, 0, LETTER }, /* zh */
		},
	},
	{
		{ L"cy" },
		{
			{ { 'c', 'h' }, 'c', 1, 0, LETTER }, /* ch */
			{ { 'd', 'd' }, 'd', 1, 0, LETTER }, /* dd */
			{ { 'f', 'f' }, 'f', 1, 0, LETTER }, /* ff */
			{ { 'n', 'g' }, 'g', 1, 0, LETTER }, /* ng */
			{ { 'l', 'l' }, 'l', 1, 0, LETTER }, /* ll */
			{ { 'p', 'h' }, 'p', 1, 0, LETTER }, /* ph */
			{ { 'r', 'h' }, 'r', 1, 0, LETTER }, /* rh */
			{ { 't', 'h' }, 't', 1, 0, LETTER }, /* th */
		},
	},
	{
		{ L"vi" },
		{
			{ { 0x0103 }, 'a', 1, 0, LETTER }, /* ă */
			{ { 0x00e2 }, 'a', 2, 0, LETTER }, /* â */
			{ { 0x0111 }, 'd', 1, 0, LETTER }, /* đ */
			{ { 0x00ea }, 'e', 1, 0, LETTER }, /* ê */
			{ { 0x00f4 }, 'o', 1, 0, LETTER }, /* ô */
			{ { 0x01a1 }, 'o', 2, 0, LETTER }, /* ơ */
			{ { 0x01b0 }, 'u', 1, 0, LETTER }, /* ư */
		},
	},
	{
		{ L"mt" },
		{
			{ { 0x010b }, 'b', 1, 0, LETTER },      /* ċ */
			{ { 0x0121 }, 'f', 1, 0, LETTER },      /* ġ */
			{ { 'g', 0x0127 }, 'g', 1, 0, LETTER }, /* għ */
			{ { 0x0127 }, 'h', 1, 0, LETTER },      /* ħ */
			{ { 0x017c }, 'y', 1, 0, LETTER },      /* ż */
		},
	},
	{
		{ L"tk" },
		{
			{ { 0x00e7 }, 'c', 1, 0, LETTER }, /* ç */
			{ { 0x00e4 }, 'e', 1, 0, LETTER }, /* ä */
			{ { 0x017e }, 'j', 1, 0, LETTER }, /* ž */
			{ { 0x0148 }, 'n', 1, 0, LETTER }, /* ň */
			{ { 0x00f6 }, 'o', 1, 0, LETTER }, /* ö */
			{ { 0x015f }, 's', 1, 0, LETTER }, /* ş */
			{ { 0x00fc }, 'u', 1, 0, LETTER }, /* ü */
			{ { 0x00fd }, 'y', 1, 0, LETTER }, /* ý */
		},
	},
	{
		{ L"dsb" },
		{
			{ { 0x010d }, 'c', 1, 0, LETTER }, /* č */
			{ { 0x0107 }, 'c', 2, 0, LETTER }, /* ć */
			{ { 0x011b }, 'e', 1, 0, LETTER }, /* ě */
			{ { 'c', 'h' }, 'h', 1, 0, LETTER }, /* ch */
			{ { 0x0142 }, 'k', 12, 0, LETTER }, /* ł */
			{ { 0x0144 }, 'n', 1, 0, LETTER }, /* ń */
			{ { 0x0155 }, 'r', 1, 0, LETTER }, /* ŕ */
			{ { 0x0161 }, 's', 1, 0, LETTER }, /* š */
			{ { 0x015b }, 's', 2, 0, LETTER }, /* ś */
			{ { 0x017e }, 'z', 1, 0, LETTER }, /* ž */
			{ { 0x017a }, 'z', 2, 0, LETTER }, /* ź */
		},
	},
	{
		{ L"hsb" },
		{
			{ { 0x010d }, 'c', 1, 0, LETTER }, /* č */
			{ { 0x0107 }, 'c', 2, 0, LETTER }, /* ć */
			{ { 0x011b }, 'e', 1, 0, LETTER }, /* ě */
			{ { 'c', 'h' }, 'h', 1, 0, LETTER }, /* ch */
			{ { 0x0142 }, 'k', 12, 0, LETTER }, /* ł */
			{ { 0x0159 }, 'r', 1, 0, LETTER }, /* ř */
			{ { 0x0161 }, 's', 1, 0, LETTER }, /* š */
			{ { 0x017e }, 'z', 1, 0, LETTER }, /* ž */
			{ { 0x017a }, 'z', 2, 0, LETTER }, /* ź */
		},
	},
	{
		{ L"eo" },
		{
			{ { 0x0109 }, 'c', 1, 0, LETTER }, /* ĉ */
			{ { 0x011d }, 'g', 1, 0, LETTER }, /* ĝ */
			{ { 0x0125 }, 'h', 1, 0, LETTER }, /* ĥ */
			{ { 0x0135 }, 'j', 1, 0, LETTER }, /* ĵ */
			{ { 0x015d }, 's', 1, 0, LETTER }, /* ŝ */
			{ { 0x016d }, 'u', 1, 0, LETTER }, /* ŭ */
		},
	},
	{
		{ L"ha" },
		{
			{ { 0x0253 }, 'b', 1, 0, LETTER }, /* ɓ */
			{ { 0x0257 }, 'd', 1, 0, LETTER }, /* ɗ */
			{ { 0x0199 }, 'k', 1, 0, LETTER }, /* ƙ */
			{ { 's', 'h' }, 's', 1, 0, LETTER }, /* sh */
			{ { 't', 's' }, 't', 1, 0, LETTER }, /* ts */
			{ { 0x01b4 }, 'y', 1, 0, LETTER }, /* ƴ */
			{ { '\'', 'y' }, 'y', 1, 0, LETTER }, /* 'y */
			{ { 0x02bc, 'y' }, 'y', 1, 0, LETTER }, /* ʼy */
		},
	},
	{
		{ L"ig" },
		{
			{ { 'c', 'h' }, 'b', 1, 0, LETTER }, /* ch */
			{ { 'g', 'b' }, 'g', 1, 0, LETTER }, /* gb */
			{ { 'g', 'h' }, 'g', 2, 0, LETTER }, /* gh */
			{ { 'g', 'w' }, 'g', 3, 0, LETTER }, /* gw */
			{ { 0x1ecb }, 'i', 1, 0, LETTER }, /* ị */
			{ { 'k', 'p' }, 'k', 1, 0, LETTER }, /* kp */
			{ { 'k', 'w' }, 'k', 2, 0, LETTER }, /* kw */
			{ { 0x1e45 }, 'n', 1, 0, LETTER }, /* ṅ */
			{ { 'n', 'w' }, 'n', 2, 0, LETTER }, /* nw */
			{ { 'n', 'y' }, 'n', 3, 0, LETTER }, /* ny */
			{ { 0x1ecd }, 'o', 1, 0, LETTER }, /* ọ */
			{ { 's', 'h' }, 's', 1, 0, LETTER }, /* sh */
			{ { 0x1ee5 }, 'u', 1, 0, LETTER }, /* ụ */
		},
	},
	{
		{ L"yo" },
		{
			{ { 0x1eb9 }, 'e', 1, 0, LETTER }, /* ẹ */
			{ { 'g', 'b' }, 'g', 1, 0, LETTER }, /* gb */
			{ { 0x1ecd }, 'o', 1, 0, LETTER }, /* ọ */
			{ { 0x1e63 }, 's', 1, 0, LETTER }, /* ṣ */
		},
	},
	{
		{ L"wo" },
		{
			{ { 0x00e0 }, 'a', 1, 0, LETTER }, /* à */
			{ { 0x00e9 }, 'e', 1, 0, LETTER }, /* é */
			{ { 0x00eb }, 'e', 2, 0, LETTER }, /* ë */
			{ { 0x00f1 }, 'n', 1, 0, LETTER }, /* ñ */
			{ { 0x014b }, 'n', 2, 0, LETTER }, /* ŋ */
			{ { 0x00f3 }, 'o', 1, 0, LETTER }, /* ó */
		},
	},
	{
		{ L"om" },
		{
			{ { 'c', 'h' }, 'z', 1, 0, LETTER }, /* ch */
			{ { 'd', 'h' }, 'z', 2, 0, LETTER }, /* dh */
			{ { 'k', 'h' }, 'z', 3, 0, LETTER }, /* kh */
			{ { 'n', 'y' }, 'z', 4, 0, LETTER }, /* ny */
			{ { 'p', 'h' }, 'z', 5, 0, LETTER }, /* ph */
			{ { 's', 'h' }, 'z', 6, 0, LETTER }, /* sh */
		},
	},
	{
		{ L"lkt" },
		{
			{ { 0x010d }, 'c', 1, 0, LETTER }, /* č */
			{ { 0x01e7 }, 'g', 1, 0, LETTER }, /* ǧ */
			{ { 0x021f }, 'h', 1, 0, LETTER }, /* ȟ */
			{ { 0x0161 }, 's', 1, 0, LETTER }, /* š */
			{ { 0x017e }, 'z', 1, 0, LETTER }, /* ž */
		},
	},
	{
		{ L"uz" },
		{
			{ { 'o', 0x02bb }, 'z', 1, 0, LETTER }, /* oʻ */
			{ { 'o', 0x2018 }, 'z', 1, 0, LETTER }, /* o‘ */
			{ { 'o', '\'' }, 'z', 1, 0, LETTER }, /* o' */
			{ { 'g', 0x02bb }, 'z', 2, 0, LETTER }, /* gʻ */
			{ { 'g', 0x2018 }, 'z', 2, 0, LETTER }, /* g‘ */
			{ { 'g', '\'' }, 'z', 2, 0, LETTER }, /* g' */
			{ { 's', 'h' }, 'z', 3, 0, LETTER }, /* sh */
			{ { 'c', 'h' }, 'z', 4, 0, LETTER }, /* ch */
		},
	},
	{
		{ L"br" },
		{
			{ { 'c', 'h' }, 'c', 1, 0, LETTER }, /* ch */
			{ { 'c', '\'', 'h' }, 'c', 2, 0, LETTER }, /* c'h */
			{ { 'c', 0x02bc, 'h' }, 'c', 2, 0, LETTER }, /* cʼh */
			{ { 'c', 0x2019, 'h' }, 'c', 2, 0, LETTER }, /* c’h */
		},
	},
	{
		{ L"ku" },
		{
			{ { 0x00e7 }, 'c', 1, 0, LETTER }, /* ç */
			{ { 0x00ea }, 'e', 1, 0, LETTER }, /* ê */
			{ { 0x00e9 }, 'e', 1, 1, LETTER }, /* é */
			{ { 0x00ee }, 'i', 1, 0, LETTER }, /* î */
			{ { 0x00ed }, 'i', 1, 1, LETTER }, /* í */
			{ { 0x015f }, 's', 1, 0, LETTER }, /* ş */
			{ { 0x00fb }, 'u', 1, 0, LETTER }, /* û */
			{ { 0x00fa }, 'u', 1, 1, LETTER }, /* ú */
			{ { 0x00f9 }, 'u', 1, 2, LETTER }, /* ù */
		},
	},
	{
		{ L"be" },
		{
			{ { 0x0451 }, 0x0435, 1, 0, LETTER }, /* ё */
			{ { 0x045e }, 0x0443, 1, 0, LETTER }, /* ў */
		},
	},
	{
		{ L"ky" },
		{
			{ { 0x0451 }, 0x0435, 1, 0, LETTER }, /* ё */
		},
	},
	{
		{ L"kk" },
		{
			{ { 0x0451 }, 0x0435, 1, 0, LETTER }, /* ё */
			{ { 0x04af }, 0x04b1, 1, 0, LETTER }, /* ү */
			{ { 0x0456 }, 0x044b, 1, 0, LETTER }, /* і */
		},
	},
	{
		{ L"mk" },
		{
			{ { 0x0453 }, 0x0434, 1, 0, LETTER }, /* ѓ */
			{ { 0x045c }, 0x0442, 1, 0, LETTER }, /* ќ */
			{ { 0x0439 }, 0x0438, 0, 1, LETTER }, /* й */
		},
	},
	{
		{ L"uk" },
		{
			{ { 0x0491 }, 0x0433, 1, 0, LETTER }, /* ґ */
			{ { 0x0457 }, 0x0456, 1, 0, LETTER }, /* ї */
		},
	},
};

static const struct tailoring *find(const struct locale *l)
{
	const struct named_sort *sort = locale_sort(l);
	const WCHAR *rules = sort && sort->rules ? sort->rules
						 : locale_text(l, S_ISO639);

	/* Serbian in Cyrillic letters has none; in Latin ones it has. */
	if (wide_same_n(locale_text(l, S_NAME), L"sr-Cyrl", 7))
		return NULL;
	for (unsigned i = 0; i < ARRAY_LEN(tailorings); i++) {
		const struct tailoring *t = &tailorings[i];

		for (unsigned k = 0;
		     k < ARRAY_LEN(t->languages) && t->languages[k]; k++)
			if (wide_same(rules, t->languages[k]))
				return t;
	}
	return NULL;
}

const struct tailoring *tailoring_of(const struct locale *l)
{
	/* By the locale's place in the table; 0 unknown, 1 none, 2 and up. */
	static UCHAR known[1024];
	SIZE_T at = l - locale_at(0);
	const struct tailoring *t;

	if (at < sizeof known && known[at])
		return known[at] > 1 ? &tailorings[known[at] - 2] : NULL;
	t = find(l);
	if (at < sizeof known)
		known[at] = t ? (UCHAR)(t - tailorings + 2) : 1;
	return t;
}

/* The character at s, put together with a mark behind it. */
static WCHAR composed(const WCHAR *s, const WCHAR *end, int *used)
{
	ULONG c;

	*used = 1;
	if (end - s < 2 || s[1] < 0x300 || s[1] > 0x36f)
		return *s;
	c = RfCompose(s[0], s[1]);
	if (!c || c > 0xffff)
		return *s;
	*used = 2;
	return (WCHAR)c;
}

BOOL tailored_letter(const struct tailoring *t, DWORD flags, const WCHAR *s,
		     const WCHAR *end, struct tailored *out)
{
	BOOL folded = flags & (NORM_IGNORECASE | LINGUISTIC_IGNORECASE) &&
		      !(flags & NORM_LINGUISTIC_CASING);
	int first, best = 0;
	WCHAR c = composed(s, end, &first), small = RfDowncase(c);

	for (unsigned i = 0; i < ARRAY_LEN(t->rows) && t->rows[i].base; i++) {
		const struct row *r = &t->rows[i];
		int n = 1, used = first;

		if (r->kind == EXACT ? c != r->s[0] || folded : small != r->s[0])
			continue;
		for (; n < 3 && r->s[n]; n++, used++)
			if (s + used >= end || RfDowncase(s[used]) != r->s[n])
				break;
		if ((n < 3 && r->s[n]) || used <= best)
			continue;
		best = used;
		out->base = r->base;
		out->slot = r->slot;
		out->secondary = r->secondary;
		out->upper = r->kind == EXACT || small != c;
		out->then = r->kind == AND_E ? 'e' : 0;
		out->used = used;
	}
	return best > 0;
}
