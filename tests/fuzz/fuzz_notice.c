/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any texts as a notification's path and three headers (each before a NUL): only one with a token
 * that was made with one of the secrets, for that channel and a spreadsheet that is watched, is
 * taken. A first byte of 1 makes the token right, 2 with the secret of before; of the bits 16, 32
 * and 64 each leaves a header out.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/crypto.h"
#include "common/http/server.h"
#include "tests/fuzz/targets.h"
#include "webhook/notice.h"

#define SECRET "a-secret-for-fuzzing-0123456789"
#define PREVIOUS "the-secret-of-before-0123456789"
#define WATCHED "1AbC"

enum { N_TEXTS = 4, TOKEN_SIZE = 65, NO_ID = 16, NO_TOKEN = 32, NO_STATE = 64 };

static bool is_right(const char *secret, const struct notice_request *request)
{
    char expected[TOKEN_SIZE];

    crypto_channel_token(secret, request->id, WATCHED, expected);
    return strcmp(request->token, expected) == 0;
}

static void check(const struct config *cfg, const struct notice_request *request)
{
    CLEANUP_FREE char *named = http_decode(request->path, strlen(request->path), false);
    bool is_whole = named != NULL && strcmp(named, WATCHED) == 0 && request->id != NULL &&
                    strlen(request->id) <= 64 && request->token != NULL;
    bool is_of_now = is_whole && is_right(SECRET, request);
    bool is_of_before = is_whole && is_right(PREVIOUS, request);
    struct notice notice;
    bool is_taken = notice_take(cfg, request, &notice);
    CLEANUP_FREE char *spreadsheet = notice.spreadsheet;

    if (is_taken != (is_of_now || is_of_before))
        abort();
    if (!is_taken)
        return;
    if (strcmp(spreadsheet, WATCHED) != 0 || notice.mapping != 1 ||
        notice.is_previous != is_of_before)
        abort();
    if (notice.has_changed && (request->state == NULL || strcmp(request->state, "sync") == 0))
        abort();
}

void fuzz_notice(const uint8_t *data, size_t size)
{
    struct config_mapping mappings[] = {
        {.name = (char[]){"a"}, .spreadsheet = (char[]){WATCHED}},
        {.name = (char[]){"b"},
         .spreadsheet = (char[]){WATCHED},
         .sheet_changes = CONFIG_DRIVE_PUSH},
    };
    struct config cfg = {.mappings = mappings, .n_mappings = 2};
    const char *texts[N_TEXTS], *at = (const char *)data + 1;
    char token[TOKEN_SIZE];

    cfg.webhook.secret = (char[]){SECRET};
    cfg.webhook.previous_secret = (char[]){PREVIOUS};
    for (int i = 0; i < N_TEXTS; i++, at += strlen(at) + 1) {
        if (size == 0 || memchr(at, '\0', size - (size_t)(at - (const char *)data)) == NULL)
            return;
        texts[i] = at;
    }
    struct notice_request request = {texts[0], texts[1], texts[2], texts[3]};

    if ((data[0] & 3) == 1 || (data[0] & 3) == 2) {
        crypto_channel_token((data[0] & 3) == 1 ? SECRET : PREVIOUS, request.id, WATCHED, token);
        request.token = token;
    }
    request.id = (data[0] & NO_ID) != 0 ? NULL : request.id;
    request.token = (data[0] & NO_TOKEN) != 0 ? NULL : request.token;
    request.state = (data[0] & NO_STATE) != 0 ? NULL : request.state;
    check(&cfg, &request);
}
