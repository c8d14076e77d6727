/* SPDX-License-Identifier: Apache-2.0 */
/* The program, the machine, and the configuration as far as it is no secret. */
#include <inttypes.h>
#include <string.h>
#include <sys/utsname.h>

#include "cli/doctor/doctor.h"
#include "common/config/expand.h"
#include "common/version.h"

/* The line of /etc/os-release that is for people. */
static void put_distribution(struct buf *out)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_BUF struct buf why = BUF_INIT;
    const char *at;

    if (!expand_read_file("/etc/os-release", 65536, true, &text, &why))
        return;
    at = strstr(buf_text(&text), "PRETTY_NAME=");
    if (at != NULL)
        buf_printf(out, "- system: %.*s\n", (int)strcspn(at + 12, "\n"), at + 12);
}

void doctor_system(struct buf *out)
{
    struct utsname u;

    buf_printf(out, "## Program\n\n- tabrelay %s, built with %s\n", TABRELAY_VERSION, __VERSION__);
    put_distribution(out);
    if (uname(&u) == 0)
        buf_printf(out, "- kernel: %s %s %s\n", u.sysname, u.release, u.machine);
}

/* Where an address leads, without saying it. */
static const char *kind_of(const char *url)
{
    if (url == NULL)
        return "not set";
    if (strncmp(url, "https://sheets.googleapis.com/", 30) == 0 ||
        strncmp(url, "https://www.googleapis.com/", 27) == 0)
        return "Google's";
    if (strncmp(url, "http://127.", 11) == 0 || strncmp(url, "http://localhost", 16) == 0)
        return "on this machine";
    return strncmp(url, "https://", 8) == 0 ? "elsewhere, https" : "elsewhere, http";
}

static void put_programs(struct buf *out, const struct config *c)
{
    static const char *const tls[] = {"off", "preferred", "required", "verify"};

    buf_printf(out, "- log_level: %u\n", (unsigned)c->log_level);
    buf_printf(out, "- mysql: %s, tls %s\n", c->mysql.socket != NULL ? "by socket" : "by TCP",
               tls[c->mysql.tls]);
    buf_printf(
        out, "- google: base_url %s, drive_url %s, %zu accounts, %u reads and %u writes a minute\n",
        kind_of(c->google.base_url), kind_of(c->google.drive_url), c->google.n_credentials,
        c->google.reads_per_minute, c->google.writes_per_minute);
    buf_printf(out, "- google: timeout %" PRId64 " ms, batch_bytes %zu\n", c->google.timeout_ms,
               c->google.batch_bytes);
    buf_printf(
        out, "- webhook: url %s, public_url %s, max_body %zu, max_age %" PRId64 " ms, %u threads\n",
        kind_of(c->webhook.url), kind_of(c->webhook.public_url), c->webhook.max_body_bytes,
        c->webhook.max_age_ms, c->webhook.threads);
    buf_printf(
        out,
        "- replicator: metrics %s, memory_limit %zu, snapshot_rows %u, snapshot_max_lag %" PRId64
        " ms\n",
        c->replicator.metrics_host != NULL ? "on" : "off", c->replicator.memory_limit_bytes,
        c->replicator.snapshot_rows, c->replicator.snapshot_max_lag_ms);
    buf_printf(out, "- replicator: reconcile_every %" PRId64 " ms, poll_every %" PRId64 " ms\n",
               c->replicator.reconcile_every_ms, c->replicator.poll_every_ms);
}

static void put_mapping(struct buf *out, const struct config_mapping *m, size_t number)
{
    static const char *const directions[] = {"both", "to_sheet", "to_mysql"};
    static const char *const conflicts[] = {"sheet_wins", "mysql_wins", "last_write_wins", "manual",
                                            "rule"};
    static const char *const changes[] = {"apps_script", "drive_push", "poll"};
    size_t n_rules = 0;

    for (size_t i = 0; i < m->n_columns; i++)
        n_rules += m->columns[i].rule != NULL;
    buf_printf(
        out,
        "- mapping %zu: direction %s, conflict %s, sheet_changes %s, delete limits %u rows %u %%",
        number, directions[m->direction], conflicts[m->conflict], changes[m->sheet_changes],
        m->delete_limit_rows, m->delete_limit_percent);
    buf_printf(out, ", columns named %zu, rules %zu, key columns named %zu, where %s, limit %u%s\n",
               m->n_columns, n_rules, m->n_key, m->filter.where != NULL ? "yes" : "no",
               m->filter.limit, m->tabs_by != NULL ? ", tabs_by" : "");
}

void doctor_config(struct buf *out, const struct config *config)
{
    buf_puts(out, "\n## Configuration\n\n");
    put_programs(out, config);
    for (size_t i = 0; i < config_n_written(config); i++)
        put_mapping(out, config_written(config, i), i + 1);
}
