/* SPDX-License-Identifier: Apache-2.0 */
/*
 * charset_table: the character sets and collations of both servers, as data.
 *
 * Collation ids are those of information_schema.collations; the characters that differ from glibc's
 * tables were found by asking the servers to convert every byte.
 */
#ifndef REPLICATOR_BINLOG_CHARSET_TABLE_H
#define REPLICATOR_BINLOG_CHARSET_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* UTF-8 or bytes; one byte a character; ASCII and codes of more bytes; units of 2 or 4 bytes. */
enum charset_kind { KIND_UTF8, KIND_BYTE, KIND_MULTI, KIND_WIDE };

struct charset {
    const char *name;       /* the servers' */
    const char *iconv_name; /* NULL: iconv does not have it, or does not need it */
    enum charset_kind kind;
};

// clang-format off
enum {
    CS_ARMSCII8, CS_ASCII, CS_BIG5, CS_BINARY, CS_CP1250, CS_CP1251, CS_CP1256, CS_CP1257,
    CS_CP850, CS_CP852, CS_CP866, CS_CP932, CS_DEC8, CS_EUCJPMS, CS_EUCKR, CS_GB18030, CS_GB2312,
    CS_GBK, CS_GEOSTD8, CS_GREEK, CS_HEBREW, CS_HP8, CS_KEYBCS2, CS_KOI8R, CS_KOI8U, CS_LATIN1,
    CS_LATIN2, CS_LATIN5, CS_LATIN7, CS_MACCE, CS_MACROMAN, CS_SJIS, CS_SWE7, CS_TIS620, CS_UCS2,
    CS_UJIS, CS_UTF16, CS_UTF16LE, CS_UTF32, CS_UTF8MB3, CS_UTF8MB4,
    CS_COUNT
};
// clang-format on

extern const struct charset charset_table[CS_COUNT];

/* Ascending: LAST is the last id of a run that begins after the entry before. */
struct charset_collation {
    uint16_t last;
    uint8_t charset; /* CS_COUNT: no such ids */
};
extern const struct charset_collation charset_collations[];
extern const size_t charset_n_collations;

/* The codes FIRST to LAST are the characters from CHARACTER on, whatever iconv says; '?': all of
 * them are none. Codes of several bytes count in the order of their charset. */
struct charset_exception {
    uint8_t charset;
    uint32_t first, last;
    uint16_t character;
};
extern const struct charset_exception charset_exceptions[];
extern const size_t charset_n_exceptions;
extern const struct charset_exception charset_multi_exceptions[];
extern const size_t charset_n_multi_exceptions;

/* The characters of the bytes from 0x80 on, for a charset that iconv does not have; else NULL. */
const uint16_t *charset_high_half(size_t charset);
#endif
