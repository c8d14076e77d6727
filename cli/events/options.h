/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options: what `tabrelay events` was asked for.
 */
#ifndef CLI_EVENTS_OPTIONS_H
#define CLI_EVENTS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"
#include "cli/events/bound.h"

struct events_options {
    const char *from; /* NULL: not given */
    const char **files;
    size_t n_files; /* 0: from the server */
    const char **tables;
    size_t n_tables;
    struct bound since, until;
    uint64_t count;     /* stop after so many changes; UINT64_MAX: never */
    uint32_t server_id; /* 0: one that nobody has */
    bool is_summary, is_json, has_statements, has_schema, is_no_follow;
};

/* Read ARGS->rest, whose texts stay in use. CLI_OK, or CLI_USAGE after saying what is wrong, or
 * CLI_FAILED. Free with events_options_close either way. */
int events_options_parse(const struct cli_args *args, struct events_options *out);
void events_options_close(struct events_options *o);

extern const char events_usage[], events_help[];
extern const struct cli_option events_option_list[];
#endif
