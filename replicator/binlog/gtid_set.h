/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gtid_set: MySQL's set of transactions: intervals for each server UUID and tag.
 *
 * Text as the server prints it (uuid:1-5:7,uuid:tag:1-3), binary as in COM_BINLOG_DUMP_GTID and
 * PREVIOUS_GTIDS. Kept sorted and merged, so equal sets have equal text. Dropping a tag would make
 * the server send its transactions again. Pure; one thread at a time.
 */
#ifndef REPLICATOR_BINLOG_GTID_SET_H
#define REPLICATOR_BINLOG_GTID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"

enum { GTID_UUID_BYTES = 16, GTID_TAG_MAX = 32 };

struct gtid_interval {
    int64_t first;
    int64_t end; /* one past the last */
};

struct gtid_source {
    uint8_t uuid[GTID_UUID_BYTES];
    char tag[GTID_TAG_MAX + 1];      /* "" for none */
    struct gtid_interval *intervals; /* owned; ascending, neither touching nor overlapping */
    size_t n_intervals;
    size_t size;
};

struct gtid_set {
    struct gtid_source *sources; /* owned; ascending by UUID, then tag */
    size_t n_sources;
    size_t size;
};

#define GTID_SET_INIT ((struct gtid_set){0})

void gtid_set_close(struct gtid_set *set);
/* Add what TEXT names (blanks and line breaks are fine). ERR_FORMAT says what is wrong, ERR_NOMEM.
 */
int gtid_set_parse(struct gtid_set *set, const char *text, struct err *err);
void gtid_set_print(const struct gtid_set *set, struct buf *out);
/* Add what the binary form holds. */
int gtid_set_decode(struct gtid_set *set, const void *bytes, size_t len, struct err *err);
/* The untagged form when no tag is held: servers before 8.3 know no other. */
void gtid_set_encode(const struct gtid_set *set, struct buf *out);
/* Add the transactions FIRST to END - 1. */
int gtid_set_add(struct gtid_set *set, const uint8_t uuid[GTID_UUID_BYTES], const char *tag,
                 int64_t first, int64_t end, struct err *err);
/* Is every transaction of OTHER in SET? */
bool gtid_set_covers(const struct gtid_set *set, const struct gtid_set *other);

/* How many transactions of OTHER are not in SET. */
int64_t gtid_set_missing(const struct gtid_set *set, const struct gtid_set *other);

void gtid_uuid_print(const uint8_t uuid[GTID_UUID_BYTES], struct buf *out);
/* 36 characters with dashes, or 32 without; the number of characters read, 0 if it is not one. */
size_t gtid_uuid_parse(const char *text, uint8_t out[GTID_UUID_BYTES]);
/* Letters are lowered, as the server does. The length of the tag at TEXT, 0 if there is none. */
size_t gtid_tag_parse(const char *text, char out[GTID_TAG_MAX + 1]);
#endif
