/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/value_decode.h"

int value_decode(const struct field *f, const uint8_t *p, size_t len, struct arena *arena,
                 struct value *out, struct err *err)
{
    switch (f->kind) {
    case FIELD_INT:
    case FIELD_FLOAT:
    case FIELD_DOUBLE:
    case FIELD_DECIMAL:
    case FIELD_BIT:
    case FIELD_YEAR:
        return value_decode_number(f, p, len, arena, out, err);
    case FIELD_DATE:
    case FIELD_TIME:
    case FIELD_DATETIME:
    case FIELD_TIMESTAMP:
    case FIELD_TIME_OLD:
    case FIELD_DATETIME_OLD:
    case FIELD_TIMESTAMP_OLD:
        return value_decode_temporal(f, p, len, arena, out, err);
    case FIELD_JSON:
        return value_decode_json(p, len, arena, out, err);
    default:
        return value_decode_text(f, p, len, arena, out, err);
    }
}
