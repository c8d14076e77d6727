/* SPDX-License-Identifier: Apache-2.0 */
#include "common/cell/cell_json.h"

#include "common/number.h"

void cell_put_json(struct buf *out, const struct cell *cell)
{
    char number[NUMBER_TEXT_SIZE];

    switch (cell->type) {
    case CELL_BLANK:
        buf_puts(out, "null");
        return;
    case CELL_NUMBER:
        buf_append(out, number, number_print_double(cell->number, number));
        return;
    case CELL_BOOL:
        buf_puts(out, cell->boolean ? "true" : "false");
        return;
    case CELL_TEXT:
        buf_json(out, cell->text, cell->text_len);
        return;
    case CELL_ERROR:
        buf_puts(out, "{\"error\":");
        buf_json(out, cell->text, cell->text_len);
        buf_putc(out, '}');
        return;
    }
}
