/* SPDX-License-Identifier: Apache-2.0 */
#include "common/daemon/daemon.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/daemon/process.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/version.h"

struct daemon {
    const struct daemon_program *program;
    const char *path;
    const struct config *cfg; /* what it runs with */
    struct config *owned;     /* that, once it is not the first one; NULL before */
    struct daemon_work work;
    struct process *process;
};

static void log_problems(const struct daemon *d, const struct buf *problems)
{
    const char *line = buf_text(problems);

    while (*line != '\0') {
        size_t len = strcspn(line, "\n");

        log_error("%s: configuration: %.*s", d->program->name, (int)len, line);
        line += len + (line[len] == '\n');
    }
}

static void free_config(struct config *cfg)
{
    if (cfg != NULL)
        config_free(cfg);
    free(cfg);
}

/* NEXT is what runs now; nobody looks at the one before any more, when this returns. */
static void adopt(struct daemon *d, struct config *next)
{
    struct config *before = d->owned;

    log_set_level(next->log_level);
    d->cfg = d->owned = next;
    process_reloaded(d->process, next, NULL);
    free_config(before);
}

/* Read the file and go on with what it says; 0, or -1: it was refused. PROBLEMS: why. */
static int take(struct daemon *d, struct buf *problems, struct err *err)
{
    struct config *next = calloc(1, sizeof(*next));

    if (next == NULL)
        return err_nomem(err, "reload");
    if (config_load(d->path, next, problems, err) != 0 ||
        config_check_change(d->cfg, next, err) != 0 ||
        d->program->change(&d->work, d->cfg, next, err) != 0) {
        free_config(next);
        return -1;
    }
    adopt(d, next);
    return 0;
}

static void count_reload(size_t outcome)
{
    metrics_add(METRIC_RELOADS, 1, outcome);
    metrics_set(METRIC_RELOAD_GOOD, outcome == METRICS_TAKEN);
}

static void reload(struct daemon *d)
{
    CLEANUP_BUF struct buf problems = BUF_INIT;
    struct err err = ERR_INIT;

    log_info("%s: reading the configuration anew path=%s", d->program->name, d->path);
    if (take(d, &problems, &err) == 0) {
        count_reload(METRICS_TAKEN);
        log_info("%s: the new configuration is taken mappings=%zu", d->program->name,
                 d->cfg->n_mappings);
        return;
    }
    count_reload(METRICS_NOT_TAKEN);
    log_problems(d, &problems);
    log_err(LOG_ERROR, "reload: refused, the old configuration stays", &err);
    if (problems.len == 0) {
        buf_puts(&problems, err.msg);
        if (err.hint[0] != '\0')
            buf_printf(&problems, "\n-> %s", err.hint);
    }
    process_reloaded(d->process, d->cfg, buf_text(&problems));
}

static void wait(struct daemon *d)
{
    int sig;

    while ((sig = stop_wait_signal_or_reload(d->work.stop)) == SIGHUP) {
        reload(d);
        if (d->work.running == NULL)
            return;
    }
    log_info("%s: stopping signal=%d", d->program->name, sig);
}

int daemon_run(const struct daemon_program *program, const char *path, const struct config *cfg,
               struct err *err)
{
    struct daemon d = {.program = program, .path = path, .cfg = cfg};
    int rc;

    stop_block_signals();
    stop_block_reload();
    metrics_set(METRIC_RELOAD_GOOD, 1);
    if (program->start(&d.work, cfg, err) != 0)
        return -1;
    rc = process_start(program->name, path, cfg, &d.process, err);
    if (rc == 0) {
        log_info("%s: started version=%s instance=%s mappings=%zu", program->name, TABRELAY_VERSION,
                 cfg->instance, cfg->n_mappings);
        wait(&d);
    } else {
        struct err ignored = ERR_INIT;

        (void)program->finish(&d.work, &ignored);
    }
    process_stop(d.process);
    if (rc == 0)
        rc = program->finish(&d.work, err);
    free_config(d.owned);
    return rc;
}
