/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/charset.h"

#include <iconv.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "replicator/binlog/charset_table.h"

/* MariaDB counts its "no pad" collations from 1024 and its UCA 14.0.0 ones from 2048, 256 for each
 * of five charsets. */
enum { NOPAD_FIRST = 1024, UCA1400_FIRST = 2048, UCA1400_EACH = 256 };

const struct charset *charset_of_collation(uint32_t collation)
{
    static const uint8_t uca1400[] = {CS_UTF8MB3, CS_UTF8MB4, CS_UCS2, CS_UTF16, CS_UTF32};

    if (collation >= UCA1400_FIRST) {
        uint32_t i = (collation - UCA1400_FIRST) / UCA1400_EACH;

        return i < sizeof(uca1400) ? &charset_table[uca1400[i]] : NULL;
    }
    if (collation >= NOPAD_FIRST)
        collation -= NOPAD_FIRST;
    for (size_t i = 0; i < charset_n_collations; i++)
        if (collation <= charset_collations[i].last)
            return charset_collations[i].charset == CS_COUNT
                       ? NULL
                       : &charset_table[charset_collations[i].charset];
    return NULL;
}

const struct charset *charset_of_name(const char *name)
{
    if (strcmp(name, "utf8") == 0)
        return &charset_table[CS_UTF8MB3];
    for (size_t i = 0; i < CS_COUNT; i++)
        if (strcmp(charset_table[i].name, name) == 0)
            return &charset_table[i];
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

static void set_character(struct converter *conv, unsigned byte, unsigned character)
{
    char *to = conv->utf8[byte];

    if (character < 0x80) {
        to[0] = (char)character;
        conv->length[byte] = 1;
    } else if (character < 0x800) {
        to[0] = (char)(0xc0 | character >> 6);
        to[1] = (char)(0x80 | (character & 63));
        conv->length[byte] = 2;
    } else {
        to[0] = (char)(0xe0 | character >> 12);
        to[1] = (char)(0x80 | (character >> 6 & 63));
        to[2] = (char)(0x80 | (character & 63));
        conv->length[byte] = 3;
    }
}

static void from_iconv(struct converter *conv, const struct charset *cs)
{
    iconv_t cd = iconv_open("UTF-8", cs->iconv_name);

    for (unsigned byte = 0; byte < 256; byte++) {
        char in[1] = {(char)byte}, *from = in, *to = conv->utf8[byte];
        size_t from_left = 1, to_left = sizeof(conv->utf8[byte]);

        if (cd != (iconv_t)-1 && iconv(cd, &from, &from_left, &to, &to_left) != (size_t)-1)
            conv->length[byte] = (uint8_t)(sizeof(conv->utf8[byte]) - to_left);
        else
            set_character(conv, byte, '?');
    }
    if (cd != (iconv_t)-1)
        iconv_close(cd);
}

static void byte_table(struct converter *conv, size_t charset)
{
    const uint16_t *high = charset_high_half(charset);

    if (high == NULL) {
        from_iconv(conv, &charset_table[charset]);
        return;
    }
    for (unsigned byte = 0; byte < 256; byte++)
        set_character(conv, byte, byte < 0x80 ? byte : high[byte - 0x80]);
}

static void converters_init(void)
{
    for (size_t i = 0; i < CS_COUNT; i++) {
        struct converter *conv = &converters[i];

        pthread_mutex_init(&conv->lock, NULL);
        if (charset_table[i].kind == KIND_BYTE)
            byte_table(conv, i);
        if (charset_table[i].kind == KIND_MULTI) {
            conv->iconv = iconv_open("UTF-8", charset_table[i].iconv_name);
            conv->is_open = conv->iconv != (iconv_t)-1;
        }
    }
    for (size_t i = 0; i < charset_n_exceptions; i++) {
        const struct charset_exception *e = &charset_exceptions[i];

        for (unsigned byte = e->first; byte <= e->last; byte++)
            set_character(&converters[e->charset], byte, e->character + byte - e->first);
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

/* sjis and ujis are converted as Microsoft's variants, for ASCII's and the user-defined characters'
 * sake; these differ. No replacement is longer. */
static size_t undo_microsoft(char *text, size_t len, bool is_sjis)
{
    static const struct {
        const char *from, *to;
    } signs[] = {
        {"\uffe0", "\u00a2"}, {"\uffe1", "\u00a3"}, {"\uffe2", "\u00ac"},
        {"\uffe4", "\u00a6"}, {"\u2225", "\u2016"}, {"\uff0d", "\u2212"},
        {"\uff5e", "\u301c"}, {"\uff3c", "\\"}, /* sjis only */
    };
    size_t to = 0;

    for (size_t at = 0; at < len;) {
        size_t i = 0, n = sizeof(signs) / sizeof(signs[0]) - !is_sjis;

        while (i < n && (len - at < 3 || memcmp(text + at, signs[i].from, 3) != 0))
            i++;
        if (i == n) {
            text[to++] = text[at++];
        } else {
            memcpy(text + to, signs[i].to, strlen(signs[i].to));
            to += strlen(signs[i].to);
            at += 3;
        }
    }
    return to;
}

/* No character grows beyond three bytes for one, or four for two. */
static struct value convert_multi(const struct converter *conv, size_t charset, struct value in,
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
    if (charset == CS_SJIS || charset == CS_UJIS)
        to_left = size - undo_microsoft(text, size - to_left, charset == CS_SJIS);
    arena_shrink(arena, to_left);
    return value_text(text, size - to_left);
}

struct value charset_convert(const struct charset *cs, struct value in, struct arena *arena)
{
    size_t i = (size_t)(cs - charset_table);
    struct converter *conv = &converters[i];
    struct value out;

    pthread_once(&converters_once, converters_init);
    if (cs->kind == KIND_UTF8)
        return in;
    if (cs->kind == KIND_BYTE)
        return convert_bytes(conv, in, arena);
    pthread_mutex_lock(&conv->lock);
    out = conv->is_open ? convert_multi(conv, i, in, arena) : value_text("?", 1);
    pthread_mutex_unlock(&conv->lock);
    return out;
}
