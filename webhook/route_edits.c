/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "webhook/gather.h"
#include "webhook/job.h"
#include "webhook/routes.h"

/* The answer comes from group.c. */
static void wait_for_group(struct server *server, struct job *job,
                           const struct http_request *request)
{
    job->http = request;
    job->response = http_defer(request);
    job_set_target(job);
    metrics_add(METRIC_HOOK_ACTIVE, 1);
    if (gather_put(server->gather, job))
        return;
    metrics_add(METRIC_HOOK_ACTIVE, -1);
    routes_overloaded(job->response);
    job_free(job);
    http_answer(request);
}

/* JSON as it is: nothing is unpacked that a stranger has packed, and no form can be made to look
 * like a request of ours. */
static bool is_readable(const struct http_request *request, struct http_response *response)
{
    static const char json[] = "application/json";
    const char *encoding = http_request_header(request, "Content-Encoding");
    const char *type = http_request_header(request, "Content-Type");
    size_t len = sizeof(json) - 1;

    if (encoding != NULL && strcasecmp(encoding, "identity") != 0)
        http_response_error(response, 415, "unsupported", "Content-Encoding: expected none");
    else if (type != NULL && (strncasecmp(type, json, len) != 0 || strchr("; ", type[len]) == NULL))
        http_response_error(response, 415, "unsupported", "Content-Type: expected %s", json);
    return response->status == 200;
}

void route_edits(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct server *server = ctx;
    struct err err = ERR_INIT;
    struct job *job;

    if (!routes_verify(server, request, response) || !is_readable(request, response))
        return;
    job = job_new();
    if (job == NULL) {
        err_nomem(&err, "edits");
        routes_unavailable(request, response, &err);
        return;
    }
    job->received_ms = clock_wall_ms();
    job->start_ms = clock_mono_ms();
    if (edit_parse(request->body, request->body_len, &job->request, &err) == 0) {
        wait_for_group(server, job, request);
        return;
    }
    if (err.code == ERR_NOMEM) {
        routes_unavailable(request, response, &err);
        job_free(job);
        return;
    }
    log_warn("edits: refused req=%s peer=%s problem=\"%s\"", request->id, request->peer, err.msg);
    http_response_error(response, 400, err.code == ERR_FORMAT ? "bad_json" : "bad_request", "%s",
                        err.msg);
    job_free(job);
}
