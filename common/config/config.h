/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config: tabrelay.yaml as structs. schemas/example.yaml and schemas/tabrelay.schema.json say the
 * same.
 *
 * Immutable after config_load; share it by pointer.
 */
#ifndef COMMON_CONFIG_CONFIG_H
#define COMMON_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/log.h"
#include "common/mysql/row_filter.h"

enum config_tls { CONFIG_TLS_OFF, CONFIG_TLS_PREFERRED, CONFIG_TLS_REQUIRED, CONFIG_TLS_VERIFY };
enum config_direction { CONFIG_BOTH, CONFIG_TO_SHEET, CONFIG_TO_MYSQL };
/* Both sides changed a cell. RULE: a column's own SQL expression. */
enum config_conflict {
    CONFIG_SHEET_WINS,
    CONFIG_MYSQL_WINS,
    CONFIG_LAST_WRITE_WINS,
    CONFIG_MANUAL,
    CONFIG_RULE,
};
/* One side changed a row, the other deleted it. AS_CONFLICT: as `conflict` says; where that is
 * last_write_wins (a delete has no time) the update wins. */
enum config_delete_conflict {
    CONFIG_DELETE_AS_CONFLICT,
    CONFIG_DELETE_SHEET_WINS,
    CONFIG_DELETE_MYSQL_WINS,
    CONFIG_DELETE_UPDATE_WINS,
    CONFIG_DELETE_DELETE_WINS,
    CONFIG_DELETE_MANUAL,
};
/* What becomes of a row's line in the tab when MySQL deletes the row. */
enum config_on_delete { CONFIG_ON_DELETE_REMOVE, CONFIG_ON_DELETE_CLEAR, CONFIG_ON_DELETE_MARK };
/* What a person means who clears all mapped cells of a row. */
enum config_cleared_row { CONFIG_CLEARED_DELETE, CONFIG_CLEARED_RESTORE };
/* The first synchronisation, both sides filled: whose cells count where they differ. */
enum config_initial { CONFIG_INITIAL_MYSQL, CONFIG_INITIAL_SHEET, CONFIG_INITIAL_MERGE };
/* How changes of a tab become known; comparisons find the rest. */
enum config_sheet_changes { CONFIG_APPS_SCRIPT, CONFIG_DRIVE_PUSH, CONFIG_POLL };
enum config_switch { CONFIG_NO, CONFIG_YES };
/* A text that is too long for a cell: what its cell shows. */
enum config_long_text { CONFIG_LONG_REJECT, CONFIG_LONG_TRUNCATE };
enum config_edit { CONFIG_EDIT_ALLOW, CONFIG_EDIT_DENY };
/* What MySQL's own acts on a table do to its tab; each key has two of them. */
enum config_new_column { CONFIG_COLUMN_ADD, CONFIG_COLUMN_IGNORE };
enum config_lost { CONFIG_KEEP, CONFIG_CLEAR };
enum config_purged { CONFIG_PURGED_SNAPSHOT, CONFIG_PURGED_STOP };

/* In a mapping's editors: whoever Google does not name, and what a comparison finds. */
#define CONFIG_EDITOR_UNKNOWN "unknown"
/* In a title: the value of a tab. */
#define CONFIG_TAB_VALUE "{value}"
enum { CONFIG_TAB_MAX = 100, CONFIG_NAME_MAX = 64, CONFIG_FAMILY_NAME_MAX = 40 }; /* characters */

struct config_mysql {
    char *host;   /* "127.0.0.1"; of several hosts all of them, for people */
    char **hosts; /* each "host" or "host:port": the one that takes writes; NULL: host alone */
    size_t n_hosts;
    uint16_t port; /* 3306 */
    char *socket;  /* NULL: TCP */
    char *user;
    char *password;       /* a secret: never logged */
    char *state_database; /* "tabrelay": where our own tables live */
    enum config_tls tls;  /* default: preferred on loopback and sockets, verify elsewhere */
    char *tls_ca;         /* NULL: the system's */
    uint32_t server_id;   /* the replicator's own id as a replica; default derived from instance */
};

struct config_google {
    char *base_url;     /* "https://sheets.googleapis.com/" */
    char *drive_url;    /* "https://www.googleapis.com/"; with another base_url: that */
    char **credentials; /* paths of service accounts' JSON keys; one at least */
    size_t n_credentials;
    unsigned reads_per_minute;         /* 60; of each account */
    unsigned writes_per_minute;        /* 60 */
    unsigned project_reads_per_minute; /* 300, or what one account may where that is more; of all
                                          accounts of a project */
    unsigned project_writes_per_minute;
    unsigned
        spreadsheet_writes_per_minute; /* writes_per_minute; of all accounts to one spreadsheet */
    int64_t timeout_ms;                /* 180000 */
    size_t batch_bytes;                /* 1950 KiB: of the largest request, about */
    bool uses_drive; /* not a key: something of the configuration looks at Drive */
};

struct config_webhook {
    char *listen_host;     /* "127.0.0.1" */
    uint16_t listen_port;  /* 8080 */
    char *url;             /* where the replicator reaches it; default http://listen/ */
    char *public_url;      /* NULL: none; where Google reaches it, for drive_push */
    char *secret;          /* a secret: never logged; at least 16 bytes */
    char *previous_secret; /* NULL: none; taken as well while the secret is being changed */
    size_t max_body_bytes; /* 1 MiB */
    int64_t max_age_ms;    /* 300000: how old a signature may be, either way */
    unsigned threads;      /* 4 */
};

struct config_replicator {
    char *metrics_host; /* NULL: no metrics listener */
    uint16_t metrics_port;
    size_t memory_limit_bytes;     /* 64 MiB */
    unsigned snapshot_rows;        /* 1000 rows a chunk, at most */
    int64_t snapshot_max_lag_ms;   /* 30000: snapshots wait while changes wait longer; 0: never */
    unsigned snapshot_max_threads; /* 25: ... while MySQL's Threads_running is above; 0: never */
    int64_t reconcile_every_ms;    /* 600000; 0: only at start and on request */
    int64_t heartbeat_every_ms;    /* 10000; 0: never */
    int64_t poll_every_ms;         /* 15000: how often Drive is looked at for poll */
    enum config_purged on_purged;  /* snapshot: what to do when the binlog after the checkpoint
                                      cannot be had */
};

/* How long what has ended is kept in the state database; CONFIG_FOREVER: it is not pruned. */
enum { CONFIG_FOREVER = 0 };
struct config_keep {
    int64_t edits_ms;     /* 90 days */
    int64_t conflicts_ms; /* 90 days, from when they were decided */
};

/* The status page (docs/page.md). */
struct config_page {
    char *listen_host;    /* "127.0.0.1" */
    uint16_t listen_port; /* 8088 */
    char *token;          /* NULL: nobody can act; a secret: never logged; at least 16 bytes */
    char *public_url;     /* NULL: none; where a proxy serves the page */
    char *replicator_url; /* whose metrics are drawn; default: http://METRICS_LISTEN/; NULL: none */
    char *webhook_url;    /* default: http://LISTEN/ of the webhook */
};

/* What is set in the columns that tabrelay adds to a tab. */
struct config_formats {
    enum config_switch numbers;        /* the DECIMALs' places */
    enum config_switch dates;          /* and times */
    enum config_switch text;           /* what is typed stays as typed */
    enum config_switch checkboxes;     /* TINYINT(1) */
    enum config_switch dropdowns;      /* ENUM */
    enum config_switch freeze_header;  /* and bold */
    enum config_switch protect_header; /* a warning before it is edited */
};                                     /* all true */

struct config_column {
    char *name;                      /* in MySQL */
    char *header;                    /* in the sheet; default: name */
    enum config_direction direction; /* default: the mapping's */
    enum config_edit edit;           /* allow; deny: what people type is put back */
    enum config_conflict conflict;   /* default: the mapping's */
    char *format;                    /* NULL: by its type; a number format's pattern */
    char *rule; /* NULL: none; an SQL expression over mysql.X, sheet.X, base.X */
};

struct config_mapping {
    char *name;   /* default: the table's name */
    char *schema; /* from table: schema.table */
    char *table;
    char *spreadsheet;   /* id */
    char *tab;           /* title; with tabs_by it has CONFIG_TAB_VALUE in it */
    char *tabs_by;       /* NULL: one tab; a column: a tab for each of its values (family.h) */
    unsigned tabs_limit; /* 50: more values than this get no tabs */
    const char *family;  /* not a key, not owned: the name of the mapping that it is a member of */
    char **key;          /* column names; NULL and 0: the table's own key */
    size_t n_key;
    struct config_column *columns; /* NULL and 0: every visible column of the table */
    size_t n_columns;
    enum config_direction direction; /* both */
    enum config_conflict conflict;   /* sheet_wins; never RULE */
    char *last_write_column; /* NULL: the commit's time; a column that says when the row was written
                              */
    enum config_delete_conflict delete_conflict; /* as_conflict */
    enum config_on_delete on_delete;             /* remove */
    enum config_cleared_row on_cleared_row;      /* delete */
    enum config_initial initial;                 /* mysql */
    unsigned delete_limit_rows;                  /* 25: more than this waits for approval ... */
    unsigned delete_limit_percent;        /* 10: ... and so does more than this share of the rows */
    enum config_new_column on_new_column; /* add; only where columns is not given */
    enum config_lost on_dropped_column;   /* keep */
    enum config_lost on_truncate;         /* clear */
    enum config_lost on_drop;             /* keep */
    enum config_sheet_changes sheet_changes; /* apps_script */
    enum config_long_text on_long_text;      /* reject */
    char *null_as;                           /* "": what says NULL; blank */
    char *empty_as;                          /* two quotation marks: what says the empty text */
    struct config_formats formats;
    enum config_switch trim_grid; /* true: blank rows at the tab's end go */
    struct row_filter filter;     /* which rows: all of them */
    char **editors; /* NULL and 0: anybody's edits; addresses, *@domain, CONFIG_EDITOR_UNKNOWN */
    size_t n_editors;
    unsigned edits_per_minute; /* 0: no limit; of scripts */
    unsigned rows_per_request; /* 0: no limit; more rows at once are refused */
    unsigned line;             /* of the file, for messages */
};

struct config {
    char *path;
    uint64_t hash;  /* not a key: of the file's bytes */
    char *instance; /* "tabrelay": names the lease and the checkpoint; [a-z0-9_-]{1,32} */
    enum log_level log_level;
    struct config_mysql mysql;
    struct config_google google;
    struct config_webhook webhook;
    struct config_replicator replicator;
    struct config_keep keep;
    struct config_page page;
    struct config_mapping *mappings; /* each with one tab */
    size_t n_mappings;
    struct config_mapping *families; /* those with tabs_by; their members are among the mappings */
    size_t n_families;
    uint64_t
        members_version; /* not a key: which members these are; 0: it is not known (family.h) */
    const struct config *whole; /* not a key, not owned: what it was expanded from (family.h);
                                   NULL: it is as it was read */
    struct config *owned_whole; /* the same, where it is owned; else NULL */
};

/* Read PATH. On -1, PROBLEMS holds one line a problem, "file:line:column: path: what is wrong", and
 * ERR a summary; of a file that cannot be read there is only ERR. Blocks for files. The caller
 * frees with config_free, also after a failure. */
int config_load(const char *path, struct config *out, struct buf *problems, struct err *err);
/* config_load for PROGRAM as a person started it: what is wrong is told on stderr. */
int config_load_or_tell(const char *program, const char *path, struct config *out);
/* config_load for TEXT, which PATH names in messages and as the folder of relative paths. */
int config_parse(const char *path, const char *text, size_t len, struct config *out,
                 struct buf *problems, struct err *err);
/* Of what was expanded only the members, and what it owns. */
void config_free(struct config *c);
/* May a process that runs with OLD go on with NEW? ERR_CONFIG names what cannot change while it
 * runs. */
int config_check_change(const struct config *old, const struct config *new, struct err *err);
/* The policy of cells of COLUMN (a name in MySQL): its own, else the mapping's. */
enum config_conflict config_policy(const struct config_mapping *m, const char *column);
/* What is configured of COLUMN; NULL: nothing. */
const struct config_column *config_find_column(const struct config_mapping *m, const char *column);
/* Must base keep values, not only hashes, of COLUMN? A rule and a person want to see them. */
bool config_keeps_value(const struct config_mapping *m, const char *column);
const struct config_mapping *config_find_mapping(const struct config *c, const char *name);
const struct config_mapping *config_find_family(const struct config *c, const char *name);
/* The mappings as the file has them, without members: those with one tab, then families. */
size_t config_n_written(const struct config *c);
const struct config_mapping *config_written(const struct config *c, size_t i);
/* Is NAME FAMILY/SOMETHING? A member may be called so, known or not. */
bool config_may_be_member(const struct config *c, const char *name);
/* Does NAME mean it: is it its own, or that of the family? */
bool config_is_called(const struct config_mapping *m, const char *name);
#endif
