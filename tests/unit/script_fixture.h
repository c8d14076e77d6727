/* SPDX-License-Identifier: Apache-2.0 */
/*
 * script_fixture: a spreadsheet in memory, and the script engine on it.
 *
 * One spreadsheet "S1" with the mapped tab "Countries" (id 7: Id | Name | Area | private notes |
 * Updated) and the unmapped tab "Scratch" (id 8). Rows and columns are 0-based as in host.h.
 */
#ifndef TESTS_UNIT_SCRIPT_FIXTURE_H
#define TESTS_UNIT_SCRIPT_FIXTURE_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/json.h"
#include "sandbox/script/engine.h"

#define ROWS 6000
#define COLUMNS 6

/* ---- The spreadsheet ---- */

struct grid {
    pthread_mutex_t mutex;
    struct script_cell cells[2][ROWS][COLUMNS];
    char *notes[2][ROWS][COLUMNS];
    size_t writes; /* cells written by scripts */
    char told[512];
};

static struct grid grid = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void cell_clear(struct script_cell *c)
{
    free(c->text);
    free(c->formula);
    *c = (struct script_cell){0};
}

/* As typed: a number, a formula, a boolean or text. */
static void cell_type(struct script_cell *c, const char *text)
{
    char *end;
    double number = strtod(text, &end);

    cell_clear(c);
    if (text[0] == '\0')
        return;
    if (*end == '\0') {
        c->type = SCRIPT_CELL_NUMBER;
        c->number = number;
    } else if (strcmp(text, "TRUE") == 0 || strcmp(text, "FALSE") == 0) {
        c->type = SCRIPT_CELL_BOOL;
        c->boolean = text[0] == 'T';
    } else if (text[0] == '=') {
        c->type = SCRIPT_CELL_NUMBER;
        c->number = 42;
        c->formula = strdup(text);
    } else {
        c->type = text[0] == '#' ? SCRIPT_CELL_ERROR : SCRIPT_CELL_TEXT;
        c->text = strdup(text);
    }
}

static char *cell_display(const struct script_cell *c)
{
    char *text = NULL;

    if (c->type == SCRIPT_CELL_NUMBER || c->type == SCRIPT_CELL_DATE)
        assert_true(asprintf(&text, "%.15g", c->number) > 0);
    else if (c->type == SCRIPT_CELL_BOOL)
        text = strdup(c->boolean ? "TRUE" : "FALSE");
    else
        text = strdup(c->text == NULL ? "" : c->text);
    return text;
}

static int grid_title(void *ctx, const char *spreadsheet, char **title, char **time_zone,
                      struct err *err)
{
    (void)ctx;
    if (strcmp(spreadsheet, "S1") != 0)
        return err_set(err, ERR_GONE, "no spreadsheet %s", spreadsheet);
    *title = strdup("World");
    *time_zone = strdup("Europe/Berlin");
    return 0;
}

static int64_t last_row_of(int tab)
{
    for (int64_t row = ROWS; row > 0; row--)
        for (int column = 0; column < COLUMNS; column++)
            if (grid.cells[tab][row - 1][column].type != SCRIPT_CELL_BLANK)
                return row;
    return 0;
}

static int grid_sheets(void *ctx, const char *spreadsheet, struct script_sheet **out, size_t *n,
                       struct err *err)
{
    static const char *const titles[] = {"Countries", "Scratch"};

    (void)ctx;
    (void)spreadsheet;
    (void)err;
    *out = calloc(2, sizeof(**out));
    *n = 2;
    pthread_mutex_lock(&grid.mutex);
    for (int i = 0; i < 2; i++)
        (*out)[i] = (struct script_sheet){.sheet_id = 7 + i,
                                          .title = strdup(titles[i]),
                                          .max_rows = ROWS,
                                          .max_columns = COLUMNS,
                                          .last_row = last_row_of(i),
                                          .last_column = i == 0 ? 5 : 2};
    pthread_mutex_unlock(&grid.mutex);
    return 0;
}

static int check_area(int64_t sheet_id, int64_t row, int64_t column, int64_t rows, int64_t columns,
                      struct err *err)
{
    if (sheet_id < 7 || sheet_id > 8)
        return err_set(err, ERR_GONE, "no tab");
    if (row < 0 || column < 0 || row + rows > ROWS || column + columns > COLUMNS)
        return err_set(err, ERR_VALUE, "outside the grid");
    return 0;
}

static int grid_read(void *ctx, const char *spreadsheet, int64_t sheet_id, int64_t row,
                     int64_t column, int64_t n_rows, int64_t n_columns, struct script_cell *out,
                     struct err *err)
{
    (void)ctx;
    (void)spreadsheet;
    if (check_area(sheet_id, row, column, n_rows, n_columns, err) != 0)
        return -1;
    pthread_mutex_lock(&grid.mutex);
    for (int64_t i = 0; i < n_rows * n_columns; i++) {
        const struct script_cell *c =
            &grid.cells[sheet_id - 7][row + i / n_columns][column + i % n_columns];

        out[i] = *c;
        out[i].text = c->text == NULL ? NULL : strdup(c->text);
        out[i].formula = c->formula == NULL ? NULL : strdup(c->formula);
        out[i].display = cell_display(c);
    }
    pthread_mutex_unlock(&grid.mutex);
    return 0;
}

static int grid_write(void *ctx, const char *spreadsheet, int64_t sheet_id, int64_t row,
                      int64_t column, int64_t n_rows, int64_t n_columns,
                      const struct script_cell *cells, struct err *err)
{
    (void)ctx;
    (void)spreadsheet;
    if (check_area(sheet_id, row, column, n_rows, n_columns, err) != 0)
        return -1;
    pthread_mutex_lock(&grid.mutex);
    for (int64_t i = 0; i < n_rows * n_columns; i++) {
        struct script_cell *c =
            &grid.cells[sheet_id - 7][row + i / n_columns][column + i % n_columns];

        cell_clear(c);
        if (cells[i].type == SCRIPT_CELL_TEXT) {
            cell_type(c, cells[i].text);
        } else {
            c->type = cells[i].type;
            c->number = cells[i].number;
            c->boolean = cells[i].boolean;
        }
        grid.writes++;
    }
    pthread_mutex_unlock(&grid.mutex);
    return 0;
}

static int grid_get_note(void *ctx, const char *spreadsheet, int64_t sheet_id, int64_t row,
                         int64_t column, char **note, struct err *err)
{
    const char *text;

    (void)ctx;
    (void)spreadsheet;
    if (check_area(sheet_id, row, column, 1, 1, err) != 0)
        return -1;
    pthread_mutex_lock(&grid.mutex);
    text = grid.notes[sheet_id - 7][row][column];
    *note = strdup(text == NULL ? "" : text);
    pthread_mutex_unlock(&grid.mutex);
    return 0;
}

static int grid_set_note(void *ctx, const char *spreadsheet, int64_t sheet_id, int64_t row,
                         int64_t column, const char *note, struct err *err)
{
    char **at;

    (void)ctx;
    (void)spreadsheet;
    if (check_area(sheet_id, row, column, 1, 1, err) != 0)
        return -1;
    at = &grid.notes[sheet_id - 7][row][column];
    pthread_mutex_lock(&grid.mutex);
    free(*at);
    *at = note == NULL || note[0] == '\0' ? NULL : strdup(note);
    pthread_mutex_unlock(&grid.mutex);
    return 0;
}

static int grid_set_format(void *ctx, const char *spreadsheet, int64_t sheet_id, int64_t row,
                           int64_t column, int64_t n_rows, int64_t n_columns, const char *pattern,
                           struct err *err)
{
    (void)ctx;
    (void)spreadsheet;
    (void)pattern;
    return check_area(sheet_id, row, column, n_rows, n_columns, err);
}

static void grid_tell(void *ctx, const char *spreadsheet, const char *title, const char *text)
{
    (void)ctx;
    (void)spreadsheet;
    (void)title;
    pthread_mutex_lock(&grid.mutex);
    snprintf(grid.told, sizeof(grid.told), "%s", text);
    pthread_mutex_unlock(&grid.mutex);
}

static const struct script_host grid_host = {.title = grid_title,
                                             .sheets = grid_sheets,
                                             .read = grid_read,
                                             .write = grid_write,
                                             .get_note = grid_get_note,
                                             .set_note = grid_set_note,
                                             .set_format = grid_set_format,
                                             .tell = grid_tell};

static void grid_row(int64_t row, const char *const texts[5])
{
    for (int column = 0; column < 5; column++)
        cell_type(&grid.cells[0][row][column], texts[column]);
}

/* Two countries below the headers. */
static void grid_reset(void)
{
    for (int tab = 0; tab < 2; tab++)
        for (int row = 0; row < ROWS; row++)
            for (int column = 0; column < COLUMNS; column++) {
                cell_clear(&grid.cells[tab][row][column]);
                free(grid.notes[tab][row][column]);
                grid.notes[tab][row][column] = NULL;
            }
    grid.writes = 0;
    grid.told[0] = '\0';
    grid_row(0, (const char *const[]){"Id", "Name", "Area", "private", "Updated"});
    grid_row(1, (const char *const[]){"1", "Germany", "357.5", "mine", ""});
    grid_row(2, (const char *const[]){"2", "France", "643.8", "", ""});
}

/* ---- The engine ---- */

static struct script *engine;

static void engine_start(struct script_options options)
{
    struct err err = ERR_INIT;

    options.host = &grid_host;
    if (options.source == NULL)
        options.source = "webhook/apps_script/Code.gs";
    if (script_new(&options, &engine, &err) != 0)
        fail_msg("%s", err.msg);
}

/* Run FUNCTION(ARGUMENTS); its result's JSON, or the error's text. */
static const char *call(const char *function, const char *arguments)
{
    static char text[2048];
    struct buf result = BUF_INIT;
    struct err err = ERR_INIT;

    if (script_run(engine, "S1", function, arguments, "ann@example.com", &result, &err) == 0)
        snprintf(text, sizeof(text), "%s", buf_text(&result));
    else
        snprintf(text, sizeof(text), "%s", err.msg);
    buf_close(&result);
    return text;
}

static cJSON *status_json(void)
{
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;
    cJSON *json;

    script_status(engine, &text);
    if (json_parse(buf_text(&text), text.len, &json, &err) != 0)
        fail_msg("%s: %s", err.msg, buf_text(&text));
    buf_close(&text);
    return json;
}

static void print_log(void)
{
    cJSON *status = status_json();
    const cJSON *line;

    cJSON_ArrayForEach(line, json_get(status, "log"))
    {
        printf("  log: %s %s\n", json_text(line, "level", ""), json_text(line, "text", ""));
    }
    cJSON_Delete(status);
}

static void settle(void)
{
    assert_true(script_wait_idle(engine, 60000));
}

/* A person types TEXT into one cell; the events go off, nobody waits. */
static void type_at(int64_t sheet_id, int64_t row, int64_t column, const char *text)
{
    struct script_cell *c = &grid.cells[sheet_id - 7][row][column];
    char *old;

    pthread_mutex_lock(&grid.mutex);
    old = cell_display(c);
    cell_type(c, text);
    pthread_mutex_unlock(&grid.mutex);
    script_fire_edit(engine, "S1",
                     &(struct script_edit){.user = "ann@example.com",
                                           .sheet_id = sheet_id,
                                           .row = row,
                                           .column = column,
                                           .n_rows = 1,
                                           .n_columns = 1,
                                           .value = text[0] == '\0' ? NULL : text,
                                           .old_value = old[0] == '\0' ? NULL : old});
    script_fire_change(engine, "S1", "EDIT", "ann@example.com");
    free(old);
}

static void type(int64_t row, int64_t column, const char *text)
{
    type_at(7, row, column, text);
}

/* A range was pasted, filled or cleared: the grid has it already. */
static void fire_range(int64_t row, int64_t column, int64_t rows, int64_t columns)
{
    script_fire_edit(engine, "S1",
                     &(struct script_edit){.user = "ann@example.com",
                                           .sheet_id = 7,
                                           .row = row,
                                           .column = column,
                                           .n_rows = rows,
                                           .n_columns = columns});
}

static int teardown(void **state)
{
    (void)state;
    if (getenv("SHOW_LOG") != NULL)
        print_log();
    script_free(engine);
    engine = NULL;
    return 0;
}
#endif
