/* SPDX-License-Identifier: Apache-2.0 */
/* tabrelay-webhook: Google Sheets -> MySQL. Options, start, wait, stop. */
#include <getopt.h>
#include <stdio.h>

#include "common/cleanup.h"
#include "common/config/config.h"
#include "common/http/health.h"
#include "common/log.h"
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
    "Runs in the foreground, logs to standard error, ends on SIGTERM or SIGINT. It may be killed "
    "at any moment:\n"
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

static int run(const struct config *cfg, struct err *err)
{
    struct stop *stop = stop_new();
    struct server *server = NULL;
    int rc;

    if (stop == NULL)
        return err_nomem(err, "webhook");
    stop_block_signals();
    rc = server_start(cfg, stop, &server, err);
    if (rc == 0) {
        log_info("webhook: started version=%s listen=%s:%u mappings=%zu", TABRELAY_VERSION,
                 cfg->webhook.listen_host, cfg->webhook.listen_port, cfg->n_mappings);
        log_info("webhook: stopping signal=%d", stop_wait_signal(stop));
        stop_ask(stop);
        server_stop(server);
    }
    stop_free(stop);
    return rc;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    CLEANUP_BUF struct buf problems = BUF_INIT;
    struct config cfg;
    struct err err = ERR_INIT;
    int rc = parse_options(argc, argv, &options);

    if (rc != 0)
        return rc == 1 ? 0 : 2;
    if (config_load(options.config, &cfg, &problems, &err) != 0) {
        fputs(buf_text(&problems), stderr);
        fprintf(stderr, "tabrelay-webhook: %s\n", err.msg);
        config_free(&cfg);
        return 1;
    }
    log_set_level(cfg.log_level);
    if (options.only_check) {
        puts("configuration OK");
    } else if (options.asks_health) {
        rc = health_ask("tabrelay-webhook", cfg.webhook.listen_host, cfg.webhook.listen_port);
    } else {
        rc = run(&cfg, &err);
        if (rc != 0)
            log_err(LOG_ERROR, "webhook", &err);
    }
    config_free(&cfg);
    return rc == 0 ? 0 : 1;
}
