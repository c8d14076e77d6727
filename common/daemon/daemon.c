/* SPDX-License-Identifier: Apache-2.0 */
#include "common/daemon/daemon.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/daemon/process.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/mysql/members.h"
#include "common/version.h"

struct daemon {
    const struct daemon_program *program;
    const char *path;
    struct config *cfg;   /* owned; what it runs with, expanded */
    struct config *whole; /* owned; what that was expanded from; NULL: the caller has it */
    struct daemon_work work;
    struct process *process;
    struct log_fault fault;
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

/* Without MySQL nobody says which members there are: it begins without, and process.c has it
 * renewed. */
static struct config *expand(const struct config *whole, struct err *err)
{
    struct config *cfg = calloc(1, sizeof(*cfg));
    struct err why = ERR_INIT;

    if (cfg == NULL) {
        err_nomem(err, "config");
        return NULL;
    }
    if (members_expand(whole, cfg, &why) == 0)
        return cfg;
    if (cfg->whole != NULL) {
        log_err(LOG_WARN, "config: the tabs of mappings with tabs_by are not known yet", &why);
        return cfg;
    }
    free_config(cfg);
    *err = why;
    return NULL;
}

/* NEXT is what runs now; nobody looks at the one before any more. */
static void adopt(struct daemon *d, struct config *next)
{
    free_config(d->cfg);
    d->cfg = next;
}

/* Read the file and go on with what it says; 0, or -1: it was refused. PROBLEMS: why. */
static int take(struct daemon *d, struct buf *problems, struct err *err)
{
    struct config *whole = calloc(1, sizeof(*whole)), *next = NULL;

    if (whole == NULL)
        return err_nomem(err, "reload");
    if (config_load(d->path, whole, problems, err) != 0 ||
        config_check_change(d->cfg, whole, err) != 0 || (next = expand(whole, err)) == NULL ||
        d->program->change(&d->work, d->cfg, next, err) != 0) {
        free_config(next);
        free_config(whole);
        return -1;
    }
    log_set_level(next->log_level);
    process_reloaded(d->process, next, NULL);
    adopt(d, next);
    free_config(d->whole);
    d->whole = whole;
    return 0;
}

/* Go on with the same configuration and the members that are there now. */
static int take_members(struct daemon *d, struct err *err)
{
    struct config *next = calloc(1, sizeof(*next));

    if (next == NULL)
        return err_nomem(err, "config");
    if (members_expand(d->cfg->whole, next, err) != 0) {
        free_config(next);
        return -1;
    }
    if (next->members_version == d->cfg->members_version) { /* asked for twice */
        free_config(next);
        return 0;
    }
    if (d->program->change(&d->work, d->cfg, next, err) != 0) {
        free_config(next);
        return -1;
    }
    process_renewed(d->process, next);
    adopt(d, next);
    log_info("%s: goes on with the tabs that there are now mappings=%zu", d->program->name,
             d->cfg->n_mappings);
    return 0;
}

static void renew(struct daemon *d)
{
    struct err err = ERR_INIT;

    if (take_members(d, &err) == 0)
        log_fault_over(&d->fault, "config");
    else
        log_fault(&d->fault, "config: the new tabs are not taken yet", &err);
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

    while ((sig = stop_wait_signal_or_reload(d->work.stop)) == SIGHUP || sig == STOP_RENEW) {
        if (sig == SIGHUP)
            reload(d);
        else
            renew(d);
        if (d->work.running == NULL)
            return;
    }
    log_info("%s: stopping signal=%d", d->program->name, sig);
}

static int run(struct daemon *d, struct err *err)
{
    int rc;

    if (d->program->start(&d->work, d->cfg, err) != 0)
        return -1;
    rc = process_start(d->program->name, d->path, d->cfg, &d->process, err);
    if (rc == 0) {
        log_info("%s: started version=%s instance=%s mappings=%zu", d->program->name,
                 TABRELAY_VERSION, d->cfg->instance, d->cfg->n_mappings);
        wait(d);
    } else {
        struct err ignored = ERR_INIT;

        (void)d->program->finish(&d->work, &ignored);
    }
    process_stop(d->process);
    return rc == 0 ? d->program->finish(&d->work, err) : rc;
}

int daemon_run(const struct daemon_program *program, const char *path, const struct config *cfg,
               struct err *err)
{
    struct daemon d = {.program = program, .path = path};
    int rc;

    stop_block_signals();
    stop_block_reload();
    metrics_set(METRIC_RELOAD_GOOD, 1);
    d.cfg = expand(cfg, err);
    if (d.cfg == NULL)
        return -1;
    rc = run(&d, err);
    free_config(d.cfg);
    free_config(d.whole);
    return rc;
}
