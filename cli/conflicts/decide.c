/* SPDX-License-Identifier: Apache-2.0 */
/* decide: what a person decides about one conflict: can it be decided so, and the edit that does.
 */
#include <string.h>

#include "cli/conflicts/conflicts.h"
#include "cli/post.h"
#include "common/cleanup.h"

bool decision_is_take(const char *text)
{
    return strcmp(text, "mysql") == 0 || strcmp(text, "sheet") == 0 || strcmp(text, "base") == 0;
}

static bool is_column(const struct mapping *m, const struct decision *d, const char *column)
{
    size_t len = d->column_len;

    if (strlen(column) == len && memcmp(column, d->column, len) == 0)
        return true;
    for (size_t i = 0; m != NULL && i < m->n_columns; i++)
        if (strcmp(mapping_column_of(m, i)->name, column) == 0)
            return strlen(m->columns[i].header) == len &&
                   memcmp(m->columns[i].header, d->column, len) == 0;
    return false;
}

bool decision_check(const struct decision *d, struct now *now, const struct db_rows *rows, size_t r,
                    struct buf *why)
{
    const char *column = db_rows_text(rows, r, AT_COLUMN);
    size_t before = why->len;

    if (strcmp(db_rows_text(rows, r, AT_STATE), "resolved") == 0) {
        const char *by = db_rows_text(rows, r, AT_RESOLVED_BY);

        buf_printf(why, "it is resolved already: %s, by %s, %s UTC",
                   db_rows_text(rows, r, AT_OUTCOME), by[0] == '\0' ? "itself" : by,
                   db_rows_text(rows, r, AT_RESOLVED));
    } else if (column[0] == '\0' && (d->set != NULL || strcmp(d->take, "base") == 0)) {
        buf_puts(why, "it is about a whole row: --take mysql or --take sheet");
    } else if (d->set != NULL &&
               !is_column(now_mapping(now, db_rows_text(rows, r, AT_MAPPING)), d, column)) {
        buf_printf(why, "it is about the column %s, not %.*s", column, (int)d->column_len,
                   d->column);
    } else if (d->take != NULL && strcmp(d->take, "base") == 0 &&
               conflict_text(rows, r, AT_BASE) == NULL) {
        buf_puts(why, "what it was before is not known: --take mysql, --take sheet, or --set");
    }
    return why->len == before;
}

static void put_edit(struct buf *edits, const struct decision *d, const char *id)
{
    post_begin(edits, "resolve");
    buf_printf(edits, ",\"conflict\":%s,", id);
    if (d->take != NULL) {
        buf_printf(edits, "\"take\":\"%s\"}", d->take);
        return;
    }
    buf_puts(edits, "\"set\":");
    if (d->set[0] == '\0')
        buf_puts(edits, "null");
    else
        buf_json(edits, d->set, strlen(d->set));
    buf_putc(edits, '}');
}

int decision_send(const struct decision *d, const struct config *config, const struct db_rows *rows,
                  size_t r, const char *somebody, cJSON **answer, struct err *err)
{
    CLEANUP_BUF struct buf edits = BUF_INIT;

    put_edit(&edits, d, db_rows_text(rows, r, AT_ID));
    return post_send(config, db_rows_text(rows, r, AT_MAPPING), &edits, somebody, answer, err);
}
