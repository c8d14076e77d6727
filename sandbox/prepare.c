/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/prepare.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "sandbox/mem.h"
#include "sandbox/script/engine.h"

enum { ROWS = 1000, COLUMNS = 26, MAX_TABS = 200, RETRY_MS = 1000, MAX_SECRET = 1024 };

/* Its reader is the sandbox's owner. */
#define OWNER "owner@example.com"

static int bad_book(const char *spec, struct err *err)
{
    return err_set(err, ERR_CONFIG, "--book: expected ID=TITLE:TAB,TAB..., got \"%.80s\"", spec);
}

/* "TAB,TAB..." in place of the tab that a new spreadsheet has. */
static bool add_tabs(struct book *b, const char *tabs)
{
    int64_t id = 0;

    book_remove_tab(b, 0);
    for (const char *at = tabs; id < MAX_TABS; at++) {
        size_t len = strcspn(at, ",");
        CLEANUP_FREE char *title = mem_text_n(at, len);

        if (len == 0 || book_tab_by_title(b, title) != NULL)
            return false;
        book_add_tab(b, tab_new(id++, title, ROWS, COLUMNS), -1);
        at += len;
        if (*at == '\0')
            return true;
    }
    return false;
}

int prepare_book(struct sandbox *s, const char *spec, struct err *err)
{
    const struct author author = {"user", OWNER};
    size_t id_len = strcspn(spec, "="), title_len = strcspn(spec, ":");

    if (id_len == 0 || title_len <= id_len + 1 || spec[title_len] == '\0')
        return bad_book(spec, err);
    CLEANUP_FREE char *id = mem_text_n(spec, id_len);
    CLEANUP_FREE char *title = mem_text_n(spec + id_len + 1, title_len - id_len - 1);
    CLEANUP(book_cleanup) struct book *there = library_get(s->library, id);

    if (there != NULL)
        return 0;
    struct book *b = book_new(id, title);

    if (!add_tabs(b, spec + title_len + 1)) {
        book_unref(b);
        return bad_book(spec, err);
    }
    return library_add(s->library, b, author, err);
}

/* --- the script --- */

struct prepare {
    struct sandbox *sandbox;
    char *arguments; /* owned; JSON: the URL and the secret */
    pthread_t thread;
};

static bool install(const struct prepare *p, const char *id)
{
    CLEANUP_BUF struct buf result = BUF_INIT;
    struct err err = ERR_INIT;

    if (script_run(p->sandbox->script, id, "install", p->arguments, OWNER, &result, &err) < 0) {
        log_err(LOG_WARN, "sandbox: the script is not installed yet", &err);
        return false;
    }
    return strstr(buf_text(&result), "Connected") != NULL;
}

static bool install_all(const struct prepare *p)
{
    size_t n = 0;
    struct book **books = library_list(p->sandbox->library, &n);
    bool is_done = true;

    for (size_t i = 0; i < n; i++) {
        is_done = install(p, books[i]->id) && is_done;
        book_unref(books[i]);
    }
    free(books);
    return is_done;
}

static void *work(void *arg)
{
    const struct prepare *p = arg;

    while (!stop_is_asked(p->sandbox->stop)) {
        if (install_all(p)) {
            log_info("sandbox: the script is installed and reaches the webhook");
            break;
        }
        stop_wait_ms(p->sandbox->stop, RETRY_MS);
    }
    return NULL;
}

static int read_secret(const char *path, struct buf *out, struct err *err)
{
    char line[MAX_SECRET + 2];
    CLEANUP_FILE FILE *f = fopen(path, "re");

    if (f == NULL)
        return err_errno(err, "--install: open %s", path);
    if (fgets(line, sizeof(line), f) == NULL || strcspn(line, "\r\n") == 0)
        return err_set(err, ERR_CONFIG, "--install: %s has no secret in its first line", path);
    buf_append(out, line, strcspn(line, "\r\n"));
    return 0;
}

int prepare_install(struct sandbox *s, const char *spec, struct prepare **out, struct err *err)
{
    const char *comma = strrchr(spec, ',');
    CLEANUP_BUF struct buf secret = BUF_INIT;
    CLEANUP_BUF struct buf arguments = BUF_INIT;
    struct prepare *p;

    if (comma == NULL || comma == spec)
        return err_set(err, ERR_CONFIG, "--install: expected URL,FILE, got \"%.80s\"", spec);
    if (s->script == NULL)
        return err_set(err, ERR_CONFIG, "--install: there is no script to install (--script)");
    if (read_secret(comma + 1, &secret, err) < 0)
        return -1;
    buf_putc(&arguments, '[');
    buf_json(&arguments, spec, (size_t)(comma - spec));
    buf_putc(&arguments, ',');
    buf_json(&arguments, buf_text(&secret), secret.len);
    buf_putc(&arguments, ']');
    p = mem_new(1, sizeof(*p));
    p->sandbox = s;
    p->arguments = mem_text(buf_text(&arguments));
    if (pthread_create(&p->thread, NULL, work, p) != 0) {
        free(p->arguments);
        free(p);
        return err_set(err, ERR_IO, "--install: cannot start a thread");
    }
    *out = p;
    return 0;
}

char *prepare_webhook(const char *spec)
{
    const char *comma = spec == NULL ? NULL : strrchr(spec, ',');

    return comma == NULL ? NULL : mem_text_n(spec, (size_t)(comma - spec));
}

void prepare_free(struct prepare *p)
{
    if (p == NULL)
        return;
    pthread_join(p->thread, NULL);
    free(p->arguments);
    free(p);
}
