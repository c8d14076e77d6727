/* SPDX-License-Identifier: Apache-2.0 */
#include "common/config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/cleanup.h"
#include "common/config/expand.h"
#include "common/config/family.h"
#include "common/config/keys.h"
#include "common/config/walk.h"
#include "common/hash.h"

enum { CONFIG_FILE_MAX = 1024 * 1024 };

static size_t count_lines(const char *text, size_t len)
{
    size_t n = 1;

    for (size_t i = 0; i < len; i++)
        n += text[i] == '\n';
    return n;
}

static void report_syntax(struct walk *w, const yaml_parser_t *parser, const char *text, size_t len)
{
    struct place at = {.line = parser->problem_mark.line + 1,
                       .column = parser->problem_mark.column + 1};

    if (parser->error == YAML_READER_ERROR) { /* knows an offset, but no mark */
        at.line = count_lines(text, parser->problem_offset < len ? parser->problem_offset : len);
        at.column = 1;
    }
    if (parser->context != NULL)
        problems_add(&w->problems, &at, "not YAML: %s, %s that begins on line %zu", parser->problem,
                     parser->context, parser->context_mark.line + 1);
    else
        problems_add(&w->problems, &at, "not YAML: %s",
                     parser->problem != NULL ? parser->problem : "out of memory");
}

static void walk_document(struct walk *w, yaml_document_t *document, struct config *out)
{
    struct spot root = {.place = {.line = 1, .column = 1}};

    w->document = document;
    root.node = yaml_document_get_root_node(document);
    if (root.node == NULL)
        problems_add(&w->problems, &root.place, "the file is empty");
    else
        walk_section(w, &keys_root, &root, out);
}

/* A second document would be ignored without a word. */
static void refuse_rest(struct walk *w, yaml_parser_t *parser, const char *text, size_t len)
{
    yaml_document_t rest;
    yaml_node_t *root;

    if (!yaml_parser_load(parser, &rest)) {
        report_syntax(w, parser, text, len);
        return;
    }
    root = yaml_document_get_root_node(&rest);
    if (root != NULL) {
        struct place at = {.line = root->start_mark.line + 1,
                           .column = root->start_mark.column + 1};

        problems_add(&w->problems, &at, "a second document; only one is read");
    }
    yaml_document_delete(&rest);
}

static void walk_text(struct walk *w, const char *text, size_t len, struct config *out)
{
    yaml_parser_t parser;
    yaml_document_t document;

    if (!yaml_parser_initialize(&parser)) {
        problems_add(&w->problems, &(struct place){.line = 1, .column = 1}, "out of memory");
        return;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
    if (yaml_parser_load(&parser, &document)) {
        walk_document(w, &document, out);
        if (yaml_document_get_root_node(&document) != NULL)
            refuse_rest(w, &parser, text, len);
        yaml_document_delete(&document);
    } else {
        report_syntax(w, &parser, text, len);
    }
    yaml_parser_delete(&parser);
}

/* The folder that relative paths start from: "." or all before the last slash. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

int config_parse(const char *path, const char *text, size_t len, struct config *out,
                 struct buf *problems, struct err *err)
{
    struct walk w = {0};
    CLEANUP_FREE char *folder = folder_of(path);
    bool is_full;
    size_t n;

    *out = (struct config){.path = strdup(path), .hash = hash64(text, len)};
    if (folder == NULL || out->path == NULL)
        return err_nomem(err, "config");
    w.folder = folder;
    walk_text(&w, text, len, out);
    problems_print(&w.problems, path, problems);
    n = w.problems.n;
    is_full = w.problems.is_full; /* also when there was no memory for the problems */
    problems_close(&w.problems);
    if (n == 0 && !is_full)
        return 0;
    return err_set(err, ERR_CONFIG, "%s: %zu problem%s", path, n, n == 1 ? "" : "s");
}

int config_load(const char *path, struct config *out, struct buf *problems, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_BUF struct buf why = BUF_INIT;

    *out = (struct config){0};
    if (!expand_read_file(path, CONFIG_FILE_MAX, false, &text, &why)) {
        err_set(err, ERR_CONFIG, "%s", buf_text(&why));
        return err_hint(err, "tabrelay init writes a configuration; --config FILE names another.");
    }
    return config_parse(path, buf_text(&text), text.len, out, problems, err);
}

int config_load_or_tell(const char *program, const char *path, struct config *out)
{
    CLEANUP_BUF struct buf problems = BUF_INIT;
    struct err err = ERR_INIT;

    if (config_load(path, out, &problems, &err) == 0)
        return 0;
    fputs(buf_text(&problems), stderr);
    if (problems.len == 0) /* else these say it all */
        err_tell(&err, program);
    return -1;
}

static void free_mapping(struct config_mapping *m)
{
    for (size_t i = 0; i < m->n_columns; i++) {
        free(m->columns[i].name);
        free(m->columns[i].header);
        free(m->columns[i].rule);
        free(m->columns[i].format);
    }
    for (size_t i = 0; i < m->n_key; i++)
        free(m->key[i]);
    for (size_t i = 0; i < m->n_editors; i++)
        free(m->editors[i]);
    free(m->editors);
    free(m->columns);
    free(m->key);
    free(m->last_write_column);
    free(m->tabs_by);
    free(m->filter.where);
    free(m->filter.order_by);
    free(m->null_as);
    free(m->empty_as);
    free(m->name);
    free(m->schema);
    free(m->table);
    free(m->spreadsheet);
    free(m->tab);
}

/* The secret shall not stay in memory that somebody else gets next. */
static void free_secret(char *secret)
{
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

static void free_expanded(struct config *c)
{
    family_free_members(c);
    if (c->owned_whole != NULL)
        config_free(c->owned_whole);
    free(c->owned_whole);
    *c = (struct config){0};
}

void config_free(struct config *c)
{
    if (c->whole != NULL) {
        free_expanded(c);
        return;
    }
    for (size_t i = 0; i < c->n_mappings; i++)
        free_mapping(&c->mappings[i]);
    for (size_t i = 0; i < c->n_families; i++)
        free_mapping(&c->families[i]);
    free(c->mappings);
    free(c->families);
    free(c->path);
    free(c->instance);
    free(c->mysql.host);
    for (size_t i = 0; i < c->mysql.n_hosts; i++)
        free(c->mysql.hosts[i]);
    free(c->mysql.hosts);
    free(c->mysql.socket);
    free(c->mysql.user);
    free_secret(c->mysql.password);
    free(c->mysql.state_database);
    free(c->mysql.tls_ca);
    free(c->google.base_url);
    free(c->google.drive_url);
    for (size_t i = 0; i < c->google.n_credentials; i++)
        free(c->google.credentials[i]);
    free(c->google.credentials);
    free(c->webhook.listen_host);
    free(c->webhook.url);
    free(c->webhook.public_url);
    free_secret(c->webhook.secret);
    free_secret(c->webhook.previous_secret);
    free(c->replicator.metrics_host);
    free(c->page.listen_host);
    free_secret(c->page.token);
    free(c->page.public_url);
    free(c->page.replicator_url);
    free(c->page.webhook_url);
    *c = (struct config){0};
}

const struct config_mapping *config_find_mapping(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->n_mappings; i++)
        if (strcmp(c->mappings[i].name, name) == 0)
            return &c->mappings[i];
    return NULL;
}

const struct config_mapping *config_find_family(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->n_families; i++)
        if (strcmp(c->families[i].name, name) == 0)
            return &c->families[i];
    return NULL;
}

size_t config_n_written(const struct config *c)
{
    return (c->whole != NULL ? c->whole->n_mappings : c->n_mappings) + c->n_families;
}

/* Members come after the others. */
const struct config_mapping *config_written(const struct config *c, size_t i)
{
    size_t n = config_n_written(c) - c->n_families;

    return i < n ? &c->mappings[i] : &c->families[i - n];
}

bool config_may_be_member(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->n_families; i++) {
        size_t len = strlen(c->families[i].name);

        if (strncmp(name, c->families[i].name, len) == 0 && name[len] == '/')
            return true;
    }
    return false;
}

bool config_is_called(const struct config_mapping *m, const char *name)
{
    return strcmp(m->name, name) == 0 || (m->family != NULL && strcmp(m->family, name) == 0);
}

const struct config_column *config_find_column(const struct config_mapping *m, const char *column)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (strcasecmp(m->columns[i].name, column) == 0)
            return &m->columns[i];
    return NULL;
}

enum config_conflict config_policy(const struct config_mapping *m, const char *column)
{
    const struct config_column *c = config_find_column(m, column);

    return c == NULL ? m->conflict : c->conflict;
}

bool config_keeps_value(const struct config_mapping *m, const char *column)
{
    enum config_conflict policy = config_policy(m, column);

    return policy == CONFIG_MANUAL || policy == CONFIG_RULE;
}
