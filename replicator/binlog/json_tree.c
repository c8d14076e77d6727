/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/json_tree.h"

#include <string.h>

enum {
    ITEMS_MAX = 1024 * 1024, /* open at a time: 64 MiB of them */
    ROOM_TO_GROW = 4,
};

void json_tree_init(struct json_tree *t, struct json_value document, struct arena *arena)
{
    *t = (struct json_tree){.root.value = document, .arena = arena};
}

/* Give NODE items that may be changed. */
static enum json_fit open_node(struct json_tree *t, struct json_node *node)
{
    struct json_box box;
    struct json_item *items;

    if (node->items != NULL)
        return JSON_FITS;
    if (!json_is_container(node->value.type))
        return JSON_MISFIT;
    if (json_box_open(&node->value, &box) != 0)
        return JSON_MALFORMED;
    if (box.n > ITEMS_MAX - t->n_opened)
        return JSON_TOO_LARGE;
    items = arena_alloc(t->arena, (box.n + ROOM_TO_GROW) * sizeof(*items));
    if (items == NULL)
        return JSON_TOO_LARGE;
    for (uint32_t i = 0; i < box.n; i++) {
        items[i] = (struct json_item){0};
        if (box.keys != NULL && (items[i].key = json_box_key(&box, i, &items[i].key_len)) == NULL)
            return JSON_MALFORMED;
        if (json_box_value(&box, i, &items[i].node.value) != 0)
            return JSON_MALFORMED;
    }
    t->n_opened += box.n;
    node->items = items;
    node->n = box.n;
    node->size = box.n + ROOM_TO_GROW;
    return JSON_FITS;
}

/* MySQL's order of keys: the shorter one first, then their bytes. */
static int compare_keys(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    if (a_len != b_len)
        return a_len < b_len ? -1 : 1;
    return a_len == 0 ? 0 : memcmp(a, b, a_len);
}

static size_t find_key(const struct json_node *node, const struct json_leg *leg, bool *is_there)
{
    size_t low = 0, high = node->n;

    *is_there = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct json_item *item = &node->items[middle];
        int order = compare_keys(item->key, item->key_len, leg->key, leg->key_len);

        *is_there = *is_there || order == 0;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Beyond an array's end is its end, before its first element the first one. */
static size_t find_element(const struct json_node *node, const struct json_leg *leg, bool *is_there)
{
    *is_there = leg->index < node->n;
    if (leg->is_from_end)
        return *is_there ? node->n - leg->index - 1 : 0;
    return *is_there ? leg->index : node->n;
}

/* The open parent of PATH's last place, and that place in it. */
struct place {
    struct json_node *parent;
    struct json_leg leg;
    size_t at;
    bool is_there;
};

static enum json_fit seek(struct json_tree *t, struct json_path path, struct place *out)
{
    struct json_leg next;
    int more = json_path_next(&path, t->arena, &out->leg);
    enum json_fit fit;

    if (more <= 0)
        return more == 0 ? JSON_MISFIT : JSON_MALFORMED;
    for (out->parent = &t->root;; out->parent = &out->parent->items[out->at].node) {
        if ((fit = open_node(t, out->parent)) != JSON_FITS)
            return fit;
        if (json_is_object(out->parent->value.type) != (out->leg.key != NULL))
            return JSON_MISFIT;
        out->at = out->leg.key != NULL ? find_key(out->parent, &out->leg, &out->is_there)
                                       : find_element(out->parent, &out->leg, &out->is_there);
        more = json_path_next(&path, t->arena, &next);
        if (more <= 0)
            return more == 0 ? JSON_FITS : JSON_MALFORMED;
        if (!out->is_there)
            return JSON_MISFIT;
        out->leg = next;
    }
}

enum json_fit json_tree_replace(struct json_tree *t, struct json_path path, struct json_value value)
{
    struct place place;
    enum json_fit fit = seek(t, path, &place);

    if (fit != JSON_FITS)
        return fit;
    if (!place.is_there)
        return JSON_MISFIT;
    place.parent->items[place.at].node = (struct json_node){.value = value};
    return JSON_FITS;
}

static enum json_fit make_room(struct json_tree *t, struct json_node *node)
{
    size_t size = node->size * 2;
    struct json_item *items;

    if (node->n < node->size)
        return JSON_FITS;
    items = size > ITEMS_MAX ? NULL : arena_alloc(t->arena, size * sizeof(*items));
    if (items == NULL)
        return JSON_TOO_LARGE;
    memcpy(items, node->items, node->n * sizeof(*items));
    node->items = items;
    node->size = size;
    return JSON_FITS;
}

enum json_fit json_tree_insert(struct json_tree *t, struct json_path path, struct json_value value)
{
    struct place place;
    enum json_fit fit = seek(t, path, &place);
    struct json_item *items;

    if (fit != JSON_FITS)
        return fit;
    if (place.leg.key != NULL && place.is_there)
        return JSON_MISFIT;
    if (++t->n_opened > ITEMS_MAX || make_room(t, place.parent) != JSON_FITS)
        return JSON_TOO_LARGE;
    items = place.parent->items + place.at;
    memmove(items + 1, items, (place.parent->n - place.at) * sizeof(*items));
    *items =
        (struct json_item){.key = place.leg.key, .key_len = place.leg.key_len, .node.value = value};
    place.parent->n++;
    return JSON_FITS;
}

enum json_fit json_tree_remove(struct json_tree *t, struct json_path path)
{
    struct place place;
    enum json_fit fit = seek(t, path, &place);
    struct json_item *items;

    if (fit != JSON_FITS)
        return fit;
    if (!place.is_there)
        return JSON_MISFIT;
    items = place.parent->items + place.at;
    memmove(items, items + 1, (--place.parent->n - place.at) * sizeof(*items));
    return JSON_FITS;
}

static int put_node(struct json_printer *p, const struct json_node *node, unsigned depth)
{
    bool is_object = json_is_object(node->value.type);

    if (node->items == NULL)
        return json_put_value(p, &node->value, depth);
    if (depth > JSON_DEPTH_MAX || json_put_open(p, is_object) != 0)
        return -1;
    for (size_t i = 0; i < node->n; i++) {
        const struct json_item *item = &node->items[i];

        if (is_object ? json_put_key(p, (uint32_t)i, item->key, item->key_len) != 0
                      : json_put_comma(p, (uint32_t)i) != 0)
            return -1;
        if (put_node(p, &item->node, depth + 1) != 0)
            return -1;
    }
    return json_put_close(p, is_object);
}

int json_tree_print(const struct json_tree *t, struct json_printer *p)
{
    return put_node(p, &t->root, 1);
}
