/* SPDX-License-Identifier: Apache-2.0 */
/* conflicts show: one of them, all that is known, and what can be done. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/conflicts/conflicts.h"
#include "cli/show.h"

int conflicts_parse_id(const char *text, int64_t *id)
{
    char *end;

    errno = 0;
    *id = strtoll(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && *id > 0)
        return CLI_OK;
    return cli_usage("conflicts", "expected the number of a conflict, got \"%s\"", text);
}

static const char *explain(const char *kind)
{
    static const char *const kinds[][2] = {
        {"update_update", "both sides changed the cell"},
        {"update_delete", "MySQL changed the row, the sheet deleted it"},
        {"delete_update", "MySQL deleted the row, the sheet edited it"},
        {"insert_insert", "both sides inserted a row with this key"},
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kind, kinds[i][0]) == 0)
            return kinds[i][1];
    return kind;
}

static void put_line(struct buf *out, const char *name, const char *json)
{
    buf_printf(out, "  %-12s ", name);
    show_value(out, json, SHOW_LONG);
    buf_putc(out, '\n');
}

static void put_now(struct buf *out, struct now *now, const struct db_rows *rows)
{
    CLEANUP_BUF struct buf value = BUF_INIT;
    const char *column = db_rows_text(rows, 0, AT_COLUMN);
    enum now_state state = now_value(now, db_rows_text(rows, 0, AT_MAPPING),
                                     db_rows_text(rows, 0, AT_KEY), column, &value);

    if (state == NOW_THERE && column[0] != '\0')
        put_line(out, "MySQL now", value.ptr);
    else
        buf_printf(out, "  %-12s %s\n", "MySQL now",
                   state == NOW_GONE    ? "(no row)"
                   : state == NOW_THERE ? "(the row is there)"
                                        : "(not known)");
}

static void put_sides(struct buf *out, struct now *now, const struct db_rows *rows)
{
    const char *changed = conflict_text(rows, 0, AT_CHANGED);

    put_line(out, "base", conflict_text(rows, 0, AT_BASE));
    put_line(out, "MySQL then", conflict_text(rows, 0, AT_MYSQL));
    put_now(out, now, rows);
    put_line(out, "the sheet", conflict_text(rows, 0, AT_SHEET));
    buf_printf(out, "  %-12s ", "edited by");
    show_text(out, db_rows_text(rows, 0, AT_EDITOR), strlen(db_rows_text(rows, 0, AT_EDITOR)),
              SHOW_LONG);
    buf_printf(out, ", %s UTC (edit %s)\n", db_rows_text(rows, 0, AT_EDITED),
               db_rows_text(rows, 0, AT_EDIT));
    if (changed != NULL)
        buf_printf(out, "  %-12s %s UTC\n", "MySQL's", changed);
    buf_printf(out, "  %-12s %s UTC\n", "opened", db_rows_text(rows, 0, AT_OPENED));
}

static void put_outcome(struct buf *out, const struct db_rows *rows)
{
    const char *by = db_rows_text(rows, 0, AT_RESOLVED_BY);

    buf_printf(out, "  %-12s %s UTC by ", "resolved", db_rows_text(rows, 0, AT_RESOLVED));
    show_text(out, by[0] == '\0' ? "itself" : by, strlen(by[0] == '\0' ? "itself" : by), SHOW_LONG);
    buf_printf(out, ": %s\n", db_rows_text(rows, 0, AT_OUTCOME));
    put_line(out, "it became", conflict_text(rows, 0, AT_FINAL));
}

static void put_choices(struct buf *out, const struct db_rows *rows)
{
    const char *id = db_rows_text(rows, 0, AT_ID), *column = db_rows_text(rows, 0, AT_COLUMN);

    if (strcmp(db_rows_text(rows, 0, AT_STATE), "asked") == 0)
        buf_puts(out,
                 "\nThe replicator is being asked when MySQL's change was committed; the later "
                 "one wins.\n");
    buf_printf(out,
               "\n  -> tabrelay conflicts resolve %s --take mysql   what MySQL has counts\n"
               "  -> tabrelay conflicts resolve %s --take sheet   what the sheet shows counts\n",
               id, id);
    if (column[0] == '\0')
        return;
    if (conflict_text(rows, 0, AT_BASE) != NULL)
        buf_printf(out, "  -> tabrelay conflicts resolve %s --take base    as it was before\n", id);
    buf_printf(out, "  -> tabrelay conflicts resolve %s --set %s=VALUE\n", id, column);
}

static void print_text(struct now *now, const struct db_rows *rows)
{
    CLEANUP_BUF struct buf out = BUF_INIT;
    const char *mapping = db_rows_text(rows, 0, AT_MAPPING);
    const char *header = now_header(now, mapping, db_rows_text(rows, 0, AT_COLUMN));

    buf_printf(&out, "conflict %s: %s, row ", db_rows_text(rows, 0, AT_ID), mapping);
    show_key(&out, db_rows_text(rows, 0, AT_KEY));
    buf_puts(&out, ", ");
    show_text(&out, header, strlen(header), SHOW_LONG);
    buf_printf(&out, "\n  %-12s %s\n  %-12s %s\n", "what", explain(db_rows_text(rows, 0, AT_KIND)),
               "policy", db_rows_text(rows, 0, AT_POLICY));
    put_sides(&out, now, rows);
    if (strcmp(db_rows_text(rows, 0, AT_STATE), "resolved") == 0)
        put_outcome(&out, rows);
    else
        put_choices(&out, rows);
    cli_print(&out);
}

static void print_json(struct now *now, const struct db_rows *rows)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    conflict_put_json(&out, now, rows, 0);
    buf_putc(&out, '\n');
    cli_print(&out);
}

int conflicts_load(struct db *db, int64_t id, struct db_rows *rows, struct err *err)
{
    const struct db_param params[] = {DB_P_INT(id)};

    if (db_run(db, CONFLICT_SQL "WHERE id = ?", params, 1, rows, err) != 0)
        return -1;
    if (rows->n_rows > 0)
        return 0;
    err_set(err, ERR_GONE, "there is no conflict %" PRId64, id);
    return err_hint(err, "tabrelay conflicts --all lists them.");
}

static int show(const struct cli_args *args, const struct config *config, int64_t id)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct db *db = NULL;
    struct now now = {0};
    struct err err = ERR_INIT;
    int result = CLI_OK;

    if (cli_open(config, &db, &err) != 0)
        return cli_fail(&err);
    if (conflicts_load(db, id, &rows, &err) != 0 || now_open(&now, config, db, &err) != 0)
        result = cli_fail(&err);
    else if (cli_has(args, CLI_JSON))
        print_json(&now, &rows);
    else
        print_text(&now, &rows);
    if (now.config != NULL)
        now_close(&now);
    db_close(db);
    return result;
}

int conflicts_show(const struct cli_args *args)
{
    struct config config;
    int64_t id;
    int result;

    if (args->n_words != 2)
        return cli_usage("conflicts", "expected the number of one conflict");
    if (conflicts_parse_id(args->words[1], &id) != CLI_OK)
        return CLI_USAGE;
    result = cli_load(args, &config);
    if (result == CLI_OK)
        result = show(args, &config, id);
    config_free(&config);
    return result;
}
