/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How an option is written down: its value goes through SET, or its flag is set. */
struct known {
    const char *name;
    int (*set)(struct events_options *o, const char *value);
    size_t flag_at; /* of a bool in struct events_options */
};

static int set_from(struct events_options *o, const char *value)
{
    o->from = value;
    return CLI_OK;
}

static int add_file(struct events_options *o, const char *value)
{
    o->files[o->n_files++] = value;
    return CLI_OK;
}

static int add_table(struct events_options *o, const char *value)
{
    const char *dot = strchr(value, '.');

    if (dot == NULL || dot == value || dot[1] == '\0')
        return cli_usage("events", "--table: expected SCHEMA.TABLE, got \"%s\"", value);
    o->tables[o->n_tables++] = value;
    return CLI_OK;
}

static int set_bound(struct bound *b, const char *name, const char *value)
{
    struct err err = ERR_INIT;

    bound_close(b);
    return bound_parse(value, b, &err) == 0 ? CLI_OK : cli_usage("events", "%s: %s", name, err.msg);
}

static int set_since(struct events_options *o, const char *value)
{
    return set_bound(&o->since, "--since", value);
}

static int set_until(struct events_options *o, const char *value)
{
    return set_bound(&o->until, "--until", value);
}

static bool parse_number(const char *text, uint64_t max, uint64_t *out)
{
    char *end;

    errno = 0;
    *out = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *out >= 1 &&
           *out <= max;
}

static int set_count(struct events_options *o, const char *value)
{
    if (!parse_number(value, UINT64_MAX - 1, &o->count))
        return cli_usage("events", "--count: expected a number from 1 on, got \"%s\"", value);
    return CLI_OK;
}

static int set_server_id(struct events_options *o, const char *value)
{
    uint64_t id;

    if (!parse_number(value, UINT32_MAX, &id))
        return cli_usage("events", "--server-id: expected a number from 1 to %u, got \"%s\"",
                         UINT32_MAX, value);
    o->server_id = (uint32_t)id;
    return CLI_OK;
}

#define FLAG(member) NULL, offsetof(struct events_options, member)

static const struct known options[] = {{"--from", set_from, 0},
                                       {"--file", add_file, 0},
                                       {"--table", add_table, 0},
                                       {"--since", set_since, 0},
                                       {"--until", set_until, 0},
                                       {"--count", set_count, 0},
                                       {"--server-id", set_server_id, 0},
                                       {"--summary", FLAG(is_summary)},
                                       {"--json", FLAG(is_json)},
                                       {"--statements", FLAG(has_statements)},
                                       {"--schema", FLAG(has_schema)},
                                       {"--no-follow", FLAG(is_no_follow)},
                                       {NULL, NULL, 0}};

static const struct known *find(const char *text, size_t len)
{
    for (const struct known *k = options; k->name != NULL; k++)
        if (strlen(k->name) == len && memcmp(k->name, text, len) == 0)
            return k;
    return NULL;
}

/* The option at *I, and the value after it if it takes one; *I moves on. */
static int read_option(const struct cli_args *args, size_t *i, struct events_options *o)
{
    const char *text = args->rest[*i];
    const char *equals = strchr(text, '=');
    const struct known *k = find(text, equals == NULL ? strlen(text) : (size_t)(equals - text));

    if (k == NULL)
        return cli_usage("events", "unknown option \"%s\"", text);
    if (k->set == NULL && equals != NULL)
        return cli_usage("events", "%s takes no value", k->name);
    if (k->set == NULL) {
        *(bool *)((char *)o + k->flag_at) = true;
        return CLI_OK;
    }
    if (equals == NULL && *i + 1 == args->n_rest)
        return cli_usage("events", "%s needs a value", k->name);
    return k->set(o, equals != NULL ? equals + 1 : args->rest[++*i]);
}

static int check(const struct events_options *o)
{
    if (o->n_files > 0 && o->from != NULL)
        return cli_usage("events", "--from is for a server, not for files");
    if (o->n_files > 0 && o->is_no_follow)
        return cli_usage("events", "--no-follow is for a server, not for files");
    if (o->is_json && !o->is_summary)
        return cli_usage("events", "--json is for --summary: changes are always JSON");
    if (o->is_summary && o->has_statements)
        return cli_usage("events", "--statements is not for --summary");
    return CLI_OK;
}

int events_options_parse(const struct cli_args *args, struct events_options *o)
{
    *o = (struct events_options){.count = UINT64_MAX};
    o->files = calloc(args->n_rest + 1, sizeof(const char *));
    o->tables = calloc(args->n_rest + 1, sizeof(const char *));
    if (o->files == NULL || o->tables == NULL) {
        struct err err = ERR_INIT;

        err_nomem(&err, "events");
        return cli_fail(&err);
    }
    for (size_t i = 0; i < args->n_rest; i++) {
        const char *text = args->rest[i];
        bool is_word = text[0] != '-' || text[1] == '\0';
        int result;

        if (is_word && o->n_files == 0)
            return cli_usage("events", "unexpected \"%s\"", text);
        result = is_word ? add_file(o, text) : read_option(args, &i, o);
        if (result != CLI_OK)
            return result;
    }
    return check(o);
}

void events_options_close(struct events_options *o)
{
    free(o->files);
    free(o->tables);
    bound_close(&o->since);
    bound_close(&o->until);
}
