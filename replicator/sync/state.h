/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state: tabrelay's own tables as the replicator uses them (schemas/state.sql). All durable state
 * is here.
 *
 * Base and checkpoint are written in one transaction, fenced by the lease's token: a replicator
 * that lost its lease cannot commit. Worker thread; every call blocks for a query or two. Errors as
 * in common/mysql/db.h; ERR_STOPPED: fenced.
 */
#ifndef REPLICATOR_SYNC_STATE_H
#define REPLICATOR_SYNC_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/config/config.h"
#include "common/err.h"
#include "common/hash.h"
#include "common/hash_table.h"
#include "common/mysql/db.h"
#include "replicator/sheets/sheets.h"
#include "replicator/sync/mapping.h"

struct state {
    const struct config *cfg;
    struct db *db;     /* owned */
    uint64_t token;    /* of our lease (replicator/lease.h); 0: none */
    int64_t lease_us;  /* an acknowledgement renews it for so long */
    struct buf schema; /* the state database, quoted */
};

int state_open(struct state *s, const struct config *cfg, struct err *err);
void state_close(struct state *s);
/* Run SQL in which each '@' stands for the quoted state database. */
int state_run(struct state *s, const char *sql, const struct db_param *params, size_t n,
              struct db_rows *rows, struct err *err);

/* How many conflicts of MAPPING wait for a person. */
int state_count_open(struct state *s, const char *mapping, int64_t *n, struct err *err);

/* The saved position, malloc()ed, NULL if there is none; and when it was saved, since 1970
 * (SAVED_MS may be NULL). */
int state_load_checkpoint(struct state *s, char **position, int64_t *saved_ms, struct err *err);

enum snapshot_phase { SNAPSHOT_NONE, SNAPSHOT_RUNNING, SNAPSHOT_DONE };

/* Was what both sides had at first brought together (mapping_state.is_joined)? */
enum joined { JOINED_NOT, JOINED, JOINED_PARTLY };

/* What mapping_state remembers of a mapping. */
struct mapping_memory {
    int64_t sheet_id; /* -1: none */
    enum snapshot_phase phase;
    char *snapshot_key; /* owned; row_key of the last row of the last chunk; NULL: none */
    int64_t snapshot_rows;
    bool has_base; /* base rows exist */
    enum joined joined;
    size_t held_deletes;
    char *own_columns; /* owned; a JSON array of names; NULL: not known */
};
/* Load it; its row is made where there is none. ERR_CONFIG: another instance, which runs, has a
 * mapping of this name; nothing may be written of it then. */
int state_load_mapping(struct state *s, const struct mapping *m, struct mapping_memory *out,
                       struct err *err);
void mapping_memory_close(struct mapping_memory *memory);
/* Remember the tab's id. */
int state_save_tab(struct state *s, const struct mapping *m, struct err *err);
int state_save_snapshot(struct state *s, const char *mapping, enum snapshot_phase phase,
                        const char *key, int64_t rows, struct err *err);
/* A snapshot under way. */
struct snapshot_progress {
    const char *key; /* row_key of the last row that is in the tab */
    int64_t rows;
    int64_t total;  /* about; 0: not known */
    int64_t left_s; /* about; -1: not known */
};
int state_save_progress(struct state *s, const char *mapping,
                        const struct snapshot_progress *progress, struct err *err);
/* Why the instance's snapshots wait; "": they do not. */
int state_save_wait(struct state *s, const char *why, struct err *err);
/* state: "starting", "snapshot", "streaming", "error", "paused"; PROBLEM may be NULL (keeps the
 * last error's text). */
int state_save_health(struct state *s, const char *mapping, const char *state,
                      const struct err *problem, struct err *err);
/* COLUMNS: a JSON array of names. */
int state_save_own(struct state *s, const char *mapping, const char *columns, struct err *err);
/* How many cells the mapping's spreadsheet has. */
int state_save_cells(struct state *s, const char *mapping, int64_t cells, struct err *err);
int state_save_joined(struct state *s, const char *mapping, enum joined joined, struct err *err);
/* N deletes are held; KEYS: of some of the rows, a JSON array for people to read. */
int state_save_held(struct state *s, const char *mapping, unsigned n, const char *keys,
                    struct err *err);

/* state_pause.c: is the mapping paused? SETTLING is the session's own: it is paused, and open only
 * until it is known what became of a batch. */
enum follow_pause { PAUSE_NONE, PAUSE_SETTLING, PAUSE_HELD, PAUSE_RESUMING };
int state_load_pause(struct state *s, const char *mapping, enum follow_pause *out, struct err *err);
/* It is resumed for good, unless somebody has paused it again. */
int state_end_pause(struct state *s, const char *mapping, struct err *err);
/* The signal with that number was taken; a comparison has ended that answers all up to SIGNAL. */
int state_save_signal(struct state *s, const char *mapping, int64_t signal, struct err *err);
int state_save_reconciled(struct state *s, const char *mapping, int64_t signal, size_t n_found,
                          struct err *err);

/* Since when the mapping's oldest change waits, us since 1970; 0: none does. */
int state_save_pending(struct state *s, const char *mapping, int64_t since_us, int64_t rows,
                       struct err *err);

/* state_table.c: what mapped_table remembers of a mapping's table. */
struct table_memory {
    char *text; /* owned; the definition as it was saved; NULL: none */
    struct definition definition;
    bool is_current; /* row events from the checkpoint to the next ALTER have this shape */
    bool must_clear; /* the table was dropped, and the tab is to be cleared */
};
int state_load_table(struct state *s, const char *mapping, struct table_memory *out,
                     struct err *err);
void table_memory_close(struct table_memory *memory);
/* Remember DEFINITION; it is not current before state_confirm_table. */
int state_save_table(struct state *s, const char *mapping, const char *definition, struct err *err);
int state_confirm_table(struct state *s, const char *mapping, struct err *err);
/* What comes next in the binlog may have another shape. */
int state_doubt_table(struct state *s, const char *mapping, bool must_clear, struct err *err);

/* Of every base row of MAPPING: column FROM is called TO now; TO NULL: it is agreed on no more. Its
 * open conflicts follow it, or end: with MySQL's value, which is written; where the column was
 * dropped nothing is left to decide. */
struct base_change {
    const char *from, *to;
    bool is_dropped;
};
int state_change_base(struct state *s, const char *mapping, const struct base_change *changes,
                      size_t n, struct err *err);
/* The same for the N rows with these keys alone, in one transaction; open conflicts stay. */
int state_change_rows(struct state *s, const char *mapping, const struct hash128 *keys, size_t n,
                      const struct base_change *changes, size_t n_changes, struct err *err);
/* Keep all rows in the tab although MySQL has them no more: nothing is agreed on, but the rows are
 * known, and no sweep takes them away. A row that comes again is a row like any other. */
int state_keep_base(struct state *s, const char *mapping, struct err *err);
/* Forget all base rows, and what was left to do: the tab was cleared, or rows have other keys. */
int state_drop_base(struct state *s, const char *mapping, struct err *err);

/* Base rows by key. Blobs and row keys are in the table's own arena. */
struct base_row {
    struct hash128 key;
    const void *hashes;
    size_t hashes_len;
    const void *agreed; /* values beside the hashes; NULL: none, or not asked for */
    size_t agreed_len;
    int64_t changed_us; /* when MySQL's newest change of it was committed; 0: not known */
    int64_t edit;       /* the newest edit that wrote it (edit_log.id); 0: none, or not asked for */
    const char *row_key;
    bool is_seen; /* for the caller */
    int64_t row;  /* for the caller: where it stands */
    UT_hash_handle hh;
};
struct base_rows {
    struct base_row *rows; /* uthash by key */
    struct arena arena;
};
void base_rows_close(struct base_rows *rows);
/* Is this a row of state_keep_base? */
bool base_row_is_kept(const struct base_row *row);
struct base_row *base_rows_find(const struct base_rows *rows, struct hash128 key);
/* Add those of the N keys that have a base row. LOCK: until the end of the transaction (for an
 * acknowledgement). */
int state_load_base(struct state *s, const char *mapping, const struct hash128 *keys, size_t n,
                    bool lock, struct base_rows *out, struct err *err);
/* Add the next LIMIT base rows after AFTER (all zeros: from the first) in the order of their hash;
 * *LAST is the last one. Their agreed values are not read. Returns how many, or -1. */
int state_page_base(struct state *s, const char *mapping, struct hash128 after, size_t limit,
                    struct base_rows *out, struct hash128 *last, struct err *err);

/* One acknowledgement: begin, any number of puts and deletes, commit (or abort after a failure). */
struct base_put {
    struct hash128 key;
    const char *row_key;
    const void *hashes;
    size_t hashes_len;
    const void *agreed; /* NULL: none */
    size_t agreed_len;
    int64_t changed_us; /* 0: as it was */
};
struct ack_mapping {
    const char *mapping;
    int64_t sheet_rows;
    int64_t spreadsheet_cells;
    int64_t lag_ms; /* -1: unknown */
};
/* ERR_STOPPED: another one has the lease, and nothing is open. Between open and fence nobody is
 * told that we live. */
int state_ack_begin(struct state *s, struct err *err); /* both */
int state_ack_open(struct state *s, struct err *err);
int state_ack_fence(struct state *s, struct err *err);
int state_ack_put(struct state *s, const char *mapping, const struct base_put *puts, size_t n,
                  struct err *err);
/* The same of rows that have none: ERR_MYSQL with detail DB_DUPLICATE_ENTRY where one has. */
int state_ack_add(struct state *s, const char *mapping, const struct base_put *puts, size_t n,
                  struct err *err);
/* Their base goes, a tombstone comes, and what was open about their cells is over. */
int state_ack_delete(struct state *s, const char *mapping, const struct hash128 *keys, size_t n,
                     struct err *err);
/* Rows that came (again): their tombstones go. */
int state_ack_alive(struct state *s, const char *mapping, const struct hash128 *keys, size_t n,
                    struct err *err);
int state_ack_mapping(struct state *s, const struct ack_mapping *ack, struct err *err);
int state_ack_position(struct state *s, const char *position, struct err *err);
int state_ack_commit(struct state *s, struct err *err);
void state_ack_abort(struct state *s);

/* state_sent.c: the batch that is on its way to each spreadsheet (schemas/state-4.sql). Written
 * between begin and commit, before it is sent. */
struct sent_batch {
    const char *spreadsheet;
    struct batch_number number;
    const char *content; /* JSON */
    size_t content_len;
};
int state_ack_sent(struct state *s, const char *spreadsheet, struct batch_number number,
                   const struct buf *content, struct err *err);
int state_forget_sent(struct state *s, const char *spreadsheet, struct err *err);
/* Those that no acknowledgement has followed; the R-th of them points into ROWS. */
int state_load_sent(struct state *s, struct db_rows *rows, struct err *err);
struct sent_batch state_sent_at(const struct db_rows *rows, size_t r);

/* Ask for the rows with these keys (a JSON array of row keys) to be written again, all cells: a
 * signal, which comes in the stream. */
int state_ask_repair(struct state *s, const char *mapping, const char *row_keys, struct err *err);

/* state_member.c: tabs of mappings with tabs_by (schemas/state-7.sql). */
/* VALUE of FAMILY has a tab from now on, with a name and a title that nobody has. */
int state_add_member(struct state *s, const struct config_mapping *family, struct value value,
                     struct err *err);
int state_member_version(struct state *s, uint64_t *version, struct err *err);
/* Why values get no tabs; PROBLEM NULL: they do. */
int state_save_family(struct state *s, const char *family, const struct err *problem,
                      struct err *err);

/* state_prune.c: what grows and is pruned by its age. */
enum state_log { STATE_EDITS, STATE_CONFLICTS, STATE_SIGNALS, STATE_TOMBSTONES, STATE_LOGS };
enum { STATE_PRUNE_ROWS = 200 };
/* The table's name. */
const char *state_log_name(enum state_log log);
/* Rows that are older than KEEP_MS, and that nobody needs, go: the oldest ones, STATE_PRUNE_ROWS at
 * most, in one transaction that is fenced. *N: how many went. */
int state_prune(struct state *s, enum state_log log, int64_t keep_ms, size_t *n, struct err *err);
/* How many rows each has, as MySQL estimates; -1: not known. */
int state_log_rows(struct state *s, int64_t n_rows[STATE_LOGS], struct err *err);

/* The highest number of an edit in the log (edit_log.id); 0: there is none. */
int state_last_edit(struct state *s, int64_t *edit, struct err *err);

/* Commit a mark; when the stream shows *SERIAL, everything committed before this call is behind it,
 * and was visible to every SELECT made after this call. */
int state_mark(struct state *s, uint64_t *serial, struct err *err);
#endif
