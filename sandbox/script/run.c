/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/script/run.h"

#include <duktape.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/embed.h"
#include "common/log.h"
#include "sandbox/script/ops.h"
#include "sandbox/script/text.h"

#define SERVICES_PATH "sandbox/script/services.js"

/* Duktape calls it when it cannot go on, which only happens outside of a protected call: our bug.
 */
static void fatal(void *udata, const char *msg)
{
    (void)udata;
    log_error("script: the engine failed text=\"%s\"", msg == NULL ? "" : msg);
    abort();
}

static struct run *run_of(duk_context *ctx)
{
    duk_memory_functions functions;

    duk_get_memory_functions(ctx, &functions);
    return functions.udata;
}

/* Called protected: pushing may throw for want of memory, and a throw passes by everything that
 * frees itself. */
static duk_ret_t push_buf(duk_context *ctx, void *udata)
{
    const struct buf *text = udata;

    duk_push_lstring(ctx, buf_text(text), text->len);
    return 1;
}

/* The door: (operation, arguments as JSON) -> JSON. No C memory is held when Duktape may throw. */
static duk_ret_t door(duk_context *ctx)
{
    struct buf out = BUF_INIT;
    struct err err = ERR_INIT;
    duk_size_t len;
    const char *name = duk_require_string(ctx, 0);
    const char *args = duk_require_lstring(ctx, 1, &len);
    struct run *r = run_of(ctx);
    int rc = ops_call(r, name, args, len, &out, &err);

    /* The engine looks at the clock only while it interprets. */
    if (rc == 0 && limits_is_late(&r->limits))
        rc = err_set(&err, ERR_STOPPED, "out of time");
    if (rc != 0) {
        char msg[sizeof(err.msg)];

        memcpy(msg, err.msg, sizeof(msg));
        buf_close(&out);
        return duk_error(ctx, DUK_ERR_ERROR, "%s", msg);
    }
    rc = duk_safe_call(ctx, push_buf, &out, 0, 1);
    buf_close(&out);
    return rc == DUK_EXEC_SUCCESS ? 1 : duk_throw(ctx);
}

/* Push what services.js returns: the function that starts a run. */
static void load_services(duk_context *ctx, const struct run_request *request)
{
    const struct embed_file *services = embed_find(SERVICES_PATH);

    if (services == NULL)
        duk_error(ctx, DUK_ERR_ERROR, "%s is not in this program", SERVICES_PATH);
    duk_push_string(ctx, "services.js");
    duk_compile_lstring_filename(ctx, DUK_COMPILE_EVAL, services->data, services->len);
    duk_call(ctx, 0); /* the function expression's value */
    duk_push_c_function(ctx, door, 2);
    duk_push_global_object(ctx);
    duk_push_object(ctx);
    text_push(ctx, request->spreadsheet);
    duk_put_prop_string(ctx, -2, "spreadsheet");
    text_push(ctx, request->user);
    duk_put_prop_string(ctx, -2, "user");
    duk_push_boolean(ctx, request->has_ui);
    duk_put_prop_string(ctx, -2, "has_ui");
    duk_call(ctx, 3);
}

struct protected_call {
    const struct run_world *world;
    const struct run_request *request;
};

/* Leaves the result's JSON on the stack. */
static duk_ret_t execute(duk_context *ctx, void *udata)
{
    const struct protected_call *call = udata;

    load_services(ctx, call->request);
    duk_push_string(ctx, "Code.gs");
    duk_compile_string_filename(ctx, 0, call->world->source);
    duk_call(ctx, 0);
    duk_pop(ctx);
    text_push(ctx, call->request->function);
    text_push(ctx, call->request->given);
    duk_json_decode(ctx, -1);
    if (call->request->on_start != NULL)
        call->request->on_start(call->request->on_start_ctx);
    duk_call(ctx, 2);
    return 1;
}

/* [error] -> [its stack trace, its message] */
static duk_ret_t describe(duk_context *ctx, void *udata)
{
    (void)udata;
    if (duk_is_error(ctx, -1))
        duk_get_prop_string(ctx, -1, "message");
    else
        duk_dup(ctx, -1);
    duk_safe_to_string(ctx, -1);
    duk_safe_to_stacktrace(ctx, -2);
    return 2;
}

/* Why it failed, out of the error that is on the stack. */
static int explain(duk_context *ctx, struct run *r, const struct run_request *request,
                   struct err *err)
{
    CLEANUP_BUF struct buf line = BUF_INIT;
    const char *trace = NULL;

    if (stop_is_asked(r->world->stop)) {
        err_set(err, ERR_STOPPED, "the script engine stops");
    } else if (limits_is_late(&r->limits)) {
        err_set(err, ERR_STOPPED, "Exceeded maximum execution time");
    } else if (r->limits.is_full) {
        err_set(err, ERR_NOMEM, "Exceeded the memory of a run (%zu bytes)", r->limits.max_bytes);
    } else if (duk_safe_call(ctx, describe, NULL, 1, 2) == DUK_EXEC_SUCCESS) {
        trace = duk_get_string(ctx, -2);
        text_error(ctx, -1, err);
    } else {
        err_set(err, ERR_VALUE, "the script failed");
    }
    buf_printf(&line, "%s: %s", request->function, trace == NULL ? err->msg : trace);
    journal_add(r->world->journal, "error", request->spreadsheet, buf_text(&line));
    return -1;
}

static int run_heap(struct run *r, const struct run_request *request, struct buf *result,
                    struct err *err)
{
    struct protected_call call = {.world = r->world, .request = request};
    duk_context *ctx =
        duk_create_heap(limits_alloc, limits_realloc, limits_free, &r->limits, fatal);
    int rc = 0;

    if (ctx == NULL)
        return err_nomem(err, "script");
    if (duk_safe_call(ctx, execute, &call, 0, 1) != DUK_EXEC_SUCCESS)
        rc = explain(ctx, r, request, err);
    else if (result != NULL)
        text_get(ctx, -1, result);
    duk_destroy_heap(ctx);
    return rc;
}

int run_execute(const struct run_world *world, const struct run_request *request,
                struct buf *result, struct err *err)
{
    static _Atomic uint64_t last_id;
    struct run r = {.limits = {.stop = world->stop,
                               .deadline_ms = clock_mono_ms() + world->max_ms,
                               .max_bytes = world->max_heap_bytes},
                    .world = world,
                    .id = atomic_fetch_add(&last_id, 1) + 1,
                    .spreadsheet = request->spreadsheet,
                    .user = request->user};
    int rc = run_heap(&r, request, result, err);

    journal_count_run(world->journal, rc != 0);
    locks_release_all(world->locks, r.id);
    zone_free(r.zone);
    http_client_free(r.http);
    return rc;
}
