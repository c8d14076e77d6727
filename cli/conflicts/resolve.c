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
    if (d->take != NULL && !decision_is_take(d->take))
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

/* Can this one be decided so? Else it is said why. */
static bool check(struct resolving *r, struct now *now, const struct db_rows *rows, size_t i)
{
    CLEANUP_BUF struct buf why = BUF_INIT;

    if (decision_check(&r->decision, now, rows, i, &why))
        return true;
    refuse(r, db_rows_text(rows, i, AT_ID), buf_text(&why));
    return false;
}

/* One request a conflict: each stands for itself. */
static int post(struct resolving *r, const struct db_rows *rows, size_t i, struct err *err)
{
    CLEANUP_JSON cJSON *answer = NULL;
    const char *outcome, *id = db_rows_text(rows, i, AT_ID);
    const cJSON *result;
    bool is_resolved;

    if (decision_send(&r->decision, r->config, rows, i, NULL, &answer, err) != 0)
        return -1;
    result = post_result(answer);
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
        if (check(r, now, rows, i) && post(r, rows, i, err) != 0)
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
        const struct db_param params[] = {DB_P_TEXT(mapping), DB_P_TEXT(mapping), DB_P_INT(last),
                                          DB_P_INT(PAGE)};

        if (db_run(r->db,
                   CONFLICT_SQL "WHERE " CLI_SQL_CALLED " AND state <> 'resolved' AND id > ? "
                                "ORDER BY id LIMIT ?",
                   params, 4, &rows, err) != 0 ||
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
    if (result == CLI_OK)
        result = cli_want_mapping(&config, "conflicts", mapping);
    if (result == CLI_OK)
        result = resolve(&r, args);
    config_free(&config);
    return result;
}
