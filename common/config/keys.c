/* SPDX-License-Identifier: Apache-2.0 */
#include "common/config/keys.h"

#include "common/config/config.h"
#include "common/config/rules.h"

#define AT(type, member) \
    .offset = offsetof(struct type, member), .size = sizeof(((struct type *)0)->member)
#define ALSO(type, member) .also = offsetof(struct type, member)
#define LIST(type, member, count, its_item)                                          \
    .offset = offsetof(struct type, member), ALSO(type, count), .item = &(its_item), \
    .item_size = sizeof(*((struct type *)0)->member)
#define RANGE(low, high) .min = (low), .max = (high)
#define END          \
    {                \
        .name = NULL \
    }

#define SECONDS(n) ((n)*1000LL)
#define MINUTES(n) SECONDS((n)*60LL)
#define HOURS(n) MINUTES((n)*60LL)
#define KIB(n) ((n)*1024LL)
#define MIB(n) KIB((n)*1024LL)

static const char *const log_levels[] = {"debug", "info", "warn", "error", NULL};
static const char *const tls_modes[] = {"off", "preferred", "required", "verify", NULL};
static const char *const directions[] = {"both", "to_sheet", "to_mysql", NULL};
static const char *const conflicts[] = {"sheet_wins", "mysql_wins", "last_write_wins", "manual",
                                        NULL};
static const char *const column_conflicts[] = {"sheet_wins", "mysql_wins", "last_write_wins",
                                               "manual",     "rule",       NULL};
static const char *const delete_conflicts[] = {
    "as_conflict", "sheet_wins", "mysql_wins", "update_wins", "delete_wins", "manual", NULL};
static const char *const deletions[] = {"remove", "clear", "mark", NULL};
static const char *const cleared_rows[] = {"delete", "restore", NULL};
static const char *const initials[] = {"mysql", "sheet", "merge", NULL};
static const char *const sheet_changes[] = {"apps_script", "drive_push", "poll", NULL};
static const char *const long_texts[] = {"reject", "truncate_with_marker", NULL};
static const char *const switches[] = {"false", "true", NULL};
static const char *const edits[] = {"allow", "deny", NULL};
static const char *const new_columns[] = {"add", "ignore", NULL};
static const char *const losses[] = {"keep", "clear", NULL};
static const char *const purged[] = {"snapshot", "stop", NULL};

/* clang-format off */
static const struct key host_item = {.parse = scalar_text, RANGE(1, 255)};

static const struct key mysql_keys[] = {
    {.name = "host", LIST(config_mysql, hosts, n_hosts, host_item), RANGE(1, 16), .may_be_scalar = true, .fallback = "127.0.0.1"},
    {.name = "port", .parse = scalar_number, AT(config_mysql, port), RANGE(1, 65535), .fallback = "3306"},
    {.name = "socket", .parse = scalar_path, AT(config_mysql, socket)},
    {.name = "user", .parse = scalar_text, AT(config_mysql, user), RANGE(1, 80), .is_required = true},
    {.name = "password", .parse = scalar_secret, AT(config_mysql, password), RANGE(0, 1024), .fallback = "", .is_secret = true},
    {.name = "state_database", .parse = scalar_text, AT(config_mysql, state_database), RANGE(1, 64), .fallback = "tabrelay"},
    {.name = "tls", .parse = scalar_label, AT(config_mysql, tls), .labels = tls_modes},
    {.name = "tls_ca", .parse = scalar_path, AT(config_mysql, tls_ca)},
    {.name = "server_id", .parse = scalar_number, AT(config_mysql, server_id), RANGE(1, UINT32_MAX)},
    END,
};
static const struct section mysql_section = {mysql_keys, rules_mysql};

static const struct key path_item = {.parse = scalar_path};

static const struct key google_keys[] = {
    {.name = "base_url", .parse = scalar_url, AT(config_google, base_url), .fallback = "https://sheets.googleapis.com/"},
    {.name = "drive_url", .parse = scalar_url, AT(config_google, drive_url)},
    {.name = "credentials", LIST(config_google, credentials, n_credentials, path_item), RANGE(1, 32), .is_required = true, .may_be_scalar = true},
    {.name = "reads_per_minute", .parse = scalar_number, AT(config_google, reads_per_minute), RANGE(1, 100000), .fallback = "60"},
    {.name = "writes_per_minute", .parse = scalar_number, AT(config_google, writes_per_minute), RANGE(1, 100000), .fallback = "60"},
    {.name = "project_reads_per_minute", .parse = scalar_number, AT(config_google, project_reads_per_minute), RANGE(1, 100000)},
    {.name = "project_writes_per_minute", .parse = scalar_number, AT(config_google, project_writes_per_minute), RANGE(1, 100000)},
    {.name = "spreadsheet_writes_per_minute", .parse = scalar_number, AT(config_google, spreadsheet_writes_per_minute), RANGE(1, 100000)},
    {.name = "timeout", .parse = scalar_duration, AT(config_google, timeout_ms), RANGE(SECONDS(1), MINUTES(10)), .fallback = "180s"},
    {.name = "batch_bytes", .parse = scalar_size, AT(config_google, batch_bytes), RANGE(KIB(64), MIB(8)), .fallback = "1950KiB"},
    END,
};
static const struct section google_section = {google_keys, rules_google};

static const struct key webhook_keys[] = {
    {.name = "listen", .parse = scalar_listen, AT(config_webhook, listen_host), ALSO(config_webhook, listen_port), .fallback = "127.0.0.1:8080"},
    {.name = "url", .parse = scalar_url, AT(config_webhook, url), .is_secret = true /* it may hold one by mistake */},
    {.name = "public_url", .parse = scalar_url, AT(config_webhook, public_url), .is_secret = true},
    {.name = "secret", .parse = scalar_secret, AT(config_webhook, secret), RANGE(16, 1024), .is_required = true, .is_secret = true},
    {.name = "previous_secret", .parse = scalar_secret, AT(config_webhook, previous_secret), RANGE(16, 1024), .is_secret = true},
    {.name = "max_body", .parse = scalar_size, AT(config_webhook, max_body_bytes), RANGE(KIB(1), MIB(64)), .fallback = "1MiB"},
    {.name = "max_age", .parse = scalar_duration, AT(config_webhook, max_age_ms), RANGE(SECONDS(1), HOURS(24)), .fallback = "300s"},
    {.name = "threads", .parse = scalar_number, AT(config_webhook, threads), RANGE(1, 256), .fallback = "4"},
    END,
};
static const struct section webhook_section = {webhook_keys, rules_webhook};

static const struct key replicator_keys[] = {
    {.name = "metrics_listen", .parse = scalar_listen, AT(config_replicator, metrics_host), ALSO(config_replicator, metrics_port)},
    {.name = "memory_limit", .parse = scalar_size, AT(config_replicator, memory_limit_bytes), RANGE(MIB(1), MIB(65536)), .fallback = "64MiB"},
    {.name = "snapshot_rows", .parse = scalar_number, AT(config_replicator, snapshot_rows), RANGE(1, 100000), .fallback = "10000"},
    {.name = "snapshot_max_lag", .parse = scalar_duration, AT(config_replicator, snapshot_max_lag_ms), RANGE(0, HOURS(24)), .fallback = "30s"},
    {.name = "snapshot_max_threads_running", .parse = scalar_number, AT(config_replicator, snapshot_max_threads), RANGE(0, 100000), .fallback = "25"},
    {.name = "reconcile_every", .parse = scalar_duration, AT(config_replicator, reconcile_every_ms), RANGE(0, HOURS(168)), .fallback = "10m"},
    {.name = "heartbeat_every", .parse = scalar_duration, AT(config_replicator, heartbeat_every_ms), RANGE(0, HOURS(1)), .fallback = "10s"},
    {.name = "poll_every", .parse = scalar_duration, AT(config_replicator, poll_every_ms), RANGE(500, HOURS(24)), .fallback = "15s"},
    {.name = "on_purged", .parse = scalar_label, AT(config_replicator, on_purged), .labels = purged, .fallback = "snapshot"},
    END,
};
static const struct section replicator_section = {replicator_keys, NULL};

static const struct key keep_keys[] = {
    {.name = "edits", .parse = scalar_age, AT(config_keep, edits_ms), RANGE(HOURS(24), HOURS(24 * 3650)), .fallback = "90d"},
    {.name = "conflicts", .parse = scalar_age, AT(config_keep, conflicts_ms), RANGE(HOURS(24), HOURS(24 * 3650)), .fallback = "90d"},
    END,
};
static const struct section keep_section = {keep_keys, NULL};

static const struct key page_keys[] = {
    {.name = "listen", .parse = scalar_listen, AT(config_page, listen_host), ALSO(config_page, listen_port), .fallback = "127.0.0.1:8088"},
    {.name = "token", .parse = scalar_secret, AT(config_page, token), RANGE(16, 1024), .is_secret = true},
    {.name = "public_url", .parse = scalar_url, AT(config_page, public_url), .is_secret = true},
    {.name = "replicator_url", .parse = scalar_url, AT(config_page, replicator_url), .is_secret = true},
    {.name = "webhook_url", .parse = scalar_url, AT(config_page, webhook_url), .is_secret = true},
    END,
};
static const struct section page_section = {page_keys, rules_page};

#define SWITCH(key) {.name = #key, .parse = scalar_label, AT(config_formats, key), .labels = switches, .fallback = "true"}
static const struct key formats_keys[] = {
    SWITCH(numbers), SWITCH(dates), SWITCH(text), SWITCH(checkboxes), SWITCH(dropdowns), SWITCH(freeze_header), SWITCH(protect_header),
    END,
};
static const struct section formats_section = {formats_keys, NULL};

static const struct key column_keys[] = {
    {.name = "column", .parse = scalar_text, AT(config_column, name), RANGE(1, 64), .is_required = true},
    {.name = "header", .parse = scalar_text, AT(config_column, header), RANGE(1, 1000)},
    {.name = "direction", .parse = scalar_label, AT(config_column, direction), .labels = directions},
    {.name = "edit", .parse = scalar_label, AT(config_column, edit), .labels = edits, .fallback = "allow"},
    {.name = "conflict", .parse = scalar_label, AT(config_column, conflict), .labels = column_conflicts},
    {.name = "format", .parse = scalar_text, AT(config_column, format), RANGE(1, 200)},
    {.name = "rule", .parse = scalar_text, AT(config_column, rule), RANGE(1, 2000)},
    END,
};
static const struct section column_section = {column_keys, NULL};
static const struct key column_item = {.section = &column_section, .may_be_scalar = true};
static const struct key editor_item = {.parse = scalar_text, RANGE(3, 254)};
static const struct key key_item = {.parse = scalar_text, RANGE(1, 64)};

static const struct key mapping_keys[] = {
    {.name = "table", .parse = scalar_table, AT(config_mapping, schema), ALSO(config_mapping, table), .is_required = true},
    {.name = "name", .parse = scalar_text, AT(config_mapping, name), RANGE(1, 64)},
    {.name = "spreadsheet", .parse = scalar_id, AT(config_mapping, spreadsheet), RANGE(1, 128), .is_required = true},
    {.name = "tab", .parse = scalar_text, AT(config_mapping, tab), RANGE(1, 100), .is_required = true},
    {.name = "tabs_by", .parse = scalar_text, AT(config_mapping, tabs_by), RANGE(1, 64)},
    {.name = "tabs_limit", .parse = scalar_number, AT(config_mapping, tabs_limit), RANGE(1, 200), .fallback = "50"},
    {.name = "key", LIST(config_mapping, key, n_key, key_item), RANGE(1, 16)},
    {.name = "direction", .parse = scalar_label, AT(config_mapping, direction), .labels = directions, .fallback = "both"},
    {.name = "conflict", .parse = scalar_label, AT(config_mapping, conflict), .labels = conflicts, .fallback = "sheet_wins"},
    {.name = "last_write_column", .parse = scalar_text, AT(config_mapping, last_write_column), RANGE(1, 64)},
    {.name = "delete_conflict", .parse = scalar_label, AT(config_mapping, delete_conflict), .labels = delete_conflicts, .fallback = "as_conflict"},
    {.name = "on_delete", .parse = scalar_label, AT(config_mapping, on_delete), .labels = deletions, .fallback = "remove"},
    {.name = "on_cleared_row", .parse = scalar_label, AT(config_mapping, on_cleared_row), .labels = cleared_rows, .fallback = "delete"},
    {.name = "initial", .parse = scalar_label, AT(config_mapping, initial), .labels = initials, .fallback = "mysql"},
    {.name = "delete_limit_rows", .parse = scalar_number, AT(config_mapping, delete_limit_rows), RANGE(0, 10000000), .fallback = "25"},
    {.name = "delete_limit_percent", .parse = scalar_number, AT(config_mapping, delete_limit_percent), RANGE(0, 100), .fallback = "10"},
    {.name = "on_new_column", .parse = scalar_label, AT(config_mapping, on_new_column), .labels = new_columns, .fallback = "add"},
    {.name = "on_dropped_column", .parse = scalar_label, AT(config_mapping, on_dropped_column), .labels = losses, .fallback = "keep"},
    {.name = "on_truncate", .parse = scalar_label, AT(config_mapping, on_truncate), .labels = losses, .fallback = "clear"},
    {.name = "on_drop", .parse = scalar_label, AT(config_mapping, on_drop), .labels = losses, .fallback = "keep"},
    {.name = "where", .parse = scalar_text, AT(config_mapping, filter.where), RANGE(1, 2000)},
    {.name = "order_by", .parse = scalar_text, AT(config_mapping, filter.order_by), RANGE(1, 1000)},
    {.name = "limit", .parse = scalar_number, AT(config_mapping, filter.limit), RANGE(1, 1000000)},
    {.name = "editors", LIST(config_mapping, editors, n_editors, editor_item), RANGE(1, 1000)},
    {.name = "edits_per_minute", .parse = scalar_number, AT(config_mapping, edits_per_minute), RANGE(0, 100000), .fallback = "0"},
    {.name = "rows_per_request", .parse = scalar_number, AT(config_mapping, rows_per_request), RANGE(0, 5000), .fallback = "0"},
    {.name = "sheet_changes", .parse = scalar_label, AT(config_mapping, sheet_changes), .labels = sheet_changes, .fallback = "apps_script"},
    {.name = "on_long_text", .parse = scalar_label, AT(config_mapping, on_long_text), .labels = long_texts, .fallback = "reject"},
    {.name = "null_as", .parse = scalar_text, AT(config_mapping, null_as), RANGE(0, 50), .fallback = ""},
    {.name = "empty_as", .parse = scalar_text, AT(config_mapping, empty_as), RANGE(0, 50), .fallback = "\"\""},
    {.name = "formats", .section = &formats_section, AT(config_mapping, formats)},
    {.name = "trim_grid", .parse = scalar_label, AT(config_mapping, trim_grid), .labels = switches, .fallback = "true"},
    {.name = "columns", LIST(config_mapping, columns, n_columns, column_item), RANGE(1, 4096)},
    END,
};
static const struct section mapping_section = {mapping_keys, rules_mapping};
static const struct key mapping_item = {.section = &mapping_section};

static const struct key root_keys[] = {
    {.name = "instance", .parse = scalar_name, AT(config, instance), RANGE(1, 32), .fallback = "tabrelay"},
    {.name = "log_level", .parse = scalar_label, AT(config, log_level), .labels = log_levels, .fallback = "info"},
    {.name = "mysql", .section = &mysql_section, AT(config, mysql), .is_required = true},
    {.name = "google", .section = &google_section, AT(config, google), .is_required = true},
    {.name = "webhook", .section = &webhook_section, AT(config, webhook), .is_required = true},
    {.name = "replicator", .section = &replicator_section, AT(config, replicator)},
    {.name = "keep", .section = &keep_section, AT(config, keep)},
    {.name = "page", .section = &page_section, AT(config, page)},
    {.name = "mappings", LIST(config, mappings, n_mappings, mapping_item), RANGE(1, 1000), .is_required = true},
    END,
};
const struct section keys_root = {root_keys, rules_root};
/* clang-format on */

_Static_assert(sizeof(enum log_level) == 4 && sizeof(enum config_tls) == 4 &&
                   sizeof(enum config_direction) == 4 && sizeof(enum config_conflict) == 4 &&
                   sizeof(enum config_new_column) == 4 && sizeof(enum config_lost) == 4 &&
                   sizeof(enum config_delete_conflict) == 4 && sizeof(enum config_on_delete) == 4 &&
                   sizeof(enum config_cleared_row) == 4 && sizeof(enum config_initial) == 4 &&
                   sizeof(enum config_edit) == 4 && sizeof(enum config_sheet_changes) == 4 &&
                   sizeof(enum config_purged) == 4 && sizeof(enum config_long_text) == 4 &&
                   sizeof(enum config_switch) == 4,
               "labels are stored by size");
