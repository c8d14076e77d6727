/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/init/yaml.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "cli/show.h"

enum { LIMIT_MAX = 1000000 };

/* Words that YAML, or somebody's YAML, takes for something else than a text. */
static bool is_special(const char *text)
{
    static const char *const words[] = {"true", "false", "yes", "no",  "on",
                                        "off",  "y",     "n",   "null"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(text, words[i]) == 0)
            return true;
    return false;
}

/* A text, in quotation marks where it needs them: JSON's are YAML's, too. */
static void put_text(struct buf *out, const char *text)
{
    bool is_number = text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
    bool is_plain = is_number || (isalpha((unsigned char)text[0]) && !is_special(text));

    for (const char *c = text; *c != '\0'; c++)
        is_plain = is_plain && (isalnum((unsigned char)*c) || strchr("_.-/", *c) != NULL);
    if (is_plain)
        buf_puts(out, text);
    else
        buf_json(out, text, strlen(text));
}

static void put_key(struct buf *out, const char *name, const char *text)
{
    if (text == NULL)
        return;
    buf_printf(out, "  %s: ", name);
    put_text(out, text);
    buf_putc(out, '\n');
}

static void put_mysql(struct buf *out, const struct init_settings *s)
{
    buf_puts(out, "mysql:\n");
    if (s->socket != NULL) {
        put_key(out, "socket", s->socket);
    } else {
        put_key(out, "host", s->host);
        put_key(out, "port", s->port);
    }
    put_key(out, "user", s->user);
    put_key(out, "password", s->password);
    if (s->tls != NULL)
        put_key(out, "tls", s->tls);
    else
        buf_puts(out, "  # tls: verify             # off, preferred, required, verify; default: "
                      "preferred on this "
                      "machine, else verify\n");
}

void init_yaml_probe(struct buf *out, const struct init_settings *s)
{
    put_mysql(out, s);
    buf_puts(out, "google: {credentials: x}\nwebhook: {secret: 0123456789abcdef}\n"
                  "mappings: [{table: x.x, spreadsheet: x, tab: x}]\n");
}

static void put_google(struct buf *out, const struct init_settings *s)
{
    buf_puts(out, "\ngoogle:\n");
    if (s->base_url != NULL) {
        buf_puts(out, "  # A sandbox. For Google itself take this line out, and give a key file of "
                      "Google's.\n");
        put_key(out, "base_url", s->base_url);
    }
    buf_puts(out,
             "  # The service account's key. Share the spreadsheet with its address, as editor.\n");
    put_key(out, "credentials", s->credentials);
}

static void put_webhook(struct buf *out, const struct init_settings *s)
{
    buf_puts(out,
             "\nwebhook:\n"
             "  listen: 127.0.0.1:8080    # a TLS proxy before it makes it an https address\n");
    if (s->public_url != NULL)
        put_key(out, "public_url", s->public_url);
    else
        buf_puts(out, "  # public_url: https://hooks.example.com/   # where Google reaches it\n");
    buf_puts(out, "  # Shared with the spreadsheet's script: tabrelay > Install asks for it.\n");
    put_key(out, "secret", s->secret);
}

static void put_comment(struct buf *out, const char *text)
{
    show_text(out, text, strlen(text), SHOW_LONG); /* no line break comes out of it */
}

static void put_column(struct buf *out, const struct column *c, const char *indent)
{
    buf_printf(out, "%s- ", indent);
    if (!c->is_generated) {
        put_text(out, c->name);
        buf_puts(out, "   # ");
        put_comment(out, c->sql_type);
    } else {
        buf_puts(out, "{column: ");
        buf_json(out, c->name, strlen(c->name));
        buf_puts(out, ", direction: to_sheet}   # computed by MySQL");
    }
    buf_putc(out, '\n');
}

/* Where a column cannot be shown the others have to be named; else the list waits as a comment. */
static void put_columns(struct buf *out, const struct init_table *t)
{
    bool is_all = true;

    for (size_t i = 0; i < t->table->n_columns; i++)
        is_all = is_all &&
                 (t->table->columns[i].is_invisible || init_column_is_shown(&t->table->columns[i]));
    buf_puts(
        out,
        is_all
            ? "    # columns:                # default: all, new ones too. Name them to leave some "
              "out, or with {column: x, header: X}\n"
            : "    columns:                  # without those that no cell can show\n");
    for (size_t i = 0; i < t->table->n_columns; i++)
        if (init_column_is_shown(&t->table->columns[i]))
            put_column(out, &t->table->columns[i], is_all ? "    #   " : "      ");
}

/* Of a table that is too large the newest rows, as far as a key tells that. */
static void put_limit(struct buf *out, const struct init_table *t)
{
    int64_t limit = INIT_CELLS_MAX / 2 / (int64_t)(t->n_shown == 0 ? 1 : t->n_shown);
    CLEANUP_BUF struct buf order = BUF_INIT;

    if (init_table_cells(t) <= INIT_CELLS_MAX) {
        buf_puts(out, "    # where: \"state = 'open'\"   # only these rows: an SQL condition\n");
        return;
    }
    buf_puts(out, "    # All rows would be more than the 10,000,000 cells of a spreadsheet: these "
                  "are the last ones by key. A\n"
                  "    # condition may be better: where: \"state = 'open'\"\n    order_by: ");
    table_quote(&order, t->table->columns[t->table->key[0]].name);
    buf_puts(&order, " DESC");
    buf_json(out, buf_text(&order), order.len);
    buf_printf(out, "\n    limit: %" PRId64 "\n", limit < LIMIT_MAX ? limit : LIMIT_MAX);
}

/* Does another chosen table have the same name, in another database? */
static bool is_twin(const struct init_tables *tables, const struct init_table *t)
{
    for (size_t i = 0; i < tables->n; i++)
        if (&tables->items[i] != t && tables->items[i].is_chosen &&
            strcasecmp(tables->items[i].table->name, t->table->name) == 0)
            return true;
    return false;
}

static void put_mapping(struct buf *out, const struct init_settings *s, const struct init_table *t)
{
    CLEANUP_BUF struct buf full = BUF_INIT;
    CLEANUP_BUF struct buf notes = BUF_INIT;

    buf_printf(&full, "%s.%s", t->table->schema, t->table->name);
    init_table_notes(t, &notes);
    buf_puts(out, "\n  - table: ");
    put_text(out, buf_text(&full));
    buf_printf(out, "   # about %" PRId64 " rows%s", t->rows, notes.len > 0 ? "; " : "");
    put_comment(out, buf_text(&notes));
    buf_putc(out, '\n');
    if (is_twin(s->tables, t)) {
        buf_puts(out, "    name: ");
        put_text(out, buf_text(&full));
        buf_putc(out, '\n');
    }
    buf_puts(out, "    spreadsheet: ");
    buf_json(out, s->spreadsheet, strlen(s->spreadsheet));
    buf_puts(out, "\n    tab: ");
    put_text(out, is_twin(s->tables, t) ? buf_text(&full) : t->table->name);
    buf_puts(out, "   # its title; add the tab to the spreadsheet\n    direction: ");
    put_text(out, s->direction);
    buf_puts(out, "   # both, to_sheet, to_mysql\n    conflict: ");
    put_text(out, s->conflict);
    buf_puts(out,
             "   # both sides changed a cell: sheet_wins, mysql_wins, last_write_wins, manual\n");
    put_limit(out, t);
    put_columns(out, t);
}

void init_yaml(struct buf *out, const struct init_settings *s)
{
    buf_puts(out, "# Written by `tabrelay init`; change it as you like. Every key with its "
                  "default: schemas/example.yaml, "
                  "tabrelay.yaml(5).\n"
                  "# Any text may hold ${NAME} (from the environment) or be file:PATH (beside this "
                  "file). Keep secrets there.\n\n"
                  "# instance: tabrelay      # names the checkpoint and the lease; a spare "
                  "replicator has the same\n\n");
    put_mysql(out, s);
    put_google(out, s);
    put_webhook(out, s);
    buf_puts(out, "\nreplicator:\n  metrics_listen: 127.0.0.1:9187\n\nmappings:");
    for (size_t i = 0; i < s->tables->n; i++)
        if (s->tables->items[i].is_chosen)
            put_mapping(out, s, &s->tables->items[i]);
}
