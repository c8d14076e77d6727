/* SPDX-License-Identifier: Apache-2.0 */
/* page: a web server with the status page, in the foreground. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/page/page.h"
#include "common/http/client.h"
#include "common/http/health.h"
#include "common/log.h"
#include "common/stop.h"
#include "common/version.h"

enum { MAX_CONNECTIONS = 64, MAX_BODY_BYTES = 128 * 1024, IDLE_TIMEOUT_S = 30 };

static void say_where(const struct page *page, uint16_t port)
{
    const struct config_page *cfg = &page->config->page;
    bool is_v6 = strchr(cfg->listen_host, ':') != NULL;

    printf("The status page is at http://%s%s%s:%u/\n", is_v6 ? "[" : "", cfg->listen_host,
           is_v6 ? "]" : "", port);
    if (cfg->token == NULL)
        puts("It only shows: set page.token in the configuration to act there.");
    fflush(stdout);
}

/* Serve until a signal comes. */
static int serve(struct page *page, struct stop *stop, struct err *err)
{
    const struct config_page *cfg = &page->config->page;
    const struct http_server_options options = {
        .host = cfg->listen_host,
        .port = cfg->listen_port,
        .named_by = "page.listen",
        .max_connections = MAX_CONNECTIONS,
        .max_body_bytes = MAX_BODY_BYTES,
        .idle_timeout_s = IDLE_TIMEOUT_S,
        .handle = page_handle,
        .ctx = page,
    };
    struct http_server *server = NULL;
    int rc = sampler_start(cfg, stop, page->history, &page->sampler, err);

    if (rc != 0)
        return -1;
    rc = http_server_start(&options, &server, err);
    if (rc == 0) {
        log_info("page: started version=%s instance=%s", TABRELAY_VERSION, page->config->instance);
        say_where(page, http_server_port(server));
        log_info("page: stopping signal=%d", stop_wait_signal(stop));
    }
    stop_ask(stop);
    http_server_stop(server);
    sampler_join(page->sampler);
    return rc;
}

static int run_page(const struct config *config, struct stop *stop, struct err *err)
{
    struct page page = {.config = config,
                        .store = store_new(config),
                        .history = history_new(),
                        .lock = PTHREAD_MUTEX_INITIALIZER};
    int rc;

    gate_open(&page.gate, &config->page);
    if (page.store == NULL || page.history == NULL)
        rc = err_nomem(err, "page");
    else
        rc = serve(&page, stop, err);
    gate_close(&page.gate);
    store_free(page.store);
    history_free(page.history);
    buf_close(&page.status);
    return rc;
}

static int run(const struct cli_args *args)
{
    struct config config;
    struct stop *stop = stop_new();
    struct err err = ERR_INIT;
    int result;

    if (stop == NULL)
        log_die("cli: out of memory");
    stop_block_signals();
    result = cli_load(args, &config);
    if (result == CLI_OK && cli_has(args, CLI_HEALTH)) {
        result = health_ask("tabrelay page", config.page.listen_host, config.page.listen_port);
    } else if (result == CLI_OK) {
        log_set_level(config.log_level);
        if (http_client_global_init(&err) != 0 || run_page(&config, stop, &err) != 0)
            result = cli_fail(&err);
    }
    config_free(&config);
    stop_free(stop);
    return result;
}

const struct cli_command cli_page = {
    .name = "page",
    .usage = "[--health]",
    .summary = "Serve the status page: how it is, what waits, who edited what.",
    .help =
        "\nLag and rates, mappings, conflicts to decide, held deletes to approve, the edit log.\n"
        "It listens on page.listen (127.0.0.1:8088) until SIGTERM or SIGINT comes, and needs "
        "neither\n"
        "daemon to run. Whoever has page.token may act; without a token it only shows.\n"
        "\n  --health  ask the one that runs whether it is well: status 0 when it is\n"
        "\nexamples:\n"
        "  tabrelay page\n"
        "  ssh -L 8088:localhost:8088 db.example.com    # then open http://localhost:8088/\n",
    .flags = CLI_HEALTH,
    .run = run,
};
