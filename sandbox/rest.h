/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rest: one call of Google's API: /v4/spreadsheets/..., /drive/v3/files/....
 *
 * rest.c finds the method, checks token, quota, faults, query and body, runs the method and sends
 * its answer through the mask; each method is a function that gets a checked call.
 */
#ifndef SANDBOX_REST_H
#define SANDBOX_REST_H

#include "common/http/server.h"
#include "common/json.h"
#include "sandbox/check.h"
#include "sandbox/fields.h"
#include "sandbox/sandbox.h"

struct call {
    struct sandbox *sandbox;
    const struct http_request *request;
    char *id;                  /* of the spreadsheet or file; NULL if the path has none */
    char *rest;                /* the range or number at the path's end; NULL if none */
    cJSON *body;               /* canonical; NULL if the method has none */
    const struct fields *mask; /* of the answer; fields_all() if none was given */
    bool has_mask;
    struct oauth_user who; /* whose token it is; nobody's: an empty address */
    const char *user;      /* the address */
    cJSON *answer;         /* set by the method; NULL sends nothing */
    struct check_report report;
    size_t plain_bytes; /* of the body, unpacked */
    long cells;         /* written */
};

/* 0 with call->answer, or -1 with an err made by refuse(). */
typedef int rest_method(struct call *call, struct err *err);

void rest_handle(struct sandbox *s, const struct http_request *request,
                 struct http_response *response);
/* Google's error body. VIOLATIONS (may be NULL) is copied. */
void rest_error(struct http_response *response, int status, const char *message,
                const cJSON *violations);

/* Query parameters of a call: an owned text or NULL; a flag. */
char *rest_query(const struct call *call, const char *name);
bool rest_query_flag(const struct call *call, const char *name);
/* All values of a parameter that may be repeated. */
struct texts {
    char **text;
    size_t n;
};
struct texts rest_query_all(const struct call *call, const char *name);
void texts_close(struct texts *t);

/* The spreadsheet of the call; 404. Unref it. */
struct book *rest_book(struct call *call, struct err *err);

rest_method rest_create, rest_get, rest_get_by_filter, rest_batch_update;
rest_method rest_values_get, rest_values_batch_get, rest_values_batch_get_by_filter;
rest_method rest_values_update, rest_values_batch_update, rest_values_append;
rest_method rest_values_clear, rest_values_batch_clear;
rest_method rest_metadata_get, rest_metadata_search;
rest_method rest_drive_create, rest_drive_get, rest_drive_delete;
rest_method rest_drive_watch, rest_drive_stop;
#endif
