/* SPDX-License-Identifier: Apache-2.0 */
/* tabrelay-replicator: MySQL -> Google Sheets. Options, start, wait, stop. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "common/config/config.h"
#include "common/daemon/daemon.h"
#include "common/heap.h"
#include "common/http/client.h"
#include "common/http/health.h"
#include "common/log.h"
#include "common/private.h"
#include "common/stop.h"
#include "common/version.h"
#include "replicator/pipeline.h"
#include "replicator/sheets/sheets.h"

static const char help[] =
    "Usage: tabrelay-replicator --config FILE [-n | --health]\n"
    "Follow MySQL's binlog and keep the mapped Google Sheets tabs equal to their tables.\n"
    "\n"
    "  --config FILE   the configuration (tabrelay.yaml)\n"
    "  -n              check the configuration, say \"configuration OK\" and end\n"
    "  --health        ask the one that runs whether it is well; 0: it is, 1: it is not\n"
    "  --help          this text\n"
    "  --version       the version\n"
    "\n"
    "Runs in the foreground, logs to standard error, ends on SIGTERM or SIGINT, reads the "
    "configuration\n"
    "anew on SIGHUP (tabrelay reload does the same). It may be killed at any moment:\n"
    "all state is in MySQL (tabrelay init-db makes the tables, tabrelay check looks at everything "
    "first).\n";

struct options {
    const char *config;
    bool only_check;
    bool asks_health;
};

/* 0: go on; 1: done; 2: wrong usage. */
static int parse_options(int argc, char **argv, struct options *o)
{
    static const struct option list[] = {{"config", required_argument, NULL, 'c'},
                                         {"health", no_argument, NULL, 'H'},
                                         {"help", no_argument, NULL, 'h'},
                                         {"version", no_argument, NULL, 'V'},
                                         {NULL, 0, NULL, 0}};
    int c;

    while ((c = getopt_long(argc, argv, "c:nh", list, NULL)) != -1) {
        if (c == 'c')
            o->config = optarg;
        else if (c == 'n')
            o->only_check = true;
        else if (c == 'H')
            o->asks_health = true;
        else if (c == 'h')
            return fputs(help, stdout) < 0 ? 2 : 1;
        else if (c == 'V')
            return puts("tabrelay-replicator " TABRELAY_VERSION) < 0 ? 2 : 1;
        else
            return 2;
    }
    if (o->config != NULL && optind == argc)
        return 0;
    fputs("tabrelay-replicator: --config FILE is needed; see --help\n", stderr);
    return 2;
}

static int start_with(struct daemon_work *work, const struct config *cfg, struct sheets *kept,
                      struct err *err)
{
    struct pipeline *pipeline = NULL;

    work->stop = stop_new();
    if (work->stop == NULL) {
        sheets_free(kept);
        return err_nomem(err, "replicator");
    }
    if (pipeline_start(cfg, work->stop, kept, &pipeline, err) == 0) {
        work->running = pipeline;
        return 0;
    }
    stop_free(work->stop);
    work->stop = NULL;
    return -1;
}

static int start(struct daemon_work *work, const struct config *cfg, struct err *err)
{
    return start_with(work, cfg, NULL, err);
}

static int finish_keeping(struct daemon_work *work, struct sheets **kept, struct err *err)
{
    int rc;

    if (work->running == NULL) {
        *err = work->err;
        return err->code == ERR_NONE ? 0 : -1;
    }
    stop_ask(work->stop);
    rc = pipeline_join(work->running, kept, err);
    stop_free(work->stop);
    *work = (struct daemon_work){0};
    return rc;
}

static int finish(struct daemon_work *work, struct err *err)
{
    return finish_keeping(work, NULL, err);
}

static int ask_health(const struct config *cfg)
{
    if (cfg->replicator.metrics_host != NULL)
        return health_ask("tabrelay-replicator", cfg->replicator.metrics_host,
                          cfg->replicator.metrics_port);
    puts("tabrelay-replicator: cannot be asked: replicator.metrics_listen is not set");
    return 1;
}

/* Starting anew from the checkpoint is cheap and always right, so all that runs is ended. Where
 * only the members of families are others, what is known of Google's quota goes on. */
static int change(struct daemon_work *work, const struct config *old, const struct config *cfg,
                  struct err *err)
{
    struct sheets *kept = NULL;

    if (finish_keeping(work, old->whole == cfg->whole ? &kept : NULL, &work->err) != 0) {
        sheets_free(kept);
        *err = work->err; /* it had ended by itself, just now */
        return -1;
    }
    if (start_with(work, cfg, kept, err) == 0)
        return 0;
    (void)start(work, old, &work->err);
    return -1;
}

int main(int argc, char **argv)
{
    static const struct daemon_program program = {
        .name = "replicator", .start = start, .change = change, .finish = finish};
    struct options options = {0};
    struct config cfg;
    struct err err = ERR_INIT;
    int rc;

    private_memory();
    heap_share();
    rc = parse_options(argc, argv, &options);
    if (rc != 0)
        return rc == 1 ? 0 : 2;
    if (config_load_or_tell("tabrelay-replicator", options.config, &cfg) != 0) {
        config_free(&cfg);
        return 1;
    }
    log_set_level(cfg.log_level);
    if (options.only_check) {
        puts("configuration OK");
        rc = 0;
    } else if (options.asks_health) {
        rc = ask_health(&cfg);
    } else {
        rc = http_client_global_init(&err);
        if (rc == 0)
            rc = daemon_run(&program, options.config, &cfg, &err);
        if (rc != 0)
            log_err(LOG_ERROR, "replicator", &err);
    }
    config_free(&cfg);
    return rc == 0 ? 0 : 1;
}
