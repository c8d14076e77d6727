/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/charset_table.h"

// clang-format off
const struct charset charset_table[CS_COUNT] = {
    [CS_ARMSCII8] = {"armscii8", "ARMSCII-8", KIND_BYTE},
    [CS_ASCII] = {"ascii", "ASCII", KIND_BYTE},
    [CS_BIG5] = {"big5", "BIG5", KIND_MULTI},
    [CS_BINARY] = {"binary", NULL, KIND_UTF8},
    [CS_CP1250] = {"cp1250", "CP1250", KIND_BYTE},
    [CS_CP1251] = {"cp1251", "CP1251", KIND_BYTE},
    [CS_CP1256] = {"cp1256", "CP1256", KIND_BYTE},
    [CS_CP1257] = {"cp1257", "CP1257", KIND_BYTE},
    [CS_CP850] = {"cp850", "CP850", KIND_BYTE},
    [CS_CP852] = {"cp852", "CP852", KIND_BYTE},
    [CS_CP866] = {"cp866", "CP866", KIND_BYTE},
    [CS_CP932] = {"cp932", "CP932", KIND_MULTI},
    [CS_DEC8] = {"dec8", "DEC-MCS", KIND_BYTE},
    [CS_EUCJPMS] = {"eucjpms", "EUC-JP-MS", KIND_MULTI},
    [CS_EUCKR] = {"euckr", "UHC", KIND_MULTI},
    [CS_GB18030] = {"gb18030", "GB18030", KIND_MULTI},
    [CS_GB2312] = {"gb2312", "GB2312", KIND_MULTI},
    [CS_GBK] = {"gbk", "GBK", KIND_MULTI},
    [CS_GEOSTD8] = {"geostd8", NULL, KIND_BYTE},
    [CS_GREEK] = {"greek", "ISO-8859-7", KIND_BYTE},
    [CS_HEBREW] = {"hebrew", "ISO-8859-8", KIND_BYTE},
    [CS_HP8] = {"hp8", "HP-ROMAN8", KIND_BYTE},
    [CS_KEYBCS2] = {"keybcs2", NULL, KIND_BYTE},
    [CS_KOI8R] = {"koi8r", "KOI8-R", KIND_BYTE},
    [CS_KOI8U] = {"koi8u", "KOI8-U", KIND_BYTE},
    [CS_LATIN1] = {"latin1", "CP1252", KIND_BYTE},
    [CS_LATIN2] = {"latin2", "ISO-8859-2", KIND_BYTE},
    [CS_LATIN5] = {"latin5", "ISO-8859-9", KIND_BYTE},
    [CS_LATIN7] = {"latin7", "ISO-8859-13", KIND_BYTE},
    [CS_MACCE] = {"macce", "MAC-CENTRALEUROPE", KIND_BYTE},
    [CS_MACROMAN] = {"macroman", "MACINTOSH", KIND_BYTE},
    [CS_SJIS] = {"sjis", "CP932", KIND_MULTI},
    [CS_SWE7] = {"swe7", "SEN_850200_C", KIND_BYTE},
    [CS_TIS620] = {"tis620", "TIS-620", KIND_BYTE},
    [CS_UCS2] = {"ucs2", "UTF-16BE", KIND_MULTI},
    [CS_UJIS] = {"ujis", "EUC-JP-MS", KIND_MULTI},
    [CS_UTF16] = {"utf16", "UTF-16BE", KIND_MULTI},
    [CS_UTF16LE] = {"utf16le", "UTF-16LE", KIND_MULTI},
    [CS_UTF32] = {"utf32", "UTF-32BE", KIND_MULTI},
    [CS_UTF8MB3] = {"utf8mb3", NULL, KIND_UTF8},
    [CS_UTF8MB4] = {"utf8mb4", NULL, KIND_UTF8},
};

const struct charset_collation charset_collations[] = {
    {0, CS_COUNT}, {1, CS_BIG5}, {2, CS_LATIN2}, {3, CS_DEC8}, {4, CS_CP850}, {5, CS_LATIN1},
    {6, CS_HP8}, {7, CS_KOI8R}, {8, CS_LATIN1}, {9, CS_LATIN2}, {10, CS_SWE7}, {11, CS_ASCII},
    {12, CS_UJIS}, {13, CS_SJIS}, {14, CS_CP1251}, {15, CS_LATIN1}, {16, CS_HEBREW},
    {17, CS_COUNT}, {18, CS_TIS620}, {19, CS_EUCKR}, {20, CS_LATIN7}, {21, CS_LATIN2},
    {22, CS_KOI8U}, {23, CS_CP1251}, {24, CS_GB2312}, {25, CS_GREEK}, {26, CS_CP1250},
    {27, CS_LATIN2}, {28, CS_GBK}, {29, CS_CP1257}, {30, CS_LATIN5}, {31, CS_LATIN1},
    {32, CS_ARMSCII8}, {33, CS_UTF8MB3}, {34, CS_CP1250}, {35, CS_UCS2}, {36, CS_CP866},
    {37, CS_KEYBCS2}, {38, CS_MACCE}, {39, CS_MACROMAN}, {40, CS_CP852}, {42, CS_LATIN7},
    {43, CS_MACCE}, {44, CS_CP1250}, {46, CS_UTF8MB4}, {49, CS_LATIN1}, {52, CS_CP1251},
    {53, CS_MACROMAN}, {55, CS_UTF16}, {56, CS_UTF16LE}, {57, CS_CP1256}, {59, CS_CP1257},
    {61, CS_UTF32}, {62, CS_UTF16LE}, {63, CS_BINARY}, {64, CS_ARMSCII8}, {65, CS_ASCII},
    {66, CS_CP1250}, {67, CS_CP1256}, {68, CS_CP866}, {69, CS_DEC8}, {70, CS_GREEK},
    {71, CS_HEBREW}, {72, CS_HP8}, {73, CS_KEYBCS2}, {74, CS_KOI8R}, {75, CS_KOI8U},
    {76, CS_UTF8MB3}, {77, CS_LATIN2}, {78, CS_LATIN5}, {79, CS_LATIN7}, {80, CS_CP850},
    {81, CS_CP852}, {82, CS_SWE7}, {83, CS_UTF8MB3}, {84, CS_BIG5}, {85, CS_EUCKR},
    {86, CS_GB2312}, {87, CS_GBK}, {88, CS_SJIS}, {89, CS_TIS620}, {90, CS_UCS2}, {91, CS_UJIS},
    {93, CS_GEOSTD8}, {94, CS_LATIN1}, {96, CS_CP932}, {98, CS_EUCJPMS}, {99, CS_CP1250},
    {100, CS_COUNT}, {124, CS_UTF16}, {127, CS_COUNT}, {159, CS_UCS2}, {183, CS_UTF32},
    {191, CS_COUNT}, {223, CS_UTF8MB3}, {247, CS_UTF8MB4}, {250, CS_GB18030}, {254, CS_COUNT},
    {323, CS_UTF8MB4}, {575, CS_COUNT}, {578, CS_UTF8MB3}, {607, CS_COUNT}, {610, CS_UTF8MB4},
    {639, CS_COUNT}, {642, CS_UCS2}, {671, CS_COUNT}, {674, CS_UTF16}, {735, CS_COUNT},
    {738, CS_UTF32},
};
const size_t charset_n_collations = sizeof(charset_collations) / sizeof(charset_collations[0]);

const struct charset_exception charset_exceptions[] = {
    {CS_ARMSCII8, 0xa1, 0xa1, 0x2741}, {CS_ARMSCII8, 0xa2, 0xa2, 0x00a7},
    {CS_ARMSCII8, 0xad, 0xad, 0x055f}, {CS_ARMSCII8, 0xfe, 0xfe, 0x2019},
    {CS_ARMSCII8, 0xff, 0xff, 0x0027}, {CS_CP1256, 0x8a, 0x8a, 0x003f},
    {CS_CP1256, 0x8f, 0x8f, 0x003f}, {CS_CP1256, 0x98, 0x98, 0x003f},
    {CS_CP1256, 0x9a, 0x9a, 0x003f}, {CS_CP1256, 0x9f, 0x9f, 0x003f},
    {CS_CP1256, 0xaa, 0xaa, 0x003f}, {CS_CP1256, 0xc0, 0xc0, 0x003f},
    {CS_CP1256, 0xff, 0xff, 0x003f}, {CS_CP866, 0xfc, 0xfc, 0x207f},
    {CS_CP866, 0xfd, 0xfd, 0x00b2}, {CS_DEC8, 0xa0, 0xa0, 0x00a0}, {CS_GREEK, 0xa1, 0xa1, 0x02bd},
    {CS_GREEK, 0xa2, 0xa2, 0x02bc}, {CS_GREEK, 0xa4, 0xa4, 0x003f}, {CS_GREEK, 0xa5, 0xa5, 0x003f},
    {CS_GREEK, 0xaa, 0xaa, 0x003f}, {CS_HEBREW, 0xaf, 0xaf, 0x203e},
    {CS_KOI8U, 0x95, 0x95, 0x2022}, {CS_LATIN1, 0x81, 0x81, 0x0081},
    {CS_LATIN1, 0x8d, 0x8d, 0x008d}, {CS_LATIN1, 0x8f, 0x90, 0x008f},
    {CS_LATIN1, 0x9d, 0x9d, 0x009d}, {CS_MACROMAN, 0xc6, 0xc6, 0x2206},
    {CS_MACROMAN, 0xf0, 0xf0, 0xf8ff}, {CS_SWE7, 0x24, 0x24, 0x0024},
    {CS_SWE7, 0x7f, 0x7f, 0x003f}, {CS_TIS620, 0x80, 0x9f, 0x0080},
    {CS_TIS620, 0xa0, 0xa0, 0xfffd}, {CS_TIS620, 0xdb, 0xdb, 0xfffd},
    {CS_TIS620, 0xdc, 0xdc, 0xfffd}, {CS_TIS620, 0xdd, 0xdd, 0xfffd},
    {CS_TIS620, 0xde, 0xde, 0xfffd}, {CS_TIS620, 0xfc, 0xfc, 0xfffd},
    {CS_TIS620, 0xfd, 0xfd, 0xfffd}, {CS_TIS620, 0xfe, 0xfe, 0xfffd},
    {CS_TIS620, 0xff, 0xff, 0xfffd},
};
const size_t charset_n_exceptions = sizeof(charset_exceptions) / sizeof(charset_exceptions[0]);

static const uint16_t geostd8[128] = {
    0x20ac, 0x003f, 0x201a, 0x003f, 0x201e, 0x2026, 0x2020, 0x2021, 0x003f, 0x2030, 0x003f, 0x2039,
    0x003f, 0x003f, 0x003f, 0x003f, 0x003f, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x003f, 0x003f, 0x003f, 0x203a, 0x003f, 0x003f, 0x003f, 0x003f, 0x00a0, 0x00a1, 0x00a2, 0x00a3,
    0x00a4, 0x00a5, 0x00a6, 0x00a7, 0x00a8, 0x00a9, 0x00aa, 0x00ab, 0x00ac, 0x00ad, 0x00ae, 0x00af,
    0x00b0, 0x00b1, 0x00b2, 0x00b3, 0x00b4, 0x00b5, 0x00b6, 0x00b7, 0x00b8, 0x00b9, 0x00ba, 0x00bb,
    0x00bc, 0x00bd, 0x00be, 0x00bf, 0x10d0, 0x10d1, 0x10d2, 0x10d3, 0x10d4, 0x10d5, 0x10d6, 0x10f1,
    0x10d7, 0x10d8, 0x10d9, 0x10da, 0x10db, 0x10dc, 0x10f2, 0x10dd, 0x10de, 0x10df, 0x10e0, 0x10e1,
    0x10e2, 0x10f3, 0x10e3, 0x10e4, 0x10e5, 0x10e6, 0x10e7, 0x10e8, 0x10e9, 0x10ea, 0x10eb, 0x10ec,
    0x10ed, 0x10ee, 0x10f4, 0x10ef, 0x10f0, 0x10f5, 0x003f, 0x003f, 0x003f, 0x003f, 0x003f, 0x003f,
    0x003f, 0x003f, 0x003f, 0x003f, 0x003f, 0x003f, 0x003f, 0x003f, 0x003f, 0x003f, 0x003f, 0x003f,
    0x003f, 0x003f, 0x003f, 0x003f, 0x003f, 0x2116, 0x003f, 0x003f,
};

static const uint16_t keybcs2[128] = {
    0x010c, 0x00fc, 0x00e9, 0x010f, 0x00e4, 0x010e, 0x0164, 0x010d, 0x011b, 0x011a, 0x0139, 0x00cd,
    0x013e, 0x013a, 0x00c4, 0x00c1, 0x00c9, 0x017e, 0x017d, 0x00f4, 0x00f6, 0x00d3, 0x016f, 0x00da,
    0x00fd, 0x00d6, 0x00dc, 0x0160, 0x013d, 0x00dd, 0x0158, 0x0165, 0x00e1, 0x00ed, 0x00f3, 0x00fa,
    0x0148, 0x0147, 0x016e, 0x00d4, 0x0161, 0x0159, 0x0155, 0x0154, 0x00bc, 0x00a1, 0x00ab, 0x00bb,
    0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557,
    0x255d, 0x255c, 0x255b, 0x2510, 0x2514, 0x2534, 0x252c, 0x251c, 0x2500, 0x253c, 0x255e, 0x255f,
    0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x2567, 0x2568, 0x2564, 0x2565, 0x2559,
    0x2558, 0x2552, 0x2553, 0x256b, 0x256a, 0x2518, 0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580,
    0x03b1, 0x00df, 0x0393, 0x03c0, 0x03a3, 0x03c3, 0x00b5, 0x03c4, 0x03a6, 0x0398, 0x03a9, 0x03b4,
    0x221e, 0x03c6, 0x03b5, 0x2229, 0x2261, 0x00b1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00f7, 0x2248,
    0x00b0, 0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2, 0x25a0, 0x00a0,
};
// clang-format on

const uint16_t *charset_high_half(size_t charset)
{
    return charset == CS_GEOSTD8 ? geostd8 : charset == CS_KEYBCS2 ? keybcs2 : NULL;
}
