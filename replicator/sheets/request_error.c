/* SPDX-License-Identifier: Apache-2.0 */
/* request_error: Google's error answers in our words. The body may be HTML: the status counts
 * first, JSON second. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replicator/sheets/private.h"

/* The first member NAME in any of error.details[]; "" if there is none. */
static const char *find_detail(const cJSON *error, const char *group, const char *name)
{
    const cJSON *details = json_get(error, "details"), *item;

    cJSON_ArrayForEach(item, details)
    {
        const char *text = json_text(group == NULL ? item : json_get(item, group), name, "");

        if (text[0] != '\0')
            return text;
    }
    return "";
}

/* Drive refuses by 403 what comes too fast, too.
 * https://developers.google.com/workspace/drive/api/guides/handle-errors */
static bool is_too_fast(const cJSON *error)
{
    const cJSON *first = cJSON_GetArrayItem(json_get(error, "errors"), 0);
    const char *reason = json_text(first, "reason", "");

    return strcmp(reason, "rateLimitExceeded") == 0 || strcmp(reason, "userRateLimitExceeded") == 0;
}

/* "You are trying to edit a protected cell or object.": with which status is not documented. */
static bool is_protected(const char *text)
{
    return strstr(text, "edit a protected") != NULL;
}

static int hint_protected(const char *account, struct err *err)
{
    return err_hint(err, "Let %s edit the protected range, or take the protection away.", account);
}

static int refuse_access(const char *account, enum request_kind kind, const char *text,
                         const cJSON *error, struct err *err)
{
    const char *url = find_detail(error, "metadata", "activationUrl");

    if (url[0] != '\0')
        return err_hint(err, "The %s API is switched off for this project; switch it on at %s",
                        kind == REQUEST_DRIVE ? "Drive" : "Sheets", url);
    if (kind == REQUEST_DRIVE)
        return err_hint(err, "Switch the Google Drive API on for the service account's project.");
    if (is_protected(text))
        return hint_protected(account, err);
    return err_hint(err, "Share the spreadsheet with %s as editor.", account);
}

static int quota_error(const struct http_answer *answer, const cJSON *error,
                       struct request_quota *quota, struct err *err)
{
    const char *limit = find_detail(error, "metadata", "quota_limit");
    const char *unit = find_detail(error, "metadata", "quota_unit");
    const char *value = find_detail(error, "metadata", "quota_limit_value");
    long per_minute = strncmp(unit, "1/min", 5) == 0 ? strtol(value, NULL, 10) : 0;

    snprintf(quota->limit, sizeof(quota->limit), "%s", limit);
    quota->per_minute = per_minute > 0 && per_minute < INT32_MAX ? (unsigned)per_minute : 0;
    err->code = ERR_QUOTA;
    err->wait_ms = answer->retry_after_ms;
    if (limit[0] != '\0')
        err_hint(err, "Quota %s is used up: fewer mappings, or ask Google for a higher one.",
                 limit);
    return err_transient(err);
}

/* Nothing was applied. A tab that was renamed or deleted looks like this, not like 404. */
static int bad_request(const char *account, const char *text, struct err *err)
{
    if (is_protected(text))
        return hint_protected(account, err);
    /* "This action would increase the number of cells in the workbook above the limit of 10000000
     * cells.": https://github.com/burnash/gspread/issues/516 */
    if (strstr(text, "number of cells in the workbook above the limit") != NULL) {
        err->code = ERR_FULL;
        return err_hint(err, "Delete blank rows and columns and unused tabs of the spreadsheet.");
    }
    if (strstr(text, "Unable to parse range") == NULL && strstr(text, "No grid with id") == NULL)
        return -1;
    err->code = ERR_GONE;
    err_transient(err);
    return err_hint(err, "A tab was renamed or deleted.");
}

int request_error(const char *account, const struct request *r, const struct http_answer *answer,
                  struct request_quota *quota, struct err *err)
{
    CLEANUP_JSON cJSON *json = NULL;
    struct err parse;
    const cJSON *error;
    const char *text = "no reason given";

    if (json_parse(buf_text(&answer->body), answer->body.len, &json, &parse) != 0)
        text = strncmp(answer->content_type, "text/html", 9) == 0
                   ? "an HTML page came instead of JSON"
                   : "no JSON came";
    error = json_get(json, "error");
    text = json_text(error, "message", text);
    err_set(err, ERR_HTTP, "%s: %s: HTTP %d: %.300s", r->kind == REQUEST_DRIVE ? "drive" : "sheets",
            r->what, answer->status, text);
    err->detail = answer->status;
    switch (answer->status) {
    case 401:
        err->code = ERR_AUTH;
        return err_hint(err,
                        "The access token was refused: is the key in google.credentials valid?");
    case 403:
        if (is_too_fast(error))
            return quota_error(answer, error, quota, err);
        err->code = ERR_AUTH;
        return refuse_access(account, r->kind, text, error, err);
    case 404:
        err->code = ERR_GONE;
        return err_hint(err, "Is the spreadsheet's id right, and is it shared with %s?", account);
    case 429:
        return quota_error(answer, error, quota, err);
    case 400:
        return bad_request(account, text, err);
    default:
        if (answer->status == 408 || answer->status >= 500) {
            err->code = r->kind == REQUEST_WRITE ? ERR_LOST : ERR_HTTP;
            err_transient(err);
        }
        return -1;
    }
}
