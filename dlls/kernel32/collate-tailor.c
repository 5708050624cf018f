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
	BOOL exact; /* this very character; linguistic casing tells i from it */
};

struct tailoring {
	const WCHAR *languages[7];
	struct row rows[16];
};

static const struct tailoring tailorings[] = {
	{
		{ L"sv", L"fi" },
		{
			{ { 0x0111 }, 'd', 0, 1, FALSE }, /* đ */
			{ { 0x00f0 }, 'd', 0, 2, FALSE }, /* ð */
			{ { 0x00fc }, 'y', 0, 1, FALSE }, /* ü */
			{ { 0x0171 }, 'y', 0, 2, FALSE }, /* ű */
			{ { 0x00e5 }, 'z', 1, 0, FALSE }, /* å */
			{ { 0x00e4 }, 'z', 2, 0, FALSE }, /* ä */
			{ { 0x00e6 }, 'z', 2, 1, FALSE }, /* æ */
			{ { 0x00f6 }, 'z', 3, 0, FALSE }, /* ö */
			{ { 0x00f8 }, 'z', 3, 1, FALSE }, /* ø */
			{ { 0x0151 }, 'z', 3, 2, FALSE }, /* ő */
		},
	},
	{
		{ L"da", L"nb", L"nn", L"no", L"fo", L"kl" },
		{
			{ { 0x0111 }, 'd', 0, 1, FALSE },   /* đ */
			{ { 0x00f0 }, 'd', 0, 2, FALSE },   /* ð */
			{ { 0x00fc }, 'y', 0, 1, FALSE },   /* ü */
			{ { 0x00e6 }, 'z', 1, 0, FALSE },   /* æ */
			{ { 0x00e4 }, 'z', 1, 1, FALSE },   /* ä */
			{ { 0x00f8 }, 'z', 2, 0, FALSE },   /* ø */
			{ { 0x00f6 }, 'z', 2, 1, FALSE },   /* ö */
			{ { 0x0151 }, 'z', 2, 2, FALSE },   /* ő */
			{ { 0x00e5 }, 'z', 3, 0, FALSE },   /* å */
			{ { 'a', 'a' }, 'z', 3, 1, FALSE }, /* aa */
		},
	},
	{
		{ L"is" },
		{
			{ { 0x00e1 }, 'a', 1, 0, FALSE }, /* á */
			{ { 0x0111 }, 'd', 1, 0, FALSE }, /* đ */
			{ { 0x00f0 }, 'd', 1, 1, FALSE }, /* ð */
			{ { 0x00e9 }, 'e', 1, 0, FALSE }, /* é */
			{ { 0x00ed }, 'i', 1, 0, FALSE }, /* í */
			{ { 0x00f3 }, 'o', 1, 0, FALSE }, /* ó */
			{ { 0x00fa }, 'u', 1, 0, FALSE }, /* ú */
			{ { 0x00fd }, 'y', 1, 0, FALSE }, /* ý */
			{ { 0x00fe }, 'z', 1, 0, FALSE }, /* þ */
			{ { 0x00e6 }, 'z', 2, 0, FALSE }, /* æ */
			{ { 0x00e4 }, 'z', 2, 1, FALSE }, /* ä */
			{ { 0x00f6 }, 'z', 3, 0, FALSE }, /* ö */
			{ { 0x00f8 }, 'z', 3, 1, FALSE }, /* ø */
			{ { 0x00e5 }, 'z', 4, 0, FALSE }, /* å */
		},
	},
	{
		{ L"es", L"ast", L"gl", L"eu", L"fil", L"qu", L"quz" },
		{
			{ { 0x00f1 }, 'n', 1, 0, FALSE }, /* ñ */
		},
	},
	{
		{ L"pl" },
		{
			{ { 0x0105 }, 'a', 1, 0, FALSE }, /* ą */
			{ { 0x0107 }, 'c', 1, 0, FALSE }, /* ć */
			{ { 0x0119 }, 'e', 1, 0, FALSE }, /* ę */
			{ { 0x0142 }, 'l', 1, 0, FALSE }, /* ł */
			{ { 0x0144 }, 'n', 1, 0, FALSE }, /* ń */
			{ { 0x00f3 }, 'o', 1, 0, FALSE }, /* ó */
			{ { 0x015b }, 's', 1, 0, FALSE }, /* ś */
			{ { 0x017a }, 'z', 1, 0, FALSE }, /* ź */
			{ { 0x017c }, 'z', 2, 0, FALSE }, /* ż */
		},
	},
	{
		{ L"cs" },
		{
			{ { 0x010d }, 'c', 1, 0, FALSE },   /* č */
			{ { 'c', 'h' }, 'h', 1, 0, FALSE }, /* ch */
			{ { 0x0159 }, 'r', 1, 0, FALSE },   /* ř */
			{ { 0x0161 }, 's', 1, 0, FALSE },   /* š */
			{ { 0x017e }, 'z', 1, 0, FALSE },   /* ž */
		},
	},
	{
		{ L"sk" },
		{
			{ { 0x00e4 }, 'a', 1, 0, FALSE },   /* ä */
			{ { 0x010d }, 'c', 1, 0, FALSE },   /* č */
			{ { 'c', 'h' }, 'h', 1, 0, FALSE }, /* ch */
			{ { 0x00f4 }, 'o', 1, 0, FALSE },   /* ô */
			{ { 0x0159 }, 'r', 1, 0, FALSE },   /* ř */
			{ { 0x0161 }, 's', 1, 0, FALSE },   /* š */
			{ { 0x017e }, 'z', 1, 0, FALSE },   /* ž */
		},
	},
	{
		{ L"hu" },
		{
			{ { 'c', 's' }, 'c', 1, 0, FALSE },      /* cs */
			{ { 'd', 'z' }, 'd', 1, 0, FALSE },      /* dz */
			{ { 'd', 'z', 's' }, 'd', 2, 0, FALSE }, /* dzs */
			{ { 'g', 'y' }, 'g', 1, 0, FALSE },      /* gy */
			{ { 'l', 'y' }, 'l', 1, 0, FALSE },      /* ly */
			{ { 'n', 'y' }, 'n', 1, 0, FALSE },      /* ny */
			{ { 0x00f6 }, 'o', 1, 0, FALSE },        /* ö */
			{ { 0x0151 }, 'o', 1, 1, FALSE },        /* ő */
			{ { 's', 'z' }, 's', 1, 0, FALSE },      /* sz */
			{ { 't', 'y' }, 't', 1, 0, FALSE },      /* ty */
			{ { 0x00fc }, 'u', 1, 0, FALSE },        /* ü */
			{ { 0x0171 }, 'u', 1, 1, FALSE },        /* ű */
			{ { 'z', 's' }, 'z', 1, 0, FALSE },      /* zs */
		},
	},
	{
		{ L"hr", L"bs", L"sr", L"sr-Latn" },
		{
			{ { 0x010d }, 'c', 1, 0, FALSE },      /* č */
			{ { 0x0107 }, 'c', 2, 0, FALSE },      /* ć */
			{ { 'd', 0x017e }, 'd', 1, 0, FALSE }, /* dž */
			{ { 0x0111 }, 'd', 2, 0, FALSE },      /* đ */
			{ { 'l', 'j' }, 'l', 1, 0, FALSE },    /* lj */
			{ { 'n', 'j' }, 'n', 1, 0, FALSE },    /* nj */
			{ { 0x0161 }, 's', 1, 0, FALSE },      /* š */
			{ { 0x017e }, 'z', 1, 0, FALSE },      /* ž */
		},
	},
	{
		{ L"sl" },
		{
			{ { 0x010d }, 'c', 1, 0, FALSE }, /* č */
			{ { 0x0107 }, 'c', 2, 0, FALSE }, /* ć */
			{ { 0x0111 }, 'd', 1, 0, FALSE }, /* đ */
			{ { 0x0161 }, 's', 1, 0, FALSE }, /* š */
			{ { 0x017e }, 'z', 1, 0, FALSE }, /* ž */
		},
	},
	{
		{ L"ro" },
		{
			{ { 0x0103 }, 'a', 1, 0, FALSE }, /* ă */
			{ { 0x00e2 }, 'a', 2, 0, FALSE }, /* â */
			{ { 0x00ee }, 'i', 1, 0, FALSE }, /* î */
			{ { 0x0219 }, 's', 1, 0, FALSE }, /* ș */
			{ { 0x015f }, 's', 1, 1, FALSE }, /* ş */
			{ { 0x021b }, 't', 1, 0, FALSE }, /* ț */
			{ { 0x0163 }, 't', 1, 1, FALSE }, /* ţ */
		},
	},
	{
		{ L"tr" },
		{
			{ { 0x00e7 }, 'c', 1, 0, FALSE }, /* ç */
			{ { 0x011f }, 'g', 1, 0, FALSE }, /* ğ */
			{ { 0x0131 }, 'h', 1, 0, FALSE }, /* ı */
			{ { 'I' }, 'h', 1, 0, TRUE },     /* I */
			{ { 0x0130 }, 'i', 0, 0, TRUE },  /* İ */
			{ { 0x00f6 }, 'o', 1, 0, FALSE }, /* ö */
			{ { 0x015f }, 's', 1, 0, FALSE }, /* ş */
			{ { 0x00fc }, 'u', 1, 0, FALSE }, /* ü */
		},
	},
	{
		{ L"az" },
		{
			{ { 0x00e7 }, 'c', 1, 0, FALSE }, /* ç */
			{ { 0x0259 }, 'e', 1, 0, FALSE }, /* ə */
			{ { 0x011f }, 'g', 1, 0, FALSE }, /* ğ */
			{ { 'x' }, 'h', 1, 0, FALSE },    /* x */
			{ { 0x0131 }, 'h', 2, 0, FALSE }, /* ı */
			{ { 'I' }, 'h', 2, 0, TRUE },     /* I */
			{ { 0x0130 }, 'i', 0, 0, TRUE },  /* İ */
			{ { 'q' }, 'k', 1, 0, FALSE },    /* q */
			{ { 0x00f6 }, 'o', 1, 0, FALSE }, /* ö */
			{ { 0x015f }, 's', 1, 0, FALSE }, /* ş */
			{ { 0x00fc }, 'u', 1, 0, FALSE }, /* ü */
		},
	},
	{
		{ L"et" },
		{
			{ { 0x0161 }, 's', 1, 0, FALSE }, /* š */
			{ { 'z' }, 's', 2, 0, FALSE },    /* z */
			{ { 0x017e }, 's', 3, 0, FALSE }, /* ž */
			{ { 0x00f5 }, 'w', 1, 0, FALSE }, /* õ */
			{ { 0x00e4 }, 'w', 2, 0, FALSE }, /* ä */
			{ { 0x00f6 }, 'w', 3, 0, FALSE }, /* ö */
			{ { 0x00fc }, 'w', 4, 0, FALSE }, /* ü */
		},
	},
	{
		{ L"lv" },
		{
			{ { 0x010d }, 'c', 1, 0, FALSE }, /* č */
			{ { 0x0123 }, 'g', 1, 0, FALSE }, /* ģ */
			{ { 'y' }, 'i', 0, 9, FALSE },    /* y */
			{ { 0x0137 }, 'k', 1, 0, FALSE }, /* ķ */
			{ { 0x013c }, 'l', 1, 0, FALSE }, /* ļ */
			{ { 0x0146 }, 'n', 1, 0, FALSE }, /* ņ */
			{ { 0x0157 }, 'r', 1, 0, FALSE }, /* ŗ */
			{ { 0x0161 }, 's', 1, 0, FALSE }, /* š */
			{ { 0x017e }, 'z', 1, 0, FALSE }, /* ž */
		},
	},
	{
		{ L"lt" },
		{
			{ { 0x010d }, 'c', 1, 0, FALSE }, /* č */
			{ { 'y' }, 'i', 0, 9, FALSE },    /* y */
			{ { 0x0161 }, 's', 1, 0, FALSE }, /* š */
			{ { 0x017e }, 'z', 1, 0, FALSE }, /* ž */
		},
	},
	{
		{ L"sq" },
		{
			{ { 0x00e7 }, 'c', 1, 0, FALSE },   /* ç */
			{ { 'd', 'h' }, 'd', 1, 0, FALSE }, /* dh */
			{ { 0x00eb }, 'e', 1, 0, FALSE },   /* ë */
			{ { 'g', 'j' }, 'g', 1, 0, FALSE }, /* gj */
			{ { 'l', 'l' }, 'l', 1, 0, FALSE }, /* ll */
			{ { 'n', 'j' }, 'n', 1, 0, FALSE }, /* nj */
			{ { 'r', 'r' }, 'r', 1, 0, FALSE }, /* rr */
			{ { 's', 'h' }, 's', 1, 0, FALSE }, /* sh */
			{ { 't', 'h' }, 't', 1, 0, FALSE }, /* th */
			{ { 'x', 'h' }, 'x', 1, 0, FALSE }, /* xh */
			{ { 'z', 'h' }, 'z', 1, 0, FALSE }, /* zh */
		},
	},
	{
		{ L"cy" },
		{
			{ { 'c', 'h' }, 'c', 1, 0, FALSE }, /* ch */
			{ { 'd', 'd' }, 'd', 1, 0, FALSE }, /* dd */
			{ { 'f', 'f' }, 'f', 1, 0, FALSE }, /* ff */
			{ { 'n', 'g' }, 'g', 1, 0, FALSE }, /* ng */
			{ { 'l', 'l' }, 'l', 1, 0, FALSE }, /* ll */
			{ { 'p', 'h' }, 'p', 1, 0, FALSE }, /* ph */
			{ { 'r', 'h' }, 'r', 1, 0, FALSE }, /* rh */
			{ { 't', 'h' }, 't', 1, 0, FALSE }, /* th */
		},
	},
	{
		{ L"vi" },
		{
			{ { 0x0103 }, 'a', 1, 0, FALSE }, /* ă */
			{ { 0x00e2 }, 'a', 2, 0, FALSE }, /* â */
			{ { 0x0111 }, 'd', 1, 0, FALSE }, /* đ */
			{ { 0x00ea }, 'e', 1, 0, FALSE }, /* ê */
			{ { 0x00f4 }, 'o', 1, 0, FALSE }, /* ô */
			{ { 0x01a1 }, 'o', 2, 0, FALSE }, /* ơ */
			{ { 0x01b0 }, 'u', 1, 0, FALSE }, /* ư */
		},
	},
	{
		{ L"mt" },
		{
			{ { 0x010b }, 'b', 1, 0, FALSE },      /* ċ */
			{ { 0x0121 }, 'f', 1, 0, FALSE },      /* ġ */
			{ { 'g', 0x0127 }, 'g', 1, 0, FALSE }, /* għ */
			{ { 0x0127 }, 'h', 1, 0, FALSE },      /* ħ */
			{ { 0x017c }, 'y', 1, 0, FALSE },      /* ż */
		},
	},
	{
		{ L"tk" },
		{
			{ { 0x00e7 }, 'c', 1, 0, FALSE }, /* ç */
			{ { 0x00e4 }, 'e', 1, 0, FALSE }, /* ä */
			{ { 0x017e }, 'j', 1, 0, FALSE }, /* ž */
			{ { 0x0148 }, 'n', 1, 0, FALSE }, /* ň */
			{ { 0x00f6 }, 'o', 1, 0, FALSE }, /* ö */
			{ { 0x015f }, 's', 1, 0, FALSE }, /* ş */
			{ { 0x00fc }, 'u', 1, 0, FALSE }, /* ü */
			{ { 0x00fd }, 'y', 1, 0, FALSE }, /* ý */
		},
	},
	{
		{ L"dsb" },
		{
			{ { 0x010d }, 'c', 1, 0, FALSE }, /* č */
			{ { 0x0107 }, 'c', 2, 0, FALSE }, /* ć */
			{ { 0x011b }, 'e', 1, 0, FALSE }, /* ě */
			{ { 'c', 'h' }, 'h', 1, 0, FALSE }, /* ch */
			{ { 0x0142 }, 'k', 12, 0, FALSE }, /* ł */
			{ { 0x0144 }, 'n', 1, 0, FALSE }, /* ń */
			{ { 0x0155 }, 'r', 1, 0, FALSE }, /* ŕ */
			{ { 0x0161 }, 's', 1, 0, FALSE }, /* š */
			{ { 0x015b }, 's', 2, 0, FALSE }, /* ś */
			{ { 0x017e }, 'z', 1, 0, FALSE }, /* ž */
			{ { 0x017a }, 'z', 2, 0, FALSE }, /* ź */
		},
	},
	{
		{ L"hsb" },
		{
			{ { 0x010d }, 'c', 1, 0, FALSE }, /* č */
			{ { 0x0107 }, 'c', 2, 0, FALSE }, /* ć */
			{ { 0x011b }, 'e', 1, 0, FALSE }, /* ě */
			{ { 'c', 'h' }, 'h', 1, 0, FALSE }, /* ch */
			{ { 0x0142 }, 'k', 12, 0, FALSE }, /* ł */
			{ { 0x0159 }, 'r', 1, 0, FALSE }, /* ř */
			{ { 0x0161 }, 's', 1, 0, FALSE }, /* š */
			{ { 0x017e }, 'z', 1, 0, FALSE }, /* ž */
			{ { 0x017a }, 'z', 2, 0, FALSE }, /* ź */
		},
	},
	{
		{ L"eo" },
		{
			{ { 0x0109 }, 'c', 1, 0, FALSE }, /* ĉ */
			{ { 0x011d }, 'g', 1, 0, FALSE }, /* ĝ */
			{ { 0x0125 }, 'h', 1, 0, FALSE }, /* ĥ */
			{ { 0x0135 }, 'j', 1, 0, FALSE }, /* ĵ */
			{ { 0x015d }, 's', 1, 0, FALSE }, /* ŝ */
			{ { 0x016d }, 'u', 1, 0, FALSE }, /* ŭ */
		},
	},
	{
		{ L"ha" },
		{
			{ { 0x0253 }, 'b', 1, 0, FALSE }, /* ɓ */
			{ { 0x0257 }, 'd', 1, 0, FALSE }, /* ɗ */
			{ { 0x0199 }, 'k', 1, 0, FALSE }, /* ƙ */
			{ { 's', 'h' }, 's', 1, 0, FALSE }, /* sh */
			{ { 't', 's' }, 't', 1, 0, FALSE }, /* ts */
			{ { 0x01b4 }, 'y', 1, 0, FALSE }, /* ƴ */
			{ { '\'', 'y' }, 'y', 1, 0, FALSE }, /* 'y */
			{ { 0x02bc, 'y' }, 'y', 1, 0, FALSE }, /* ʼy */
		},
	},
	{
		{ L"ig" },
		{
			{ { 'c', 'h' }, 'b', 1, 0, FALSE }, /* ch */
			{ { 'g', 'b' }, 'g', 1, 0, FALSE }, /* gb */
			{ { 'g', 'h' }, 'g', 2, 0, FALSE }, /* gh */
			{ { 'g', 'w' }, 'g', 3, 0, FALSE }, /* gw */
			{ { 0x1ecb }, 'i', 1, 0, FALSE }, /* ị */
			{ { 'k', 'p' }, 'k', 1, 0, FALSE }, /* kp */
			{ { 'k', 'w' }, 'k', 2, 0, FALSE }, /* kw */
			{ { 0x1e45 }, 'n', 1, 0, FALSE }, /* ṅ */
			{ { 'n', 'w' }, 'n', 2, 0, FALSE }, /* nw */
			{ { 'n', 'y' }, 'n', 3, 0, FALSE }, /* ny */
			{ { 0x1ecd }, 'o', 1, 0, FALSE }, /* ọ */
			{ { 's', 'h' }, 's', 1, 0, FALSE }, /* sh */
			{ { 0x1ee5 }, 'u', 1, 0, FALSE }, /* ụ */
		},
	},
	{
		{ L"yo" },
		{
			{ { 0x1eb9 }, 'e', 1, 0, FALSE }, /* ẹ */
			{ { 'g', 'b' }, 'g', 1, 0, FALSE }, /* gb */
			{ { 0x1ecd }, 'o', 1, 0, FALSE }, /* ọ */
			{ { 0x1e63 }, 's', 1, 0, FALSE }, /* ṣ */
		},
	},
	{
		{ L"wo" },
		{
			{ { 0x00e0 }, 'a', 1, 0, FALSE }, /* à */
			{ { 0x00e9 }, 'e', 1, 0, FALSE }, /* é */
			{ { 0x00eb }, 'e', 2, 0, FALSE }, /* ë */
			{ { 0x00f1 }, 'n', 1, 0, FALSE }, /* ñ */
			{ { 0x014b }, 'n', 2, 0, FALSE }, /* ŋ */
			{ { 0x00f3 }, 'o', 1, 0, FALSE }, /* ó */
		},
	},
	{
		{ L"om" },
		{
			{ { 'c', 'h' }, 'z', 1, 0, FALSE }, /* ch */
			{ { 'd', 'h' }, 'z', 2, 0, FALSE }, /* dh */
			{ { 'k', 'h' }, 'z', 3, 0, FALSE }, /* kh */
			{ { 'n', 'y' }, 'z', 4, 0, FALSE }, /* ny */
			{ { 'p', 'h' }, 'z', 5, 0, FALSE }, /* ph */
			{ { 's', 'h' }, 'z', 6, 0, FALSE }, /* sh */
		},
	},
	{
		{ L"lkt" },
		{
			{ { 0x010d }, 'c', 1, 0, FALSE }, /* č */
			{ { 0x01e7 }, 'g', 1, 0, FALSE }, /* ǧ */
			{ { 0x021f }, 'h', 1, 0, FALSE }, /* ȟ */
			{ { 0x0161 }, 's', 1, 0, FALSE }, /* š */
			{ { 0x017e }, 'z', 1, 0, FALSE }, /* ž */
		},
	},
	{
		{ L"uz" },
		{
			{ { 'o', 0x02bb }, 'z', 1, 0, FALSE }, /* oʻ */
			{ { 'o', 0x2018 }, 'z', 1, 0, FALSE }, /* o‘ */
			{ { 'o', '\'' }, 'z', 1, 0, FALSE }, /* o' */
			{ { 'g', 0x02bb }, 'z', 2, 0, FALSE }, /* gʻ */
			{ { 'g', 0x2018 }, 'z', 2, 0, FALSE }, /* g‘ */
			{ { 'g', '\'' }, 'z', 2, 0, FALSE }, /* g' */
			{ { 's', 'h' }, 'z', 3, 0, FALSE }, /* sh */
			{ { 'c', 'h' }, 'z', 4, 0, FALSE }, /* ch */
		},
	},
	{
		{ L"br" },
		{
			{ { 'c', 'h' }, 'c', 1, 0, FALSE }, /* ch */
			{ { 'c', '\'', 'h' }, 'c', 2, 0, FALSE }, /* c'h */
			{ { 'c', 0x02bc, 'h' }, 'c', 2, 0, FALSE }, /* cʼh */
			{ { 'c', 0x2019, 'h' }, 'c', 2, 0, FALSE }, /* c’h */
		},
	},
	{
		{ L"ku" },
		{
			{ { 0x00e7 }, 'c', 1, 0, FALSE }, /* ç */
			{ { 0x00ea }, 'e', 1, 0, FALSE }, /* ê */
			{ { 0x00e9 }, 'e', 1, 1, FALSE }, /* é */
			{ { 0x00ee }, 'i', 1, 0, FALSE }, /* î */
			{ { 0x00ed }, 'i', 1, 1, FALSE }, /* í */
			{ { 0x015f }, 's', 1, 0, FALSE }, /* ş */
			{ { 0x00fb }, 'u', 1, 0, FALSE }, /* û */
			{ { 0x00fa }, 'u', 1, 1, FALSE }, /* ú */
			{ { 0x00f9 }, 'u', 1, 2, FALSE }, /* ù */
		},
	},
	{
		{ L"be" },
		{
			{ { 0x0451 }, 0x0435, 1, 0, FALSE }, /* ё */
			{ { 0x045e }, 0x0443, 1, 0, FALSE }, /* ў */
		},
	},
	{
		{ L"ky" },
		{
			{ { 0x0451 }, 0x0435, 1, 0, FALSE }, /* ё */
		},
	},
	{
		{ L"kk" },
		{
			{ { 0x0451 }, 0x0435, 1, 0, FALSE }, /* ё */
			{ { 0x04af }, 0x04b1, 1, 0, FALSE }, /* ү */
			{ { 0x0456 }, 0x044b, 1, 0, FALSE }, /* і */
		},
	},
	{
		{ L"mk" },
		{
			{ { 0x0453 }, 0x0434, 1, 0, FALSE }, /* ѓ */
			{ { 0x045c }, 0x0442, 1, 0, FALSE }, /* ќ */
			{ { 0x0439 }, 0x0438, 0, 1, FALSE }, /* й */
		},
	},
	{
		{ L"uk" },
		{
			{ { 0x0491 }, 0x0433, 1, 0, FALSE }, /* ґ */
			{ { 0x0457 }, 0x0456, 1, 0, FALSE }, /* ї */
		},
	},
};

static const struct tailoring *find(const struct locale *l)
{
	/* Serbian in Cyrillic letters has none; in Latin ones it has. */
	if (wide_same_n(locale_text(l, S_NAME), L"sr-Cyrl", 7))
		return NULL;
	for (unsigned i = 0; i < ARRAY_LEN(tailorings); i++) {
		const struct tailoring *t = &tailorings[i];

		for (unsigned k = 0;
		     k < ARRAY_LEN(t->languages) && t->languages[k]; k++)
			if (wide_same(locale_text(l, S_ISO639),
				      t->languages[k]))
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

		if (r->exact ? c != r->s[0] || folded : small != r->s[0])
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
		out->upper = r->exact || small != c;
		out->used = used;
	}
	return best > 0;
}
