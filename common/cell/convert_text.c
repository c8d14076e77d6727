/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <ctype.h>

#include "common/cell/convert.h"
#include "common/json.h"
#include "common/utf8.h"

/* Of a cell: Google refuses more. It is not known whether code points or UTF-16 units count; units
 * are never fewer. */
enum { CELL_UNITS_MAX = 50000 };

static size_t utf16_units(struct value v)
{
    size_t units = 0;

    for (size_t i = 0; i < v.len; i++) {
        unsigned char byte = (unsigned char)v.ptr[i];

        units += (byte & 0xc0) != 0x80; /* a character's first byte */
        units += byte >= 0xf0;          /* beyond U+FFFF: two units */
    }
    return units;
}

size_t convert_characters(struct value v)
{
    size_t n = 0;

    for (size_t i = 0; i < v.len; i++)
        n += ((unsigned char)v.ptr[i] & 0xc0) != 0x80;
    return n;
}

static int check_length(size_t units, struct err *err)
{
    if (units <= CELL_UNITS_MAX)
        return 0;
    return err_set(err, ERR_VALUE, "has %zu characters, and a cell holds at most %d", units,
                   CELL_UNITS_MAX);
}

static int as_text(struct value v, struct cell *out)
{
    if (v.len > 0)
        *out = (struct cell){.type = CELL_TEXT, .text = v.ptr, .text_len = v.len};
    return 0; /* without characters it stays blank */
}

int convert_check_length(struct value v, struct err *err)
{
    return check_length(utf16_units(v), err);
}

int text_to_cell(const struct column *c, struct value v, struct buf *scratch, struct cell *out,
                 struct err *err)
{
    (void)c;
    (void)scratch;
    return convert_check_length(v, err) != 0 ? -1 : as_text(v, out);
}

/* V outlives the caller's room. */
static int keep(struct value v, struct buf *scratch, struct value *out, struct err *err)
{
    size_t start = scratch->len;

    buf_append(scratch, v.ptr, v.len);
    return convert_appended(scratch, start, out, err);
}

int cell_to_text(const struct column *c, const struct cell *in, struct buf *scratch,
                 struct value *out, struct err *err)
{
    char room[NUMBER_TEXT_SIZE];
    struct value v = convert_shown(in, room);

    /* CHAR has no blanks at its end: MySQL takes them away when it is read. */
    while (c->is_fixed_length && v.len > 0 && v.ptr[v.len - 1] == ' ')
        v.len--;
    if (c->length > 0 && convert_characters(v) > c->length)
        return err_set(err, ERR_VALUE, "is longer than %llu characters",
                       (unsigned long long)c->length);
    if (!utf8_is_valid(v.ptr, v.len))
        return err_set(err, ERR_VALUE, "is not valid text");
    return keep(v, scratch, out, err);
}

int cell_to_json(const struct column *c, const struct cell *in, struct buf *scratch,
                 struct value *out, struct err *err)
{
    char room[NUMBER_TEXT_SIZE];
    CLEANUP_JSON cJSON *json = NULL;
    struct value v = convert_shown(in, room);
    struct err why = ERR_INIT;

    (void)c;
    if (in->type == CELL_BOOL)
        v = in->boolean ? value_text("true", 4) : value_text("false", 5);
    if (json_parse(v.ptr, v.len, &json, &why) != 0)
        return why.code == ERR_NOMEM ? err_nomem(err, "json")
                                     : err_set(err, ERR_VALUE, "is not valid JSON");
    return keep(v, scratch, out, err);
}

int binary_to_cell(const struct column *c, struct value v, struct buf *scratch, struct cell *out,
                   struct err *err)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t start = scratch->len;
    char *to;

    (void)c;
    if (v.len > CELL_UNITS_MAX || check_length(2 + 2 * v.len, err) != 0)
        return check_length(v.len > CELL_UNITS_MAX ? v.len : 2 + 2 * v.len, err);
    buf_puts(scratch, "0x");
    to = buf_reserve(scratch, 2 * v.len);
    for (size_t i = 0; i < v.len && to != NULL; i++) {
        unsigned char byte = (unsigned char)v.ptr[i];

        buf_putc(scratch, digits[byte >> 4]);
        buf_putc(scratch, digits[byte & 15]);
    }
    if (convert_appended(scratch, start, &v, err) != 0)
        return -1;
    return as_text(v, out);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int cell_to_binary(const struct column *c, const struct cell *in, struct buf *scratch,
                   struct value *out, struct err *err)
{
    char room[NUMBER_TEXT_SIZE];
    struct value v = convert_trimmed(in, room);
    size_t start = scratch->len;
    bool is_hex = v.len >= 2 && v.len % 2 == 0 && v.ptr[0] == '0' && (v.ptr[1] | 0x20) == 'x';

    for (size_t i = 2; i < v.len && is_hex; i++)
        is_hex = hex_digit(v.ptr[i]) >= 0;
    if (!is_hex)
        return err_set(err, ERR_VALUE, "is not hexadecimal like 0x1A2B");
    if (c->length > 0 && (v.len - 2) / 2 > c->length)
        return err_set(err, ERR_VALUE, "is longer than %llu bytes", (unsigned long long)c->length);
    for (size_t i = 2; i < v.len; i += 2)
        buf_putc(scratch, (char)(hex_digit(v.ptr[i]) << 4 | hex_digit(v.ptr[i + 1])));
    /* BINARY(n) holds n bytes: MySQL fills up with zeros. */
    while (c->is_fixed_length && scratch->len - start < c->length && !scratch->is_failed)
        buf_putc(scratch, '\0');
    return convert_appended(scratch, start, out, err);
}

static int keep_lower(struct value v, struct buf *scratch, struct value *out, struct err *err)
{
    size_t start = scratch->len;

    for (size_t i = 0; i < v.len; i++)
        buf_putc(scratch, (char)tolower((unsigned char)v.ptr[i]));
    return convert_appended(scratch, start, out, err);
}

int cell_to_uuid(const struct column *c, const struct cell *in, struct buf *scratch,
                 struct value *out, struct err *err)
{
    char room[NUMBER_TEXT_SIZE];
    struct value v = convert_trimmed(in, room);
    bool is_good = v.len == 36;

    (void)c;
    for (size_t i = 0; i < v.len && is_good; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

        is_good = is_dash ? v.ptr[i] == '-' : hex_digit(v.ptr[i]) >= 0;
    }
    if (!is_good)
        return err_set(err, ERR_VALUE, "is not a UUID like 123e4567-e89b-42d3-a456-426614174000");
    return keep_lower(v, scratch, out, err);
}

static int cell_to_address(int family, const char *like, const struct cell *in, struct buf *scratch,
                           struct value *out, struct err *err)
{
    char room[NUMBER_TEXT_SIZE];
    char text[INET6_ADDRSTRLEN];
    struct value v = convert_trimmed(in, room);

    if (v.len < sizeof(text)) {
        unsigned char address[16];

        memcpy(text, v.ptr, v.len);
        text[v.len] = '\0';
        if (strlen(text) == v.len && inet_pton(family, text, address) == 1)
            return keep_lower(v, scratch, out, err);
    }
    return err_set(err, ERR_VALUE, "is not an address like %s", like);
}

int cell_to_inet4(const struct column *c, const struct cell *in, struct buf *scratch,
                  struct value *out, struct err *err)
{
    (void)c;
    return cell_to_address(AF_INET, "192.0.2.1", in, scratch, out, err);
}

int cell_to_inet6(const struct column *c, const struct cell *in, struct buf *scratch,
                  struct value *out, struct err *err)
{
    (void)c;
    return cell_to_address(AF_INET6, "2001:db8::1", in, scratch, out, err);
}
