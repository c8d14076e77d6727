/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Character sets of ASCII and codes of two to four bytes, by tables that iconv(3) fills once: asked
 * code by code, because the servers and glibc do not agree on how long a code is that is none.
 */
#include <iconv.h>
#include <stdbool.h>
#include <stdlib.h>

#include "replicator/binlog/charset_convert.h"
#include "replicator/binlog/charset_table.h"

enum {
    LEADS = 128,       /* the first byte's high half */
    EUC_TRAILS = 94,   /* 0xa1 to 0xfe */
    EUC_THREE = 0x8f,  /* announces two more bytes */
    EUC_KANA = 0x8e,   /* and one more */
    KANA_FIRST = 0xa1, /* half-width katakana from U+FF61 on */
    KANA_LAST = 0xdf,
    KANA_CHARACTER = 0xff61,
    /* gb18030: codes of four bytes, counted; the planes above U+FFFF have a place of their own. */
    GB_BMP = 39420,
    GB_PLANES = 189000,
};

/* The bytes that may come first and second (MariaDB, strings/ctype-*.c), as first and last ones. */
struct shape {
    uint8_t lead[2][2];
    uint8_t trail[3][2];
};
static const struct shape shapes[CS_COUNT] = {
    [CS_BIG5] = {{{0xa1, 0xf9}}, {{0x40, 0x7e}, {0xa1, 0xfe}}},
    [CS_CP932] = {{{0x81, 0x9f}, {0xe0, 0xfc}}, {{0x40, 0x7e}, {0x80, 0xfc}}},
    [CS_SJIS] = {{{0x81, 0x9f}, {0xe0, 0xfc}}, {{0x40, 0x7e}, {0x80, 0xfc}}},
    [CS_EUCKR] = {{{0x81, 0xfe}}, {{0x41, 0x5a}, {0x61, 0x7a}, {0x81, 0xfe}}},
    [CS_GB2312] = {{{0xa1, 0xf7}}, {{0xa1, 0xfe}}},
    [CS_GBK] = {{{0x81, 0xfe}}, {{0x40, 0x7e}, {0x80, 0xfe}}},
    [CS_GB18030] = {{{0x81, 0xfe}}, {{0x40, 0x7e}, {0x80, 0xfe}}},
    [CS_UJIS] = {{{0xa1, 0xfe}}, {{0xa1, 0xfe}}},
    [CS_EUCJPMS] = {{{0xa1, 0xfe}}, {{0xa1, 0xfe}}},
};

/* Characters, 0: none. Kept until the end. */
struct codes {
    bool is_lead[256], is_trail[256];
    uint16_t two[LEADS][256];
    uint16_t *more; /* EUC: after 0x8f; gb18030: of four bytes */
};
static struct codes *tables[CS_COUNT];

static bool is_euc(size_t charset)
{
    return charset == CS_UJIS || charset == CS_EUCJPMS;
}

static bool is_kana(size_t charset, uint8_t byte)
{
    return (charset == CS_SJIS || charset == CS_CP932) && byte >= KANA_FIRST && byte <= KANA_LAST;
}

/* --- the tables --- */

/* The character of one code; 0 if it is none. */
static uint16_t ask(iconv_t cd, const uint8_t *code, size_t n)
{
    char in[4], out[8], *from = in, *to = out;
    size_t from_left = n, to_left = sizeof(out);
    const uint8_t *p = (const uint8_t *)out;

    for (size_t i = 0; i < n; i++)
        in[i] = (char)code[i];
    iconv(cd, NULL, NULL, NULL, NULL);
    if (iconv(cd, &from, &from_left, &to, &to_left) == (size_t)-1 || from_left > 0)
        return 0;
    switch (sizeof(out) - to_left) {
    case 1:
        return p[0];
    case 2:
        return (uint16_t)((p[0] & 0x1f) << 6 | (p[1] & 0x3f));
    case 3:
        return (uint16_t)((p[0] & 0x0f) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f));
    default: /* none of these has two characters a code, or one above U+FFFF, in its tables */
        return 0;
    }
}

static void fill_two(struct codes *t, iconv_t cd)
{
    for (unsigned lead = 0x80; lead < 256; lead++)
        for (unsigned trail = 0; t->is_lead[lead] && trail < 256; trail++)
            if (t->is_trail[trail])
                t->two[lead - 0x80][trail] = ask(cd, (uint8_t[]){(uint8_t)lead, (uint8_t)trail}, 2);
}

static int fill_three(struct codes *t, iconv_t cd)
{
    t->more = calloc(EUC_TRAILS * EUC_TRAILS, sizeof(*t->more));
    for (size_t i = 0; t->more != NULL && i < EUC_TRAILS * EUC_TRAILS; i++)
        t->more[i] = ask(cd,
                         (uint8_t[]){EUC_THREE, (uint8_t)(0xa1 + i / EUC_TRAILS),
                                     (uint8_t)(0xa1 + i % EUC_TRAILS)},
                         3);
    return t->more == NULL ? -1 : 0;
}

static int fill_four(struct codes *t, iconv_t cd)
{
    t->more = calloc(GB_BMP, sizeof(*t->more));
    for (size_t i = 0; t->more != NULL && i < GB_BMP; i++)
        t->more[i] = ask(cd,
                         (uint8_t[]){(uint8_t)(0x81 + i / 12600), (uint8_t)(0x30 + i / 1260 % 10),
                                     (uint8_t)(0x81 + i / 10 % 126), (uint8_t)(0x30 + i % 10)},
                         4);
    return t->more == NULL ? -1 : 0;
}

static size_t gb_index(const uint8_t *p)
{
    return (((p[0] - 0x81U) * 10 + (p[1] - 0x30U)) * 126 + (p[2] - 0x81U)) * 10 + (p[3] - 0x30U);
}

/* Where the code's character stands. */
static uint16_t *place_of(struct codes *t, uint32_t code)
{
    const uint8_t p[] = {(uint8_t)(code >> 24), (uint8_t)(code >> 16), (uint8_t)(code >> 8),
                         (uint8_t)code};

    if (p[0] != 0)
        return &t->more[gb_index(p)];
    if (p[1] != 0)
        return &t->more[(p[2] - 0xa1) * EUC_TRAILS + (p[3] - 0xa1)];
    return &t->two[p[2] - 0x80][p[3]];
}

static void apply_exceptions(size_t charset, struct codes *t)
{
    for (size_t i = 0; i < charset_n_multi_exceptions; i++) {
        const struct charset_exception *e = &charset_multi_exceptions[i];
        uint16_t character = e->character == '?' ? 0 : e->character;

        if (e->charset != charset)
            continue;
        for (uint32_t code = e->first; code <= e->last; code++) {
            if (code <= UINT16_MAX && !t->is_trail[code & 0xff])
                continue;
            if (code > UINT16_MAX && code < 1 << 24 && (code & 0xff) < 0xa1)
                continue;
            *place_of(t, code) = character;
            character = (uint16_t)(character + (character != 0));
        }
    }
}

static void set_shape(struct codes *t, const struct shape *shape)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        for (size_t i = 0; i < 2; i++)
            t->is_lead[byte] |=
                shape->lead[i][1] != 0 && byte >= shape->lead[i][0] && byte <= shape->lead[i][1];
        for (size_t i = 0; i < 3; i++)
            t->is_trail[byte] |=
                shape->trail[i][1] != 0 && byte >= shape->trail[i][0] && byte <= shape->trail[i][1];
    }
}

int charset_multi_open(size_t charset)
{
    iconv_t cd = iconv_open("UTF-8", charset_table[charset].iconv_name);
    struct codes *t = cd == (iconv_t)-1 ? NULL : calloc(1, sizeof(*t));
    int rc = 0;

    if (t != NULL) {
        set_shape(t, &shapes[charset]);
        fill_two(t, cd);
        if (is_euc(charset))
            rc = fill_three(t, cd);
        if (charset == CS_GB18030)
            rc = fill_four(t, cd);
    }
    if (t != NULL && rc == 0)
        apply_exceptions(charset, t);
    if (cd != (iconv_t)-1)
        iconv_close(cd);
    if (rc != 0) {
        free(t);
        t = NULL;
    }
    tables[charset] = t;
    return t == NULL ? -1 : 0;
}

/* --- text --- */

/* A code that begins with 0x8e or 0x8f. */
static size_t take_euc(const struct codes *t, const uint8_t *p, size_t len, uint32_t *out)
{
    if (p[0] == EUC_KANA && len >= 2 && p[1] >= KANA_FIRST && p[1] <= KANA_LAST) {
        *out = KANA_CHARACTER + p[1] - KANA_FIRST;
        return 2;
    }
    if (p[0] != EUC_THREE || len < 3 || !t->is_trail[p[1]] || !t->is_trail[p[2]])
        return 1;
    *out = t->more[(p[1] - 0xa1) * EUC_TRAILS + (p[2] - 0xa1)];
    return 3;
}

static size_t take_gb18030(const struct codes *t, const uint8_t *p, size_t len, uint32_t *out)
{
    size_t i;

    if (len < 4 || p[1] < 0x30 || p[1] > 0x39 || p[2] < 0x81 || p[2] == 0xff || p[3] < 0x30 ||
        p[3] > 0x39)
        return 1;
    i = gb_index(p);
    if (i < GB_BMP)
        *out = t->more[i];
    else if (i >= GB_PLANES && i - GB_PLANES < 0x100000)
        *out = 0x10000 + (uint32_t)(i - GB_PLANES);
    return 4;
}

/* The code at P, beyond ASCII: its bytes; *OUT stays 0 if it is no character. */
static size_t take(size_t charset, const struct codes *t, const uint8_t *p, size_t len,
                   uint32_t *out)
{
    *out = 0;
    if (t->is_lead[p[0]] && len >= 2 && t->is_trail[p[1]]) {
        *out = t->two[p[0] - 0x80][p[1]];
        return 2;
    }
    if (is_euc(charset))
        return take_euc(t, p, len, out);
    if (charset == CS_GB18030 && t->is_lead[p[0]])
        return take_gb18030(t, p, len, out);
    if (is_kana(charset, p[0]))
        *out = KANA_CHARACTER + p[0] - KANA_FIRST;
    return 1;
}

char *charset_multi_convert(size_t charset, const uint8_t *from, size_t len, char *to)
{
    const struct codes *t = tables[charset];
    const uint8_t *end = from + len;

    while (from < end) {
        uint32_t c;

        if (*from < 0x80) {
            *to++ = (char)*from++;
            continue;
        }
        from += take(charset, t, from, (size_t)(end - from), &c);
        to = charset_put(to, c == 0 ? '?' : c);
    }
    return to;
}
