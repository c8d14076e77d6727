/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an answer of Drive's: about a file, and to a wish for a channel of notifications.
 * What is taken is whole, and of a time that can be reckoned with; what is refused has words.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "replicator/sheets/private.h"
#include "tests/fuzz/targets.h"

static bool is_text(const char *field, size_t size)
{
    size_t len = strnlen(field, size);

    return len > 0 && len < size;
}

static void take(const cJSON *answer)
{
    const struct sheets sheets = {0};
    struct drive_look look;
    struct drive_channel channel = {.id = "a-channel"};
    struct err err = ERR_INIT;

    if (drive_take_look(&sheets, answer, "a-file", &look, &err) != 0) {
        if (err.code != ERR_FORMAT || err.msg[0] == '\0')
            abort();
    } else if (!is_text(look.version, sizeof(look.version))) {
        abort();
    }
    err = ERR_INIT;
    if (drive_take_channel(answer, "a-file", &channel, &err) != 0) {
        if (err.code != ERR_FORMAT || err.msg[0] == '\0')
            abort();
    } else if (!is_text(channel.resource_id, sizeof(channel.resource_id)) ||
               channel.expires_ms < 0 || strcmp(channel.id, "a-channel") != 0) {
        abort();
    }
}

void fuzz_drive(const uint8_t *data, size_t size)
{
    CLEANUP_JSON cJSON *json = NULL;
    struct err err = ERR_INIT;

    if (json_parse((const char *)data, size, &json, &err) == 0)
        take(json);
    else if (err.msg[0] == '\0')
        abort();
}
