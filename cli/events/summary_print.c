/* SPDX-License-Identifier: Apache-2.0 */
/* The summary for people. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/events/line.h"
#include "cli/events/summary_rows.h"
#include "common/cleanup.h"

enum { MICROS = 1000000 };

/* Print N_ROWS lines of CELLS, and free them. */
static int print_cells(const char *const *headers, size_t n_columns, struct buf *cells,
                       size_t n_rows, struct err *err)
{
    bool is_failed = false;

    for (size_t i = 0; i < n_rows * n_columns; i++)
        is_failed = is_failed || cells[i].is_failed;
    if (!is_failed)
        cli_print_table(headers, n_columns, cells, n_rows);
    for (size_t i = 0; i < n_rows * n_columns; i++)
        buf_close(&cells[i]);
    return is_failed ? err_nomem(err, "events") : 0;
}

static int print_types(const struct summary *s, struct err *err)
{
    static const char *const headers[] = {"EVENT", "COUNT", "BYTES", ""};
    struct summary_type types[2 * SUMMARY_TYPES];
    size_t n = summary_types(s, types);
    CLEANUP_FREE struct buf *cells = calloc(n * 4 + 1, sizeof(*cells));

    if (cells == NULL)
        return err_nomem(err, "events");
    for (size_t i = 0; i < n; i++) {
        buf_puts(&cells[4 * i], types[i].name);
        buf_printf(&cells[4 * i + 1], "%" PRIu64, types[i].count->events);
        buf_printf(&cells[4 * i + 2], "%" PRIu64, types[i].count->bytes);
        buf_puts(&cells[4 * i + 3], types[i].is_inner ? "in payloads, unpacked" : "");
    }
    return print_cells(headers, 4, cells, n, err);
}

static int print_tables(const struct roster *r, struct err *err)
{
    static const char *const headers[] = {"TABLE", "INSERT", "UPDATE", "DELETE"};
    size_t n;
    CLEANUP_FREE struct roster_table **tables = summary_tables(r, &n);
    CLEANUP_FREE struct buf *cells = calloc(n * 4 + 1, sizeof(*cells));

    if (tables == NULL || cells == NULL)
        return err_nomem(err, "events");
    if (n == 0) {
        puts("No rows.");
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        buf_printf(&cells[4 * i], "%s.%s", tables[i]->schema, tables[i]->name);
        for (size_t kind = 0; kind < LAYOUT_TYPES; kind++)
            buf_printf(&cells[4 * i + 1 + kind], "%" PRIu64, tables[i]->rows[kind]);
    }
    return print_cells(headers, 4, cells, n, err);
}

static void print_largest(const char *by, const struct summary_transaction *t)
{
    printf("  largest by %s: %" PRIu64 " rows, %" PRIu64 " bytes, %s at %s %s\n", by, t->rows,
           t->bytes, t->gtid.len > 0 ? buf_text(&t->gtid) : "no GTID", buf_text(&t->position),
           buf_text(&t->time));
}

static void print_transactions(const struct summary *s)
{
    char first[LINE_TIME_SIZE], last[LINE_TIME_SIZE];

    printf("Transactions: %" PRIu64 "\n", s->n_transactions);
    if (s->n_transactions == 0)
        return;
    line_print_time(s->first_us, s->is_first_exact, first);
    line_print_time(s->last_us, s->is_last_exact, last);
    printf("  from %s to %s (%.3f s)\n", first, last, (double)(s->last_us - s->first_us) / MICROS);
    if (s->most_rows.rows > 0)
        print_largest("rows", &s->most_rows);
    print_largest("bytes", &s->most_bytes);
}

int summary_print(const struct summary *s, const struct roster *r, struct err *err)
{
    printf("Files: %zu, %" PRIu64 " bytes of events\n", s->n_files, s->bytes);
    for (size_t i = 0; i < s->n_files; i++)
        printf("  %s\n", s->files[i]);
    putchar('\n');
    if (print_types(s, err) != 0)
        return -1;
    putchar('\n');
    if (print_tables(r, err) != 0)
        return -1;
    putchar('\n');
    print_transactions(s);
    return 0;
}
