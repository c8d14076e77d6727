/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const labels[] = {"ok", "warn", "fail", "skip"};
static const char *const statuses[] = {"ok", "warning", "failed", "skipped"};

void findings_close(struct findings *f)
{
    buf_close(&f->json);
    buf_close(&f->text);
}

static void put_member(struct buf *out, const char *name, const char *text)
{
    buf_printf(out, ", \"%s\": ", name);
    buf_json(out, text, strlen(text));
}

/* A mend of several lines keeps its indent. */
static void put_mend(struct buf *out, const char *mend)
{
    while (*mend != '\0') {
        size_t len = strcspn(mend, "\n");

        buf_printf(out, "      -> %.*s\n", (int)len, mend);
        mend += len + (mend[len] == '\n');
    }
}

void findings_add(struct findings *f, enum finding_level level, const char *id, const char *what,
                  const char *mend, const char *fmt, ...)
{
    CLEANUP_BUF struct buf line = BUF_INIT;
    char detail[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(detail, sizeof(detail), fmt, args);
    va_end(args);
    f->n[level]++;
    if (f->is_json) {
        buf_printf(&f->json, "%s{\"id\": \"%s\"", f->json.len == 0 ? "" : ",\n  ", id);
        put_member(&f->json, "subject", what);
        put_member(&f->json, "status", statuses[level]);
        put_member(&f->json, "message", detail);
        put_member(&f->json, "remedy", mend != NULL ? mend : "");
        buf_putc(&f->json, '}');
        return;
    }
    if (f->is_quiet) {
        buf_printf(&f->text, "%-4s  %s%s%s\n", labels[level], id, level == FINDING_OK ? "" : ": ",
                   level == FINDING_OK ? "" : detail);
        return;
    }
    buf_printf(&line, "%-4s  %s: %s\n", labels[level], what, detail);
    put_mend(&line, mend != NULL ? mend : "");
    fputs(buf_text(&line), stdout);
    fflush(stdout); /* the next look may take a while */
}

void findings_add_err(struct findings *f, const char *id, const char *what, const struct err *err)
{
    findings_add(f, FINDING_FAIL, id, what, err->hint, "%s", err->msg);
}

static void print_json(const struct findings *f, bool is_good)
{
    printf("{\"ok\": %s, \"counts\": {", is_good ? "true" : "false");
    for (size_t i = 0; i < FINDING_LEVELS; i++)
        printf("%s\"%s\": %zu", i == 0 ? "" : ", ", statuses[i], f->n[i]);
    printf("}, \"checks\": [\n  %s\n]}\n", buf_text(&f->json));
}

bool findings_end(const struct findings *f)
{
    bool is_good = f->n[FINDING_FAIL] == 0;

    if (f->is_json)
        print_json(f, is_good);
    else
        printf("\n%zu ok, %zu warning%s, %zu failed, %zu skipped\n", f->n[FINDING_OK],
               f->n[FINDING_WARN], f->n[FINDING_WARN] == 1 ? "" : "s", f->n[FINDING_FAIL],
               f->n[FINDING_SKIP]);
    return is_good;
}
