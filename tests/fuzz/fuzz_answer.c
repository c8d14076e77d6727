/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an answer of Google's: the cells of a grid, or an error. The first byte chooses the
 * status. What is taken can be asked for at every place, and what is refused has words.
 */
#include <stdint.h>
#include <stdlib.h>

#include "common/json.h"
#include "replicator/sheets/private.h"
#include "tests/fuzz/targets.h"

static void use_grid(const struct grid *g)
{
    int64_t end = grid_end_row(g);
    size_t bytes = 0;

    if (end != 0 && (end <= g->row || end > g->row + g->n_rows))
        abort();
    for (int64_t r = -1; r <= g->n_rows; r++)
        for (int64_t c = -1; c < 30; c++) {
            const struct cell *cell = grid_at(g, g->row + r, g->column + c);

            if (cell->type == CELL_TEXT)
                for (size_t i = 0; i < cell->text_len; i++)
                    bytes += (unsigned char)cell->text[i];
        }
    if (bytes == 1)
        return; /* they were read */
}

static void take_grids(const cJSON *json, const struct grid_rows *rows)
{
    static const struct grid_range ranges[] = {
        {.sheet_id = 0, .row = 0, .end_row = -1, .column = 0, .end_column = 3},
        {.sheet_id = 0, .row = 5, .end_row = 9, .column = 1, .end_column = 2},
        {.sheet_id = 7, .row = 0, .end_row = 1, .column = 0, .end_column = -1},
    };

    for (enum grid_part part = GRID_VALUES; part <= GRID_LOOKS; part++)
        for (size_t n = 1; n <= 3; n++) {
            struct err err = ERR_INIT;
            struct grid *grids = NULL;

            if (grids_find(json_get(json, "sheets"), rows, ranges, n, part, &grids, &err) != 0) {
                if (err.code == ERR_NONE || err.msg[0] == '\0' || grids != NULL)
                    abort();
                continue;
            }
            for (size_t i = 0; i < n; i++)
                use_grid(&grids[i]);
            grids_free(grids, n);
        }
}

static void take_error(uint8_t status, const char *text, size_t len)
{
    static const int statuses[] = {400, 401, 403, 404, 429, 500, 503, 418};
    const struct request request = {.kind = status & 16 ? REQUEST_WRITE : REQUEST_READ,
                                    .method = "GET",
                                    .path = "",
                                    .what = "spreadsheet x"};
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct request_quota quota;
    struct err err = ERR_INIT;

    answer.status = statuses[status % 8];
    buf_append(&answer.body, text, len);
    if (request_error("robot@example.com", &request, &answer, &quota, &err) != -1 ||
        err.code == ERR_NONE || err.msg[0] == '\0')
        abort();
    http_answer_close(&answer);
}

void fuzz_answer(const uint8_t *data, size_t size)
{
    CLEANUP_ROWS_OF_GRIDS struct grid_rows rows = {.parts = 1U << GRID_VALUES | 1U << GRID_NOTES |
                                                            1U << GRID_LOOKS};
    CLEANUP_BUF struct buf body = BUF_INIT;
    CLEANUP_JSON cJSON *json = NULL;
    struct err err = ERR_INIT;

    if (size < 2)
        return;
    take_error(data[0], (const char *)data + 1, size - 1);
    buf_append(&body, data + 1, size - 1);
    if (grid_rows_take(&body, &rows, &err) == 0 && json_parse(body.ptr, body.len, &json, &err) == 0)
        take_grids(json, &rows);
    else if (err.msg[0] == '\0')
        abort();
}
