/* SPDX-License-Identifier: Apache-2.0 */
/* state_member: the tabs of mappings with tabs_by (schemas/state-7.sql). */
#include "common/log.h"
#include "common/mysql/members.h"
#include "replicator/sync/state.h"

enum { COPIES_MAX = 1000 };

static bool shares_spreadsheet(const struct config_mapping *a, const struct config_mapping *b)
{
    return strcmp(a->spreadsheet, b->spreadsheet) == 0;
}

/* Do the tabs of one spreadsheet have that title already? Google's titles are one without regard to
 * case. */
static int is_title_taken(struct state *s, const struct config_mapping *family, const char *tab,
                          bool *is_taken, struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    buf_puts(&sql, "SELECT 1 FROM DUAL WHERE FALSE");
    for (size_t i = 0; i < s->cfg->n_mappings; i++) {
        const struct config_mapping *m = &s->cfg->mappings[i];

        if (m->family != NULL || !shares_spreadsheet(m, family))
            continue;
        buf_puts(&sql, " OR LOWER(_utf8mb4 x'");
        buf_hex(&sql, tab, strlen(tab));
        buf_puts(&sql, "') = LOWER(_utf8mb4 x'");
        buf_hex(&sql, m->tab, strlen(m->tab));
        buf_puts(&sql, "')");
    }
    buf_puts(&sql, " UNION ALL SELECT 1 FROM ");
    buf_append(&sql, s->schema.ptr, s->schema.len);
    buf_puts(&sql, ".member WHERE FALSE");
    for (size_t i = 0; i < s->cfg->n_families; i++) {
        const struct config_mapping *other = &s->cfg->families[i];

        if (!shares_spreadsheet(other, family))
            continue;
        buf_puts(&sql, " OR (LOWER(tab) = LOWER(_utf8mb4 x'");
        buf_hex(&sql, tab, strlen(tab));
        buf_puts(&sql, "') AND family = _utf8mb4 x'");
        buf_hex(&sql, other->name, strlen(other->name));
        buf_puts(&sql, "')");
    }
    if (sql.is_failed)
        return err_nomem(err, "state");
    if (db_exec(s->db, buf_text(&sql), &rows, err) != 0)
        return err_wrap(err, "state");
    *is_taken = rows.n_rows > 0;
    return 0;
}

static int pick_title(struct state *s, const struct config_mapping *family, struct value value,
                      struct buf *tab, struct err *err)
{
    for (unsigned copy = 1; copy < COPIES_MAX; copy++) {
        bool is_taken = false;

        buf_clear(tab);
        family_title(family, value, copy, tab);
        if (tab->is_failed)
            return err_nomem(err, "state");
        if (is_title_taken(s, family, tab->ptr, &is_taken, err) != 0)
            return -1;
        if (!is_taken)
            return 0;
    }
    return err_set(err, ERR_CONFIG, "mapping %s: no title is left for a tab \"%.100s\"",
                   family->name, buf_text(tab));
}

int state_add_member(struct state *s, const struct config_mapping *family, struct value value,
                     struct err *err)
{
    CLEANUP_BUF struct buf tab = BUF_INIT;
    CLEANUP_BUF struct buf name = BUF_INIT;

    if (pick_title(s, family, value, &tab, err) != 0)
        return -1;
    for (unsigned copy = 1; copy < COPIES_MAX; copy++) {
        buf_clear(&name);
        family_name(family, value, copy, &name);
        if (name.is_failed)
            return err_nomem(err, "state");
        const struct db_param params[] = {
            DB_P_TEXT(family->name), DB_P_TEXT(family->tabs_by),
            value.state == VALUE_TEXT
                ? (struct db_param){.kind = DB_TEXT, .ptr = value.ptr, .len = value.len}
                : DB_P_NULL,
            DB_P_TEXT(name.ptr), DB_P_TEXT(tab.ptr)};

        if (state_run(s,
                      "INSERT IGNORE INTO @.member (family, column_name, value, mapping, tab, "
                      "made_at) VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3))",
                      params, 5, NULL, err) != 0)
            return -1;
        if (db_affected_rows(s->db) == 0) /* the name of another one */
            continue;
        log_info("family: a value gets a tab mapping=%s tab=\"%s\"", name.ptr, tab.ptr);
        return 0;
    }
    return err_set(err, ERR_CONFIG, "mapping %s: no name is left for %.64s", family->name,
                   buf_text(&name));
}

int state_member_version(struct state *s, uint64_t *version, struct err *err)
{
    return members_version(s->db, s->cfg->mysql.state_database, version, err);
}

int state_save_family(struct state *s, const char *family, const struct err *problem,
                      struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(family), DB_P_TEXT(s->cfg->instance),
                                      DB_P_TEXT(problem == NULL ? "" : problem->msg)};

    return state_run(s,
                     "INSERT INTO @.family (family, instance, problem, problem_at) "
                     "VALUES (?, ?, ?, UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE "
                     "problem_at = IF(problem = VALUES(problem), problem_at, VALUES(problem_at)), "
                     "instance = VALUES(instance), problem = VALUES(problem)",
                     params, 3, NULL, err);
}
