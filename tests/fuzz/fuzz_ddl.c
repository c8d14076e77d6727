/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a statement: names and text that are there, the same each time. Input: the SQL. */
#include <stdlib.h>
#include <string.h>

#include "replicator/binlog/ddl.h"
#include "tests/fuzz/targets.h"

static void check_targets(const struct ddl_statement *a, const struct ddl_statement *b)
{
    if (a->n_targets != b->n_targets || a->n_targets > DDL_TARGETS_MAX)
        abort();
    for (size_t i = 0; i < a->n_targets; i++) {
        const struct ddl_target *x = &a->targets[i], *y = &b->targets[i];

        if (strnlen(x->schema, DDL_NAME_MAX) == DDL_NAME_MAX ||
            strnlen(x->table, DDL_NAME_MAX) == DDL_NAME_MAX)
            abort();
        if (x->kind != y->kind || strcmp(x->schema, y->schema) != 0 ||
            strcmp(x->table, y->table) != 0)
            abort();
    }
}

void fuzz_ddl(const uint8_t *data, size_t size)
{
    static struct ddl_statement statement, again;
    char *sql = malloc(size);

    if (sql == NULL)
        return;
    if (size > 0)
        memcpy(sql, data, size);
    ddl_classify(sql, size, "db", &statement);
    memset(&again, 0xa5, sizeof(again));
    ddl_classify(sql, size, "db", &again);
    if (statement.sql < sql || statement.sql + statement.sql_len > sql + size ||
        statement.kind != again.kind || statement.starts_transaction != again.starts_transaction)
        abort();
    check_targets(&statement, &again);
    free(sql);
}
