/* SPDX-License-Identifier: Apache-2.0 */
/* events: what tabrelay sees in the log, a line of JSON for each changed row. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/events/interrupt.h"
#include "cli/events/options.h"
#include "cli/events/source.h"
#include "cli/events/watch.h"
#include "common/log.h"

/* A transaction that was asked for by name and never came. */
static int check_found(const struct bound *b, const char *option, struct err *err)
{
    if (b->kind != BOUND_GTID || b->is_passed)
        return 0;
    return err_set(err, ERR_GONE, "events: %s: transaction %s did not come", option,
                   buf_text(&b->gtid));
}

static int check_bounds(const struct watch *w, const struct stop *stop, struct err *err)
{
    if (w->is_done || stop_is_asked(stop))
        return 0;
    if (check_found(&w->options->since, "--since", err) != 0)
        return -1;
    return check_found(&w->options->until, "--until", err);
}

static int read_source(struct watch *w, const struct config *config, struct interrupt *interrupt,
                       struct stop *stop, struct err *err)
{
    bool is_file = w->options->n_files > 0;

    if ((!is_file || w->options->has_schema) && db_open(&config->mysql, &w->names.db, err) != 0)
        return -1;
    return is_file ? source_files(w, err) : source_follow(w, config, interrupt, stop, err);
}

/* What was read is printed even when reading failed: both are said. */
static int watch_source(struct watch *w, const struct config *config, struct interrupt *interrupt,
                        struct stop *stop)
{
    struct err err = ERR_INIT, finish_err = ERR_INIT;
    int rc = read_source(w, config, interrupt, stop, &err);
    int finish_rc = watch_finish(w, &finish_err);

    if (rc == 0)
        rc = check_bounds(w, stop, &err);
    if (rc != 0)
        cli_fail(&err);
    if (finish_rc != 0 && finish_err.code == ERR_STOPPED)
        finish_rc = 0;
    if (finish_rc != 0)
        cli_fail(&finish_err);
    return rc == 0 && finish_rc == 0 ? CLI_OK : CLI_FAILED;
}

static int run_with(struct events_options *options, const struct config *config)
{
    struct err err = ERR_INIT;
    struct stop *stop = stop_new();
    struct interrupt interrupt;
    struct watch watch = {0};
    int result = CLI_FAILED;

    if (stop == NULL) {
        err_nomem(&err, "events");
        return cli_fail(&err);
    }
    log_set_level(LOG_WARN);
    if (interrupt_start(&interrupt, stop, &err) != 0) {
        stop_free(stop);
        return cli_fail(&err);
    }
    if (watch_open(&watch, options, stop, &err) == 0)
        result = watch_source(&watch, config, &interrupt, stop);
    else
        cli_fail(&err);
    interrupt_end(&interrupt);
    watch_close(&watch);
    stop_free(stop);
    return result;
}

static int run(const struct cli_args *args)
{
    struct events_options options;
    struct config config = {0};
    int result = events_options_parse(args, &options);
    bool needs_config = result == CLI_OK && (options.n_files == 0 || options.has_schema);

    if (needs_config)
        result = cli_load(args, &config);
    if (result == CLI_OK)
        result = run_with(&options, &config);
    if (needs_config)
        config_free(&config);
    events_options_close(&options);
    return result;
}

const struct cli_command cli_events = {
    .name = "events",
    .usage = events_usage,
    .summary = "Print the row changes of a server's log, or of binlog files, as lines of JSON.",
    .help = events_help,
    .own_options = events_option_list,
    .reads_rest = true,
    .run = run,
};
