/* SPDX-License-Identifier: Apache-2.0 */
/* Google's side: the spreadsheet, the service account, and where Google finds the webhook. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/init/ask.h"
#include "cli/init/init.h"
#include "common/cleanup.h"
#include "common/config/expand.h"
#include "common/http/client.h"
#include "common/json.h"
#include "replicator/sheets/token.h"

enum { TIMEOUT_MS = 10000, KEY_BYTES_MAX = 65536 };

void init_spreadsheet_id(const char *address, struct buf *out)
{
    const char *at = strstr(address, "/d/");

    if (at == NULL) {
        buf_puts(out, address);
        return;
    }
    buf_append(out, at + 3, strcspn(at + 3, "/?#"));
}

static bool is_id(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    return len > 0 && len <= 128 && text[len] == '\0';
}

static int ask_spreadsheet(struct init *init, struct err *err)
{
    const char *given = init_value(init, INIT_SPREADSHEET);
    CLEANUP_BUF struct buf answer = BUF_INIT;

    for (;;) {
        if (given != NULL)
            buf_puts(&answer, given);
        else if (!init->is_asking)
            return err_set(err, ERR_CONFIG, "init: --spreadsheet is missing");
        else if (ask_text("The spreadsheet's address (copy it from the browser)", "", &answer,
                          err) != 0)
            return -1;
        buf_clear(&init->spreadsheet);
        init_spreadsheet_id(buf_text(&answer), &init->spreadsheet);
        if (is_id(buf_text(&init->spreadsheet)))
            return 0;
        err_set(err, ERR_CONFIG, "init: \"%s\" has no spreadsheet's id", buf_text(&answer));
        err_hint(err, "It looks like https://docs.google.com/spreadsheets/d/1AbC.../edit");
        if (given != NULL)
            return -1;
        cli_fail(err);
    }
}

/* A sandbox hands out a key of its own. */
static int fetch_key(struct init *init, const char *sandbox, struct err *err)
{
    CLEANUP_BUF struct buf url = BUF_INIT;
    struct http_client *client = NULL;
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct http_call call = {
        .method = "GET", .timeout_ms = TIMEOUT_MS, .max_body_bytes = KEY_BYTES_MAX};
    int result;

    buf_printf(&url, "%s%ssandbox/v1/credentials", sandbox,
               sandbox[0] != '\0' && sandbox[strlen(sandbox) - 1] == '/' ? "" : "/");
    call.url = buf_text(&url);
    if (http_client_global_init(err) != 0 || http_client_new(NULL, &client, err) != 0)
        return -1;
    result = http_client_do(client, &call, &answer, err);
    if (result == 0 && answer.status != 200)
        result = err_set(err, ERR_HTTP, "%s answers %d", call.url, answer.status);
    if (result == 0)
        buf_append(&init->fetched_key, buf_text(&answer.body), answer.body.len);
    else
        err_hint(err, "Start the sandbox first: tabrelay-sandbox. --sandbox is its address.");
    http_answer_close(&answer);
    http_client_free(client);
    return result;
}

static void note_account(struct init *init, const char *json, size_t len)
{
    CLEANUP_JSON cJSON *key = NULL;
    struct err err = ERR_INIT;

    if (json_parse(json, len, &key, &err) == 0)
        buf_puts(&init->account, json_text(key, "client_email", ""));
}

/* Where the key file is, seen from here. */
static void key_path(const struct init *init, struct buf *out)
{
    expand_path(buf_text(&init->credentials), buf_text(&init->folder), out);
}

/* A key that is not there yet may come later; a file that is none is told now. */
static int look_at_key(struct init *init, struct err *err)
{
    CLEANUP_BUF struct buf path = BUF_INIT;
    struct token *token = NULL;

    key_path(init, &path);
    if (access(buf_text(&path), F_OK) != 0 && errno == ENOENT) {
        fprintf(stderr,
                "Note: %s is not there yet. Make a service account with the Sheets API enabled, "
                "and put its JSON\n"
                "key there.\n",
                buf_text(&path));
        return 0;
    }
    if (token_open(buf_text(&path), "", &token, err) != 0)
        return -1;
    buf_puts(&init->account, token_account(token));
    token_free(token);
    return 0;
}

/* An option names a file as the shell does, the configuration from its own folder. */
static void put_given_path(const struct init *init, const char *given, struct buf *out)
{
    char *real = strcmp(buf_text(&init->folder), ".") == 0 ? NULL : realpath(given, NULL);

    buf_puts(out, real != NULL ? real : given);
    free(real);
}

static int ask_credentials(struct init *init, struct err *err)
{
    const char *given = init_value(init, INIT_CREDENTIALS);
    const char *sandbox = init_value(init, INIT_SANDBOX);
    CLEANUP_BUF struct buf path = BUF_INIT;

    put_given_path(init, given != NULL ? given : "service-account.json", &init->credentials);
    if (given == NULL && sandbox == NULL && init->is_asking &&
        ask_text("The service account's key file", "service-account.json", &init->credentials,
                 err) != 0)
        return -1;
    key_path(init, &path);
    if (sandbox == NULL || access(buf_text(&path), F_OK) == 0)
        return look_at_key(init, err);
    if (fetch_key(init, sandbox, err) != 0)
        return -1;
    note_account(init, buf_text(&init->fetched_key), init->fetched_key.len);
    return 0;
}

static int ask_one(struct init *init, enum init_option option, const char *question,
                   const char *fallback, struct buf *answer, struct err *err)
{
    const char *given = init_value(init, option);

    if (given == NULL && init->is_asking)
        return ask_text(question, fallback, answer, err);
    buf_puts(answer, given != NULL ? given : fallback);
    return 0;
}

int init_ask_google(struct init *init, struct err *err)
{
    if (ask_spreadsheet(init, err) != 0 || ask_credentials(init, err) != 0 ||
        ask_one(init, INIT_PUBLIC_URL,
                "The webhook's https address, as Google reaches it (blank: later)", "",
                &init->public_url, err) != 0 ||
        ask_one(init, INIT_DIRECTION, "Direction: both, to_sheet, to_mysql", "both",
                &init->direction, err) != 0)
        return -1;
    return ask_one(init, INIT_CONFLICT,
                   "Both sides changed a cell: sheet_wins, mysql_wins, last_write_wins, manual",
                   "sheet_wins", &init->conflict, err);
}
