/* SPDX-License-Identifier: Apache-2.0 */
/* conflicts resolve: a decision for one or many, through the webhook. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/conflicts/conflicts.h"
#include "cli/post.h"
#include "cli/show.h"
#include "common/cleanup.h"
#include "common/json.h"

enum { PAGE = 200 };

struct decision {
    const char *take;   /* NULL: SET */
    const char *set;    /* the value as typed */
    const char *column; /* of SET; not ended by NUL */
    size_t column_len;
};

struct resolving {
    const struct config *config;
    struct db *db;
    struct decision decision;
    bool is_json;
    size_t n_shown;
    bool has_failed;
};

static int parse_decision(const struct cli_args *args, struct decision *d)
{
    const char *set = cli_value(args, CLI_SET), *equal = set == NULL ? NULL : strchr(set, '=');

    *d = (struct decision){.take = cli_value(args, CLI_TAKE)};
    if ((d->take == NULL) == (set == NULL))
        return cli_usage("conflicts", "expected --take mysql|sheet|base or --set COLUMN=VALUE");
    if (d->take != NULL && strcmp(d->take, "mysql") != 0 && strcmp(d->take, "sheet") != 0 &&
        strcmp(d->take, "base") != 0)
        return cli_usage("conflicts", "--take: expected mysql, sheet or base, got \"%s\"", d->take);
    if (set != NULL && (equal == NULL || equal == set))
        return cli_usage("conflicts", "--set: expected COLUMN=VALUE, got \"%s\"", set);
    if (set != NULL) {
        d->column = set;
        d->column_len = (size_t)(equal - set);
        d->set = equal + 1;
    }
    return CLI_OK;
}

static void print_outcome(struct resolving *r, const char *id, const char *outcome,
                          const char *message)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    if (r->is_json) {
        buf_printf(&out, "%s{\"conflict\": %s, ", r->n_shown == 0 ? "[" : ",\n ", id);
        json_put_text(&out, "outcome", outcome);
        buf_puts(&out, ", ");
        json_put_text(&out, "message", message);
        buf_putc(&out, '}');
    } else {
        buf_printf(&out, "conflict %s: %s%s", id, outcome, message[0] == '\0' ? "" : ": ");
        show_text(&out, message, strlen(message), SHOW_LONG);
        buf_putc(&out, '\n');
    }
    cli_print(&out);
    r->n_shown++;
}

static void refuse(struct resolving *r, const char *id, const char *message)
{
    print_outcome(r, id, "rejected", message);
    r->has_failed = true;
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

/* Can this one be decided so? Else it is said why. */
static bool check(struct resolving *r, struct now *now, const struct db_rows *rows, size_t i)
{
    CLEANUP_BUF struct buf why = BUF_INIT;
    const char *column = db_rows_text(rows, i, AT_COLUMN);
    const struct decision *d = &r->decision;

    if (strcmp(db_rows_text(rows, i, AT_STATE), "resolved") == 0) {
        const char *by = db_rows_text(rows, i, AT_RESOLVED_BY);

        buf_printf(&why, "it is resolved already: %s, by %s, %s UTC",
                   db_rows_text(rows, i, AT_OUTCOME), by[0] == '\0' ? "itself" : by,
                   db_rows_text(rows, i, AT_RESOLVED));
    } else if (column[0] == '\0' && (d->set != NULL || strcmp(d->take, "base") == 0)) {
        buf_puts(&why, "it is about a whole row: --take mysql or --take sheet");
    } else if (d->set != NULL &&
               !is_column(now_mapping(now, db_rows_text(rows, i, AT_MAPPING)), d, column)) {
        buf_printf(&why, "it is about the column %s, not %.*s", column, (int)d->column_len,
                   d->column);
    } else if (d->take != NULL && strcmp(d->take, "base") == 0 &&
               conflict_text(rows, i, AT_BASE) == NULL) {
        buf_puts(&why, "what it was before is not known: --take mysql, --take sheet, or --set");
    }
    if (why.len > 0)
        refuse(r, db_rows_text(rows, i, AT_ID), why.ptr);
    return why.len == 0;
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

/* One request a conflict: each stands for itself. */
static int post(struct resolving *r, const char *mapping, const char *id, struct err *err)
{
    CLEANUP_BUF struct buf edits = BUF_INIT;
    CLEANUP_JSON cJSON *answer = NULL;
    const cJSON *result;
    const char *outcome;
    bool is_resolved;

    put_edit(&edits, &r->decision, id);
    if (post_send(r->config, mapping, &edits, &answer, err) != 0)
        return -1;
    result = cJSON_GetArrayItem(json_get(answer, "results"), 0);
    outcome = json_text(result, "outcome", "rejected");
    is_resolved = strcmp(outcome, "applied") == 0;
    r->has_failed = r->has_failed || !is_resolved;
    print_outcome(r, id, is_resolved ? "resolved" : outcome, json_text(result, "message", ""));
    return 0;
}

static int resolve_rows(struct resolving *r, struct now *now, const struct db_rows *rows,
                        struct err *err)
{
    for (size_t i = 0; i < rows->n_rows; i++)
        if (check(r, now, rows, i) &&
            post(r, db_rows_text(rows, i, AT_MAPPING), db_rows_text(rows, i, AT_ID), err) != 0)
            return -1;
    return 0;
}

static int resolve_named(struct resolving *r, struct now *now, const struct cli_args *args,
                         struct err *err)
{
    for (size_t i = 1; i < args->n_words; i++) {
        CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
        int64_t id;

        if (conflicts_parse_id(args->words[i], &id) != CLI_OK)
            return err_set(err, ERR_CONFIG, "nothing after that was resolved");
        const struct db_param params[] = {DB_P_INT(id)};

        if (db_run(r->db, CONFLICT_SQL "WHERE id = ?", params, 1, &rows, err) != 0)
            return -1;
        if (rows.n_rows == 0)
            refuse(r, args->words[i], "there is no such conflict; tabrelay conflicts lists them");
        if (resolve_rows(r, now, &rows, err) != 0)
            return -1;
    }
    return 0;
}

static int resolve_all(struct resolving *r, struct now *now, const char *mapping, struct err *err)
{
    int64_t last = 0;

    for (;;) {
        CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
        const struct db_param params[] = {DB_P_TEXT(mapping), DB_P_INT(last), DB_P_INT(PAGE)};

        if (db_run(r->db,
                   CONFLICT_SQL "WHERE mapping = ? AND state <> 'resolved' AND id > ? "
                                "ORDER BY id LIMIT ?",
                   params, 3, &rows, err) != 0 ||
            resolve_rows(r, now, &rows, err) != 0)
            return -1;
        if (rows.n_rows < PAGE)
            return 0;
        last = db_rows_int(&rows, rows.n_rows - 1, AT_ID);
    }
}

static int resolve(struct resolving *r, const struct cli_args *args)
{
    const char *mapping = cli_value(args, CLI_MAPPING);
    struct now now = {0};
    struct err err = ERR_INIT;
    int rc;

    if (cli_open(r->config, &r->db, &err) != 0)
        return cli_fail(&err);
    rc = now_open(&now, r->config, r->db, &err);
    if (rc == 0)
        rc = mapping != NULL ? resolve_all(r, &now, mapping, &err)
                             : resolve_named(r, &now, args, &err);
    if (r->is_json)
        puts(r->n_shown == 0 ? "[]" : "]");
    else if (rc == 0 && r->n_shown == 0)
        puts("no conflict is open");
    if (now.config != NULL)
        now_close(&now);
    db_close(r->db);
    if (rc != 0)
        return cli_fail(&err);
    return r->has_failed ? CLI_FAILED : CLI_OK;
}

int conflicts_resolve(const struct cli_args *args)
{
    struct resolving r = {.is_json = cli_has(args, CLI_JSON)};
    const char *mapping = cli_value(args, CLI_MAPPING);
    bool is_all = mapping != NULL && cli_has(args, CLI_ALL);
    struct config config;
    int result;

    if (is_all == (args->n_words > 1) || (mapping != NULL) != cli_has(args, CLI_ALL))
        return cli_usage("conflicts", "expected numbers of conflicts, or --mapping MAPPING --all");
    if (parse_decision(args, &r.decision) != CLI_OK)
        return CLI_USAGE;
    result = cli_load(args, &config);
    r.config = &config;
    if (result == CLI_OK && mapping != NULL && config_find_mapping(&config, mapping) == NULL)
        result = cli_usage("conflicts", "%s has no mapping \"%s\"", config.path, mapping);
    if (result == CLI_OK)
        result = resolve(&r, args);
    config_free(&config);
    return result;
}
