/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events/line.h"

#include <string.h>

#include "cli/events/json_bytes.h"
#include "common/utf8.h"

enum { LABEL_STEP = JSON_BYTES_SLACK, LARGE_BYTES = SINK_BYTES / 2, PIECE_BYTES = 16 * 1024 };

#define APPEND(to, literal) json_bytes_copy(to, literal, sizeof(literal) - 1)

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

        s->at = json_bytes_escape(sink_room(s, json_bytes_room(n)), text, n);
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

        s->at = json_bytes_digits(sink_room(s, json_bytes_room(n)), bytes, n);
        bytes += n;
        len -= n;
    }
    sink_append(s, "\"}", 2);
}

/* The label without its separator and the quote after it. */
static void put_large_label(struct sink *s, const struct layout_column *c, char separator)
{
    sink_append(s, &separator, 1);
    sink_append(s, c->label + 1, c->label_len - 1 - c->is_quoted);
}

static char *put_large(struct sink *s, const struct layout_column *c, const struct value *v,
                       char separator)
{
    put_large_label(s, c, separator);
    if (v->state == VALUE_NULL)
        sink_append(s, "null", 4);
    else if (c->form == LAYOUT_BYTES || !utf8_is_valid(v->ptr, v->len))
        put_large_bytes(s, v->ptr, v->len);
    else
        put_large_text(s, v->ptr, v->len);
    return s->at;
}

/* --- values that do --- */

/* JSON has no numbers like inf and nan. */
static char *put_float(char *at, const struct value *v)
{
    const char *digit = v->ptr + (v->len > 0 && *v->ptr == '-');

    if (digit < v->ptr + v->len && *digit >= '0' && *digit <= '9')
        return json_bytes_copy(at, v->ptr, v->len);
    return json_bytes_put(at, v->ptr, v->len);
}

/* Nor like 0000. */
static char *put_year(char *at, const struct value *v)
{
    size_t zeros = 0;

    while (zeros + 1 < v->len && v->ptr[zeros] == '0')
        zeros++;
    return json_bytes_copy(at, v->ptr + zeros, v->len - zeros);
}

/* AT is behind the label's quote, if it has one. */
static char *put_text(char *at, const struct value *v)
{
    char *end = json_bytes_escape(at, v->ptr, v->len);

    if (end == NULL)
        return json_bytes_hex(at - 1, v->ptr, v->len);
    *end = '"';
    return end + 1;
}

static char *put_rare(char *at, const struct layout_column *c, const struct value *v)
{
    if (v->state == VALUE_NULL)
        return APPEND(at - c->is_quoted, "null");
    switch (c->form) {
    case LAYOUT_FLOAT:
        return put_float(at, v);
    case LAYOUT_YEAR:
        return put_year(at, v);
    default:
        return json_bytes_hex(at, v->ptr, v->len);
    }
}

/* A label may be overwritten beyond its end, and its source is padded. */
static inline char *put_label(char *at, const char *label, size_t len)
{
    size_t i = 0;

    do
        memcpy(at + i, label + i, LABEL_STEP);
    while ((i += LABEL_STEP) < len);
    return at + len;
}

/* Inlined: this is where the time goes. */
static inline __attribute__((always_inline)) char *put_member(struct sink *s, char *at,
                                                              const struct layout_column *c,
                                                              const struct value *v, char separator)
{
    size_t room = c->label_len + json_bytes_room(v->len);
    char *label = at;

    if (__builtin_expect((size_t)(s->end - at) < room, 0)) {
        s->at = at;
        if (room > LARGE_BYTES)
            return put_large(s, c, v, separator);
        label = sink_room(s, room);
    }
    at = put_label(label, c->label, c->label_len);
    *label = separator;
    if (v->state == VALUE_NULL || c->form > LAYOUT_TEXT)
        return put_rare(at, c, v);
    if (c->form == LAYOUT_TEXT)
        return put_text(at, v);
    at = json_bytes_copy(at, v->ptr, v->len);
    *at = '"';
    return at + c->is_quoted;
}

static char *put_end(struct sink *s, char *at, char separator)
{
    s->at = at;
    at = sink_room(s, JSON_BYTES_SLACK);
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
        at = put_member(s, at, &l->columns[i], &values[i], separator);
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
        at = put_member(s, at, &l->columns[l->key[i]], &values[l->key[i]], separator);
        separator = ',';
    }
    return put_end(s, at, separator);
}

static inline char *put_bytes(struct sink *s, char *at, const char *text, size_t len)
{
    s->at = at;
    at = sink_room(s, len + JSON_BYTES_SLACK);
    memcpy(at, text, len);
    return at + len;
}
#define PUT(s, at, literal) put_bytes(s, at, literal, sizeof(literal) - 1)

void line_change(struct line *l, const struct layout *layout, const struct change *c)
{
    struct sink *s = l->sink;
    const struct buf *middle = &layout->middle[c->type];
    char *at = s->at;

    at = put_bytes(s, at, l->head.ptr, l->head.len);
    at = put_bytes(s, at, middle->ptr, middle->len);
    at = put_key(s, at, layout, c->before != NULL ? c->before : c->after);
    if (c->before == NULL) {
        at = PUT(s, at, ",\"before\":null,\"after\":");
    } else {
        at = PUT(s, at, ",\"before\":");
        at = put_image(s, at, layout, c->before);
        at = PUT(s, at, ",\"after\":");
    }
    at = c->after == NULL ? PUT(s, at, "null") : put_image(s, at, layout, c->after);
    s->at = PUT(s, at, "}\n");
}

void line_close(struct line *l)
{
    buf_close(&l->head);
}
