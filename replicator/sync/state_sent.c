/* SPDX-License-Identifier: Apache-2.0 */
/* state_sent: the batch that is on its way to a spreadsheet, remembered until it is acknowledged.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "replicator/sync/state.h"

enum { WRITER_HEX = 16 };

int state_ack_sent(struct state *s, const char *spreadsheet, struct batch_number number,
                   const struct buf *content, struct err *err)
{
    char writer[WRITER_HEX + 1];
    struct db_param params[] = {DB_P_TEXT(s->cfg->instance),
                                DB_P_TEXT(spreadsheet),
                                DB_P_INT(number.n),
                                {.kind = DB_TEXT, .ptr = writer, .len = WRITER_HEX},
                                {.kind = DB_TEXT, .ptr = buf_text(content), .len = content->len}};

    snprintf(writer, sizeof(writer), "%016" PRIx64, number.writer);
    return state_run(
        s,
        "REPLACE INTO @.sent_batch (instance, spreadsheet, number, writer, content, sent_at) "
        "VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3))",
        params, 5, NULL, err);
}

int state_forget_sent(struct state *s, const char *spreadsheet, struct err *err)
{
    struct db_param params[] = {DB_P_TEXT(s->cfg->instance), DB_P_TEXT(spreadsheet)};

    return state_run(s, "DELETE FROM @.sent_batch WHERE instance = ? AND spreadsheet = ?", params,
                     2, NULL, err);
}

int state_load_sent(struct state *s, struct db_rows *rows, struct err *err)
{
    struct db_param params[] = {DB_P_TEXT(s->cfg->instance)};

    return state_run(s,
                     "SELECT spreadsheet, number, writer, content FROM @.sent_batch "
                     "WHERE instance = ?",
                     params, 1, rows, err);
}

struct sent_batch state_sent_at(const struct db_rows *rows, size_t r)
{
    struct value content = db_rows_at(rows, r, 3);

    return (struct sent_batch){
        .spreadsheet = db_rows_text(rows, r, 0),
        .number = {.n = db_rows_int(rows, r, 1),
                   .writer = strtoull(db_rows_text(rows, r, 2), NULL, 16)},
        .content = content.ptr,
        .content_len = content.len,
    };
}
