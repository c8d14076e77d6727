/* SPDX-License-Identifier: Apache-2.0 */
#include "common/mysql/members.h"

#include <stdlib.h>

#include "common/mysql/table.h"

enum { AT_ID, AT_FAMILY, AT_COLUMN, AT_VALUE, AT_MAPPING, AT_TAB, COUNT_BITS = 16 };

/* Rows are added, and their numbers grow: the newest and how many they are tells them all. */
static uint64_t version_of(uint64_t newest, uint64_t n)
{
    return 1 + (newest << COUNT_BITS) + n;
}

static int run(struct db *db, const char *schema, const char *what, const char *rest,
               struct db_rows *rows, struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;

    buf_printf(&sql, "SELECT %s FROM ", what);
    table_quote(&sql, schema);
    buf_printf(&sql, ".member%s", rest);
    if (sql.is_failed)
        return err_nomem(err, "members");
    return db_run(db, buf_text(&sql), NULL, 0, rows, err) != 0 ? err_wrap(err, "members") : 0;
}

int members_load(struct db *db, const char *schema, struct members *out, struct err *err)
{
    *out = MEMBERS_INIT;
    if (run(db, schema, "id, family, column_name, value, mapping, tab", " ORDER BY id", &out->rows,
            err) != 0)
        return -1;
    out->list = calloc(out->rows.n_rows + 1, sizeof(*out->list));
    if (out->list == NULL)
        return err_nomem(err, "members");
    for (size_t r = 0; r < out->rows.n_rows; r++)
        out->list[out->n++] = (struct member){.family = db_rows_text(&out->rows, r, AT_FAMILY),
                                              .column = db_rows_text(&out->rows, r, AT_COLUMN),
                                              .value = db_rows_at(&out->rows, r, AT_VALUE),
                                              .name = db_rows_text(&out->rows, r, AT_MAPPING),
                                              .tab = db_rows_text(&out->rows, r, AT_TAB)};
    out->version =
        version_of(out->n == 0 ? 0 : (uint64_t)db_rows_int(&out->rows, out->n - 1, AT_ID), out->n);
    return 0;
}

void members_close(struct members *members)
{
    free(members->list);
    db_rows_close(&members->rows);
    *members = MEMBERS_INIT;
}

int members_version(struct db *db, const char *schema, uint64_t *version, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (run(db, schema, "COALESCE(MAX(id), 0), COUNT(*)", "", &rows, err) != 0)
        return -1;
    *version = version_of((uint64_t)db_rows_int(&rows, 0, 0), (uint64_t)db_rows_int(&rows, 0, 1));
    return 0;
}

/* DB NULL: nobody says which they are. */
static int expand(struct db *db, const struct config *whole, struct config *out, struct err *err)
{
    struct members members = MEMBERS_INIT;
    struct err nomem = ERR_INIT;
    int rc = 0;

    if (db != NULL)
        rc = members_load(db, whole->mysql.state_database, &members, err);
    if (rc != 0)
        members_close(&members);
    if (family_expand(whole, members.list, members.n, members.version, out, &nomem) != 0) {
        *err = nomem;
        rc = -1;
    }
    members_close(&members);
    return rc;
}

int members_expand(const struct config *whole, struct config *out, struct err *err)
{
    struct db *db = NULL;
    struct err nomem = ERR_INIT;
    int rc;

    if (whole->n_families == 0)
        return expand(NULL, whole, out, err);
    rc = db_open(&whole->mysql, &db, err);
    if (rc == 0)
        rc = expand(db, whole, out, err);
    else if (expand(NULL, whole, out, &nomem) != 0)
        *err = nomem;
    db_close(db);
    return rc;
}

int members_renew(struct db *db, const struct config *config, struct config *out, struct err *err)
{
    const struct config *whole = config->whole != NULL ? config->whole : config;

    return expand(whole->n_families > 0 ? db : NULL, whole, out, err);
}
