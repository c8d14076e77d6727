/* SPDX-License-Identifier: Apache-2.0 */
#include "common/cell/stand_in.h"

#include <inttypes.h>
#include <string.h>

#include "common/cell/convert.h"
#include "common/hash.h"

#define MARK "[too long for a cell: "
#define CODE ", #"

/* UTF-16 units of the beginning: it and the mark fit into a cell. */
enum { BEGINNING_UNITS = 49800, CODE_DIGITS = 16 };

static uint64_t code_of(const char *beginning, size_t len, uint64_t hash)
{
    const uint64_t pair[2] = {hash64(beginning, len), hash};

    return hash64(pair, sizeof(pair));
}

/* Bytes of the first characters that have at most BEGINNING_UNITS units together. */
static size_t beginning_bytes(struct value v)
{
    size_t units = 0;

    for (size_t i = 0; i < v.len; i++) {
        unsigned char byte = (unsigned char)v.ptr[i];

        units += (byte & 0xc0) != 0x80;
        units += byte >= 0xf0;
        if (units > BEGINNING_UNITS)
            return i;
    }
    return v.len;
}

static int put_beginning(const struct column *c, struct value v, struct buf *out, struct err *err)
{
    struct cell whole;

    if (c->type != COLUMN_BINARY) {
        buf_append(out, v.ptr, beginning_bytes(v));
    } else {
        v.len = BEGINNING_UNITS / 2 - 1; /* longer than that, or a cell would show it */
        if (binary_to_cell(c, v, out, &whole, err) != 0)
            return -1;
    }
    buf_puts(out, "... ");
    return 0;
}

int stand_in_make(const struct column *c, struct value v, bool with_beginning, struct buf *scratch,
                  struct cell *out, struct err *err)
{
    const size_t start = scratch->len;
    bool is_binary = c->type == COLUMN_BINARY;
    uint64_t code;

    if (with_beginning && put_beginning(c, v, scratch, err) != 0)
        return -1;
    code = code_of(buf_text(scratch) + start, scratch->len - start, hash_value(v));
    buf_printf(scratch, MARK "%zu %s" CODE "%016" PRIx64 "]",
               is_binary ? v.len : convert_characters(v), is_binary ? "bytes" : "characters", code);
    if (convert_appended(scratch, start, &v, err) != 0)
        return -1;
    *out = (struct cell){.type = CELL_TEXT, .text = v.ptr, .text_len = v.len};
    return 0;
}

/* Exactly as it is printed. */
static bool read_code(const char *digits, uint64_t *code)
{
    static const char hex[] = "0123456789abcdef";

    *code = 0;
    for (size_t i = 0; i < CODE_DIGITS; i++) {
        const char *digit = memchr(hex, digits[i], sizeof(hex) - 1);

        if (digit == NULL)
            return false;
        *code = *code << 4 | (uint64_t)(digit - hex);
    }
    return true;
}

/* The code at the end of the cell; *BEGINNING: bytes before the bracket. */
static bool find_code(const struct cell *cell, size_t *beginning, uint64_t *code)
{
    const size_t tail = strlen(CODE) + CODE_DIGITS + 1;
    const char *at;

    if (cell->type != CELL_TEXT || cell->text_len < strlen(MARK) + tail ||
        cell->text[cell->text_len - 1] != ']')
        return false;
    at = cell->text + cell->text_len - tail;
    if (memcmp(at, CODE, strlen(CODE)) != 0 || !read_code(at + strlen(CODE), code))
        return false;
    while (at > cell->text && *at != '[')
        at--;
    *beginning = (size_t)(at - cell->text);
    return cell->text_len - *beginning >= strlen(MARK) + tail &&
           memcmp(at, MARK, strlen(MARK)) == 0;
}

bool stand_in_is(const struct cell *cell)
{
    size_t beginning;
    uint64_t code;

    return find_code(cell, &beginning, &code);
}

bool stand_in_is_of(const struct cell *cell, uint64_t hash)
{
    size_t beginning;
    uint64_t code;

    return find_code(cell, &beginning, &code) && code == code_of(cell->text, beginning, hash);
}
