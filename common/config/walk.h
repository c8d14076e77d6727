/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk: a YAML document, held against a table of keys, becomes a struct.
 *
 * The tables (keys.c) say all there is to say of a key; the walker knows none by name. It goes on
 * after a problem to find the others. One thread at a time.
 */
#ifndef COMMON_CONFIG_WALK_H
#define COMMON_CONFIG_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <yaml.h>

#include "common/config/problems.h"
#include "common/config/scalar.h"

struct walk {
    const char *folder; /* of the file */
    yaml_document_t *document;
    struct problems problems;
    size_t visits; /* nodes looked at; aliases can make them many more than the file has */
};

/* A node, and where it stands. NODE may be NULL: a section that was left out. */
struct spot {
    struct place place;
    yaml_node_t *node;
};

struct section;

struct key {
    const char *name; /* NULL ends a table */
    size_t offset;    /* in the section's struct */
    size_t also;      /* of the second member, for parsers that fill two; the count of a list */
    size_t size;      /* of the member, for numbers and labels */

    scalar_parse *parse;           /* a scalar, ... */
    const struct section *section; /* ... a section of keys, ... */
    const struct key *item;        /* ... or a list: of what */
    size_t item_size;

    int64_t min, max;          /* value, characters, bytes, items: as the parser says */
    const char *fallback;      /* read like a text that was given */
    const char *const *labels; /* ended by NULL */
    bool is_required;
    bool is_secret;     /* never shown in a message */
    bool may_be_scalar; /* a section that may be given as the text of its first key alone */
};

struct section {
    const struct key *keys;
    /* Rules between keys and defaults that depend on others; runs after the keys. May be NULL. */
    void (*finish)(struct walk *w, const struct spot *at, void *owner);
};

enum { WALK_KEYS_MAX = 40 }; /* of one section */

void walk_section(struct walk *w, const struct section *s, const struct spot *at, void *owner);

/* The spot of key NAME of the section AT; its node is NULL (and the place AT's) if it was not
 * given. */
struct spot walk_child(struct walk *w, const struct spot *at, const char *name);
/* The spot of item INDEX of the list AT. */
struct spot walk_item(struct walk *w, const struct spot *at, size_t index);
#endif
