/* SPDX-License-Identifier: Apache-2.0 */
/* json_rows: columns of a query's rows as members of JSON objects. Pure. */
#ifndef CLI_JSON_ROWS_H
#define CLI_JSON_ROWS_H

#include "common/buf.h"
#include "common/mysql/db.h"

/* RAW: the column holds JSON. */
enum json_kind { JSON_TEXT, JSON_NUMBER, JSON_RAW };

struct json_member {
    const char *name;
    size_t at; /* column of the query */
    enum json_kind kind;
};

/* Append "NAME": value of each, a comma between two; NULL is null. */
void json_put_members(struct buf *out, const struct json_member *members, size_t n,
                      const struct db_rows *rows, size_t r);
/* Append "NAME": "TEXT". */
void json_put_text(struct buf *out, const char *name, const char *text);
#endif
