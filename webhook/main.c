/* SPDX-License-Identifier: Apache-2.0 */
/* tabrelay-webhook: Google Sheets -> MySQL. Options, start, wait, stop. */
#include <getopt.h>
#include <stdio.h>

#include "common/cleanup.h"
#include "common/config/config.h"
#include "common/daemon/daemon.h"
#include "common/heap.h"
#include "common/http/health.h"
#include "common/log.h"
#include "common/private.h"
#include "common/stop.h"
#include "common/version.h"
#include "webhook/server.h"

static const char help[] =
    "Usage: tabrelay-webhook --config FILE [-n | --health]\n"
    "Take the edits of Google Sheets from the Apps Script and write them into MySQL.\n"
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
    "an edit is one transaction, and the script sends again what was not answered.\n";

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
            return puts("tabrelay-webhook " TABRELAY_VERSION) < 0 ? 2 : 1;
        else
            return 2;
    }
    if (o->config != NULL && optind == argc)
        return 0;
    fputs("tabrelay-webhook: --config FILE is needed; see --help\n", stderr);
    return 2;
}

static int start(struct daemon_work *work, const struct config *cfg, struct err *err)
{
    struct server *server = NULL;

    work->stop = stop_new();
    if (work->stop == NULL)
        return err_nomem(err, "webhook");
    if (server_start(cfg, work->stop, &server, err) == 0) {
        log_info("webhook: listening listen=%s:%u", cfg->webhook.listen_host,
                 cfg->webhook.listen_port);
        work->running = server;
        return 0;
    }
    stop_free(work->stop);
    work->stop = NULL;
    return -1;
}

static int change(struct daemon_work *work, const struct config *old, const struct config *cfg,
                  struct err *err)
{
    (void)old;
    return server_change(work->running, cfg, err);
}

static int finish(struct daemon_work *work, struct err *err)
{
    (void)err;
    stop_ask(work->stop);
    server_stop(work->running);
    stop_free(work->stop);
    *work = (struct daemon_work){0};
    return 0;
}

int main(int argc, char **argv)
{
    static const struct daemon_program program = {
        .name = "webhook", .start = start, .change = change, .finish = finish};
    struct options options = {0};
    struct config cfg;
    struct err err = ERR_INIT;
    int rc;

    private_memory();
    heap_share();
    rc = parse_options(argc, argv, &options);
    if (rc != 0)
        return rc == 1 ? 0 : 2;
    if (config_load_or_tell("tabrelay-webhook", options.config, &cfg) != 0) {
        config_free(&cfg);
        return 1;
    }
    log_set_level(cfg.log_level);
    if (options.only_check) {
        puts("configuration OK");
    } else if (options.asks_health) {
        rc = health_ask("tabrelay-webhook", cfg.webhook.listen_host, cfg.webhook.listen_port);
    } else {
        rc = daemon_run(&program, options.config, &cfg, &err);
        if (rc != 0)
            log_err(LOG_ERROR, "webhook", &err);
    }
    config_free(&cfg);
    return rc == 0 ? 0 : 1;
}
