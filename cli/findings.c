/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {"ok", "warn", "fail"};

void findings_close(struct findings *f)
{
    buf_close(&f->json);
}

static void add_json(struct findings *f, const char *level, const char *what, const char *detail,
                     const char *mend)
{
    buf_printf(&f->json, "%s{\"level\": \"%s\", \"what\": ", f->json.len == 0 ? "" : ",\n  ",
               level);
    buf_json(&f->json, what, strlen(what));
    buf_puts(&f->json, ", \"detail\": ");
    buf_json(&f->json, detail, strlen(detail));
    buf_puts(&f->json, ", \"mend\": ");
    buf_json(&f->json, mend, strlen(mend));
    buf_puts(&f->json, "}");
}

/* A mend of several lines keeps its indent. */
static void print_mend(const char *mend)
{
    while (*mend != '\0') {
        size_t len = strcspn(mend, "\n");

        printf("      -> %.*s\n", (int)len, mend);
        mend += len + (mend[len] == '\n');
    }
}

void findings_add(struct findings *f, enum finding_level level, const char *what, const char *mend,
                  const char *fmt, ...)
{
    char detail[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(detail, sizeof(detail), fmt, args);
    va_end(args);
    f->n[level]++;
    if (f->is_json) {
        add_json(f, names[level], what, detail, mend != NULL ? mend : "");
        return;
    }
    printf("%-4s  %s: %s\n", names[level], what, detail);
    if (mend != NULL)
        print_mend(mend);
    fflush(stdout); /* the next look may take a while */
}

void findings_add_err(struct findings *f, const char *what, const struct err *err)
{
    findings_add(f, FINDING_FAIL, what, err->hint, "%s", err->msg);
}

bool findings_end(const struct findings *f)
{
    bool is_good = f->n[FINDING_FAIL] == 0;

    if (f->is_json)
        printf("{\"ok\": %s, \"findings\": [\n  %s\n]}\n", is_good ? "true" : "false",
               buf_text(&f->json));
    else
        printf("\n%zu ok, %zu warnings, %zu failures\n", f->n[FINDING_OK], f->n[FINDING_WARN],
               f->n[FINDING_FAIL]);
    return is_good;
}
