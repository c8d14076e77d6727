/* SPDX-License-Identifier: Apache-2.0 */
/*
 * script_webhook: a webhook that says what it is told, beside script_fixture.h's spreadsheet: the
 * real Code.gs between them.
 */
#ifndef TESTS_UNIT_SCRIPT_WEBHOOK_H
#define TESTS_UNIT_SCRIPT_WEBHOOK_H

#include "common/crypto.h"
#include "common/http/client.h"
#include "common/http/server.h"
#include "tests/unit/script_fixture.h"

#define SECRET "a secret of some length"
#define MAX_REQUESTS 200

struct webhook {
    pthread_mutex_t mutex;
    struct http_server *server;
    uint16_t port;
    cJSON *posts[MAX_REQUESTS]; /* the bodies of POST /v1/edits, in order */
    size_t n_posts;
    size_t n_mappings; /* GET /v1/mappings */
    size_t n_bad_signatures;
    int status;              /* of the next answers; 200: as below */
    const char *code;        /* of the error */
    const char *retry_after; /* NULL: not said */
    const char *members;     /* of each result; NULL: "outcome":"applied" */
    void (*meanwhile)(void); /* what happens in the sheet before the answer; once */
};

static struct webhook webhook = {.mutex = PTHREAD_MUTEX_INITIALIZER};

#define MAPPINGS                                                                                 \
    "{\"version\":\"v1\",\"mappings\":[{\"name\":\"countries\",\"sheet_id\":7,"                  \
    "\"tab\":\"Countries\",\"columns\":[{\"header\":\"Id\",\"key\":true,\"edit\":true,\"type\":" \
    "\"int\"},{\"header\":\"Name\",\"key\":false,\"edit\":true,\"type\":\"varchar\"},{"          \
    "\"header\":\"Area\",\"key\":false,\"edit\":true,\"type\":\"double\"},{\"header\":"          \
    "\"Updated\",\"key\":false,\"edit\":false,\"type\":\"datetime\"}]}]}"

static bool is_signed(const struct http_request *request)
{
    const char *timestamp = http_request_header(request, "X-Tabrelay-Timestamp");
    const char *signature = http_request_header(request, "X-Tabrelay-Signature");
    char want[65];

    if (timestamp == NULL || signature == NULL || strncmp(signature, "v1=", 3) != 0)
        return false;
    crypto_sign_request(SECRET, timestamp, request->body, request->body_len, want);
    return strcmp(signature + 3, want) == 0;
}

static void answer_edits(const cJSON *json, struct buf *out)
{
    const char *members = webhook.members == NULL ? "\"outcome\":\"applied\"" : webhook.members;
    const cJSON *edit;

    buf_puts(out, "{\"results\":[");
    cJSON_ArrayForEach(edit, json_get(json, "edits"))
    {
        buf_printf(out, "%s{\"id\":\"%s\",\"row\":%lld,%s}", edit->prev->next == NULL ? "" : ",",
                   json_text(edit, "id", ""), json_int(edit, "row", 0), members);
    }
    buf_puts(out, "],\"mappings_version\":\"v1\"}");
}

static void refuse_as_asked(struct http_response *response)
{
    http_response_error(response, webhook.status, webhook.code, "as the test asked");
    if (webhook.retry_after != NULL)
        http_response_header(response, "Retry-After", webhook.retry_after);
}

static void webhook_post(const struct http_request *request, struct http_response *response)
{
    cJSON *json;
    struct err err = ERR_INIT;

    if (json_parse(request->body, request->body_len, &json, &err) != 0) {
        http_response_error(response, 400, "bad_json", "%s", err.msg);
        return;
    }
    if (webhook.n_posts == MAX_REQUESTS)
        abort();
    webhook.posts[webhook.n_posts++] = json;
    if (webhook.meanwhile != NULL) {
        webhook.meanwhile();
        webhook.meanwhile = NULL;
    }
    if (webhook.status != 200)
        refuse_as_asked(response);
    else
        answer_edits(json, &response->body);
}

static void webhook_handle(void *ctx, const struct http_request *request,
                           struct http_response *response)
{
    (void)ctx;
    pthread_mutex_lock(&webhook.mutex);
    if (!is_signed(request))
        webhook.n_bad_signatures++;
    if (strcmp(request->path, "/v1/edits") == 0) {
        webhook_post(request, response);
    } else if (strcmp(request->path, "/v1/mappings") == 0 && webhook.status != 503) {
        webhook.n_mappings++;
        buf_puts(&response->body, MAPPINGS);
    } else {
        http_response_error(response, 404, "unknown_path", "no such path");
    }
    pthread_mutex_unlock(&webhook.mutex);
}

static void webhook_reset(void)
{
    for (size_t i = 0; i < webhook.n_posts; i++)
        cJSON_Delete(webhook.posts[i]);
    webhook.n_posts = 0;
    webhook.n_bad_signatures = 0;
    webhook.status = 200;
    webhook.code = "";
    webhook.retry_after = NULL;
    webhook.members = NULL;
    webhook.meanwhile = NULL;
}

static void webhook_start(void)
{
    struct err err = ERR_INIT;
    struct http_server_options options = {.host = "127.0.0.1",
                                          .port = webhook.port,
                                          .threads = 4,
                                          .max_connections = 64,
                                          .max_body_bytes = 1 << 20,
                                          .idle_timeout_s = 5,
                                          .handle = webhook_handle};

    if (http_server_start(&options, &webhook.server, &err) != 0)
        fail_msg("%s", err.msg);
    webhook.port = http_server_port(webhook.server);
}

static const cJSON *post_edit(size_t post, int edit)
{
    assert_true(post < webhook.n_posts);
    return cJSON_GetArrayItem(json_get(webhook.posts[post], "edits"), edit);
}

static void assert_json(const cJSON *item, const char *want)
{
    char *text = item == NULL ? strdup("(nothing)") : cJSON_PrintUnformatted(item);

    assert_string_equal(text, want);
    free(text);
}

/* ---- What a person sees ---- */

static const char *shown(int64_t row, int64_t column)
{
    static char text[256];
    char *display;

    pthread_mutex_lock(&grid.mutex);
    display = cell_display(&grid.cells[0][row][column]);
    pthread_mutex_unlock(&grid.mutex);
    snprintf(text, sizeof(text), "%s", display);
    free(display);
    return text;
}

static const char *note_at(int64_t row, int64_t column)
{
    static char text[512];

    pthread_mutex_lock(&grid.mutex);
    snprintf(text, sizeof(text), "%s",
             grid.notes[0][row][column] == NULL ? "" : grid.notes[0][row][column]);
    pthread_mutex_unlock(&grid.mutex);
    return text;
}

static void install(void)
{
    char arguments[256];

    snprintf(arguments, sizeof(arguments), "[\"http://127.0.0.1:%u/\",\"" SECRET "\"]",
             webhook.port);
    assert_string_equal(call("install", arguments),
                        "\"Connected. Mapped tabs: Countries. Waiting to be sent: 0.\"");
}

static int setup(void **state)
{
    (void)state;
    grid_reset();
    webhook_reset();
    if (webhook.server == NULL)
        webhook_start();
    engine_start((struct script_options){0});
    install();
    return 0;
}

#endif
