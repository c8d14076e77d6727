/* SPDX-License-Identifier: Apache-2.0 */
#include "common/config/rules.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/config/config.h"
#include "common/config/rules_private.h"
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

char *rules_copy(struct walk *w, const struct spot *at, const char *text)
{
    char *copy = strdup(text);

    if (copy == NULL)
        problems_add(&w->problems, &at->place, "out of memory");
    return copy;
}

bool rules_are_same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* What people are told: "db1, db2:3307". */
static char *join_hosts(struct walk *w, const struct spot *at, const struct config_mysql *c)
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    for (size_t i = 0; i < c->n_hosts; i++)
        buf_printf(&text, "%s%s", i > 0 ? ", " : "", c->hosts[i] == NULL ? "?" : c->hosts[i]);
    return rules_copy(w, at, buf_text(&text));
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
            if (rules_are_same(c->hosts[j], c->hosts[i])) {
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

            if (rules_are_same(c->credentials[j], c->credentials[i]))
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
    c->drive_url = rules_copy(
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
    return rules_copy(w, at, buf_text(&url));
}

/* Whoever forgets to change one of them believes that the old secret is out of use. */
static void check_previous_secret(struct walk *w, const struct spot *at,
                                  const struct config_webhook *c)
{
    struct spot spot = walk_child(w, at, "previous_secret");

    if (rules_are_same(c->previous_secret, c->secret))
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

    if (rules_are_same(m->spreadsheet, before->spreadsheet) &&
        rules_are_same(m->tab, before->tab)) {
        place = place_in(w, at, "tab");
        problems_add(&w->problems, &place, "tab \"%s\" is mapped on line %u already", m->tab,
                     before->line);
        return true;
    }
    if (rules_are_same(m->name, before->name)) {
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
