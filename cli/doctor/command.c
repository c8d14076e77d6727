/* SPDX-License-Identifier: Apache-2.0 */
/* doctor: what a bug report needs, without secrets. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/doctor/doctor.h"
#include "cli/doctor/scrub.h"
#include "cli/write_file.h"
#include "common/clock.h"
#include "common/log.h"

enum { DOCTOR_OUTPUT = 1 << 0 };

static const struct cli_option options[] = {
    {"--output", DOCTOR_OUTPUT, "a file"},
    {NULL, 0, NULL},
};

static void put_database(struct buf *out, const struct config *config)
{
    struct err err = ERR_INIT;
    struct db *db = NULL;

    if (db_open(&config->mysql, &db, &err) != 0) {
        buf_puts(out, "\n## Server\n\n- cannot be reached: ");
        scrub_message(out, err.msg, strlen(err.msg));
        buf_putc(out, '\n');
        return;
    }
    doctor_server(out, db);
    doctor_state(out, config, db);
    db_close(db);
}

static void put_problems(struct buf *out, const char *problems)
{
    buf_puts(out, "\n## Configuration\n\nIt cannot be read:\n\n");
    while (*problems != '\0') {
        size_t len = strcspn(problems, "\n");

        buf_puts(out, "- ");
        scrub_message(out, problems, len);
        buf_putc(out, '\n');
        problems += len + (problems[len] == '\n');
    }
}

/* The host of an address. */
static void scrub_host_of(struct buf *out, const char *url)
{
    const char *at = url == NULL ? NULL : strstr(url, "://");
    CLEANUP_BUF struct buf host = BUF_INIT;

    if (at == NULL)
        return;
    buf_append(&host, at + 3, strcspn(at + 3, ":/"));
    if (strcmp(buf_text(&host), "127.0.0.1") != 0)
        scrub_secret(out, buf_text(&host));
}

/* Errors of connections name them. */
static void scrub_hosts(struct buf *out, const struct config *config)
{
    for (size_t i = 0; i < config->mysql.n_hosts; i++) {
        CLEANUP_BUF struct buf host = BUF_INIT;

        buf_append(&host, config->mysql.hosts[i], strcspn(config->mysql.hosts[i], ":"));
        if (host.len > 0 && strcmp(buf_text(&host), "127.0.0.1") != 0)
            scrub_secret(out, buf_text(&host));
    }
    scrub_host_of(out, config->webhook.url);
    scrub_host_of(out, config->webhook.public_url);
}

static void put_report(struct buf *out, const struct cli_args *args)
{
    CLEANUP_BUF struct buf problems = BUF_INIT;
    struct err err = ERR_INIT;
    struct config config;

    buf_puts(out, "# tabrelay doctor\n\n"
                  "No passwords, secrets, keys, e-mail addresses, cell values, names of tables or "
                  "addresses should be in\n"
                  "here, except in labels of metrics, which have the names of mappings. Please "
                  "read it before you send it.\n\n");
    doctor_system(out);
    if (config_load(cli_config_path(args), &config, &problems, &err) != 0) {
        put_problems(out, problems.len > 0 ? buf_text(&problems) : err.msg);
    } else {
        doctor_config(out, &config);
        put_database(out, &config);
        doctor_checks(out, &config);
        doctor_metrics(out, &config);
        scrub_secret(out, config.mysql.password);
        scrub_secret(out, config.webhook.secret);
        scrub_secret(out, config.webhook.previous_secret);
        scrub_secret(out, config.page.token);
        for (size_t i = 0; i < config_n_written(&config); i++)
            scrub_secret(out, config_written(&config, i)->spreadsheet);
        scrub_hosts(out, &config);
    }
    config_free(&config);
}

static int run(const struct cli_args *args)
{
    const char *path = args->values[__builtin_ctz(DOCTOR_OUTPUT)];
    CLEANUP_BUF struct buf report = BUF_INIT;
    struct err err = ERR_INIT;

    log_set_level(LOG_ERROR);
    put_report(&report, args);
    if (report.is_failed) {
        err_nomem(&err, "doctor");
        return cli_fail(&err);
    }
    if (path == NULL) {
        cli_print(&report);
        return CLI_OK;
    }
    if (write_file(path, 0600, &report, false, &err) != 0) {
        if (err.detail == EEXIST)
            err_hint(&err, "Give another name.");
        return cli_fail(&err);
    }
    printf("Wrote %s. Please read it before you send it.\n", path);
    return CLI_OK;
}

const struct cli_command cli_doctor = {
    .name = "doctor",
    .usage = "[--output FILE]",
    .summary = "Collect what a bug report needs, without secrets.",
    .help = "\nPrints one text in Markdown: versions and system; the configuration's numbers and "
            "choices;\n"
            "the server's settings; the types of the mapped columns; sums of the state database "
            "and the\n"
            "last errors; what check finds; the metrics of both programs.\n"
            "What is printed is chosen item by item, so that passwords, secrets, keys, e-mail "
            "addresses\n"
            "and cell values are not in it; messages lose all that stands in quotation marks, and\n"
            "digits. Read it all the same before you send it.\n"
            "\noptions:\n"
            "  --output FILE   write it there (0600) instead of printing it\n"
            "\nexamples:\n"
            "  tabrelay doctor | less\n"
            "  tabrelay doctor --output report.md\n",
    .own_options = options,
    .run = run,
};
