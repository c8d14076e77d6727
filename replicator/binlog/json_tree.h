/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_tree: a binary JSON document that can be changed in single places.
 *
 * It is opened level by level, only along the paths that changes take; what no change touches stays
 * as it is in the binary form. Everything is in an arena. Pure; one thread at a time.
 */
#ifndef REPLICATOR_BINLOG_JSON_TREE_H
#define REPLICATOR_BINLOG_JSON_TREE_H

#include "common/arena.h"
#include "replicator/binlog/json_path.h"
#include "replicator/binlog/json_print.h"

struct json_item;

struct json_node {
    struct json_value value; /* as long as items is NULL; then only its type counts */
    struct json_item *items; /* in order; an object's by length and bytes of their keys */
    size_t n;
    size_t size; /* of items */
};

/* An element of an array or a member of an object. */
struct json_item {
    const uint8_t *key; /* an object's */
    size_t key_len;
    struct json_node node;
};

enum json_fit {
    JSON_FITS,
    JSON_MISFIT,    /* the document has no such place, or has it already */
    JSON_MALFORMED, /* the document itself, or the path */
    JSON_TOO_LARGE, /* more items than we open, or no memory for them */
};

struct json_tree {
    struct json_node root;
    struct arena *arena;
    size_t n_opened; /* items of all open containers */
};

/* The document DOCUMENT, kept by pointer. */
void json_tree_init(struct json_tree *t, struct json_value document, struct arena *arena);

/* What MySQL's JSON_REPLACE, JSON_INSERT (into an array: before the element, or at its end) and
 * JSON_REMOVE do at exactly PATH; VALUE is kept by pointer. */
enum json_fit json_tree_replace(struct json_tree *t, struct json_path path,
                                struct json_value value);
enum json_fit json_tree_insert(struct json_tree *t, struct json_path path, struct json_value value);
enum json_fit json_tree_remove(struct json_tree *t, struct json_path path);

/* -1 as in json_print.h. */
int json_tree_print(const struct json_tree *t, struct json_printer *p);
#endif
