/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/json_print.h"

#include <string.h>

enum {
    /* No text grows more than this over its binary form: a control character, "\u0001". Offsets
     * that overlap could make any length. */
    GROWTH_MAX = 8,
    GROWTH_SLACK = 4096,
    FIRST_SLACK = 64,
};

int json_printer_init(struct json_printer *p, size_t binary_bytes, struct arena *arena)
{
    size_t size = binary_bytes < SIZE_MAX / (2 * GROWTH_MAX) ? binary_bytes * 2 + FIRST_SLACK : 0;

    *p = (struct json_printer){.arena = arena, .limit = binary_bytes * GROWTH_MAX + GROWTH_SLACK};
    p->start = size == 0 ? NULL : arena_text(arena, size);
    p->at = p->start;
    p->end = p->start == NULL ? NULL : p->start + size;
    p->is_nomem = p->start == NULL;
    return p->is_nomem ? -1 : 0;
}

/* Doubling leaves the old text behind in the arena: no more than the text itself. */
char *json_printer_grow(struct json_printer *p, size_t n)
{
    size_t len = (size_t)(p->at - p->start), size = (size_t)(p->end - p->start) * 2;
    char *text;

    if (n > p->limit || len > p->limit - n)
        return NULL;
    while (size - len < n)
        size *= 2;
    text = arena_text(p->arena, size);
    if (text == NULL) {
        p->is_nomem = true;
        return NULL;
    }
    memcpy(text, p->start, len);
    p->start = text;
    p->at = text + len;
    p->end = text + size;
    return p->at;
}

struct value json_printer_take(struct json_printer *p)
{
    arena_shrink(p->arena, (size_t)(p->end - p->at));
    p->end = p->at;
    return value_text(p->start, (size_t)(p->at - p->start));
}

int json_printer_fail(const struct json_printer *p, size_t binary_bytes, struct err *err)
{
    return p->is_nomem ? err_nomem(err, "binlog value")
                       : err_set(err, ERR_FORMAT, "malformed JSON of %zu bytes", binary_bytes);
}

static int put(struct json_printer *p, char c)
{
    char *to = json_printer_room(p, 1);

    if (to == NULL)
        return -1;
    *to = c;
    p->at = to + 1;
    return 0;
}

static int put_pair(struct json_printer *p, char a, char b)
{
    char *to = json_printer_room(p, 2);

    if (to == NULL)
        return -1;
    to[0] = a;
    to[1] = b;
    p->at = to + 2;
    return 0;
}

int json_put_open(struct json_printer *p, bool is_object)
{
    return put(p, is_object ? '{' : '[');
}

int json_put_close(struct json_printer *p, bool is_object)
{
    return put(p, is_object ? '}' : ']');
}

int json_put_comma(struct json_printer *p, uint32_t i)
{
    return i == 0 ? 0 : put_pair(p, ',', ' ');
}

int json_put_key(struct json_printer *p, uint32_t i, const uint8_t *key, size_t n)
{
    return json_put_comma(p, i) != 0 || json_put_string(p, key, n) != 0 ? -1
                                                                        : put_pair(p, ':', ' ');
}

static int put_container(struct json_printer *p, const struct json_value *v, unsigned depth)
{
    struct json_box box;
    struct json_value item;

    if (depth > JSON_DEPTH_MAX || json_box_open(v, &box) != 0 ||
        json_put_open(p, box.keys != NULL) != 0)
        return -1;
    for (uint32_t i = 0; i < box.n; i++) {
        if (box.keys != NULL) {
            size_t n;
            const uint8_t *key = json_box_key(&box, i, &n);

            if (key == NULL || json_put_key(p, i, key, n) != 0)
                return -1;
        } else if (json_put_comma(p, i) != 0) {
            return -1;
        }
        if (json_box_value(&box, i, &item) != 0 || json_put_value(p, &item, depth + 1) != 0)
            return -1;
    }
    return json_put_close(p, box.keys != NULL);
}

int json_put_value(struct json_printer *p, const struct json_value *v, unsigned depth)
{
    return json_is_container(v->type) ? put_container(p, v, depth) : json_put_scalar(p, v);
}
