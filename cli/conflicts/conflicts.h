/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conflicts: what the files of `tabrelay conflicts` share: the row of a conflict, and what MySQL
 * has there now.
 */
#ifndef CLI_CONFLICTS_CONFLICTS_H
#define CLI_CONFLICTS_CONFLICTS_H

#include <cjson/cJSON.h>

#include "cli/cli.h"
#include "cli/json_rows.h"
#include "replicator/sync/mapping.h"

/* Columns of CONFLICT_SQL. */
enum {
    AT_ID,
    AT_MAPPING,
    AT_KEY,
    AT_COLUMN,
    AT_KIND,
    AT_POLICY,
    AT_STATE,
    AT_EDIT,
    AT_EDITOR,
    AT_EDITED,
    AT_BASE,
    AT_MYSQL,
    AT_SHEET,
    AT_CHANGED,
    AT_OPENED,
    AT_RESOLVED,
    AT_RESOLVED_BY,
    AT_OUTCOME,
    AT_FINAL,
};
#define CONFLICT_SQL                                                                        \
    "SELECT id, mapping, row_key, column_name, kind, policy, state, edit_id, editor, "      \
    "edited_at, base_value, mysql_value, sheet_value, changed_at, opened_at, resolved_at, " \
    "resolved_by, outcome, final_value FROM conflicts "

/* Reads rows of mapped tables; each mapping is opened when it is first asked for. */
struct now {
    const struct config *config;
    struct db *db;
    struct mapping *mappings; /* owned; of config->mappings; table NULL: not opened */
    bool *is_broken;          /* owned */
};
int now_open(struct now *now, const struct config *config, struct db *db, struct err *err);
void now_close(struct now *now);
/* The mapping, or NULL where it is not configured or its table does not fit. */
const struct mapping *now_mapping(struct now *now, const char *name);

enum now_state { NOW_UNKNOWN, NOW_GONE, NOW_THERE };
/* What MySQL has in COLUMN of a row ("": is the row there?): NOW_THERE appends the value as JSON.
 */
enum now_state now_value(struct now *now, const char *mapping, const char *row_key,
                         const char *column, struct buf *json);
/* The header of COLUMN, or COLUMN itself where that is not known; "the whole row" for "". */
const char *now_header(struct now *now, const char *mapping, const char *column);

/* One conflict as an object of JSON, with mysql_now. */
void conflict_put_json(struct buf *out, struct now *now, const struct db_rows *rows, size_t r);

/* A text of ROWS, NULL for NULL. */
const char *conflict_text(const struct db_rows *rows, size_t r, size_t at);

/* The newest LIMIT conflicts of MAPPING (NULL: of all); ALL: resolved ones, too. */
int conflicts_query(struct db *db, const char *mapping, bool all, long limit, struct db_rows *rows,
                    struct err *err);
/* One conflict. ERR_GONE with a hint. */
int conflicts_load(struct db *db, int64_t id, struct db_rows *rows, struct err *err);

/* What a person decides about one conflict. */
struct decision {
    const char *take;   /* "mysql", "sheet" or "base"; NULL: SET */
    const char *set;    /* the value as typed */
    const char *column; /* of SET; not ended by NUL */
    size_t column_len;
};
bool decision_is_take(const char *text);
/* Can the conflict in row R be decided so? If not, WHY is appended to. */
bool decision_check(const struct decision *d, struct now *now, const struct db_rows *rows, size_t r,
                    struct buf *why);
/* Send the decision to the webhook, as post_send does. */
int decision_send(const struct decision *d, const struct config *config, const struct db_rows *rows,
                  size_t r, const char *somebody, cJSON **answer, struct err *err);

int conflicts_list(const struct cli_args *args);
int conflicts_show(const struct cli_args *args);
int conflicts_resolve(const struct cli_args *args);
/* CLI_USAGE if TEXT is no id. */
int conflicts_parse_id(const char *text, int64_t *id);
#endif
