/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/charset.h"

#include <iconv.h>
#include <pthread.h>
#include <string.h>

enum charset_kind { KIND_UTF8, KIND_BYTE, KIND_MULTI };

struct charset {
    const char *name; /* MySQL's */
    const char *iconv_name;
    enum charset_kind kind;
};

enum {
    CS_ARMSCII8,
    CS_ASCII,
    CS_BIG5,
    CS_BINARY,
    CS_CP1250,
    CS_CP1251,
    CS_CP1256,
    CS_CP1257,
    CS_CP850,
    CS_CP852,
    CS_CP866,
    CS_CP932,
    CS_DEC8,
    CS_EUCJPMS,
    CS_EUCKR,
    CS_GB18030,
    CS_GB2312,
    CS_GBK,
    CS_GREEK,
    CS_HEBREW,
    CS_HP8,
    CS_KOI8R,
    CS_KOI8U,
    CS_LATIN1,
    CS_LATIN2,
    CS_LATIN5,
    CS_LATIN7,
    CS_MACCE,
    CS_MACROMAN,
    CS_SJIS,
    CS_SWE7,
    CS_TIS620,
    CS_UCS2,
    CS_UJIS,
    CS_UTF16,
    CS_UTF16LE,
    CS_UTF32,
    CS_UTF8MB3,
    CS_UTF8MB4,
    CS_COUNT
};

static const struct charset charsets[CS_COUNT] = {
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
    [CS_GREEK] = {"greek", "ISO-8859-7", KIND_BYTE},
    [CS_HEBREW] = {"hebrew", "ISO-8859-8", KIND_BYTE},
    [CS_HP8] = {"hp8", "HP-ROMAN8", KIND_BYTE},
    [CS_KOI8R] = {"koi8r", "KOI8-R", KIND_BYTE},
    [CS_KOI8U] = {"koi8u", "KOI8-U", KIND_BYTE},
    [CS_LATIN1] = {"latin1", "CP1252", KIND_BYTE},
    [CS_LATIN2] = {"latin2", "ISO-8859-2", KIND_BYTE},
    [CS_LATIN5] = {"latin5", "ISO-8859-9", KIND_BYTE},
    [CS_LATIN7] = {"latin7", "ISO-8859-13", KIND_BYTE},
    [CS_MACCE] = {"macce", "MAC-CENTRALEUROPE", KIND_BYTE},
    [CS_MACROMAN] = {"macroman", "MACINTOSH", KIND_BYTE},
    [CS_SJIS] = {"sjis", "SHIFT_JIS", KIND_MULTI},
    [CS_SWE7] = {"swe7", "SEN_850200_C", KIND_BYTE},
    [CS_TIS620] = {"tis620", "TIS-620", KIND_BYTE},
    [CS_UCS2] = {"ucs2", "UTF-16BE", KIND_MULTI},
    [CS_UJIS] = {"ujis", "EUC-JP", KIND_MULTI},
    [CS_UTF16] = {"utf16", "UTF-16BE", KIND_MULTI},
    [CS_UTF16LE] = {"utf16le", "UTF-16LE", KIND_MULTI},
    [CS_UTF32] = {"utf32", "UTF-32BE", KIND_MULTI},
    [CS_UTF8MB3] = {"utf8mb3", NULL, KIND_UTF8},
    [CS_UTF8MB4] = {"utf8mb4", NULL, KIND_UTF8},
};

/* Collation ids as both servers' information_schema.collations lists them, ascending. */
static const struct {
    uint16_t last;
    uint8_t charset; /* of every id after the entry before, up to LAST; CS_COUNT: no such id */
} collations[] = {
    {0, CS_COUNT},     {1, CS_BIG5},      {2, CS_LATIN2},    {3, CS_DEC8},      {4, CS_CP850},
    {5, CS_LATIN1},    {6, CS_HP8},       {7, CS_KOI8R},     {8, CS_LATIN1},    {9, CS_LATIN2},
    {10, CS_SWE7},     {11, CS_ASCII},    {12, CS_UJIS},     {13, CS_SJIS},     {14, CS_CP1251},
    {15, CS_LATIN1},   {16, CS_HEBREW},   {17, CS_COUNT},    {18, CS_TIS620},   {19, CS_EUCKR},
    {20, CS_LATIN7},   {21, CS_LATIN2},   {22, CS_KOI8U},    {23, CS_CP1251},   {24, CS_GB2312},
    {25, CS_GREEK},    {26, CS_CP1250},   {27, CS_LATIN2},   {28, CS_GBK},      {29, CS_CP1257},
    {30, CS_LATIN5},   {31, CS_LATIN1},   {32, CS_ARMSCII8}, {33, CS_UTF8MB3},  {34, CS_CP1250},
    {35, CS_UCS2},     {36, CS_CP866},    {37, CS_COUNT},    {38, CS_MACCE},    {39, CS_MACROMAN},
    {40, CS_CP852},    {42, CS_LATIN7},   {43, CS_MACCE},    {44, CS_CP1250},   {46, CS_UTF8MB4},
    {49, CS_LATIN1},   {52, CS_CP1251},   {53, CS_MACROMAN}, {55, CS_UTF16},    {56, CS_UTF16LE},
    {57, CS_CP1256},   {59, CS_CP1257},   {61, CS_UTF32},    {62, CS_UTF16LE},  {63, CS_BINARY},
    {64, CS_ARMSCII8}, {65, CS_ASCII},    {66, CS_CP1250},   {67, CS_CP1256},   {68, CS_CP866},
    {69, CS_DEC8},     {70, CS_GREEK},    {71, CS_HEBREW},   {72, CS_HP8},      {73, CS_COUNT},
    {74, CS_KOI8R},    {75, CS_KOI8U},    {76, CS_UTF8MB3},  {77, CS_LATIN2},   {78, CS_LATIN5},
    {79, CS_LATIN7},   {80, CS_CP850},    {81, CS_CP852},    {82, CS_SWE7},     {83, CS_UTF8MB3},
    {84, CS_BIG5},     {85, CS_EUCKR},    {86, CS_GB2312},   {87, CS_GBK},      {88, CS_SJIS},
    {89, CS_TIS620},   {90, CS_UCS2},     {91, CS_UJIS},     {93, CS_COUNT},    {94, CS_LATIN1},
    {96, CS_CP932},    {98, CS_EUCJPMS},  {99, CS_CP1250},   {100, CS_COUNT},   {124, CS_UTF16},
    {127, CS_COUNT},   {159, CS_UCS2},    {183, CS_UTF32},   {191, CS_COUNT},   {223, CS_UTF8MB3},
    {247, CS_UTF8MB4}, {250, CS_GB18030}, {254, CS_COUNT},   {323, CS_UTF8MB4}, {575, CS_COUNT},
    {578, CS_UTF8MB3}, {607, CS_COUNT},   {610, CS_UTF8MB4}, {639, CS_COUNT},   {642, CS_UCS2},
    {671, CS_COUNT},   {674, CS_UTF16},   {735, CS_COUNT},   {738, CS_UTF32},
};

/* MariaDB counts its "no pad" collations from 1024 and its UCA 14.0.0 ones from 2048, 256 for each
 * of five charsets. */
enum { NOPAD_FIRST = 1024, UCA1400_FIRST = 2048, UCA1400_EACH = 256 };

const struct charset *charset_of_collation(uint32_t collation)
{
    static const uint8_t uca1400[] = {CS_UTF8MB3, CS_UTF8MB4, CS_UCS2, CS_UTF16, CS_UTF32};

    if (collation >= UCA1400_FIRST) {
        uint32_t i = (collation - UCA1400_FIRST) / UCA1400_EACH;

        return i < sizeof(uca1400) ? &charsets[uca1400[i]] : NULL;
    }
    if (collation >= NOPAD_FIRST)
        collation -= NOPAD_FIRST;
    for (size_t i = 0; i < sizeof(collations) / sizeof(collations[0]); i++)
        if (collation <= collations[i].last)
            return collations[i].charset == CS_COUNT ? NULL : &charsets[collations[i].charset];
    return NULL;
}

const struct charset *charset_of_name(const char *name)
{
    if (strcmp(name, "utf8") == 0)
        return &charsets[CS_UTF8MB3];
    for (size_t i = 0; i < CS_COUNT; i++)
        if (strcmp(charsets[i].name, name) == 0)
            return &charsets[i];
    return NULL;
}

const char *charset_name(const struct charset *cs)
{
    return cs->name;
}

bool charset_is_utf8(const struct charset *cs)
{
    return cs->kind == KIND_UTF8;
}

/* What iconv needs once per charset, made at first use; kept until the end. */
struct converter {
    pthread_mutex_t lock;
    iconv_t iconv; /* KIND_MULTI */
    bool is_open;
    char utf8[256][4]; /* KIND_BYTE: bytes of each character, then zeros */
    uint8_t length[256];
};
static struct converter converters[CS_COUNT];
static pthread_once_t converters_once = PTHREAD_ONCE_INIT;

static void byte_table(struct converter *conv, const struct charset *cs)
{
    iconv_t cd = iconv_open("UTF-8", cs->iconv_name);

    for (int byte = 0; byte < 256; byte++) {
        char in[1] = {(char)byte}, *from = in, *to = conv->utf8[byte];
        size_t from_left = 1, to_left = sizeof(conv->utf8[byte]);

        if (cd != (iconv_t)-1 && iconv(cd, &from, &from_left, &to, &to_left) != (size_t)-1) {
            conv->length[byte] = (uint8_t)(sizeof(conv->utf8[byte]) - to_left);
        } else {
            conv->utf8[byte][0] = '?';
            conv->length[byte] = 1;
        }
    }
    if (cd != (iconv_t)-1)
        iconv_close(cd);
}

static void converters_init(void)
{
    for (size_t i = 0; i < CS_COUNT; i++) {
        struct converter *conv = &converters[i];

        pthread_mutex_init(&conv->lock, NULL);
        if (charsets[i].kind == KIND_BYTE)
            byte_table(conv, &charsets[i]);
        if (charsets[i].kind == KIND_MULTI) {
            conv->iconv = iconv_open("UTF-8", charsets[i].iconv_name);
            conv->is_open = conv->iconv != (iconv_t)-1;
        }
    }
    /* MySQL's latin1 is CP1252 with the five bytes that CP1252 leaves out as C1 controls. */
    for (const char *hole = "\x81\x8d\x8f\x90\x9d"; *hole != '\0'; hole++) {
        uint8_t byte = (uint8_t)*hole;

        converters[CS_LATIN1].utf8[byte][0] = (char)0xc2;
        converters[CS_LATIN1].utf8[byte][1] = (char)byte;
        converters[CS_LATIN1].length[byte] = 2;
    }
}

static struct value convert_bytes(const struct converter *conv, struct value in,
                                  struct arena *arena)
{
    size_t size = 0;
    char *text, *to;

    for (size_t i = 0; i < in.len; i++)
        size += conv->length[(uint8_t)in.ptr[i]];
    text = arena_text(arena, size);
    if (text == NULL)
        return (struct value){0};
    to = text;
    for (size_t i = 0; i < in.len; i++) {
        uint8_t byte = (uint8_t)in.ptr[i];

        for (uint8_t k = 0; k < conv->length[byte]; k++)
            *to++ = conv->utf8[byte][k];
    }
    return value_text(text, size);
}

/* No character grows beyond three bytes for one, or four for two. */
static struct value convert_multi(const struct converter *conv, struct value in,
                                  struct arena *arena)
{
    size_t size = in.len < SIZE_MAX / 4 ? in.len * 3 : 0, to_left = size, from_left = in.len;
    char *text = arena_text(arena, size), *to = text;
    char *from = (char *)(uintptr_t)in.ptr; /* iconv(3) reads it only */

    if (text == NULL)
        return (struct value){0};
    iconv(conv->iconv, NULL, NULL, NULL, NULL);
    while (from_left > 0 && to_left > 0) {
        if (iconv(conv->iconv, &from, &from_left, &to, &to_left) != (size_t)-1)
            break;
        if (from_left > 0 && to_left > 0) {
            *to++ = '?';
            to_left--;
            from++;
            from_left--;
        }
    }
    arena_shrink(arena, to_left);
    return value_text(text, size - to_left);
}

struct value charset_convert(const struct charset *cs, struct value in, struct arena *arena)
{
    struct converter *conv = &converters[cs - charsets];
    struct value out;

    pthread_once(&converters_once, converters_init);
    if (cs->kind == KIND_UTF8)
        return in;
    if (cs->kind == KIND_BYTE)
        return convert_bytes(conv, in, arena);
    pthread_mutex_lock(&conv->lock);
    out = conv->is_open ? convert_multi(conv, in, arena) : value_text("?", 1);
    pthread_mutex_unlock(&conv->lock);
    return out;
}
