/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/json_print.h"
#include "replicator/binlog/value_decode.h"

int value_decode_json(const uint8_t *p, size_t len, struct arena *arena, struct value *out,
                      struct err *err)
{
    struct json_printer printer;
    struct json_value document;

    /* INSERT IGNORE of NULL into a NOT NULL column leaves nothing at all: JSON null. */
    if (len == 0) {
        *out = value_text("null", 4);
        return 0;
    }
    document = json_document(p, len);
    if (json_printer_init(&printer, len, arena) != 0 || json_put_value(&printer, &document, 1) != 0)
        return json_printer_fail(&printer, len, err);
    *out = json_printer_take(&printer);
    return 0;
}
