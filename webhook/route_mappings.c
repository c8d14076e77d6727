/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "webhook/mappings.h"
#include "webhook/routes.h"
#include "webhook/state.h"
#include "webhook/txn.h"

struct job {
    struct server *server;
    const char *spreadsheet;
    struct buf array;
    char version[MAPPINGS_VERSION_SIZE];
};

static int work(void *ctx, struct db *db, struct err *err)
{
    struct job *job = ctx;
    CLEANUP_ROWS struct db_rows known = DB_ROWS_INIT;

    buf_clear(&job->array);
    if (state_known(db, job->server->cfg->instance, job->spreadsheet, &known, err) != 0)
        return -1;
    return mappings_write(job->server->cfg, job->server->schema, db, &known, job->spreadsheet,
                          &job->array, job->version, err);
}

/* Does it get tabs by itself? */
static bool has_family(const struct config *cfg, const char *spreadsheet)
{
    for (size_t i = 0; i < cfg->n_families; i++)
        if (strcmp(cfg->families[i].spreadsheet, spreadsheet) == 0)
            return true;
    return false;
}

static bool is_mapped(const struct config *cfg, const char *spreadsheet)
{
    for (size_t i = 0; i < cfg->n_mappings; i++)
        if (strcmp(cfg->mappings[i].spreadsheet, spreadsheet) == 0)
            return true;
    return has_family(cfg, spreadsheet);
}

void route_mappings(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct server *server = ctx;
    CLEANUP_FREE char *spreadsheet = NULL;
    struct job job = {.server = server};
    struct err err = ERR_INIT;

    if (!routes_verify(server, request, response))
        return;
    spreadsheet = http_request_query(request, "spreadsheet");
    if (spreadsheet == NULL) {
        http_response_error(response, 400, "bad_request", "?spreadsheet=ID is needed");
        return;
    }
    if (!is_mapped(server->cfg, spreadsheet)) {
        http_response_error(response, 404, "unknown_mapping",
                            "no mapping has the spreadsheet \"%.128s\"", spreadsheet);
        return;
    }
    job.spreadsheet = spreadsheet;
    if (txn_run(server->pool, server->stop, work, &job, &err) != 0)
        routes_unavailable(request, response, &err);
    else
        buf_printf(&response->body, "{\"version\":\"%s\",%s\"mappings\":%s}\n", job.version,
                   has_family(server->cfg, spreadsheet) ? "\"grows\":true," : "",
                   buf_text(&job.array));
    buf_close(&job.array);
}
