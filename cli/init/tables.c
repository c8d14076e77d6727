/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/init/tables.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/cli.h"
#include "cli/show.h"
#include "common/cleanup.h"

enum { LISTED_MAX = 200 };

#define SQL_TABLES                                                                              \
    "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_ROWS FROM information_schema.TABLES "               \
    "WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND TABLE_SCHEMA NOT IN ('mysql', " \
    "'information_schema', 'performance_schema', 'sys', ?) "                                    \
    "ORDER BY FIND_IN_SET(CONCAT(TABLE_SCHEMA, '.', TABLE_NAME), ?) = 0 AND "                   \
    "FIND_IN_SET(TABLE_NAME, ?) = 0, TABLE_SCHEMA, TABLE_NAME"

bool init_column_is_shown(const struct column *c)
{
    return !c->is_invisible && c->type != COLUMN_GEOMETRY && c->type != COLUMN_VECTOR &&
           c->type != COLUMN_OTHER;
}

static int load_one(struct db *db, const struct db_rows *rows, size_t r, struct init_table *out,
                    struct err *err)
{
    *out = (struct init_table){.rows = db_rows_int(rows, r, 2)};
    if (table_load(db, db_rows_text(rows, r, 0), db_rows_text(rows, r, 1), &out->table, err) != 0)
        return -1;
    for (size_t i = 0; i < out->table->n_columns; i++)
        out->n_shown += init_column_is_shown(&out->table->columns[i]);
    return 0;
}

int init_tables_load(struct db *db, const char *state_database, const char *wanted,
                     struct init_tables *out, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    const struct db_param params[] = {DB_P_TEXT(state_database), DB_P_TEXT(wanted),
                                      DB_P_TEXT(wanted)};
    size_t n;

    *out = (struct init_tables){0};
    if (db_run(db, SQL_TABLES, params, 3, &rows, err) != 0)
        return -1;
    n = rows.n_rows < LISTED_MAX ? rows.n_rows : LISTED_MAX;
    out->is_cut = n < rows.n_rows;
    out->items = calloc(n + 1, sizeof(*out->items));
    if (out->items == NULL)
        return err_nomem(err, "init");
    for (size_t r = 0; r < n; r++) {
        if (load_one(db, &rows, r, &out->items[out->n], err) == 0)
            out->n++;
        else if (err->code != ERR_GONE) /* dropped just now */
            return -1;
    }
    return 0;
}

void init_tables_close(struct init_tables *tables)
{
    for (size_t i = 0; i < tables->n; i++)
        table_free(tables->items[i].table);
    free(tables->items);
    *tables = (struct init_tables){0};
}

bool init_table_is_mappable(const struct init_table *t)
{
    for (size_t i = 0; i < t->table->n_key; i++)
        if (!init_column_is_shown(&t->table->columns[t->table->key[i]]))
            return false;
    return t->table->n_key > 0;
}

int64_t init_table_cells(const struct init_table *t)
{
    return (t->rows + 1) * (int64_t)t->n_shown;
}

static void add_note(struct buf *out, const char *note)
{
    buf_printf(out, "%s%s", out->len == 0 ? "" : "; ", note);
}

static size_t count_generated(const struct table *t)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n_columns; i++)
        n += t->columns[i].is_generated && init_column_is_shown(&t->columns[i]);
    return n;
}

void init_table_notes(const struct init_table *t, struct buf *out)
{
    CLEANUP_BUF struct buf note = BUF_INIT;
    size_t n_generated = count_generated(t->table), n_hidden = 0;

    for (size_t i = 0; i < t->table->n_columns; i++)
        n_hidden +=
            !t->table->columns[i].is_invisible && !init_column_is_shown(&t->table->columns[i]);
    if (t->table->n_key == 0)
        add_note(out, "cannot be mapped: no primary key");
    else if (!init_table_is_mappable(t))
        add_note(out, "cannot be mapped: no cell can show its key");
    if (init_table_cells(t) > INIT_CELLS_MAX)
        add_note(out, "too large for a spreadsheet: only a part will be mapped");
    if (n_generated > 0) {
        buf_printf(&note, "%zu computed by MySQL, not editable", n_generated);
        add_note(out, buf_text(&note));
    }
    buf_clear(&note);
    if (n_hidden > 0) {
        buf_printf(&note, "%zu that no cell can show, left out", n_hidden);
        add_note(out, buf_text(&note));
    }
    if (strcasecmp(t->table->engine, "InnoDB") != 0)
        add_note(out, "not InnoDB: an edit and its record are not one transaction");
}

static bool is_named(const struct init_table *t, const char *name, bool with_schema)
{
    CLEANUP_BUF struct buf full = BUF_INIT;

    if (!with_schema)
        return strcmp(t->table->name, name) == 0;
    buf_printf(&full, "%s.%s", t->table->schema, t->table->name);
    return strcmp(buf_text(&full), name) == 0;
}

static int choose_name(struct init_tables *tables, const char *name, struct err *err)
{
    struct init_table *found = NULL;

    for (size_t i = 0; i < tables->n; i++) {
        if (!is_named(&tables->items[i], name, strchr(name, '.') != NULL))
            continue;
        if (found != NULL)
            return err_set(err, ERR_CONFIG,
                           "init: several databases have a table \"%s\": write schema.table", name);
        found = &tables->items[i];
    }
    if (found == NULL)
        return err_set(err, ERR_GONE, "init: there is no table \"%s\" that this user may see",
                       name);
    found->is_chosen = true;
    return 0;
}

/* "3" or "2-4"; false: WORD is none. */
static bool parse_range(const char *word, size_t *first, size_t *last)
{
    char *end;

    if (word[0] < '0' || word[0] > '9')
        return false;
    *first = *last = strtoul(word, &end, 10);
    if (*end == '-' && end[1] >= '0' && end[1] <= '9')
        *last = strtoul(end + 1, &end, 10);
    return *end == '\0';
}

static int choose_range(struct init_tables *tables, const char *word, size_t first, size_t last,
                        struct err *err)
{
    if (first < 1 || last > tables->n || first > last)
        return err_set(err, ERR_CONFIG, "init: \"%s\": the tables have numbers from 1 to %zu", word,
                       tables->n);
    for (size_t i = first - 1; i < last; i++)
        tables->items[i].is_chosen = true;
    return 0;
}

static int choose_word(struct init_tables *tables, const char *word, struct err *err)
{
    size_t first, last;

    if (strcmp(word, "all") == 0) {
        for (size_t i = 0; i < tables->n; i++)
            tables->items[i].is_chosen = init_table_is_mappable(&tables->items[i]);
        return 0;
    }
    if (parse_range(word, &first, &last))
        return choose_range(tables, word, first, last, err);
    return choose_name(tables, word, err);
}

static int check_choice(const struct init_tables *tables, struct err *err)
{
    size_t n = 0;

    for (size_t i = 0; i < tables->n; i++) {
        const struct init_table *t = &tables->items[i];

        n += t->is_chosen;
        if (!t->is_chosen || init_table_is_mappable(t))
            continue;
        err_set(err, ERR_CONFIG, "init: %s.%s has no key by which a row could be known in a tab",
                t->table->schema, t->table->name);
        return err_hint(err, "Give it one: ALTER TABLE ... ADD COLUMN id BIGINT UNSIGNED NOT NULL "
                             "AUTO_INCREMENT PRIMARY KEY FIRST;");
    }
    return n > 0 ? 0 : err_set(err, ERR_CONFIG, "init: no table was chosen");
}

int init_tables_choose(struct init_tables *tables, const char *list, struct err *err)
{
    for (size_t i = 0; i < tables->n; i++)
        tables->items[i].is_chosen = false;
    while (*list != '\0') {
        size_t len = strcspn(list, ", \t");
        CLEANUP_FREE char *word = strndup(list, len);

        if (word == NULL)
            return err_nomem(err, "init");
        if (len > 0 && choose_word(tables, word, err) != 0)
            return -1;
        list += len + (list[len] != '\0');
    }
    return check_choice(tables, err);
}

static void show_key_names(const struct table *t, struct buf *out)
{
    for (size_t i = 0; i < t->n_key; i++) {
        buf_puts(out, i == 0 ? "" : ", ");
        show_text(out, t->columns[t->key[i]].name, strlen(t->columns[t->key[i]].name), SHOW_SHORT);
    }
    if (t->n_key == 0)
        buf_puts(out, "-");
}

void init_tables_print(const struct init_tables *tables)
{
    enum { N_SHOWN = 7 };
    static const char *const headers[N_SHOWN] = {"NO.",   "TABLE", "ROWS (ABOUT)", "COLUMNS",
                                                 "CELLS", "KEY",   "NOTES"};
    CLEANUP_FREE struct buf *cells = calloc(tables->n * N_SHOWN + 1, sizeof(*cells));

    if (cells == NULL)
        return;
    for (size_t i = 0; i < tables->n; i++) {
        const struct init_table *t = &tables->items[i];
        struct buf *row = &cells[i * N_SHOWN];

        buf_printf(&row[0], "%zu", i + 1);
        show_text(&row[1], t->table->schema, strlen(t->table->schema), SHOW_SHORT);
        buf_putc(&row[1], '.');
        show_text(&row[1], t->table->name, strlen(t->table->name), SHOW_SHORT);
        buf_printf(&row[2], "%" PRId64, t->rows);
        buf_printf(&row[3], "%zu", t->table->n_columns);
        buf_printf(&row[4], "%" PRId64, init_table_cells(t));
        show_key_names(t->table, &row[5]);
        init_table_notes(t, &row[6]);
    }
    cli_print_table(headers, N_SHOWN, cells, tables->n);
    for (size_t i = 0; i < tables->n * N_SHOWN; i++)
        buf_close(&cells[i]);
}
