/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/charset.h"

#include <errno.h>
#include <iconv.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "replicator/binlog/charset_convert.h"
#include "replicator/binlog/charset_table.h"

/* MariaDB counts its "no pad" collations from 1024 and its UCA 14.0.0 ones from 2048, 256 for each
 * of five charsets. */
enum { NOPAD_FIRST = 1024, UCA1400_FIRST = 2048, UCA1400_EACH = 256 };

/* --- tables, made when their charset is first asked for, and kept --- */

/* Characters of the single-byte charsets. */
static struct byte_table {
    char utf8[256][4]; /* bytes of each character, then zeros */
    uint8_t length[256];
    bool is_ascii; /* below 0x80 */
} byte_tables[CS_COUNT];

enum { NOT_TRIED, READY, FAILED };
static atomic_int states[CS_COUNT];
static pthread_mutex_t states_lock = PTHREAD_MUTEX_INITIALIZER;

static void set_character(struct byte_table *t, unsigned byte, uint32_t character)
{
    t->length[byte] = (uint8_t)(charset_put(t->utf8[byte], character) - t->utf8[byte]);
}

static int bytes_from_iconv(struct byte_table *t, const char *name)
{
    iconv_t cd = iconv_open("UTF-8", name);

    if (cd == (iconv_t)-1)
        return -1;
    for (unsigned byte = 0; byte < 256; byte++) {
        char in[1] = {(char)byte}, *from = in, *to = t->utf8[byte];
        size_t from_left = 1, to_left = sizeof(t->utf8[byte]);

        iconv(cd, NULL, NULL, NULL, NULL);
        if (iconv(cd, &from, &from_left, &to, &to_left) != (size_t)-1)
            t->length[byte] = (uint8_t)(sizeof(t->utf8[byte]) - to_left);
        else
            set_character(t, byte, '?');
    }
    iconv_close(cd);
    return 0;
}

static int bytes_open(struct byte_table *t, size_t charset)
{
    const uint16_t *high = charset_high_half(charset);

    if (high == NULL && bytes_from_iconv(t, charset_table[charset].iconv_name) != 0)
        return -1;
    for (unsigned byte = 0; high != NULL && byte < 256; byte++)
        set_character(t, byte, byte < 0x80 ? byte : high[byte - 0x80]);
    for (size_t i = 0; i < charset_n_exceptions; i++) {
        const struct charset_exception *e = &charset_exceptions[i];

        for (unsigned byte = e->first; e->charset == charset && byte <= e->last; byte++)
            set_character(t, byte, e->character + byte - e->first);
    }
    t->is_ascii = true;
    for (unsigned byte = 0; byte < 0x80; byte++)
        t->is_ascii = t->is_ascii && t->length[byte] == 1 && (uint8_t)t->utf8[byte][0] == byte;
    return 0;
}

/* CS, if its tables can be made. */
static const struct charset *ready(const struct charset *cs)
{
    size_t i = (size_t)(cs - charset_table);

    if (atomic_load_explicit(&states[i], memory_order_acquire) == NOT_TRIED) {
        LOCK_SCOPE(&states_lock);

        if (atomic_load(&states[i]) == NOT_TRIED) {
            int rc;

            errno = 0;
            rc = cs->kind == KIND_BYTE    ? bytes_open(&byte_tables[i], i)
                 : cs->kind == KIND_MULTI ? charset_multi_open(i)
                                          : 0;
            if (rc != 0 && errno == ENOMEM)
                log_die("charset: out of memory"); /* it would be unknown for ever */
            atomic_store_explicit(&states[i], rc == 0 ? READY : FAILED, memory_order_release);
        }
    }
    return atomic_load_explicit(&states[i], memory_order_acquire) == READY ? cs : NULL;
}

/* --- which --- */

const struct charset *charset_of_collation(uint32_t collation)
{
    static const uint8_t uca1400[] = {CS_UTF8MB3, CS_UTF8MB4, CS_UCS2, CS_UTF16, CS_UTF32};

    if (collation >= UCA1400_FIRST) {
        uint32_t i = (collation - UCA1400_FIRST) / UCA1400_EACH;

        return i < sizeof(uca1400) ? ready(&charset_table[uca1400[i]]) : NULL;
    }
    if (collation >= NOPAD_FIRST)
        collation -= NOPAD_FIRST;
    for (size_t i = 0; i < charset_n_collations; i++)
        if (collation <= charset_collations[i].last)
            return charset_collations[i].charset == CS_COUNT
                       ? NULL
                       : ready(&charset_table[charset_collations[i].charset]);
    return NULL;
}

const struct charset *charset_of_name(const char *name)
{
    if (strcmp(name, "utf8") == 0)
        return ready(&charset_table[CS_UTF8MB3]);
    for (size_t i = 0; i < CS_COUNT; i++)
        if (strcmp(charset_table[i].name, name) == 0)
            return ready(&charset_table[i]);
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

/* --- text --- */

/* How many bytes from the start are ASCII; eight at a time, and so perhaps a few fewer. */
static size_t ascii_prefix(const char *p, size_t len)
{
    size_t n = 0;
    uint64_t word;

    for (; len - n >= sizeof(word); n += sizeof(word)) {
        memcpy(&word, p + n, sizeof(word));
        if ((word & UINT64_C(0x8080808080808080)) != 0)
            return n;
    }
    while (n < len && (uint8_t)p[n] < 0x80)
        n++;
    return n;
}

/* All four bytes of a character are written, and those behind it over the zeros. */
static char *convert_bytes(const struct byte_table *t, const uint8_t *from, size_t len, char *to)
{
    for (size_t i = 0; i < len; i++) {
        memcpy(to, t->utf8[from[i]], sizeof(t->utf8[0]));
        to += t->length[from[i]];
    }
    return to;
}

struct value charset_convert(const struct charset *cs, struct value in, struct arena *arena)
{
    enum { GROWTH = 3, SLACK = 4 };
    size_t i = (size_t)(cs - charset_table), skipped = 0, size;
    const uint8_t *from;
    char *text, *to;

    if (cs->kind == KIND_UTF8)
        return in;
    if (cs->kind == KIND_MULTI || (cs->kind == KIND_BYTE && byte_tables[i].is_ascii))
        skipped = ascii_prefix(in.ptr, in.len);
    if (skipped == in.len)
        return in;
    if (in.len > SIZE_MAX / GROWTH - SLACK)
        return (struct value){0};
    size = skipped + (in.len - skipped) * GROWTH + SLACK;
    text = arena_text(arena, size);
    if (text == NULL)
        return (struct value){0};
    memcpy(text, in.ptr, skipped);
    from = (const uint8_t *)in.ptr + skipped;
    to = text + skipped;
    if (cs->kind == KIND_BYTE)
        to = convert_bytes(&byte_tables[i], from, in.len - skipped, to);
    else if (cs->kind == KIND_MULTI)
        to = charset_multi_convert(i, from, in.len - skipped, to);
    else
        to = charset_wide_convert(i, from, in.len - skipped, to);
    arena_shrink(arena, (size_t)(text + size - to));
    return value_text(text, (size_t)(to - text));
}
