/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host: what the Apps Script engine needs of the spreadsheet. The sandbox's model fills this table;
 * tests may fill it, too.
 *
 * Each call is atomic by itself (the model locks inside) and may come from any thread. A script's
 * writes fire no triggers. Rows and columns are 0-based here. -1 with ERR_GONE: no such spreadsheet
 * or tab; ERR_VALUE: outside the grid.
 */
#ifndef SANDBOX_SCRIPT_HOST_H
#define SANDBOX_SCRIPT_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"

struct script_sheet {
    int64_t sheet_id;
    char *title; /* owned by the list */
    int64_t max_rows, max_columns;
    int64_t last_row, last_column; /* counts: 0 when the tab is empty */
};

enum script_cell_type {
    SCRIPT_CELL_BLANK,
    SCRIPT_CELL_NUMBER,
    SCRIPT_CELL_DATE, /* a number whose format is a date, a time or both: Apps Script sees a Date */
    SCRIPT_CELL_TEXT,
    SCRIPT_CELL_BOOL,
    SCRIPT_CELL_ERROR, /* text: "#N/A" */
};

struct script_cell {
    enum script_cell_type type;
    double number;
    bool boolean;
    char *text;    /* owned: TEXT, ERROR */
    char *display; /* owned: as shown */
    char *formula; /* owned: "=A1*2"; NULL if none */
};

struct script_host {
    void *ctx;
    int (*title)(void *ctx, const char *spreadsheet, char **title, char **time_zone,
                 struct err *err); /* both malloc()ed */
    int (*sheets)(void *ctx, const char *spreadsheet, struct script_sheet **out, size_t *n,
                  struct err *err); /* malloc()ed, in the order of the tabs */
    /* N_ROWS * N_COLUMNS cells into OUT (zeroed by the caller, who frees the texts). */
    int (*read)(void *ctx, const char *spreadsheet, int64_t sheet_id, int64_t row, int64_t column,
                int64_t n_rows, int64_t n_columns, struct script_cell *out, struct err *err);
    /* The same shape; TEXT is parsed as if typed (setValue does), NUMBER, BOOL, DATE and BLANK are
     * not. */
    int (*write)(void *ctx, const char *spreadsheet, int64_t sheet_id, int64_t row, int64_t column,
                 int64_t n_rows, int64_t n_columns, const struct script_cell *cells,
                 struct err *err);
    int (*get_note)(void *ctx, const char *spreadsheet, int64_t sheet_id, int64_t row,
                    int64_t column, char **note, struct err *err); /* malloc()ed, "" if none */
    int (*set_note)(void *ctx, const char *spreadsheet, int64_t sheet_id, int64_t row,
                    int64_t column, const char *note, struct err *err); /* NULL or "": remove */
    int (*set_format)(void *ctx, const char *spreadsheet, int64_t sheet_id, int64_t row,
                      int64_t column, int64_t n_rows, int64_t n_columns, const char *pattern,
                      struct err *err);
    /* Show a person something (toast, alert): the page does. May be NULL. */
    void (*tell)(void *ctx, const char *spreadsheet, const char *title, const char *text);
};
#endif
