/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/notice.h"

#include <string.h>

#include "common/crypto.h"
#include "common/http/server.h"

enum { ID_MAX = 64, TOKEN_DIGITS = 64 };

bool notice_is_for(const struct config_mapping *m, const char *spreadsheet)
{
    return m->sheet_changes == CONFIG_DRIVE_PUSH && strcmp(m->spreadsheet, spreadsheet) == 0;
}

static bool find_mapping(const struct config *cfg, const char *spreadsheet, size_t *out)
{
    for (*out = 0; *out < cfg->n_mappings; (*out)++)
        if (notice_is_for(&cfg->mappings[*out], spreadsheet))
            return true;
    return false;
}

static bool is_made_with(const char *secret, const char *id, const char *spreadsheet,
                         const char *token)
{
    char expected[TOKEN_DIGITS + 1];

    crypto_channel_token(secret, id, spreadsheet, expected);
    return crypto_equal(token, expected, TOKEN_DIGITS);
}

bool notice_take(const struct config *cfg, const struct notice_request *request, struct notice *out)
{
    const char *id = request->id, *token = request->token;
    const char *previous = cfg->webhook.previous_secret;

    *out = (struct notice){.spreadsheet = http_decode(request->path, strlen(request->path), false)};
    if (out->spreadsheet == NULL || !find_mapping(cfg, out->spreadsheet, &out->mapping))
        return false;
    if (id == NULL || token == NULL || strlen(id) > ID_MAX || strlen(token) != TOKEN_DIGITS)
        return false;
    out->has_changed = request->state != NULL && strcmp(request->state, "sync") != 0;
    if (is_made_with(cfg->webhook.secret, id, out->spreadsheet, token))
        return true;
    out->is_previous = previous != NULL && is_made_with(previous, id, out->spreadsheet, token);
    return out->is_previous;
}
