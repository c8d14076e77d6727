/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/own_script.h"

#include <stdlib.h>

#include "common/json.h"
#include "sandbox/script/engine.h"

/* False after answering: started without --script. */
static bool has_script(const struct sandbox *s, struct http_response *response)
{
    if (s->script == NULL)
        http_response_error(response, 409, "no_script",
                            "The sandbox was started without --script.");
    return s->script != NULL;
}

static cJSON *object_of(const struct http_request *request, struct http_response *response)
{
    struct err err = ERR_INIT;
    cJSON *json = NULL;

    if (json_parse(request->body, request->body_len, &json, &err) < 0)
        http_response_error(response, 400, "bad_json", "%s", err.msg);
    else if (!cJSON_IsObject(json)) {
        http_response_error(response, 400, "bad_request", "Expected an object.");
        cJSON_Delete(json);
        json = NULL;
    }
    return json;
}

void own_script_run(struct sandbox *s, const char *id, const struct http_request *request,
                    struct http_response *response)
{
    CLEANUP_JSON cJSON *body = object_of(request, response);
    CLEANUP_FREE char *arguments = NULL;
    CLEANUP_BUF struct buf result = BUF_INIT;
    struct err err = ERR_INIT;

    if (body == NULL || !has_script(s, response))
        return;
    if (json_get(body, "arguments") != NULL)
        arguments = cJSON_PrintUnformatted(json_get(body, "arguments"));
    if (script_run(s->script, id, json_text(body, "function", ""),
                   arguments == NULL ? "[]" : arguments, json_text(body, "user", ""), &result,
                   &err) < 0) {
        http_response_error(response, err.code == ERR_VALUE ? 422 : 500, "script_failed", "%s",
                            err.msg);
        return;
    }
    buf_printf(&response->body, "{\"result\":%s}", result.len == 0 ? "null" : buf_text(&result));
}

void own_script_properties(struct sandbox *s, const char *id, const struct http_request *request,
                           struct http_response *response)
{
    CLEANUP_JSON cJSON *body = object_of(request, response);
    const cJSON *item;
    struct err err = ERR_INIT;

    if (body == NULL || !has_script(s, response))
        return;
    cJSON_ArrayForEach(item, body)
    {
        if (!cJSON_IsString(item) && !cJSON_IsNull(item)) {
            http_response_error(response, 400, "bad_request", "%.60s: expected a text or null.",
                                item->string);
            return;
        }
        if (script_set_property(s->script, id, item->string,
                                cJSON_IsNull(item) ? NULL : item->valuestring, &err) < 0) {
            http_response_error(response, 500, err_name(err.code), "%s", err.msg);
            return;
        }
    }
    buf_puts(&response->body, "{}");
}

void own_script_status(void *ctx, const struct http_request *request,
                       struct http_response *response)
{
    struct sandbox *s = ctx;

    (void)request;
    if (has_script(s, response))
        script_status(s->script, &response->body);
}

void own_script_faults(void *ctx, const struct http_request *request,
                       struct http_response *response)
{
    struct sandbox *s = ctx;
    struct err err = ERR_INIT;

    if (!has_script(s, response))
        return;
    if (script_set_faults(s->script, request->body, &err) < 0)
        http_response_error(response, 400, err_name(err.code), "%s", err.msg);
    else
        buf_puts(&response->body, "{}");
}
