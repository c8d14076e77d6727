/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/charset_convert.h"
#include "replicator/binlog/charset_table.h"

enum { CHARACTER_MAX = 0x10ffff };

static uint32_t unit16(const uint8_t *p, size_t charset)
{
    return charset == CS_UTF16LE ? p[0] | (uint32_t)p[1] << 8 : p[1] | (uint32_t)p[0] << 8;
}

/* Two units of a pair, or one; in ucs2 there are no pairs. */
static size_t take16(size_t charset, const uint8_t *p, size_t len, uint32_t *out)
{
    uint32_t low;

    *out = unit16(p, charset);
    if (charset == CS_UCS2 || *out < 0xd800 || *out >= 0xe000)
        return 2;
    low = len < 4 ? 0 : unit16(p + 2, charset);
    if (*out >= 0xdc00 || low < 0xdc00 || low >= 0xe000) {
        *out = '?';
        return 2;
    }
    *out = 0x10000 + ((*out - 0xd800) << 10) + (low - 0xdc00);
    return 4;
}

static size_t take32(const uint8_t *p, uint32_t *out)
{
    *out = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    if (*out > CHARACTER_MAX)
        *out = '?';
    return 4;
}

char *charset_wide_convert(size_t charset, const uint8_t *from, size_t len, char *to)
{
    size_t unit = charset == CS_UTF32 ? 4 : 2;

    while (len >= unit) {
        uint32_t c;
        size_t n = charset == CS_UTF32 ? take32(from, &c) : take16(charset, from, len, &c);

        to = charset_put(to, c);
        from += n;
        len -= n;
    }
    if (len > 0)
        *to++ = '?';
    return to;
}
