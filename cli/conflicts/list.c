/* SPDX-License-Identifier: Apache-2.0 */
/* conflicts list: what waits for somebody, or everything. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/conflicts/conflicts.h"
#include "cli/show.h"
#include "common/cleanup.h"
#include "common/log.h"

enum { LIMIT = 200, LIMIT_MAX = 10000 };

#define SQL_LIST \
    CONFLICT_SQL "WHERE (? IS NULL OR " CLI_SQL_CALLED ") AND (? OR state <> 'resolved') "

const char *conflict_text(const struct db_rows *rows, size_t r, size_t at)
{
    return db_rows_at(rows, r, at).state == VALUE_TEXT ? db_rows_text(rows, r, at) : NULL;
}

static void put_now(struct buf *out, struct now *now, const struct db_rows *rows, size_t r)
{
    const char *column = db_rows_text(rows, r, AT_COLUMN);
    enum now_state state = now_value(now, db_rows_text(rows, r, AT_MAPPING),
                                     db_rows_text(rows, r, AT_KEY), column, out);

    if (state == NOW_GONE || (state == NOW_THERE && column[0] == '\0'))
        buf_puts(out, state == NOW_GONE ? "\"(no row)\"" : "\"(there)\"");
}

void conflict_put_json(struct buf *out, struct now *now, const struct db_rows *rows, size_t r)
{
    static const struct json_member members[] = {
        {"id", AT_ID, JSON_NUMBER},
        {"mapping", AT_MAPPING, JSON_TEXT},
        {"key", AT_KEY, JSON_RAW},
        {"column", AT_COLUMN, JSON_TEXT},
        {"kind", AT_KIND, JSON_TEXT},
        {"policy", AT_POLICY, JSON_TEXT},
        {"state", AT_STATE, JSON_TEXT},
        {"edit", AT_EDIT, JSON_TEXT},
        {"editor", AT_EDITOR, JSON_TEXT},
        {"edited_at", AT_EDITED, JSON_TEXT},
        {"base", AT_BASE, JSON_RAW},
        {"mysql", AT_MYSQL, JSON_RAW},
        {"sheet", AT_SHEET, JSON_RAW},
        {"changed_at", AT_CHANGED, JSON_TEXT},
        {"opened_at", AT_OPENED, JSON_TEXT},
        {"resolved_at", AT_RESOLVED, JSON_TEXT},
        {"resolved_by", AT_RESOLVED_BY, JSON_TEXT},
        {"outcome", AT_OUTCOME, JSON_TEXT},
        {"final", AT_FINAL, JSON_RAW},
    };
    CLEANUP_BUF struct buf value = BUF_INIT;
    const char *mapping = db_rows_text(rows, r, AT_MAPPING);
    const char *column = db_rows_text(rows, r, AT_COLUMN);
    enum now_state state = now_value(now, mapping, db_rows_text(rows, r, AT_KEY), column, &value);

    buf_putc(out, '{');
    json_put_members(out, members, sizeof(members) / sizeof(members[0]), rows, r);
    buf_puts(out, ", ");
    json_put_text(out, "header", column[0] == '\0' ? "" : now_header(now, mapping, column));
    buf_printf(out, ", \"row_in_mysql\": %s, \"mysql_now\": %s}",
               state == NOW_UNKNOWN ? "null"
               : state == NOW_THERE ? "true"
                                    : "false",
               value.len > 0 ? value.ptr : "null");
}

enum { N_SHOWN = 9 };

static void fill_line(struct buf *cells, struct now *now, const struct db_rows *rows, size_t r)
{
    CLEANUP_BUF struct buf value = BUF_INIT;
    const char *mapping = db_rows_text(rows, r, AT_MAPPING);
    const char *header = now_header(now, mapping, db_rows_text(rows, r, AT_COLUMN));

    put_now(&value, now, rows, r);
    buf_puts(&cells[0], db_rows_text(rows, r, AT_ID));
    buf_puts(&cells[1], mapping);
    show_key(&cells[2], db_rows_text(rows, r, AT_KEY));
    show_text(&cells[3], header, strlen(header), SHOW_SHORT);
    show_value(&cells[4], value.len > 0 ? value.ptr : NULL, SHOW_SHORT);
    show_value(&cells[5], conflict_text(rows, r, AT_SHEET), SHOW_SHORT);
    buf_puts(&cells[6], db_rows_text(rows, r, AT_STATE));
    show_text(&cells[7], db_rows_text(rows, r, AT_EDITOR), strlen(db_rows_text(rows, r, AT_EDITOR)),
              SHOW_SHORT);
    buf_puts(&cells[8], db_rows_text(rows, r, AT_EDITED));
}

static int print_text(struct now *now, const struct db_rows *rows)
{
    static const char *const headers[N_SHOWN] = {
        "ID", "MAPPING", "KEY", "COLUMN", "MYSQL NOW", "THE SHEET", "STATE", "WHO", "WHEN (UTC)"};
    struct buf *cells = calloc(rows->n_rows * N_SHOWN + 1, sizeof(*cells));

    if (cells == NULL)
        log_die("conflicts: out of memory");
    for (size_t r = 0; r < rows->n_rows; r++)
        fill_line(&cells[r * N_SHOWN], now, rows, r);
    if (rows->n_rows == 0)
        puts("no conflict is open");
    else
        cli_print_table(headers, N_SHOWN, cells, rows->n_rows);
    for (size_t i = 0; i < rows->n_rows * N_SHOWN; i++)
        buf_close(&cells[i]);
    free(cells);
    return CLI_OK;
}

static int print_json(struct now *now, const struct db_rows *rows)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    buf_putc(&out, '[');
    for (size_t r = 0; r < rows->n_rows; r++) {
        buf_puts(&out, r == 0 ? "" : ",\n ");
        conflict_put_json(&out, now, rows, r);
    }
    buf_puts(&out, "]\n");
    cli_print(&out);
    return CLI_OK;
}

int conflicts_query(struct db *db, const char *mapping, bool all, long limit, struct db_rows *rows,
                    struct err *err)
{
    struct db_param name = mapping == NULL ? DB_P_NULL : DB_P_TEXT(mapping);
    const struct db_param params[] = {name, name, name, DB_P_INT(all), DB_P_INT(limit)};

    return db_run(db, SQL_LIST "ORDER BY id DESC LIMIT ?", params, 5, rows, err);
}

static int list(const struct cli_args *args, const struct config *config, long limit)
{
    const char *mapping = args->n_words > 0 ? args->words[0] : NULL;
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct db *db = NULL;
    struct now now = {0};
    struct err err = ERR_INIT;
    int result;

    if (cli_open(config, &db, &err) != 0)
        return cli_fail(&err);
    if (conflicts_query(db, mapping, cli_has(args, CLI_ALL), limit, &rows, &err) != 0 ||
        now_open(&now, config, db, &err) != 0)
        result = cli_fail(&err);
    else
        result = cli_has(args, CLI_JSON) ? print_json(&now, &rows) : print_text(&now, &rows);
    if (now.config != NULL)
        now_close(&now);
    db_close(db);
    if (result == CLI_OK && rows.n_rows == (size_t)limit)
        fprintf(stderr, "tabrelay: the newest %ld conflicts; --limit shows more\n", limit);
    return result;
}

int conflicts_list(const struct cli_args *args)
{
    struct config config;
    long limit;
    int result;

    if (args->n_words > 1)
        return cli_usage("conflicts", "unexpected \"%s\"", args->words[1]);
    if (!cli_number(args, CLI_LIMIT, "conflicts", 1, LIMIT_MAX, LIMIT, &limit))
        return CLI_USAGE;
    result = cli_load(args, &config);
    if (result == CLI_OK && args->n_words == 1)
        result = cli_want_mapping(&config, "conflicts", args->words[0]);
    if (result == CLI_OK)
        result = list(args, &config, limit);
    config_free(&config);
    return result;
}
