/* SPDX-License-Identifier: Apache-2.0 */
/* Events from binlog files. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/events/source.h"
#include "replicator/binlog/dispatch.h"
#include "replicator/binlog/file.h"

enum { FIRST_OFFSET = 4 };

/* What comes through a pipe may come slowly: somebody waits for it. */
static bool is_slow(const char *path)
{
    struct stat st;

    return strcmp(path, "-") == 0 && (fstat(STDIN_FILENO, &st) != 0 || !S_ISREG(st.st_mode));
}

static int read_file(struct watch *w, struct dispatch *d, const char *path, struct err *err)
{
    struct binlog_file *f = NULL;
    int rc;

    w->is_prompt = is_slow(path);
    if (binlog_file_open(path, &f, err) != 0)
        return -1;
    dispatch_file(d, binlog_file_name(f), FIRST_OFFSET);
    do
        rc = binlog_file_step(f, d, err);
    while (rc == 1);
    binlog_file_close(f);
    return rc;
}

int source_files(struct watch *w, struct err *err)
{
    const struct reader_handler handler = watch_handler(w);
    struct position *position = NULL;
    struct dispatch *d = NULL;
    int rc = position_parse("file:-:4", &position, err);

    if (rc == 0)
        rc = dispatch_new(&handler, position, &d, err);
    for (size_t i = 0; rc == 0 && i < w->options->n_files; i++)
        rc = read_file(w, d, w->options->files[i], err);
    dispatch_free(d);
    position_free(position);
    /* A signal wakes the read that waits. */
    if (rc != 0 && err->code == ERR_IO && err->detail == EINTR && stop_is_asked(w->stop))
        return 0;
    return rc != 0 && err->code == ERR_STOPPED ? 0 : rc;
}
