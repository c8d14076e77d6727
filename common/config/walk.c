/* SPDX-License-Identifier: Apache-2.0 */
#include "common/config/walk.h"

#include <stdlib.h>
#include <string.h>

#include "common/config/expand.h"
#include "common/nearest.h"

/* More than people write; aliases could multiply a small file without end. */
enum { VISITS_MAX = 100000 };

static const char *node_text(const yaml_node_t *node)
{
    return (const char *)node->data.scalar.value;
}

static bool is_null(const yaml_node_t *node)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};

    if (node->type != YAML_SCALAR_NODE || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    for (size_t i = 0; nulls[i] != NULL; i++)
        if (strcmp(node_text(node), nulls[i]) == 0)
            return true;
    return false;
}

static const char *node_kind(const yaml_node_t *node)
{
    if (is_null(node))
        return "nothing";
    switch (node->type) {
    case YAML_SCALAR_NODE:
        return "text";
    case YAML_SEQUENCE_NODE:
        return "a list";
    case YAML_MAPPING_NODE:
        return "keys and values";
    default:
        return "nothing";
    }
}

static void set_mark(struct place *place, const yaml_node_t *node)
{
    place->line = node->start_mark.line + 1;
    place->column = node->start_mark.column + 1;
}

static struct spot child_spot(const struct spot *at, const char *name, yaml_node_t *node)
{
    struct spot child = {.place = {.parent = &at->place, .name = name}, .node = node};

    child.place.line = at->place.line;
    child.place.column = at->place.column;
    if (node != NULL)
        set_mark(&child.place, node);
    return child;
}

struct spot walk_child(struct walk *w, const struct spot *at, const char *name)
{
    yaml_node_t *node = at->node;

    if (node == NULL || node->type != YAML_MAPPING_NODE)
        return child_spot(at, name, NULL);
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        yaml_node_t *key = yaml_document_get_node(w->document, pair->key);

        if (key != NULL && key->type == YAML_SCALAR_NODE && strcmp(node_text(key), name) == 0)
            return child_spot(at, name, yaml_document_get_node(w->document, pair->value));
    }
    return child_spot(at, name, NULL);
}

struct spot walk_item(struct walk *w, const struct spot *at, size_t index)
{
    yaml_node_t *node = NULL;
    struct spot item;

    if (at->node != NULL && at->node->type == YAML_SEQUENCE_NODE &&
        index < (size_t)(at->node->data.sequence.items.top - at->node->data.sequence.items.start))
        node = yaml_document_get_node(w->document, at->node->data.sequence.items.start[index]);
    item = child_spot(at, NULL, node);
    item.place.index = index;
    return item;
}

static void unknown_key(struct walk *w, const struct section *s, const struct place *at)
{
    struct nearest nearest = nearest_to(at->name);

    for (const struct key *k = s->keys; k->name != NULL; k++)
        nearest_try(&nearest, k->name);
    if (nearest.name != NULL)
        problems_add(&w->problems, at, "unknown key; did you mean \"%s\"?", nearest.name);
    else
        problems_add(&w->problems, at, "unknown key");
}

/* Which key each pair is: unknown and repeated ones are reported. */
static void match_keys(struct walk *w, const struct section *s, const struct spot *at,
                       const yaml_node_pair_t *found[WALK_KEYS_MAX])
{
    const yaml_node_t *node = at->node;

    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top && !w->problems.is_full; pair++) {
        yaml_node_t *name = yaml_document_get_node(w->document, pair->key);
        struct spot spot = child_spot(at, NULL, name);
        size_t i = 0;

        if (name == NULL || name->type != YAML_SCALAR_NODE) {
            problems_add(&w->problems, &at->place, "a key must be text");
            continue;
        }
        spot.place.name = node_text(name);
        while (s->keys[i].name != NULL && strcmp(s->keys[i].name, spot.place.name) != 0)
            i++;
        if (s->keys[i].name == NULL)
            unknown_key(w, s, &spot.place);
        else if (found[i] != NULL)
            problems_add(&w->problems, &spot.place, "given twice; the first is on line %zu",
                         yaml_document_get_node(w->document, found[i]->key)->start_mark.line + 1);
        else
            found[i] = pair;
    }
}

static void read_text(struct walk *w, const struct key *k, const struct place *at, const char *text,
                      bool is_private, void *owner)
{
    CLEANUP_BUF struct buf why = BUF_INIT;
    struct scalar in = {.text = text, .folder = w->folder};

    if (k->parse(k, &in, owner, &why))
        return;
    if (k->is_secret || is_private)
        problems_add(&w->problems, at, "%s", buf_text(&why));
    else
        problems_add(&w->problems, at, "%s, got \"%.60s\"", buf_text(&why), text);
}

static void read_scalar(struct walk *w, const struct key *k, const struct spot *at, void *owner)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_BUF struct buf why = BUF_INIT;
    const yaml_node_t *node = at->node;
    bool is_private;

    if (node->type != YAML_SCALAR_NODE || is_null(node)) {
        problems_add(&w->problems, &at->place, "expected text, got %s", node_kind(node));
        return;
    }
    if (strlen(node_text(node)) != node->data.scalar.length) {
        problems_add(&w->problems, &at->place, "holds a NUL");
        return;
    }
    if (!expand_text(node_text(node), w->folder, &text, &is_private, &why)) {
        problems_add(&w->problems, &at->place, "%s", buf_text(&why));
        return;
    }
    read_text(w, k, &at->place, buf_text(&text), is_private, owner);
}

static void read_key(struct walk *w, const struct key *k, const struct spot *at, void *owner);

static void read_list(struct walk *w, const struct key *k, const struct spot *at, char *owner)
{
    const yaml_node_t *node = at->node;
    bool is_single;
    size_t n;
    char *items;

    is_single = k->may_be_scalar && node->type == YAML_SCALAR_NODE;
    if (node->type != YAML_SEQUENCE_NODE && !is_single) {
        problems_add(&w->problems, &at->place, "expected %sa list, got %s",
                     k->may_be_scalar ? "text or " : "", node_kind(node));
        return;
    }
    n = is_single ? 1 : (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    if (n < (size_t)k->min || n > (size_t)k->max) {
        problems_add(&w->problems, &at->place, "expected a list of %lld to %lld items, got %zu",
                     (long long)k->min, (long long)k->max, n);
        return;
    }
    items = calloc(n, k->item_size);
    if (items == NULL) {
        problems_add(&w->problems, &at->place, "out of memory");
        return;
    }
    memcpy(owner + k->offset, &items, sizeof items);
    memcpy(owner + k->also, &n, sizeof n);
    for (size_t i = 0; i < n && !w->problems.is_full; i++) {
        struct spot item = is_single ? *at : walk_item(w, at, i);

        read_key(w, k->item, &item, items + i * k->item_size);
    }
}

static void read_key(struct walk *w, const struct key *k, const struct spot *at, void *owner)
{
    if (at->node == NULL)
        return; /* a document names no node that it does not have */
    if (++w->visits > VISITS_MAX) {
        problems_add(&w->problems, &at->place, "the file holds too much");
        w->problems.is_full = true;
        return;
    }
    if (k->parse != NULL)
        read_scalar(w, k, at, owner);
    else if (k->item != NULL)
        read_list(w, k, at, owner);
    else if (k->may_be_scalar && at->node->type == YAML_SCALAR_NODE)
        read_scalar(w, k->section->keys, at, (char *)owner + k->offset);
    else
        walk_section(w, k->section, at, (char *)owner + k->offset);
}

/* A list whose fallback is its one item. */
static void fall_back_list(struct walk *w, const struct key *k, const struct spot *at, char *owner)
{
    char *items = calloc(1, k->item_size);
    size_t n = 1;

    if (items == NULL) {
        problems_add(&w->problems, &at->place, "out of memory");
        return;
    }
    memcpy(owner + k->offset, &items, sizeof items);
    memcpy(owner + k->also, &n, sizeof n);
    read_text(w, k->item, &at->place, k->fallback, false, items);
}

static void missing_key(struct walk *w, const struct key *k, const struct spot *at, void *owner)
{
    if (k->is_required)
        problems_add(&w->problems, &at->place, "missing required key \"%s\"", k->name);
    else if (k->fallback != NULL && k->item != NULL)
        fall_back_list(w, k, at, owner);
    else if (k->fallback != NULL)
        read_text(w, k, &at->place, k->fallback, false, owner);
    else if (k->section != NULL) {
        struct spot nowhere = child_spot(at, k->name, NULL);

        walk_section(w, k->section, &nowhere, (char *)owner + k->offset);
    }
}

void walk_section(struct walk *w, const struct section *s, const struct spot *at, void *owner)
{
    const yaml_node_pair_t *found[WALK_KEYS_MAX] = {0};

    if (at->node != NULL && at->node->type != YAML_MAPPING_NODE) {
        problems_add(&w->problems, &at->place, "expected keys and values, got %s",
                     node_kind(at->node));
        return;
    }
    if (at->node != NULL)
        match_keys(w, s, at, found);
    /* In the table's order: what a later key depends on is there already. */
    for (size_t i = 0; s->keys[i].name != NULL && !w->problems.is_full; i++) {
        yaml_node_t *node =
            found[i] == NULL ? NULL : yaml_document_get_node(w->document, found[i]->value);
        struct spot child = child_spot(at, s->keys[i].name, node);

        if (node != NULL)
            read_key(w, &s->keys[i], &child, owner);
        else
            missing_key(w, &s->keys[i], at, owner);
    }
    if (s->finish != NULL && !w->problems.is_full)
        s->finish(w, at, owner);
}
