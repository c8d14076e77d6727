/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/script/journal.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"

#define LINE_BYTES 2000

struct line {
    int64_t time_ms;
    const char *level;
    char *spreadsheet; /* owned */
    char *text;        /* owned */
};

struct journal {
    pthread_mutex_t mutex;
    struct line lines[JOURNAL_LINES]; /* a ring */
    size_t n;                         /* lines ever added */
    uint64_t runs, errors;
};

struct journal *journal_new(void)
{
    struct journal *j = calloc(1, sizeof(*j));

    if (j != NULL)
        pthread_mutex_init(&j->mutex, NULL);
    return j;
}

void journal_free(struct journal *j)
{
    if (j == NULL)
        return;
    for (size_t i = 0; i < JOURNAL_LINES; i++) {
        free(j->lines[i].spreadsheet);
        free(j->lines[i].text);
    }
    pthread_mutex_destroy(&j->mutex);
    free(j);
}

void journal_add(struct journal *j, const char *level, const char *spreadsheet, const char *text)
{
    LOCK_SCOPE(&j->mutex);
    struct line *line = &j->lines[j->n++ % JOURNAL_LINES];

    free(line->spreadsheet);
    free(line->text);
    /* A line that memory is too short for is shown empty. */
    *line = (struct line){.time_ms = clock_wall_ms(),
                          .level = level,
                          .spreadsheet = strdup(spreadsheet),
                          .text = strndup(text, LINE_BYTES)};
}

void journal_count_run(struct journal *j, bool is_failed)
{
    LOCK_SCOPE(&j->mutex);

    j->runs++;
    j->errors += is_failed ? 1 : 0;
}

static void render_line(const struct line *line, struct buf *out)
{
    const char *spreadsheet = line->spreadsheet == NULL ? "" : line->spreadsheet;
    const char *text = line->text == NULL ? "" : line->text;

    buf_printf(out, "{\"time\":%" PRId64 ",\"level\":\"%s\",\"spreadsheet\":", line->time_ms,
               line->level);
    buf_json(out, spreadsheet, strlen(spreadsheet));
    buf_puts(out, ",\"text\":");
    buf_json(out, text, strlen(text));
    buf_putc(out, '}');
}

void journal_render(struct journal *j, struct buf *out)
{
    LOCK_SCOPE(&j->mutex);
    size_t first = j->n > JOURNAL_LINES ? j->n - JOURNAL_LINES : 0;

    buf_printf(out, "\"runs\":%" PRIu64 ",\"errors\":%" PRIu64 ",\"log\":[", j->runs, j->errors);
    for (size_t i = first; i < j->n; i++) {
        buf_puts(out, i == first ? "" : ",");
        render_line(&j->lines[i % JOURNAL_LINES], out);
    }
    buf_putc(out, ']');
}
