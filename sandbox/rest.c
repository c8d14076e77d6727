/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/rest.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/clock.h"
#include "sandbox/inflate.h"
#include "sandbox/json_text.h"
#include "sandbox/mem.h"
#include "sandbox/refuse.h"
#include "sandbox/rest_route.h"

enum { MAX_PLAIN_BYTES = 64 << 20 };

static void put_error(struct buf *out, int status, const char *message, const cJSON *details)
{
    cJSON *root = cJSON_CreateObject(), *error = cJSON_AddObjectToObject(root, "error");

    cJSON_AddNumberToObject(error, "code", status);
    cJSON_AddStringToObject(error, "message", message);
    cJSON_AddStringToObject(error, "status", refuse_status_name(status));
    if (details != NULL)
        cJSON_AddItemToObject(error, "details", cJSON_Duplicate(details, true));
    json_text_put(out, root, true);
    cJSON_Delete(root);
}

void rest_error(struct http_response *response, int status, const char *message,
                const cJSON *violations)
{
    CLEANUP_JSON cJSON *details = NULL;
    cJSON *detail;

    if (violations != NULL) {
        details = cJSON_CreateArray();
        detail = cJSON_CreateObject();
        cJSON_AddStringToObject(detail, "@type", "type.googleapis.com/google.rpc.BadRequest");
        cJSON_AddItemToObject(detail, "fieldViolations", cJSON_Duplicate(violations, true));
        cJSON_AddItemToArray(details, detail);
    }
    buf_clear(&response->body);
    response->status = status;
    put_error(&response->body, status, message, details);
}

/* As recorded from Google, August 2025. There is no Retry-After. */
static void over_quota(struct call *call, bool is_write, enum quota_scope scope,
                       struct http_response *response)
{
    const char *kind = is_write ? "Write" : "Read";
    bool is_user = scope == QUOTA_USER;
    CLEANUP_FREE char *message =
        mem_printf("Quota exceeded for quota metric '%s requests' and limit '%s requests per "
                   "minute%s' of service 'sheets.googleapis.com' for consumer "
                   "'project_number:1000000000001'.",
                   kind, kind, is_user ? " per user" : "");
    CLEANUP_FREE char *text = mem_printf(
        "[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":"
        "\"RATE_LIMIT_EXCEEDED\",\"domain\":\"googleapis.com\",\"metadata\":{"
        "\"quota_limit_value\":\"%d\",\"service\":\"sheets.googleapis.com\",\"consumer\":"
        "\"projects/1000000000001\",\"quota_unit\":\"1/min/{project}%s\","
        "\"quota_location\":\"global\",\"quota_metric\":\"sheets.googleapis.com/%s_requests\","
        "\"quota_limit\":\"%sRequestsPerMinutePer%s\"}},{\"@type\":"
        "\"type.googleapis.com/google.rpc.Help\",\"links\":[{\"description\":\"Request a higher "
        "quota limit.\",\"url\":\"https://cloud.google.com/docs/quotas/help/request_increase\"}]}]",
        quota_limit(call->sandbox->quota, scope, is_write), is_user ? "/{user}" : "",
        is_write ? "write" : "read", kind, is_user ? "User" : "Project");
    CLEANUP_JSON cJSON *details = cJSON_Parse(text);

    response->status = 429;
    buf_clear(&response->body);
    put_error(&response->body, 429, message, details);
}

char *rest_query(const struct call *call, const char *name)
{
    return http_request_query(call->request, name);
}

bool rest_query_flag(const struct call *call, const char *name)
{
    CLEANUP_FREE char *text = rest_query(call, name);

    return text != NULL && strcasecmp(text, "true") == 0;
}

/* Call VISIT with each decoded name and value of the query. */
static int each_parameter(const struct call *call,
                          int (*visit)(void *ctx, const char *name, char *value), void *ctx)
{
    for (const char *p = call->request->query; *p != '\0'; p += *p == '&') {
        size_t n = strcspn(p, "&"), len = strcspn(p, "=&");
        CLEANUP_FREE char *name = http_decode(p, len, true);
        char *value = http_decode(p + len + (len < n), n - len - (len < n), true);

        if (name == NULL || value == NULL) {
            free(value);
            return -1;
        }
        if (n == 0)
            free(value);
        else if (visit(ctx, name, value) < 0)
            return -1;
        p += n;
    }
    return 0;
}

struct wanted {
    const char *name;
    struct texts *texts;
};

static int collect_value(void *ctx, const char *name, char *value)
{
    struct wanted *w = ctx;

    if (strcmp(name, w->name) != 0) {
        free(value);
        return 0;
    }
    w->texts->text = mem_resize(w->texts->text, w->texts->n + 1, sizeof(char *));
    w->texts->text[w->texts->n++] = value;
    return 0;
}

struct texts rest_query_all(const struct call *call, const char *name)
{
    struct texts all = {0};
    struct wanted w = {name, &all};

    each_parameter(call, collect_value, &w);
    return all;
}

void texts_close(struct texts *t)
{
    for (size_t i = 0; i < t->n; i++)
        free(t->text[i]);
    free(t->text);
    *t = (struct texts){0};
}

struct query_check {
    const struct discovery_method *method;
    struct check_report *report;
};

static int check_one(void *ctx, const char *name, char *value)
{
    struct query_check *c = ctx;
    CLEANUP_FREE char *owned = value;

    check_parameter(c->method, name, owned, c->report);
    return 0;
}

static int check_query(struct call *call, const struct discovery_method *method, struct err *err)
{
    struct query_check c = {method, &call->report};

    if (method == NULL)
        return 0;
    if (each_parameter(call, check_one, &c) < 0)
        return refuse(err, 400, "Malformed query.");
    if (call->report.violations != NULL)
        return refuse(err, 400, "%s", buf_text(&call->report.message));
    return 0;
}

/* The request's JSON, unpacked; absent is {}. */
static int read_body(struct call *call, struct err *err)
{
    const char *encoding = http_request_header(call->request, "Content-Encoding");
    const char *text = call->request->body;
    CLEANUP_BUF struct buf plain = BUF_INIT;
    size_t len = call->request->body_len;
    struct err why = ERR_INIT;

    if (encoding != NULL && strcasecmp(encoding, "gzip") == 0) {
        if (inflate_gzip(text, len, MAX_PLAIN_BYTES, &plain, &why) < 0)
            return refuse(err, 400, "Invalid gzip body: %.200s", why.msg);
        text = buf_text(&plain);
        len = plain.len;
    }
    call->plain_bytes = len;
    if (len == 0)
        call->body = cJSON_CreateObject();
    else if (json_parse(text, len, &call->body, &why) < 0)
        return refuse(err, 400, "Invalid JSON payload received. %.200s", why.msg);
    return 0;
}

static int check_request(struct call *call, const struct rest_route *route, struct err *err)
{
    const struct discovery_method *method = check_method(route->id);

    if (check_query(call, method, err) < 0)
        return -1;
    if (strcmp(call->request->method, "GET") == 0 || strcmp(call->request->method, "DELETE") == 0)
        return 0;
    if (read_body(call, err) < 0)
        return -1;
    if (method != NULL && method->request >= 0 &&
        check_body(method->request, call->body, &call->report) > 0)
        return refuse(err, 400, "%s", buf_text(&call->report.message));
    return 0;
}

/* The mask of the answer, checked against what the method answers. */
static int read_mask(struct call *call, const struct rest_route *route, struct fields **mask,
                     struct err *err)
{
    const struct discovery_method *method = check_method(route->id);
    CLEANUP_FREE char *text = rest_query(call, "fields");
    struct err why = ERR_INIT;
    cJSON *violation;

    call->mask = fields_all();
    if (text == NULL || *text == '\0')
        return 0;
    if (fields_parse(text, mask, &why) < 0 || (method != NULL && method->response >= 0 &&
                                               check_mask(method->response, *mask, &why) < 0)) {
        violation = cJSON_CreateObject();
        cJSON_AddStringToObject(violation, "field", "fields");
        cJSON_AddStringToObject(violation, "description", why.msg);
        call->report.violations = cJSON_CreateArray();
        cJSON_AddItemToArray(call->report.violations, violation);
        return refuse(err, 400, "Request contains an invalid argument.");
    }
    call->mask = *mask;
    call->has_mask = true;
    return 0;
}

static int right_for(const struct rest_route *route)
{
    if (route->is_drive)
        return route->is_write ? OAUTH_DRIVE : OAUTH_LOOK;
    return route->is_write ? OAUTH_WRITE : OAUTH_READ;
}

/* Whose token came with it. */
static void identify(struct call *call)
{
    const char *header = http_request_header(call->request, "Authorization");
    CLEANUP_FREE char *query = rest_query(call, "access_token");
    CLEANUP_FREE char *bearer = query == NULL ? NULL : mem_printf("Bearer %s", query);

    if (!oauth_check(call->sandbox->oauth, header != NULL ? header : bearer, &call->who))
        call->who = (struct oauth_user){0};
    call->user = call->who.email;
}

static int authorize(struct call *call, const struct rest_route *route, struct err *err)
{
    if (call->user[0] == '\0')
        return refuse(err, 401,
                      "Request had invalid authentication credentials. Expected OAuth 2 access "
                      "token, login cookie or other valid authentication credential. See "
                      "https://developers.google.com/identity/sign-in/web/devconsole-project.");
    if ((call->who.allows & right_for(route)) == 0)
        return refuse(err, 403, "Request had insufficient authentication scopes.");
    return 0;
}

static void send_answer(struct call *call, struct http_response *response)
{
    CLEANUP_FREE char *pretty = rest_query(call, "prettyPrint");

    buf_clear(&response->body);
    if (call->answer == NULL) {
        response->status = 204;
        return;
    }
    fields_apply(call->mask, call->answer);
    json_text_put(&response->body, call->answer,
                  pretty == NULL || strcasecmp(pretty, "false") != 0);
}

/* Token, quota, form, and the method itself. */
static void do_call(struct call *call, const struct rest_route *route,
                    struct http_response *response)
{
    CLEANUP(fields_cleanup) struct fields *mask = NULL;
    enum quota_scope scope;
    struct err err = ERR_INIT;

    if (authorize(call, route, &err) < 0) {
        rest_error(response, err.detail, err.msg, NULL);
        if (err.detail == 401)
            http_response_header(response, "WWW-Authenticate", "Bearer realm=\"sandbox\"");
        return;
    }
    if (!route->is_drive &&
        !quota_charge(call->sandbox->quota, call->user, route->is_write, &scope)) {
        over_quota(call, route->is_write, scope, response);
        return;
    }
    if (read_mask(call, route, &mask, &err) < 0 || check_request(call, route, &err) < 0 ||
        route->run(call, &err) < 0) {
        /* Without a status of its own it is our fault: a full disk, for example. */
        rest_error(response, err.detail >= 400 && err.detail < 600 ? err.detail : 500, err.msg,
                   call->report.violations);
        return;
    }
    send_answer(call, response);
}

static void fail(const struct fault *fault, struct http_response *response)
{
    static const struct {
        int status;
        const char *message;
    } messages[] = {
        {500, "Internal error encountered."},
        {502, "Bad gateway."},
        {503, "The service is currently unavailable."},
        {504, "Deadline expired before operation could complete."},
        {403, "The caller does not have permission"},
        {404, "Requested entity was not found."},
    };
    const char *message = "The sandbox was asked to fail.";

    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
        if (messages[i].status == fault->status)
            message = messages[i].message;
    rest_error(response, fault->status, message, NULL);
    if (fault->body == NULL)
        return;
    buf_clear(&response->body);
    buf_puts(&response->body, fault->body);
    if (*fault->body == '<')
        response->content_type = "text/html; charset=UTF-8";
}

/* The call, at Google's pace, with what the tests want to go wrong around it. */
static void do_with_fault(struct call *call, const struct rest_route *route, struct fault *fault,
                          struct http_response *response)
{
    stop_wait_ms(call->sandbox->stop, answer_time_next(call->sandbox->answer_time));
    if (fault->hold)
        faults_hold(call->sandbox->faults);
    if ((fault->status == 0 && !fault->drop) || fault->after)
        do_call(call, route, response);
    if (fault->status != 0)
        fail(fault, response);
    if (fault->delay_ms > 0)
        stop_wait_ms(call->sandbox->stop, fault->delay_ms);
    if (fault->drop)
        response->status = 0; /* libmicrohttpd refuses it and closes the connection */
}

static void write_log(struct call *call, int64_t since_ms, const struct http_response *response)
{
    struct request_entry entry = {
        .status = response->status,
        .ms = clock_mono_ms() - since_ms,
        .bytes = call->request->body_len,
        .plain_bytes = call->plain_bytes,
        .cells = call->cells,
        .answer_bytes = response->body.len,
    };

    snprintf(entry.method, sizeof(entry.method), "%s", call->request->method);
    snprintf(entry.path, sizeof(entry.path), "%s", call->request->path);
    snprintf(entry.user, sizeof(entry.user), "%s", call->user == NULL ? "" : call->user);
    entry.port = call->request->peer_port;
    request_log_add(call->sandbox->log, &entry);
}

void rest_handle(struct sandbox *s, const struct http_request *request,
                 struct http_response *response)
{
    struct call call = {.sandbox = s, .request = request};
    const struct rest_route *route = rest_route_find(&call);
    int64_t since_ms = clock_mono_ms();
    struct fault fault = {0};

    if (route == NULL) {
        rest_error(response, 404, "Requested entity was not found.", NULL);
    } else {
        identify(&call);
        faults_take(s->faults, route->id, request->path, call.user, &fault);
        do_with_fault(&call, route, &fault, response);
    }
    write_log(&call, since_ms, response);
    fault_close(&fault);
    check_report_close(&call.report);
    cJSON_Delete(call.body);
    cJSON_Delete(call.answer);
    free(call.id);
    free(call.rest);
}
