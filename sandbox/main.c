/* SPDX-License-Identifier: Apache-2.0 */
/* tabrelay-sandbox: Google Sheets on this machine, for tests and for trying things out. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/http/health.h"
#include "common/http/server.h"
#include "common/log.h"
#include "common/version.h"
#include "sandbox/host.h"
#include "sandbox/mem.h"
#include "sandbox/options.h"
#include "sandbox/prepare.h"
#include "sandbox/sandbox.h"
#include "sandbox/script/engine.h"
#include "sandbox/serve.h"

enum { MAX_CONNECTIONS = 256, MAX_BODY_BYTES = 32 << 20, IDLE_S = 120 };

static void close_parts(struct sandbox *s)
{
    script_free(s->script);
    channels_free(s->channels);
    history_free(s->history);
    library_close(s->library);
    events_free(s->events);
    faults_free(s->faults);
    quota_free(s->quota);
    oauth_free(s->oauth);
    request_log_free(s->log);
    stop_free(s->stop);
}

static void changed(void *ctx, const struct book *b, struct author author)
{
    struct sandbox *s = ctx;

    events_changed(s->events, b, author);
    channels_changed(s->channels, b, author);
}

static int open_parts(struct sandbox *s, struct options *o, struct err *err)
{
    CLEANUP_FREE char *books = o->data_dir == NULL ? NULL : mem_printf("%s/books", o->data_dir);

    s->stop = stop_new();
    if (s->stop == NULL)
        return err_nomem(err, "stop");
    if (o->data_dir != NULL && mkdir(o->data_dir, 0700) < 0 && errno != EEXIST)
        return err_errno(err, "make %s", o->data_dir);
    s->answer_time = &o->answer_time;
    s->log = request_log_new();
    s->events = events_new(s->stop);
    s->faults = faults_new(s->stop);
    s->history = history_new();
    const struct channels_options channels = {.stop = s->stop,
                                              .faults = s->faults,
                                              .wait_ms = o->notify_after_ms,
                                              .life_ms = o->channel_life_ms};
    if (channels_new(&channels, &s->channels, err) < 0 || quota_new(o->quota, &s->quota, err) < 0 ||
        oauth_new(o->data_dir, o->account, &s->oauth, err) < 0 ||
        library_open(books, &s->library, err) < 0)
        return -1;
    library_listen(s->library, changed, s);
    return o->book == NULL ? 0 : prepare_book(s, o->book, err);
}

static int open_script(struct sandbox *s, const struct script_host *host, const struct options *o,
                       const char *webhook, struct err *err)
{
    struct script_options options = {
        .host = host, .source = o->script, .data_dir = o->data_dir, .webhook = webhook};

    return o->script == NULL ? 0 : script_new(&options, &s->script, err);
}

static void set_url(struct sandbox *s, const struct options *o, unsigned port)
{
    const char *host = o->host;
    bool is_v6 = strchr(host, ':') != NULL;

    if (o->url != NULL)
        snprintf(s->url, sizeof(s->url), "%s", o->url);
    else
        snprintf(s->url, sizeof(s->url), is_v6 ? "http://[%s]:%u" : "http://%s:%u", host, port);
}

/* Serve until a signal comes. */
static int run(struct sandbox *s, const struct options *o, struct err *err)
{
    struct http_server_options options = {
        .host = o->host,
        .port = o->port,
        .named_by = "--listen",
        .max_connections = MAX_CONNECTIONS,
        .max_body_bytes = MAX_BODY_BYTES,
        .idle_timeout_s = IDLE_S,
        .handle = serve_request,
        .ctx = s,
    };
    struct script_host host = host_for(s);
    struct http_server *server = NULL;
    struct prepare *prepare = NULL;
    CLEANUP_FREE char *webhook = prepare_webhook(o->install);
    int rc = 0;

    if (open_script(s, &host, o, webhook, err) < 0 || http_server_start(&options, &server, err) < 0)
        return -1;
    set_url(s, o, http_server_port(server));
    atomic_store(&s->is_ready, true);
    printf("listening on %s/\n", s->url);
    fflush(stdout);
    if (o->install != NULL)
        rc = prepare_install(s, o->install, &prepare, err);
    if (rc == 0)
        stop_wait_signal(s->stop);
    stop_ask(s->stop);
    http_server_stop(server);
    if (s->script != NULL)
        script_ask_stop(s->script);
    prepare_free(prepare);
    script_free(take_ptr(s->script));
    return rc;
}

static int serve(struct options *o)
{
    struct sandbox s = {0};
    struct err err = ERR_INIT;
    int rc;

    stop_block_signals();
    rc = open_parts(&s, o, &err);
    if (rc == 0)
        rc = run(&s, o, &err);
    if (rc < 0)
        log_err(LOG_ERROR, "sandbox", &err);
    close_parts(&s);
    return rc < 0 ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct options o;

    mem_hook_json();
    if (options_parse(argc, argv, &o, &err) < 0) {
        fprintf(stderr, "tabrelay-sandbox: %s\n", err.msg);
        return 2;
    }
    switch (o.task) {
    case OPTIONS_HELP:
        options_help(stdout);
        return 0;
    case OPTIONS_VERSION:
        printf("tabrelay-sandbox %s\n", TABRELAY_VERSION);
        return 0;
    case OPTIONS_ASK_HEALTH:
        return health_ask("tabrelay-sandbox", o.host, o.port);
    case OPTIONS_SERVE:
        return serve(&o);
    }
    return 2;
}
