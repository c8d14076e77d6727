/* SPDX-License-Identifier: Apache-2.0 */
#include "common/config/rules.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/config/config.h"
#include "common/hash.h"

/* Ids of our own as a replica lie above those that people give to their servers by hand. */
enum { SERVER_ID_FLOOR = 1000000 };
/* Google's own, of reads and of writes: https://developers.google.com/workspace/sheets/api/limits
 */
enum { PROJECT_PER_MINUTE = 300 };
#define SHEETS_URL "https://sheets.googleapis.com/"

/* HOST, HOST:PORT or [HOST]:PORT. A name that only begins like such an address is somebody else's.
 */
static bool is_loopback(const char *host)
{
    const char *colon = strchr(host, ':');
    bool has_port = colon != NULL && strchr(colon + 1, ':') == NULL;
    size_t len = has_port ? (size_t)(colon - host) : strlen(host);
    char name[INET_ADDRSTRLEN] = "";
    struct in_addr address;

    if (strcmp(host, "::1") == 0 || strncmp(host, "[::1]", 5) == 0)
        return true;
    if (len >= sizeof(name))
        return false;
    memcpy(name, host, len);
    return strcasecmp(name, "localhost") == 0 ||
           (inet_pton(AF_INET, name, &address) == 1 && ntohl(address.s_addr) >> 24 == 127);
}

static bool is_any_address(const char *host)
{
    return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;
}

static char *copy_text(struct walk *w, const struct spot *at, const char *text)
{
    char *copy = strdup(text);

    if (copy == NULL)
        problems_add(&w->problems, &at->place, "out of memory");
    return copy;
}

static bool same_text(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* What people are told: "db1, db2:3307". */
static char *join_hosts(struct walk *w, const struct spot *at, const struct config_mysql *c)
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    for (size_t i = 0; i < c->n_hosts; i++)
        buf_printf(&text, "%s%s", i > 0 ? ", " : "", c->hosts[i] == NULL ? "?" : c->hosts[i]);
    return copy_text(w, at, buf_text(&text));
}

static bool is_local(const struct config_mysql *c)
{
    for (size_t i = 0; i < c->n_hosts && c->socket == NULL; i++)
        if (c->hosts[i] == NULL || !is_loopback(c->hosts[i]))
            return false;
    return true;
}

static void check_hosts(struct walk *w, const struct spot *at, const struct config_mysql *c)
{
    struct spot list = walk_child(w, at, "host");

    for (size_t i = 0; i < c->n_hosts; i++)
        for (size_t j = 0; j < i; j++)
            if (same_text(c->hosts[j], c->hosts[i])) {
                struct spot item = walk_item(w, &list, i);

                problems_add(&w->problems, &item.place, "\"%s\" is given twice", c->hosts[i]);
            }
}

void rules_mysql(struct walk *w, const struct spot *at, void *owner)
{
    static const char *const replaced[] = {"host", "port"};
    struct config_mysql *c = owner;

    c->host = join_hosts(w, at, c);
    check_hosts(w, at, c);
    if (walk_child(w, at, "tls").node == NULL)
        c->tls = is_local(c) ? CONFIG_TLS_PREFERRED : CONFIG_TLS_VERIFY;
    for (size_t i = 0; i < 2 && c->socket != NULL; i++) {
        struct spot spot = walk_child(w, at, replaced[i]);

        if (spot.node != NULL)
            problems_add(&w->problems, &spot.place, "socket stands instead of it; remove one");
    }
}

static void fill_project(struct walk *w, const struct spot *at, const char *name,
                         unsigned of_account, unsigned *out)
{
    if (walk_child(w, at, name).node == NULL)
        *out = of_account > PROJECT_PER_MINUTE ? of_account : PROJECT_PER_MINUTE;
}

/* Whoever has a higher quota than Google's default says so once. */
static void fill_quotas(struct walk *w, const struct spot *at, struct config_google *c)
{
    fill_project(w, at, "project_reads_per_minute", c->reads_per_minute,
                 &c->project_reads_per_minute);
    fill_project(w, at, "project_writes_per_minute", c->writes_per_minute,
                 &c->project_writes_per_minute);
    if (walk_child(w, at, "spreadsheet_writes_per_minute").node == NULL)
        c->spreadsheet_writes_per_minute = c->writes_per_minute;
}

/* A key that is given twice would have its account's quota counted twice. */
static void check_credentials(struct walk *w, const struct spot *at, const struct config_google *c)
{
    struct spot list = walk_child(w, at, "credentials");

    for (size_t i = 0; i < c->n_credentials; i++)
        for (size_t j = 0; j < i; j++) {
            struct spot item = walk_item(w, &list, i);

            if (same_text(c->credentials[j], c->credentials[i]))
                problems_add(&w->problems, &item.place, "\"%s\" is given twice", c->credentials[i]);
        }
}

void rules_google(struct walk *w, const struct spot *at, void *owner)
{
    struct config_google *c = owner;

    fill_quotas(w, at, c);
    check_credentials(w, at, c);
    if (c->drive_url != NULL || c->base_url == NULL || walk_child(w, at, "drive_url").node != NULL)
        return;
    c->drive_url = copy_text(
        w, at, strcmp(c->base_url, SHEETS_URL) == 0 ? "https://www.googleapis.com/" : c->base_url);
}

static bool is_loopback_url(const char *url)
{
    return strncmp(url, "http://127.", 11) == 0 || strncmp(url, "http://localhost", 16) == 0 ||
           strncmp(url, "http://[::1]", 12) == 0;
}

static void check_public_url(struct walk *w, const struct spot *at, const char *url)
{
    struct spot spot = walk_child(w, at, "public_url");

    if (url != NULL && strncmp(url, "https://", 8) != 0 && !is_loopback_url(url))
        problems_add(&w->problems, &spot.place,
                     "must begin with https://, Google sends notifications nowhere else");
}

/* Where a listener is reached on this host; the caller frees it. */
static char *url_of(struct walk *w, const struct spot *at, const char *host, uint16_t port)
{
    CLEANUP_BUF struct buf url = BUF_INIT;

    if (is_any_address(host))
        host = strcmp(host, "::") == 0 ? "::1" : "127.0.0.1";
    buf_printf(&url, strchr(host, ':') != NULL ? "http://[%s]:%u/" : "http://%s:%u/", host, port);
    return copy_text(w, at, buf_text(&url));
}

/* Whoever forgets to change one of them believes that the old secret is out of use. */
static void check_previous_secret(struct walk *w, const struct spot *at,
                                  const struct config_webhook *c)
{
    struct spot spot = walk_child(w, at, "previous_secret");

    if (same_text(c->previous_secret, c->secret))
        problems_add(&w->problems, &spot.place,
                     "is the same as secret: give the one that was used before, or none");
}

void rules_webhook(struct walk *w, const struct spot *at, void *owner)
{
    struct config_webhook *c = owner;

    check_public_url(w, at, c->public_url);
    check_previous_secret(w, at, c);
    if (c->url == NULL && c->listen_host != NULL && walk_child(w, at, "url").node == NULL)
        c->url = url_of(w, at, c->listen_host, c->listen_port);
}

/* Whoever reaches the page reads people's names and values of cells. */
void rules_page(struct walk *w, const struct spot *at, void *owner)
{
    const struct config_page *c = owner;
    bool has_token = c->token != NULL || walk_child(w, at, "token").node != NULL;
    struct spot listen = walk_child(w, at, "listen"), url = walk_child(w, at, "public_url");

    if (c->listen_host != NULL && !is_loopback(c->listen_host) && !has_token)
        problems_add(&w->problems, &listen.place,
                     "others can reach this address: give page.token, too, or listen on 127.0.0.1");
    if (c->public_url != NULL && !has_token)
        problems_add(&w->problems, &url.place, "others can reach this address: give page.token");
}

static void fill_page(struct walk *w, const struct spot *at, struct config *c)
{
    struct spot page = walk_child(w, at, "page");
    const struct config_replicator *r = &c->replicator;

    if (c->page.replicator_url == NULL && r->metrics_host != NULL &&
        (page.node == NULL || walk_child(w, &page, "replicator_url").node == NULL))
        c->page.replicator_url = url_of(w, at, r->metrics_host, r->metrics_port);
    if (c->page.webhook_url == NULL && c->webhook.listen_host != NULL &&
        (page.node == NULL || walk_child(w, &page, "webhook_url").node == NULL))
        c->page.webhook_url = url_of(w, at, c->webhook.listen_host, c->webhook.listen_port);
}

/* A column is named in backquotes without regard to case, as MySQL does; a header exactly. */
static bool same_column(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcasecmp(a, b) == 0;
}

static void check_direction(struct walk *w, const struct spot *item, const struct config_mapping *m,
                            struct config_column *column)
{
    struct spot spot = walk_child(w, item, "direction");

    if (spot.node == NULL)
        column->direction = m->direction;
    else if (m->direction != CONFIG_BOTH && column->direction != m->direction)
        problems_add(&w->problems, &spot.place, "contradicts the mapping's direction; remove one");
}

/* A rule is a policy; the mapping's holds for columns that have none of their own. */
static void check_policy(struct walk *w, const struct spot *item, const struct config_mapping *m,
                         struct config_column *column)
{
    struct spot spot = walk_child(w, item, "conflict");
    bool has_rule = walk_child(w, item, "rule").node != NULL;

    if (spot.node == NULL)
        column->conflict = has_rule ? CONFIG_RULE : m->conflict;
    else if (has_rule && column->conflict != CONFIG_RULE)
        problems_add(&w->problems, &spot.place, "contradicts the column's rule; remove one");
    else if (!has_rule && column->conflict == CONFIG_RULE)
        problems_add(
            &w->problems, &spot.place,
            "expected a rule, too: an SQL expression such as GREATEST(mysql.qty, sheet.qty)");
}

static void check_column(struct walk *w, const struct spot *list, struct config_mapping *m,
                         size_t i)
{
    struct spot item = walk_item(w, list, i);
    struct config_column *column = &m->columns[i];

    if (column->name != NULL && column->header == NULL)
        column->header = copy_text(w, &item, column->name);
    check_direction(w, &item, m, column);
    check_policy(w, &item, m, column);
    for (size_t j = 0; j < i; j++) {
        if (same_column(m->columns[j].name, column->name))
            problems_add(&w->problems, &item.place, "column \"%s\" is given twice", column->name);
        else if (same_text(m->columns[j].header, column->header))
            problems_add(&w->problems, &item.place, "header \"%s\" is given twice", column->header);
        else
            continue;
        return;
    }
}

static void check_key(struct walk *w, const struct spot *list, const struct config_mapping *m,
                      size_t i)
{
    struct spot item = walk_item(w, list, i);
    bool is_mapped = m->n_columns == 0 || m->key[i] == NULL;

    for (size_t j = 0; j < i; j++)
        if (same_column(m->key[j], m->key[i]))
            problems_add(&w->problems, &item.place, "column \"%s\" is given twice", m->key[i]);
    for (size_t j = 0; j < m->n_columns && !is_mapped; j++)
        is_mapped = m->columns[j].name == NULL || same_column(m->columns[j].name, m->key[i]);
    if (!is_mapped)
        problems_add(&w->problems, &item.place, "key column \"%s\" is not among the columns",
                     m->key[i]);
}

/* LEN: without the quotation marks at both ends, which are what tells a text from a mark. */
static const char *mark_core(const char *mark, size_t *len)
{
    mark += strspn(mark, "\"");
    *len = strlen(mark);
    while (*len > 0 && mark[*len - 1] == '"')
        --*len;
    return mark;
}

/* A row that left the filter is not deleted, and a note that says so would be wrong. */
static void check_filter(struct walk *w, const struct spot *at, const struct config_mapping *m)
{
    struct spot where = walk_child(w, at, "where");
    struct spot order = walk_child(w, at, "order_by");
    struct spot limit = walk_child(w, at, "limit");
    struct spot deletion = walk_child(w, at, "on_delete");
    struct err err;

    if (limit.node != NULL && order.node == NULL)
        problems_add(&w->problems, &limit.place, "needs order_by: which rows are the first?");
    else if (order.node != NULL && limit.node == NULL)
        problems_add(&w->problems, &order.place,
                     "has no effect without limit; rows stand where people want them");
    else if (m->filter.order_by != NULL && row_filter_check_order(m->filter.order_by, &err) != 0)
        problems_add(&w->problems, &order.place, "%s", err.msg);
    if (m->filter.where != NULL && row_filter_check_where(m->filter.where, &err) != 0)
        problems_add(&w->problems, &where.place, "%s", err.msg);
    if (!row_filter_is_none(&m->filter) && m->on_delete == CONFIG_ON_DELETE_MARK)
        problems_add(&w->problems, &deletion.place,
                     "mark cannot be had with where or limit: a row that is not shown any more "
                     "need not be deleted");
}

/* "*" alone, or a name without its domain, would let in nobody. */
static void check_editors(struct walk *w, const struct spot *at, const struct config_mapping *m)
{
    struct spot list = walk_child(w, at, "editors");

    for (size_t i = 0; i < m->n_editors; i++) {
        const char *editor = m->editors[i];
        const char *sign = editor == NULL ? NULL : strrchr(editor, '@');
        const char *rest = editor != NULL && strncmp(editor, "*@", 2) == 0 ? editor + 1 : editor;
        struct spot item = walk_item(w, &list, i);

        if (editor == NULL || strcasecmp(editor, CONFIG_EDITOR_UNKNOWN) == 0 ||
            (sign != NULL && sign > editor && sign[1] != '\0' && strchr(rest, '*') == NULL))
            continue;
        problems_add(&w->problems, &item.place,
                     "expected an address, *@ and a domain, or %s, got \"%s\"",
                     CONFIG_EDITOR_UNKNOWN, editor);
    }
}

static void check_marks(struct walk *w, const struct spot *at, const struct config_mapping *m)
{
    struct spot spot = walk_child(w, at, "empty_as");
    const char *null_core, *empty_core;
    size_t null_len, empty_len;

    if (m->null_as == NULL || m->empty_as == NULL)
        return;
    null_core = mark_core(m->null_as, &null_len);
    empty_core = mark_core(m->empty_as, &empty_len);
    if ((m->null_as[0] != '\0') != (m->empty_as[0] != '\0') || null_len != empty_len ||
        memcmp(null_core, empty_core, null_len) != 0)
        return;
    if (spot.node == NULL)
        spot = walk_child(w, at, "null_as");
    problems_add(&w->problems, &spot.place,
                 "null_as and empty_as must differ, quotation marks around them left aside");
}

static size_t count_characters(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* A tab for each value of a column. */
static void check_tabs_by(struct walk *w, const struct spot *at, const struct config_mapping *m)
{
    struct spot tab = walk_child(w, at, "tab"), name = walk_child(w, at, "name");
    struct spot limit = walk_child(w, at, "tabs_limit"), by = walk_child(w, at, "tabs_by");
    struct spot direction = walk_child(w, at, "direction");
    struct spot deletion = walk_child(w, at, "on_delete");
    bool has_value = m->tab != NULL && strstr(m->tab, CONFIG_TAB_VALUE) != NULL;

    if (by.node == NULL) {
        if (limit.node != NULL)
            problems_add(&w->problems, &limit.place, "has no effect without tabs_by");
        return;
    }
    if (m->tab != NULL && !has_value)
        problems_add(&w->problems, &tab.place,
                     "with tabs_by a title has %s in it, as in \"{value}\" or \"Orders {value}\"",
                     CONFIG_TAB_VALUE);
    if (m->direction == CONFIG_TO_MYSQL)
        problems_add(&w->problems, &direction.place,
                     "to_mysql cannot be had with tabs_by: MySQL's values make the tabs");
    if (m->on_delete == CONFIG_ON_DELETE_MARK)
        problems_add(&w->problems, &deletion.place,
                     "mark cannot be had with tabs_by: a row that is in another tab by now need "
                     "not be deleted");
    if (m->name != NULL && count_characters(m->name) > CONFIG_FAMILY_NAME_MAX)
        problems_add(&w->problems, name.node != NULL ? &name.place : &at->place,
                     "with tabs_by a name has at most %d characters: the values come after it",
                     CONFIG_FAMILY_NAME_MAX);
}

void rules_mapping(struct walk *w, const struct spot *at, void *owner)
{
    struct config_mapping *m = owner;
    struct spot columns = walk_child(w, at, "columns");
    struct spot key = walk_child(w, at, "key");

    m->line = (unsigned)at->place.line;
    check_marks(w, at, m);
    check_filter(w, at, m);
    check_editors(w, at, m);
    if (m->name == NULL && m->table != NULL && walk_child(w, at, "name").node == NULL)
        m->name = copy_text(w, at, m->table);
    check_tabs_by(w, at, m);
    for (size_t i = 0; i < m->n_columns; i++)
        check_column(w, &columns, m, i);
    for (size_t i = 0; i < m->n_key; i++)
        check_key(w, &key, m, i);
}

/* Point at key NAME of the mapping, or at the mapping when it is a default. */
static struct place place_in(struct walk *w, const struct spot *mapping, const char *name)
{
    struct spot child = walk_child(w, mapping, name);

    return child.node != NULL ? child.place : mapping->place;
}

/* The members of a family are called FAMILY/VALUE. */
static bool is_like_member(const struct config_mapping *m, const struct config_mapping *family)
{
    size_t len = family->name == NULL ? 0 : strlen(family->name);

    return family->tabs_by != NULL && m->name != NULL && len > 0 &&
           strncmp(m->name, family->name, len) == 0 && m->name[len] == '/';
}

/* True if M and the mapping BEFORE it get in each other's way; one problem is enough. */
static bool check_pair(struct walk *w, const struct spot *at, const struct config_mapping *m,
                       const struct config_mapping *before)
{
    struct place place;

    if (same_text(m->spreadsheet, before->spreadsheet) && same_text(m->tab, before->tab)) {
        place = place_in(w, at, "tab");
        problems_add(&w->problems, &place, "tab \"%s\" is mapped on line %u already", m->tab,
                     before->line);
        return true;
    }
    if (same_text(m->name, before->name)) {
        place = place_in(w, at, "name");
        problems_add(&w->problems, &place,
                     "the mapping on line %u is called \"%s\", too: give one of them another name",
                     before->line, m->name);
        return true;
    }
    if (is_like_member(m, before) || is_like_member(before, m)) {
        place = place_in(w, at, "name");
        problems_add(&w->problems, &place,
                     "\"%s\" could be the name of a tab of the mapping \"%s\", which has tabs_by: "
                     "give one of them another name",
                     m->tabs_by == NULL ? m->name : before->name,
                     m->tabs_by == NULL ? before->name : m->name);
        return true;
    }
    return false;
}

/* Also the look before a comparison by the clock asks Drive. */
static void check_drive(struct walk *w, const struct spot *list, struct config *c)
{
    c->google.uses_drive = c->replicator.reconcile_every_ms > 0;
    for (size_t i = 0; i < c->n_mappings; i++) {
        struct spot item = walk_item(w, list, i);
        struct spot spot = walk_child(w, &item, "sheet_changes");

        if (c->mappings[i].sheet_changes != CONFIG_APPS_SCRIPT)
            c->google.uses_drive = true;
        if (c->mappings[i].sheet_changes == CONFIG_DRIVE_PUSH && c->webhook.public_url == NULL)
            problems_add(&w->problems, &spot.place,
                         "drive_push needs webhook.public_url, the https address under which "
                         "Google reaches the webhook");
    }
}

/* Each stands for as many mappings as its column has values: it is none itself. */
static void set_families_apart(struct walk *w, const struct spot *at, struct config *c)
{
    size_t n = 0;

    c->families = calloc(c->n_mappings + 1, sizeof(*c->families));
    if (c->families == NULL) {
        problems_add(&w->problems, &at->place, "out of memory");
        return;
    }
    for (size_t i = 0; i < c->n_mappings; i++)
        if (c->mappings[i].tabs_by != NULL)
            c->families[c->n_families++] = c->mappings[i];
        else
            c->mappings[n++] = c->mappings[i];
    c->n_mappings = n;
}

void rules_root(struct walk *w, const struct spot *at, void *owner)
{
    struct config *c = owner;
    struct spot list = walk_child(w, at, "mappings");

    if (c->mysql.server_id == 0 && c->instance != NULL) {
        uint64_t hash = hash64(c->instance, strlen(c->instance));

        c->mysql.server_id =
            (uint32_t)(SERVER_ID_FLOOR + 1 + hash % (UINT32_MAX - SERVER_ID_FLOOR - 1));
    }
    fill_page(w, at, c);
    check_drive(w, &list, c);
    for (size_t i = 0; i < c->n_mappings; i++) {
        struct spot item = walk_item(w, &list, i);
        size_t j = 0;

        while (j < i && !check_pair(w, &item, &c->mappings[i], &c->mappings[j]))
            j++;
    }
    set_families_apart(w, at, c);
}
