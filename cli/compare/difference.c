/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare/difference.h"

#include <string.h>

#include "cli/compare/cells.h"
#include "cli/show.h"
#include "common/cell/cell_json.h"
#include "common/json.h"

char *difference_cells(const struct mapping *m, const struct difference *d, const bool *only)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    buf_putc(&out, '[');
    for (size_t i = 0; d->mysql != NULL && d->grid != NULL && i < m->n_columns; i++) {
        const struct cell *cell = cells_at(m, d->grid, d->row, i);

        if ((only != NULL && !only[i]) || !cells_is_compared(m, i) ||
            !cells_differ(m, i, cell, d->mysql[i]))
            continue;
        buf_puts(&out, out.len > 1 ? ", {\"header\": " : "{\"header\": ");
        buf_json(&out, m->columns[i].header, strlen(m->columns[i].header));
        buf_puts(&out, ", \"mysql\": ");
        show_put_json(&out, d->mysql[i]);
        buf_puts(&out, ", \"tab\": ");
        cell_put_json(&out, cell);
        buf_putc(&out, '}');
    }
    buf_putc(&out, ']');
    return buf_take(&out);
}

void difference_show_cells(struct buf *out, const char *json)
{
    CLEANUP_JSON cJSON *cells = NULL;
    const cJSON *cell;
    const char *separator = "";
    struct err err;

    if (json == NULL || json_parse(json, strlen(json), &cells, &err) != 0)
        return;
    cJSON_ArrayForEach(cell, cells)
    {
        const char *header = json_text(cell, "header", "");

        buf_puts(out, separator);
        show_text(out, header, strlen(header), SHOW_SHORT);
        buf_puts(out, ": MySQL has ");
        show_item(out, json_get(cell, "mysql"), SHOW_SHORT);
        buf_puts(out, ", the tab ");
        show_item(out, json_get(cell, "tab"), SHOW_SHORT);
        separator = "; ";
    }
}
