/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What is done with an option: its value goes through SET, or its flag is set. */
struct action {
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

/* The flags are not asked for: an option's place in the list is that of its action. */
const struct cli_option events_option_list[] = {{"--from", 0, "POSITION, now or start"},
                                                {"--file", 0, "a file"},
                                                {"--table", 0, "SCHEMA.TABLE"},
                                                {"--since", 0, "a time"},
                                                {"--until", 0, "a time"},
                                                {"--count", 0, "a number"},
                                                {"--server-id", 0, "a number"},
                                                {"--summary", 0, NULL},
                                                {"--json", 0, NULL},
                                                {"--statements", 0, NULL},
                                                {"--schema", 0, NULL},
                                                {"--no-follow", 0, NULL},
                                                {NULL, 0, NULL}};

static const struct action actions[] = {
    {set_from, 0},   {add_file, 0},          {add_table, 0},     {set_since, 0},
    {set_until, 0},  {set_count, 0},         {set_server_id, 0}, {FLAG(is_summary)},
    {FLAG(is_json)}, {FLAG(has_statements)}, {FLAG(has_schema)}, {FLAG(is_no_follow)}};

_Static_assert(sizeof(events_option_list) / sizeof(events_option_list[0]) ==
                   sizeof(actions) / sizeof(actions[0]) + 1,
               "each option has an action");

static const struct cli_option *find(const char *text, size_t len)
{
    for (const struct cli_option *o = events_option_list; o->name != NULL; o++)
        if (strlen(o->name) == len && memcmp(o->name, text, len) == 0)
            return o;
    return NULL;
}

/* The option at *I, and the value after it if it takes one; *I moves on. */
static int read_option(const struct cli_args *args, size_t *i, struct events_options *o)
{
    const char *text = args->rest[*i];
    const char *equals = strchr(text, '=');
    const struct cli_option *k =
        find(text, equals == NULL ? strlen(text) : (size_t)(equals - text));
    const struct action *action;

    if (k == NULL)
        return cli_usage("events", "unknown option \"%s\"", text);
    action = &actions[k - events_option_list];
    if (action->set == NULL && equals != NULL)
        return cli_usage("events", "%s takes no value", k->name);
    if (action->set == NULL) {
        *(bool *)((char *)o + action->flag_at) = true;
        return CLI_OK;
    }
    if (equals == NULL && *i + 1 == args->n_rest)
        return cli_usage("events", "%s needs a value", k->name);
    return action->set(o, equals != NULL ? equals + 1 : args->rest[++*i]);
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
