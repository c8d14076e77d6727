/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "sandbox/disk_json.h"
#include "sandbox/mem.h"

enum { REWRITE_AT = 8, REWRITE_MIN_BYTES = 1 << 20 };

struct disk {
    char *dir; /* owned */
    /* Sizes of the files, so that one that has grown is written anew. */
    struct growth {
        char *id;
        size_t first, total; /* bytes */
    } * files;
    size_t n;
};

static char *path_of(const struct disk *s, const char *id, const char *suffix)
{
    return mem_printf("%s/%s.jsonl%s", s->dir, id, suffix);
}

static struct growth *growth_of(struct disk *s, const char *id)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->files[i].id, id) == 0)
            return &s->files[i];
    s->files = mem_resize(s->files, s->n + 1, sizeof(*s->files));
    s->files[s->n] = (struct growth){.id = mem_text(id)};
    return &s->files[s->n++];
}

static int write_all(int fd, const struct buf *data, const char *path, struct err *err)
{
    size_t done = 0;
    ssize_t n;

    while (done < data->len) {
        n = write(fd, data->ptr + done, data->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(err, "disk: write %s", path);
        done += (size_t)n;
    }
    return 0;
}

/* The whole version, in place of the file. */
static int write_anew(struct disk *s, const struct book *b, struct err *err)
{
    CLEANUP_FREE char *path = path_of(s, b->id, "");
    CLEANUP_FREE char *tmp = path_of(s, b->id, ".new");
    CLEANUP_BUF struct buf line = BUF_INIT;
    CLEANUP_CLOSE int fd = -1;
    struct growth *g = growth_of(s, b->id);

    disk_json_put(&line, NULL, b);
    fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_errno(err, "disk: open %s", tmp);
    if (write_all(fd, &line, tmp, err) < 0)
        return -1;
    if (rename(tmp, path) < 0)
        return err_errno(err, "disk: rename %s", tmp);
    g->first = g->total = line.len;
    return 0;
}

int disk_write(struct disk *s, const struct book *old, const struct book *b, struct err *err)
{
    CLEANUP_FREE char *path = path_of(s, b->id, "");
    CLEANUP_BUF struct buf line = BUF_INIT;
    CLEANUP_CLOSE int fd = -1;
    struct growth *g = growth_of(s, b->id);

    if (old == NULL || (g->total > REWRITE_MIN_BYTES && g->total > g->first * REWRITE_AT))
        return write_anew(s, b, err);
    disk_json_put(&line, old, b);
    fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "disk: open %s", path);
    if (write_all(fd, &line, path, err) < 0) {
        /* Half a line must not stand before the next one. */
        if (ftruncate(fd, (off_t)g->total) < 0)
            log_warn("disk: %s cannot be cut back", path);
        return -1;
    }
    g->total += line.len;
    return 0;
}

int disk_remove(struct disk *s, const char *id, struct err *err)
{
    CLEANUP_FREE char *path = path_of(s, id, "");

    if (unlink(path) < 0 && errno != ENOENT)
        return err_errno(err, "disk: remove %s", path);
    return 0;
}

/* Apply one line to *BOOK. */
static int read_line(const char *path, size_t number, const char *text, size_t len,
                     struct book **book, struct err *err)
{
    CLEANUP_JSON cJSON *line = NULL;
    struct book *next = NULL;

    if (json_parse(text, len, &line, err) < 0 || disk_json_read(*book, line, &next, err) < 0)
        return err_wrap(err, "disk: %s:%zu", path, number);
    book_unref(*book);
    *book = next;
    return 0;
}

static int read_file(struct disk *s, const char *id, struct book **book, struct err *err)
{
    CLEANUP_FREE char *path = path_of(s, id, "");
    CLEANUP_FREE char *text = NULL;
    CLEANUP_FILE FILE *f = fopen(path, "re");
    size_t size = 0, number = 0;
    ssize_t n;

    if (f == NULL)
        return err_errno(err, "disk: open %s", path);
    while ((n = getline(&text, &size, f)) > 0) {
        if (text[n - 1] != '\n') {
            log_warn("disk: %s: the last line is torn and was dropped", path);
            break;
        }
        if (read_line(path, ++number, text, (size_t)n, book, err) < 0)
            return -1;
    }
    if (ferror(f))
        return err_errno(err, "disk: read %s", path);
    return 0;
}

static int load(struct disk *s, const char *name, struct book ***books, size_t *n, struct err *err)
{
    size_t len = strlen(name);
    CLEANUP_FREE char *id = NULL;
    struct book *book = NULL;

    if (len <= 6 || strcmp(name + len - 6, ".jsonl") != 0)
        return 0;
    id = mem_text_n(name, len - 6);
    if (read_file(s, id, &book, err) < 0 ||
        (book != NULL && strcmp(book->id, id) != 0 &&
         err_set(err, ERR_FORMAT, "disk: %s holds spreadsheet %.80s", name, book->id) < 0)) {
        book_unref(book);
        return -1;
    }
    if (book == NULL)
        return 0; /* killed while it was made: nobody was told of it */
    *books = mem_resize(*books, *n + 1, sizeof(**books));
    (*books)[(*n)++] = book;
    return write_anew(s, book, err);
}

int disk_open(const char *dir, struct disk **out, struct book ***books, size_t *n, struct err *err)
{
    struct disk *s;
    struct dirent **names = NULL;
    int n_names, rc = 0;

    if (mkdir(dir, 0700) < 0 && errno != EEXIST)
        return err_errno(err, "disk: make %s", dir);
    /* All names first: reading a file may write it anew under the same name. */
    n_names = scandir(dir, &names, NULL, alphasort);
    if (n_names < 0)
        return err_errno(err, "disk: read %s", dir);
    s = mem_new(1, sizeof(*s));
    s->dir = mem_text(dir);
    for (int i = 0; i < n_names; i++) {
        if (rc == 0)
            rc = load(s, names[i]->d_name, books, n, err);
        free(names[i]);
    }
    free(names);
    if (rc < 0)
        disk_close(s);
    else
        *out = s;
    return rc;
}

void disk_close(struct disk *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->n; i++)
        free(s->files[i].id);
    free(s->files);
    free(s->dir);
    free(s);
}
