/* SPDX-License-Identifier: Apache-2.0 */
/* sync_fixture: a mapping of three columns (id, name, qty) without a server, for the tests of the
 * pure core. */
#ifndef TESTS_UNIT_SYNC_FIXTURE_H
#define TESTS_UNIT_SYNC_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "replicator/sync/change_set.h"
#include "replicator/sync/mapping.h"

enum { FIXTURE_COLUMNS = 3 };

struct fixture {
    struct config_mapping cfg;
    struct mapping m;
    struct change_set set;
};

static inline void fixture_column(struct fixture *f, size_t i, char *name, enum column_type type)
{
    f->m.table->columns[i] = (struct column){.name = name, .type = type, .bytes = 8, .length = 100};
    f->m.columns[i] = (struct mapping_column){.header = name,
                                              .column = i,
                                              .sheet_column = (int64_t)i,
                                              .is_key = i == 0,
                                              .to_sheet = true,
                                              .to_mysql = true};
}

static inline void fixture_open(struct fixture *f)
{
    static char id[] = "id", name[] = "name", qty[] = "qty", mapping[] = "things";

    *f = (struct fixture){.cfg = {.name = mapping, .direction = CONFIG_BOTH}};
    f->m.cfg = &f->cfg;
    f->m.table = calloc(1, sizeof(*f->m.table));
    f->m.table->columns = calloc(FIXTURE_COLUMNS, sizeof(struct column));
    f->m.table->n_columns = FIXTURE_COLUMNS;
    f->m.columns = calloc(FIXTURE_COLUMNS, sizeof(struct mapping_column));
    f->m.n_columns = FIXTURE_COLUMNS;
    f->m.key = calloc(1, sizeof(size_t));
    f->m.n_key = 1;
    f->m.grid_rows = 1000;
    f->m.end_row = 1;
    fixture_column(f, 0, id, COLUMN_INT);
    fixture_column(f, 1, name, COLUMN_TEXT);
    fixture_column(f, 2, qty, COLUMN_INT);
}

static inline void fixture_close(struct fixture *f)
{
    change_set_close(&f->set);
    row_index_close(&f->m.index);
    free(f->m.table->columns);
    free(f->m.table);
    free(f->m.columns);
    free(f->m.key);
}

static inline struct hash128 fixture_key(const char *id)
{
    struct value v = value_text(id, strlen(id));

    return hash_key(&v, 1);
}

/* Row ID stands in sheet row ROW (0-based). */
static inline void fixture_place(struct fixture *f, const char *id, int64_t row)
{
    row_index_add(&f->m.index, fixture_key(id), row);
    if (f->m.end_row <= row)
        f->m.end_row = row + 1;
}

static inline struct pending_row *fixture_put(struct fixture *f, const char *id, const char *name,
                                              const char *qty, bool is_delete)
{
    struct value values[FIXTURE_COLUMNS] = {
        value_text(id, strlen(id)), value_text(name, strlen(name)), value_text(qty, strlen(qty))};
    struct row_image *image = row_image_new(hash_key(values, 1), values, FIXTURE_COLUMNS);
    struct pending_row *row;

    assert_non_null(image);
    row = change_set_put(&f->set, 0, image, is_delete);
    assert_non_null(row);
    return row;
}

/* The base that says the sheet shows these values. */
static inline void fixture_base(struct buf *out, const char *id, const char *name, const char *qty)
{
    base_set(out, "id", hash_value(value_text(id, strlen(id))));
    base_set(out, "name", hash_value(value_text(name, strlen(name))));
    base_set(out, "qty", hash_value(value_text(qty, strlen(qty))));
}
#endif
