/* SPDX-License-Identifier: Apache-2.0 */
/*
 * definition: how a mapping's table looked when it was last read, as text in mapped_table.
 *
 * Two uses. Rows in the binlog are read with a definition of today only when it is the remembered
 * one, or when the stream has come to where it was read (replicator/route.h). And what an ALTER did
 * to a column is told by comparing the two: a column is renamed when its old name is gone and one
 * with a new name, the same type and the same place has come. Pure.
 */
#ifndef COMMON_MYSQL_DEFINITION_H
#define COMMON_MYSQL_DEFINITION_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/mysql/table.h"

struct definition_column {
    char *name;   /* owned */
    char *type;   /* owned; COLUMN_TYPE */
    char *header; /* owned; in the tab; NULL: it was not mapped */
    size_t key;   /* its place in the mapping's key, from 1 on; 0: it was no part of it */
};

struct definition {
    struct definition_column *columns; /* owned; every column of the table, in order */
    size_t n_columns;
    char *rows; /* owned; which rows were mapped (filter_print); NULL: all */
};

void definition_close(struct definition *d);

/* What the mapping makes of a column. */
struct definition_use {
    const char *header; /* NULL: nothing */
    size_t key;
};
/* Append what is to be remembered of T; USES has an entry a column, ROWS says which rows are mapped
 * (NULL: all). Equal texts mean equal definitions and uses. */
void definition_print(const struct table *t, const struct definition_use *uses, const char *rows,
                      struct buf *out);
/* Read it back. ERR_FORMAT: not such a text. Free with definition_close, also after a failure. */
int definition_parse(const char *text, struct definition *out, struct err *err);

/* The column with that name, compared as MySQL does; NULL: none. */
const struct definition_column *definition_find(const struct definition *d, const char *name);
/* What column AT of T was before: by name, or under the name that it had; NULL: it is new. */
const struct definition_column *definition_before(const struct definition *d, const struct table *t,
                                                  size_t at);
/* What NAME, which T has no more, is called now; NULL: it is gone. */
const struct column *definition_now(const struct definition *d, const struct table *t,
                                    const char *name);
/* Does the same value show in another form than before: as another kind of cell, or with other
 * digits? */
bool definition_is_retyped(const struct definition_column *before, const struct column *now);
#endif
