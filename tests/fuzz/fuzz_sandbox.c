/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the body of spreadsheets.batchUpdate, given to the sandbox as rest.c does: refused
 * with words, and then nothing has changed, or applied, and then all cells can be read.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/calc.h"
#include "sandbox/mem.h"
#include "sandbox/rest.h"
#include "sandbox/typed.h"
#include "tests/fuzz/targets.h"

enum { ROWS = 12, COLUMNS = 6 };

static void type(struct book *b, int64_t row, int64_t column, const char *text)
{
    typed_enter(tab_write(book_write_tab(b, b->tabs[0]), row, column), text);
}

static struct library *make_library(void)
{
    struct library *library = NULL;
    struct err err = ERR_INIT;
    struct book *b = book_new("test", "Test");

    type(b, 0, 0, "id");
    type(b, 0, 1, "name");
    type(b, 1, 0, "1");
    type(b, 1, 1, "lamp");
    type(b, 2, 0, "2");
    type(b, 2, 1, "=A2*2+SUM(A1:A3)");
    if (library_open(NULL, &library, &err) != 0 ||
        library_add(library, b, (struct author){"api", ""}, &err) != 0)
        abort();
    return library;
}

static void read_all(const struct book *b)
{
    CLEANUP(calc_cleanup) struct calc *calc = calc_new(b);

    for (size_t t = 0; t < b->n_tabs; t++)
        for (int64_t r = 0; r < ROWS; r++)
            for (int64_t c = 0; c < COLUMNS; c++)
                calc_value(calc, b->tabs[t], r, c);
}

static void apply(struct library *library, cJSON *body)
{
    struct sandbox sandbox = {.library = library, .url = "http://127.0.0.1:1"};
    char id[] = "test";
    struct call call = {
        .sandbox = &sandbox, .id = id, .body = body, .mask = fields_all(), .user = ""};
    CLEANUP(book_cleanup) struct book *before = library_get(library, id);
    CLEANUP(book_cleanup) struct book *after = NULL;
    struct err err = ERR_INIT;
    int rc = rest_batch_update(&call, &err);

    after = library_get(library, id);
    if (rc != 0 && (err.msg[0] == '\0' || err.detail < 400 || after != before))
        abort();
    if (rc == 0 && call.answer == NULL)
        abort();
    read_all(after);
    cJSON_Delete(call.answer);
}

void fuzz_sandbox(const uint8_t *data, size_t size)
{
    CLEANUP_JSON cJSON *json = NULL;
    struct check_report report = {0};
    struct err err = ERR_INIT;
    struct library *library;

    if (json_parse((const char *)data, size, &json, &err) != 0)
        return;
    if (check_body(check_schema("BatchUpdateSpreadsheetRequest"), json, &report) == 0) {
        library = make_library();
        apply(library, json);
        library_close(library);
    } else if (report.message.len == 0 || report.violations == NULL) {
        abort();
    }
    check_report_close(&report);
}
