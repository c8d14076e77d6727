/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/query_text.h"

#include "replicator/binlog/charset.h"

struct value query_text(const struct event_query *q, struct arena *arena)
{
    const struct charset *cs = q->collation == 0 ? NULL : charset_of_collation(q->collation);
    struct value text = value_text(q->sql, q->sql_len);

    return cs == NULL ? text : charset_convert(cs, text, arena);
}
