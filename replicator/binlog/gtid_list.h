/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gtid_list: MariaDB's position: the last transaction of each replication domain, "0-1-100,1-7-5".
 *
 * It must name every domain that the server knows: one left out would start from its beginning.
 * Pure; one thread at a time.
 */
#ifndef REPLICATOR_BINLOG_GTID_LIST_H
#define REPLICATOR_BINLOG_GTID_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"

struct gtid_triple {
    uint32_t domain;
    uint32_t server;
    uint64_t number;
};

struct gtid_list {
    struct gtid_triple *items; /* owned; ascending by domain */
    size_t n_items;
    size_t size;
};

#define GTID_LIST_INIT ((struct gtid_list){0})

void gtid_list_close(struct gtid_list *list);
int gtid_list_parse(struct gtid_list *list, const char *text, struct err *err);
void gtid_list_print(const struct gtid_list *list, struct buf *out);
/* Make TRIPLE the position of its domain. */
int gtid_list_set(struct gtid_list *list, struct gtid_triple triple, struct err *err);
/* The position of DOMAIN, or NULL. */
const struct gtid_triple *gtid_list_find(const struct gtid_list *list, uint32_t domain);
/* Is LIST at or past OTHER in every domain of OTHER? */
bool gtid_list_covers(const struct gtid_list *list, const struct gtid_list *other);
/* By how many numbers LIST is behind OTHER, over OTHER's domains. */
int64_t gtid_list_missing(const struct gtid_list *list, const struct gtid_list *other);
void gtid_triple_print(struct gtid_triple triple, struct buf *out);
#endif
