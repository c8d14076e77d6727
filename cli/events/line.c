/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events/line.h"

#include <string.h>

#include "cli/events/json_text.h"
#include "common/utf8.h"

enum { LABEL_STEP = JSON_TEXT_SLACK, LARGE_BYTES = SINK_BYTES / 2, PIECE_BYTES = 16 * 1024 };

#define APPEND(to, literal) json_text_copy(to, literal, sizeof(literal) - 1)

/* --- values that do not fit into the buffer --- */

/* As much of TEXT, which is valid, as a piece takes without cutting a character. */
static size_t piece_of(const char *text, size_t len)
{
    size_t n = PIECE_BYTES;

    if (len <= n)
        return len;
    while (((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    return n;
}

static void put_large_text(struct sink *s, const char *text, size_t len)
{
    sink_append(s, "\"", 1);
    while (len > 0) {
        size_t n = piece_of(text, len);

        s->at = json_text_escape(sink_room(s, json_text_room(n)), text, n);
        text += n;
        len -= n;
    }
    sink_append(s, "\"", 1);
}

static void put_large_bytes(struct sink *s, const char *bytes, size_t len)
{
    sink_append(s, "{\"hex\":\"", 8);
    while (len > 0) {
        size_t n = len < PIECE_BYTES ? len : PIECE_BYTES;

        s->at = json_text_digits(sink_room(s, json_text_room(n)), bytes, n);
        bytes += n;
        len -= n;
    }
    sink_append(s, "\"}", 2);
}

static char *put_large(struct sink *s, const struct layout *l, const struct layout_column *c,
                       struct value v, char separator)
{
    sink_append(s, &separator, 1);
    sink_append(s, l->labels.ptr + c->label_at + 1, c->label_len - 1);
    if (v.state == VALUE_NULL)
        sink_append(s, "null", 4);
    else if (c->form == LAYOUT_BYTES || !utf8_is_valid(v.ptr, v.len))
        put_large_bytes(s, v.ptr, v.len);
    else
        put_large_text(s, v.ptr, v.len);
    return s->at;
}

/* --- values that do --- */

static char *put_plain(char *at, struct value v)
{
    *at = '"';
    at = json_text_copy(at + 1, v.ptr, v.len);
    *at = '"';
    return at + 1;
}

/* JSON has no numbers like 0000, inf and nan. */
static char *put_float(char *at, struct value v)
{
    const char *digit = v.ptr + (v.len > 0 && *v.ptr == '-');

    if (digit < v.ptr + v.len && *digit >= '0' && *digit <= '9')
        return json_text_copy(at, v.ptr, v.len);
    return json_text_put(at, v.ptr, v.len);
}

static char *put_year(char *at, struct value v)
{
    while (v.len > 1 && *v.ptr == '0') {
        v.ptr++;
        v.len--;
    }
    return json_text_copy(at, v.ptr, v.len);
}

static inline char *put_value(char *at, enum layout_form form, struct value v)
{
    if (v.state == VALUE_NULL)
        return APPEND(at, "null");
    switch (form) {
    case LAYOUT_NUMBER:
        return json_text_copy(at, v.ptr, v.len);
    case LAYOUT_FLOAT:
        return put_float(at, v);
    case LAYOUT_YEAR:
        return put_year(at, v);
    case LAYOUT_PLAIN:
        return put_plain(at, v);
    case LAYOUT_TEXT:
        return json_text_put(at, v.ptr, v.len);
    case LAYOUT_BYTES:
        return json_text_hex(at, v.ptr, v.len);
    }
    return at;
}

/* A label may be overwritten beyond its end, and its source is padded. */
static inline char *put_label(char *at, const char *label, size_t len)
{
    for (size_t i = 0; i < len; i += LABEL_STEP)
        memcpy(at + i, label + i, LABEL_STEP);
    return at + len;
}

static inline char *put_member(struct sink *s, char *at, const struct layout *l, size_t i,
                               struct value v, char separator)
{
    const struct layout_column *c = &l->columns[i];
    size_t room = c->label_len + json_text_room(v.len);
    char *value_at;

    if ((size_t)(s->end - at) < room) {
        s->at = at;
        if (room > LARGE_BYTES)
            return put_large(s, l, c, v, separator);
        at = sink_room(s, room);
    }
    value_at = put_label(at, l->labels.ptr + c->label_at, c->label_len);
    *at = separator;
    return put_value(value_at, c->form, v);
}

static char *put_end(struct sink *s, char *at, char separator)
{
    s->at = at;
    at = sink_room(s, JSON_TEXT_SLACK);
    if (separator == '{')
        *at++ = '{';
    *at++ = '}';
    return at;
}

/* Columns that the image does not carry are left out. */
static char *put_image(struct sink *s, char *at, const struct layout *l, const struct value *values)
{
    char separator = '{';

    for (size_t i = 0; i < l->n_columns; i++) {
        if (values[i].state == VALUE_ABSENT)
            continue;
        at = put_member(s, at, l, i, values[i], separator);
        separator = ',';
    }
    return put_end(s, at, separator);
}

static char *put_key(struct sink *s, char *at, const struct layout *l, const struct value *values)
{
    char separator = '{';

    if (l->n_key == 0)
        return APPEND(at, "null");
    for (size_t i = 0; i < l->n_key; i++) {
        if (values[l->key[i]].state == VALUE_ABSENT)
            continue;
        at = put_member(s, at, l, l->key[i], values[l->key[i]], separator);
        separator = ',';
    }
    return put_end(s, at, separator);
}

static inline char *put_text(struct sink *s, char *at, const char *text, size_t len)
{
    s->at = at;
    at = sink_room(s, len + JSON_TEXT_SLACK);
    memcpy(at, text, len);
    return at + len;
}
#define PUT(s, at, literal) put_text(s, at, literal, sizeof(literal) - 1)

void line_change(struct line *line, const struct layout *l, const struct change *c)
{
    struct sink *s = line->sink;
    const struct buf *middle = &l->middle[c->type];
    char *at = s->at;

    at = put_text(s, at, line->head.ptr, line->head.len);
    at = put_text(s, at, middle->ptr, middle->len);
    at = put_key(s, at, l, c->before != NULL ? c->before : c->after);
    at = PUT(s, at, ",\"before\":");
    at = c->before == NULL ? PUT(s, at, "null") : put_image(s, at, l, c->before);
    at = PUT(s, at, ",\"after\":");
    at = c->after == NULL ? PUT(s, at, "null") : put_image(s, at, l, c->after);
    s->at = PUT(s, at, "}\n");
}

void line_close(struct line *l)
{
    buf_close(&l->head);
}
