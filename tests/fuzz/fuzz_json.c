/* SPDX-License-Identifier: Apache-2.0 */
/* MySQL's binary JSON. What is printed is JSON, and the same each time. Input: the document. */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "replicator/binlog/value_decode.h"
#include "tests/fuzz/targets.h"

static void check_text(const struct value *v)
{
    cJSON *json;

    if (v->state != VALUE_TEXT || v->len == 0)
        abort();
    json = cJSON_ParseWithLength(v->ptr, v->len);
    if (json == NULL)
        abort();
    cJSON_Delete(json);
}

void fuzz_json(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    uint8_t *document = malloc(size);
    struct value v, again;
    struct err err = ERR_INIT;

    if (document == NULL)
        return;
    if (size > 0)
        memcpy(document, data, size);
    if (value_decode_json(document, size, &arena, &v, &err) == 0) {
        check_text(&v);
        if (value_decode_json(document, size, &arena, &again, &err) != 0 || !value_equal(v, again))
            abort();
    } else if (err.msg[0] == '\0')
        abort();
    arena_close(&arena);
    free(document);
}
