/* SPDX-License-Identifier: Apache-2.0 */
/*
 * charset_convert: the parts of charset.c, one a kind of character set.
 *
 * Each converts FROM (LEN bytes) to UTF-8 at TO, which has room for 3 bytes a byte, and returns the
 * end. What is no character becomes '?'. Any thread, once the charset has been made ready.
 */
#ifndef REPLICATOR_BINLOG_CHARSET_CONVERT_H
#define REPLICATOR_BINLOG_CHARSET_CONVERT_H

#include <stddef.h>
#include <stdint.h>

/* Tables for the charset (an index of charset_table); -1 when iconv(3) does not have it, or out of
 * memory. To be called once, under the caller's lock. */
int charset_multi_open(size_t charset);
char *charset_multi_convert(size_t charset, const uint8_t *from, size_t len, char *to);

/* ucs2, utf16, utf16le, utf32. */
char *charset_wide_convert(size_t charset, const uint8_t *from, size_t len, char *to);

/* C < 2^21 as UTF-8; a surrogate, too, as the servers do. */
static inline char *charset_put(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
    } else {
        if (c < 0x10000) {
            *to++ = (char)(0xe0 | c >> 12);
        } else {
            *to++ = (char)(0xf0 | c >> 18);
            *to++ = (char)(0x80 | (c >> 12 & 63));
        }
        *to++ = (char)(0x80 | (c >> 6 & 63));
    }
    *to++ = (char)(0x80 | (c & 63));
    return to;
}
#endif
