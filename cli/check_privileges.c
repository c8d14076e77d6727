/* SPDX-License-Identifier: Apache-2.0 */
/* What SHOW GRANTS says of the current user. Privileges that come with a role are not seen in it:
 * then what is missing is a warning only. */
#include <string.h>

#include "cli/check.h"
#include "cli/cli.h"
#include "cli/grants.h"

/* "GRANT <privileges> ON <object> TO ..." */
struct grant {
    struct value privileges;
    struct value schema; /* "*" or a pattern with % and _ and \, without the backquotes around it */
    struct value table;  /* "*" or a name; a backquote inside stands there twice */
};

static struct value take_name(const char **at)
{
    const char *from = *at;
    struct value name;

    if (*from != '`') {
        size_t len = strcspn(from, ". ");

        *at = from + len;
        return value_text(from, len);
    }
    const char *end = ++from;

    while (*end != '\0' && (*end != '`' || end[1] == '`'))
        end += *end == '`' ? 2 : 1;
    name = value_text(from, (size_t)(end - from));
    *at = end + (*end == '`');
    return name;
}

static bool parse_grant(const char *line, struct grant *out)
{
    const char *on = strstr(line, " ON ");

    if (strncmp(line, "GRANT ", 6) != 0 || on == NULL)
        return false;
    out->privileges = value_text(line + 6, (size_t)(on - line - 6));
    on += 4;
    out->schema = take_name(&on);
    if (*on != '.')
        return false;
    on++;
    out->table = take_name(&on);
    return true;
}

/* SQL's LIKE over LEN bytes of PATTERN; a backslash takes the next character as it is. */
static bool is_like(const char *pattern, size_t len, const char *text)
{
    if (len == 0)
        return *text == '\0';
    if (*pattern == '%') {
        for (;; text++) {
            if (is_like(pattern + 1, len - 1, text))
                return true;
            if (*text == '\0')
                return false;
        }
    }
    if (*pattern == '`' && len > 1) { /* the second of two */
        pattern++;
        len--;
    } else if (*pattern == '\\' && len > 1) {
        pattern++;
        len--;
    } else if (*pattern == '_' && *text != '\0') {
        return is_like(pattern + 1, len - 1, text + 1);
    }
    return *pattern == *text && is_like(pattern + 1, len - 1, text + 1);
}

static bool is_name(struct value v, const char *text)
{
    size_t i = 0;

    for (; *text != '\0'; text++) {
        if (i >= v.len || v.ptr[i] != *text)
            return false;
        i += *text == '`' ? 2 : 1;
    }
    return i == v.len;
}

static bool covers(const struct grant *g, const char *schema, const char *table)
{
    if (is_name(g->schema, "*"))
        return true;
    if (schema == NULL || table == NULL)
        return false;
    if (is_name(g->table, "*"))
        return is_like(g->schema.ptr, g->schema.len, schema);
    return is_name(g->schema, schema) && is_name(g->table, table);
}

/* Is PRIVILEGE in the list "SELECT, REPLICATION SLAVE, INSERT (a, b)"? */
static bool lists(struct value privileges, const char *privilege)
{
    const char *at = privileges.ptr;
    const char *end = privileges.ptr + privileges.len;
    size_t len = strlen(privilege);

    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        size_t n = (size_t)((comma != NULL ? comma : end) - at);

        if ((n == len && memcmp(at, privilege, len) == 0) ||
            (n >= 14 && memcmp(at, "ALL PRIVILEGES", 14) == 0))
            return true;
        at = comma != NULL ? comma + 1 : end;
        while (at < end && *at == ' ')
            at++;
    }
    return false;
}

/* SCHEMA NULL: a global privilege. */
static bool has(const struct db_rows *grants, const char *privilege, const char *schema,
                const char *table)
{
    struct grant g;

    for (size_t r = 0; r < grants->n_rows; r++)
        if (parse_grant(db_rows_text(grants, r, 0), &g) && covers(&g, schema, table) &&
            lists(g.privileges, privilege))
            return true;
    return false;
}

static bool has_roles(const struct db_rows *grants)
{
    struct grant g;

    for (size_t r = 0; r < grants->n_rows; r++)
        if (!parse_grant(db_rows_text(grants, r, 0), &g))
            return true;
    return false;
}

struct who {
    const struct db_rows *grants;
    const char *account; /* 'user'@'host', quoted */
    struct grants_needs needs;
    enum finding_level level; /* of what is missing */
    bool is_complete;
};

static void need(struct findings *f, struct who *who, const char *privilege, const char *object)
{
    CLEANUP_BUF struct buf mend = BUF_INIT;

    buf_printf(&mend, "GRANT %s ON %s TO %s;", privilege, object, who->account);
    findings_add(f, who->level, "mysql.privileges", "privileges", buf_text(&mend),
                 "%s lacks %s on %s", who->account, privilege, object);
    who->is_complete = false;
}

static void check_global(struct findings *f, struct who *who, enum db_flavour flavour)
{
    const char *monitor = flavour == DB_MARIADB ? "BINLOG MONITOR" : "REPLICATION CLIENT";

    if (who->needs.reads_binlog && !has(who->grants, "REPLICATION SLAVE", NULL, NULL))
        need(f, who, "REPLICATION SLAVE", "*.*");
    if (who->needs.asks_position && !has(who->grants, monitor, NULL, NULL) &&
        !has(who->grants, "REPLICATION CLIENT", NULL, NULL))
        need(f, who, monitor, "*.*");
}

/* Only of foreign keys it says nothing then. */
static void check_references(struct findings *f, struct who *who, const char *schema)
{
    CLEANUP_BUF struct buf object = BUF_INIT;
    CLEANUP_BUF struct buf mend = BUF_INIT;

    if (!who->needs.asks_position || has(who->grants, "REFERENCES", schema, ""))
        return;
    table_quote(&object, schema);
    buf_printf(&mend, "GRANT REFERENCES ON %s.* TO %s;", buf_text(&object), who->account);
    findings_add(f, FINDING_WARN, "mysql.privileges", "privileges", buf_text(&mend),
                 "%s lacks REFERENCES on all of %s: foreign keys that cascade into its tables may "
                 "not be seen",
                 who->account, buf_text(&object));
    who->is_complete = false;
}

static void check_table(struct findings *f, struct who *who, const struct config_mapping *m)
{
    static const char *const wanted[] = {"SELECT", "INSERT", "UPDATE", "DELETE"};
    size_t n = who->needs.writes_tables && m->direction != CONFIG_TO_SHEET ? 4 : 1;
    CLEANUP_BUF struct buf missing = BUF_INIT;
    CLEANUP_BUF struct buf object = BUF_INIT;

    for (size_t i = 0; i < n; i++)
        if (!has(who->grants, wanted[i], m->schema, m->table))
            buf_printf(&missing, "%s%s", missing.len == 0 ? "" : ", ", wanted[i]);
    if (missing.len == 0)
        return;
    table_quote(&object, m->schema);
    buf_puts(&object, ".");
    table_quote(&object, m->table);
    need(f, who, buf_text(&missing), buf_text(&object));
}

/* user@host as CURRENT_USER() gives it -> 'user'@'host'. */
static void quote_account(struct buf *out, const char *current)
{
    const char *host = strrchr(current, '@');
    CLEANUP_BUF struct buf user = BUF_INIT;

    buf_append(&user, current, host == NULL ? strlen(current) : (size_t)(host - current));
    cli_quote_text(out, buf_text(&user));
    buf_puts(out, "@");
    cli_quote_text(out, host == NULL ? "%" : host + 1);
}

/* A user of `tabrelay grants` is asked for what its own program needs, any other for all. */
void check_privileges(struct findings *f, const struct config *config, struct db *db)
{
    static const struct grants_needs all = {true, true, true};
    CLEANUP_ROWS struct db_rows grants = DB_ROWS_INIT;
    CLEANUP_ROWS struct db_rows current = DB_ROWS_INIT;
    CLEANUP_BUF struct buf account = BUF_INIT;
    struct err err = ERR_INIT;
    const struct grants_needs *needs;
    struct who who;

    if (db_exec(db, "SHOW GRANTS", &grants, &err) != 0 ||
        db_exec(db, "SELECT CURRENT_USER()", &current, &err) != 0) {
        findings_add_err(f, "mysql.privileges", "privileges", &err);
        return;
    }
    needs = grants_needs_of(config->mysql.user);
    quote_account(&account, db_rows_text(&current, 0, 0));
    who = (struct who){.grants = &grants,
                       .account = buf_text(&account),
                       .needs = needs != NULL ? *needs : all,
                       .level = has_roles(&grants) ? FINDING_WARN : FINDING_FAIL,
                       .is_complete = true};
    check_global(f, &who, db_flavour(db));
    for (size_t i = 0; i < config_n_written(config); i++) {
        if (grants_is_first_of(config, i))
            check_references(f, &who, config_written(config, i)->schema);
        check_table(f, &who, config_written(config, i));
    }
    if (who.is_complete)
        findings_add(f, FINDING_OK, "mysql.privileges", "privileges", NULL,
                     needs != NULL ? "%s has what its program needs"
                                   : "%s has what both programs need",
                     who.account);
}
