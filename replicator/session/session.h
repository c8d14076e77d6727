/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session: one connected life of the replicator: from "all is open" until something in its
 * surroundings has changed.
 *
 *     [stream thread: route] --queue: bounded, full = the reader waits--> [worker: session_run]
 *
 * The worker coalesces (change_set), reads what it must (window), flushes (one batch a
 * spreadsheet), reconciles, and acknowledges. It is one thread: while it waits for Google the queue
 * fills, and when that is full the binlog is the queue. A changed table, moved columns, a lost
 * connection end the session; the next one starts from the checkpoint.
 */
#ifndef REPLICATOR_SESSION_SESSION_H
#define REPLICATOR_SESSION_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/config/config.h"
#include "common/err.h"
#include "common/http/client.h"
#include "common/json.h"
#include "common/log.h"
#include "common/stop.h"
#include "replicator/lease.h"
#include "replicator/queue.h"
#include "replicator/route.h"
#include "replicator/session/pace.h"
#include "replicator/session/progress.h"
#include "replicator/session/seen.h"
#include "replicator/session/throttle.h"
#include "replicator/session/watch.h"
#include "replicator/session/watermark.h"
#include "replicator/sheets/sheets.h"
#include "replicator/sync/base_list.h"
#include "replicator/sync/change_set.h"
#include "replicator/sync/mapping.h"
#include "replicator/sync/plan.h"
#include "replicator/sync/state.h"

/* A row to be read again from MySQL and brought to the sheet. */
struct refresh {
    struct hash128 key;
    char *row_key;    /* owned */
    uint64_t *forced; /* owned; a bit a column to write whatever base says; NULL: none */
    bool is_forced;   /* all columns */
    bool can_rescue;
    int64_t changed_us;        /* the change that asks for it was committed then; 0: none does */
    struct change_times times; /* of the oldest of these */
    uint64_t since;            /* watermark.h */
    UT_hash_handle hh;
};

enum reconcile_phase { RECONCILE_IDLE, RECONCILE_MARKED };

/* A comparison of a tab with its base: base is read first, then a mark is awaited, then the tab is
 * read. */
struct reconcile {
    enum reconcile_phase phase;
    bool is_due, is_due_whole; /* the next one; not for rows that are gone only */
    bool is_keys_only;         /* the one under way: rows that are gone only */
    bool is_clean;             /* the one under way found nothing that is still open */
    bool is_approved;          /* deletes that waited may go */
    struct waiting *waiting;   /* uthash; waiting.h */
    int64_t signal;            /* the newest that asked for one */
    int64_t signal_now;        /* ... when the one under way began */
    size_t n_waited;           /* how many they are, or were in the last session */
    bool is_past_mark;
    int64_t not_before_ms; /* monotonic; after a failure */
    uint64_t mark;
    struct base_list base; /* as of before the mark */
};

/* When a tab is compared next without being asked, and what is known of the last time (due.c).
 * Times are monotonic; 0: never. */
struct due {
    int64_t next_ms;                  /* by the clock */
    int64_t look_ms;                  /* the next look at Drive */
    bool looks_again;                 /* one more, for a notification that came meanwhile */
    int64_t compared_ms;              /* the last whole comparison */
    int64_t took_ms;                  /* that one */
    int64_t touched_ms;               /* somebody was at work in the tab */
    bool is_clean;                    /* it found nothing that is still open */
    char version[DRIVE_VERSION_SIZE]; /* of the file, as seen before it began; "": not known */
    char before[DRIVE_VERSION_SIZE];  /* the same of the one under way */
    struct drive_look look; /* of the spreadsheet's first mapping only: what Drive said last ... */
    int64_t looked_ms;      /* ... and when it was asked */
};

/* When a spreadsheet is written (turns.h). Times are monotonic. */
struct turn {
    int64_t last_ms;  /* 0: not yet */
    int64_t after_ms; /* not before; backoff after a failure */
    bool is_lost;     /* not before it is known what became of a batch (lost.c) */
    unsigned failures;
    bool is_refused; /* its mappings were told to be in error */
    struct log_fault fault;
};

/* A mapping as the session follows it. */
enum { ROBBED_MAX = 16 };

struct follow {
    struct mapping m;
    struct turn turn; /* its spreadsheet's; of the spreadsheet's first mapping only */
    enum snapshot_phase phase;
    char *snapshot_key; /* owned */
    int64_t snapshot_rows;
    int64_t n_pending, oldest_us; /* backlog.h */
    size_t chunk_size;            /* rows to read next, at most; 0: none was read yet */
    size_t chunk_row_bytes;       /* of a request, of the last chunk's rows at the mean */
    size_t chunk_row_memory;
    int64_t robbed[ROBBED_MAX]; /* rows that lost their own key to another's, until compared */
    size_t n_robbed;
    struct progress progress;
    bool is_chunk_pending; /* rows of chunks are on their way to the sheet */
    char *chunk_key;       /* owned; the last key of them; NULL: it was the last chunk */
    size_t chunk_rows;     /* so many of them, added to snapshot_rows when they are acknowledged */
    bool is_chunk_leaving; /* some of these rows have left: no more are added before all have */
    bool needs_sweep; /* after the snapshot, rows of base that MySQL has no more are looked for */
    bool is_sweeping;
    bool is_swept; /* all of base was asked for; what came of it may be on its way */
    struct hash128 sweep_after;
    int64_t compare_due_ms; /* monotonic: when to compare all rows (again); 0: not asked for */
    int64_t compare_latest_ms;
    uint64_t transaction;      /* the last one that changed its rows */
    struct refresh *refreshes; /* uthash */
    struct reconcile reconcile;
    struct due due;
    bool is_joining;        /* the first synchronisation is under way (join.h) */
    int64_t join_row;       /* the next one of the tab */
    int64_t join_ms;        /* monotonic; not before; after a failure */
    struct absent *absents; /* uthash; absent.h */
    struct typed *typed;    /* uthash by content; typed.h */
    int64_t typed_ms;       /* monotonic: look at them again then; 0: no need to */
    bool is_asked;          /* conflicts may wait for the time of MySQL's change */
    int64_t asked_last;     /* the newest of them, ... */
    uint64_t asked_mark;    /* ... as of before this mark, which the stream has to show; 0: none */
    bool is_asked_past_mark;
    bool is_looked_at; /* at conflicts that were open when the session began */
    int64_t decide_ms; /* monotonic; not before */
    unsigned decide_tries;
    bool is_untrimmable;     /* Google has refused to delete its blank rows */
    int64_t told_us;         /* pending.h: what mapping_state.pending_since says; 0: NULL */
    enum follow_pause pause; /* pause.h */
    bool is_dropping;        /* not ready: its changes are not kept, a snapshot will be needed */
};

/* Are changes of MySQL's not kept, because a snapshot will follow? */
static inline bool follow_is_behind(const struct follow *f)
{
    return f->is_joining || f->pause != PAUSE_NONE;
}

/* Rows read between two marks (the DBLog way): what the stream shows between the marks is newer and
 * wins. */
struct window_row {
    struct hash128 key;
    struct row_image *image; /* owned; NULL: MySQL has no such row */
    char *row_key;           /* owned; of a refresh */
    uint64_t *forced;        /* owned */
    bool is_forced, can_rescue;
    int64_t changed_us;
    struct change_times times;
    bool is_overtaken;
    uint64_t since; /* watermark.h; not of a chunk's */
    UT_hash_handle hh;
};
struct window {
    bool is_open; /* SELECT was made; waiting for the stream to pass high */
    bool is_past_low;
    uint32_t mapping;
    uint64_t low, high;
    struct window_row *rows; /* uthash */
    bool is_snapshot;
    char *chunk_key; /* owned; of a chunk: its last key; NULL: no row comes after it */
    size_t chunk_rows;
};

/* A row that a person typed and the webhook inserted: its assigned key must appear in it, and
 * nowhere else. */
struct placement {
    struct row_id id;
    char *row_key;     /* owned */
    int64_t sheet_row; /* 0-based hint; -1: none */
    int64_t due_ms;    /* monotonic */
    unsigned tries;
    uint64_t since; /* watermark.h */
    UT_hash_handle hh;
};

/* A row whose cells are to be compared with base, a moment after the last edit of it. */
struct check {
    struct row_id id;
    char *row_key;  /* owned */
    cJSON *refused; /* owned; {header: cell}: what was typed there is to give way; NULL: nothing */
    int64_t due_ms; /* monotonic */
    uint64_t since; /* watermark.h */
    UT_hash_handle hh;
};

/* What a batch left in a row that is nobody's, or a row of ours that stands twice. */
struct orphan {
    uint32_t mapping;
    struct hash128 key;
    bool is_twice;     /* a whole row, to be deleted; else cells, to be blanked */
    size_t n_columns;  /* so many columns the mapping had */
    bool *has;         /* owned; one a mapped column: we wrote something there */
    uint64_t *hashes;  /* owned; what */
    bool is_looked_at; /* by the look that is under way */
    unsigned tries;
    int64_t due_ms; /* monotonic */
    uint64_t since; /* watermark.h; 0: another session's */
    struct orphan *next;
};

/* When we last wrote a row, by our own clock: an edit from before may have been overwritten. */
struct recent {
    struct row_id id;
    int64_t wall_ms;
    uint64_t *shown; /* owned; a hash a column (0: none) of what was written while people were at
                        work; NULL: not kept */
    UT_hash_handle hh;
};

/* Why rows changed that the binlog did not show. */
enum unseen { UNSEEN_STATEMENT = 1, UNSEEN_CASCADE = 2 };
/* Beside them: the spreadsheet is nearly full; Google refuses how columns shall look. */
enum { WARNED_ROOM = 4, WARNED_LOOKS = 8 };

/* What outlives a session. */
struct session_surroundings {
    const struct config *cfg;
    struct sheets *sheets;
    struct http_client *webhook;
    struct watch *watch;
    struct lease *lease;
    struct stop *stop;
    struct stream_clock *clock;
    const char *seen_position; /* up to where the sessions before have read; NULL: not at all */
    int64_t process_start_ms;  /* wall */
    unsigned *warned; /* one a mapping: enum unseen, ored: what was warned of in this process */
    int64_t *full_until_ms;  /* one a mapping: monotonic; it waits for room in its spreadsheet */
    struct orphan **orphans; /* a list: not taken back yet */
};

struct session {
    const struct config *cfg;
    struct stop *stop;
    struct state state;
    struct sheets *sheets;       /* owned by the pipeline: its quota outlives a session */
    struct http_client *webhook; /* owned by the pipeline */
    struct watch *watch;         /* owned by the pipeline: channels outlive a session */
    struct lease *lease;         /* owned by the pipeline */
    struct lease_grant grant;    /* ours */
    struct stream_clock *clock;  /* owned by the pipeline */
    int64_t process_start_ms;    /* wall */
    unsigned *warned;            /* owned by the pipeline */
    int64_t *full_until_ms;      /* owned by the pipeline */

    struct follow *follows; /* owned; one a mapping of the configuration */
    size_t n_follows;
    const struct mapping **mappings; /* owned; for the route */
    struct follow_family *families;  /* owned; one a family of the configuration */
    size_t n_families;
    bool has_broken;         /* some mapping is not ready */
    int64_t retry_broken_ms; /* monotonic */

    struct cascades cascades;
    uint64_t definitions_mark; /* 0: no mapping is unsure, or no longer */

    size_t memory_bytes; /* what may wait: of memory_limit, what a session leaves that has begun */
    struct queue *queue;
    struct route *route;

    struct change_set set;
    bool is_in_transaction; /* the set holds part of a transaction */
    bool is_part_flushed;   /* and another part has left */
    uint64_t transaction;   /* counts them */
    uint64_t cause; /* since which one something waits that begins to wait now (watermark.h) */
    uint64_t edit_transaction; /* the last one that the webhook made */
    struct seen_edits seen;
    char *position;         /* owned; after the last whole transaction taken */
    bool is_position_dirty; /* not saved yet */
    struct watermark watermark;
    int64_t position_us; /* when that transaction was committed, by our clock */
    struct log_place log_place;
    int64_t saved_us;         /* the same of the position that is saved; 0: not known */
    unsigned foreign_commits; /* transactions since the last save that were not our own */
    unsigned own_commits;
    unsigned replans;   /* batches in a row that were planned anew because rows had moved */
    int64_t saved_ms;   /* monotonic */
    int64_t pending_ms; /* monotonic; pending.h */
    int64_t told_ms;    /* monotonic; backlog.h */
    int64_t oldest_us;  /* commit time of the oldest change that is not acknowledged; 0: none */
    int64_t transaction_changes;

    struct window window;
    struct throttle throttle;
    struct {
        int64_t beat_ms, ask_ms; /* monotonic; not before */
        struct log_fault fault;
    } vitals;
    struct {
        int64_t due_ms; /* monotonic */
        enum state_log at;
        struct log_fault fault;
    } prune;
    struct pace pace;
    struct placement *placements; /* uthash */
    struct check *checks;         /* uthash */
    struct orphan **orphans;      /* a list, owned by the pipeline */
    struct decision *decisions;   /* uthash; decide.h */
    struct note *notes;           /* uthash, in the order of arrival; note.h */
    struct recent *recents;       /* uthash */
    size_t recent_cells;          /* what they keep of what was written */
    int64_t recents_floor_ms; /* rows that are not in RECENTS may have been written until then */
    int64_t flush_after_ms;   /* monotonic; while people move rows, or base meets images */
    int64_t turn_after_ms;    /* monotonic; whose turn it is is not looked at before */
    int64_t
        token_since_ms; /* monotonic; a batch waits for the quota, counted up to here; 0: none */
    int64_t steps_after_ms; /* monotonic; backoff after a failed reading of a tab */
    int64_t give_back_ms;   /* monotonic; memory is not given back before */
    unsigned steps_failures;
    unsigned
        moves; /* flushes in a row that found rows moved: people are at it, or something is wrong */
    bool has_moved;
    bool is_lost; /* some spreadsheet's turn is */
    struct log_fault steps_fault;
    struct log_fault reconcile_fault;
    bool is_stream_gone; /* the stream ended with an error of its own, or cannot be what it was */
    bool must_settle;    /* what made the restart necessary is in the stream: the next session must
                            start behind it */
    bool must_restart;   /* the surroundings have changed */
    bool must_renew;     /* other members are there than the configuration was expanded with */
    char restart_reason[128];
};

/* open.c, session.c: open all (MySQL, lease, mappings, tabs, position), run until something
 * changes, close. Errors: transient ones and ERR_GONE are worth another session; ERR_STOPPED is the
 * end. */
int session_open(struct session *s, const struct session_surroundings *around, struct err *err);
int session_run(struct session *s, struct err *err);
void session_close(struct session *s);
/* End the session soon, without an error. */
void session_restart(struct session *s, const char *reason);
/* M's place among the mappings of the configuration: of follows, and in the metrics. */
static inline size_t session_place(const struct session *s, const struct mapping *m)
{
    return (size_t)(m->cfg - s->cfg->mappings);
}

/* take.c: one item out of the queue. */
int session_take(struct session *s, struct item *item, struct err *err);
void refreshes_close(struct follow *f);
/* Set the bits of the columns that the JSON array names, in *BITS, which is allocated when NULL.
 * False: they cannot be told, or there is no memory. */
bool session_set_columns(const struct mapping *m, const char *columns, uint64_t **bits);
/* Ask for row KEY to be read again; forced: COLUMNS is a JSON array of names, "*" for all, NULL for
 * what differs from base. */
int session_refresh(struct session *s, uint32_t mapping, struct hash128 key, const char *row_key,
                    const char *columns, struct err *err);

/* flush.c: bring one spreadsheet's share of the set to it and acknowledge. */
int session_flush(struct session *s, struct err *err);
/* Are there rows that a flush would take? */
bool session_has_work(const struct session *s);
/* About how many bytes of requests to SPREADSHEET they are. */
size_t session_waiting_bytes(const struct session *s, const char *spreadsheet);
/* Is nothing on its way? */
bool session_is_settled(const struct session *s);
/* Save the position if it has moved and nothing is on its way. */
int session_save_position(struct session *s, struct err *err);

/* window.c: snapshot chunks, sweeps and refreshes. */
int window_step(struct session *s, struct err *err);
/* A batch with all that waits for SPREADSHEET is on its way: read the chunk that goes next, if one
 * does. What fails here is left to window_step, where it fails again. Blocks for a SELECT. */
void window_read_ahead(struct session *s, const char *spreadsheet);
/* The stream shows mark SERIAL: past the low one rows can be overtaken; at the high one the
 * window's rows join the set. */
int window_mark(struct session *s, uint64_t serial, struct err *err);
void window_overtake(struct session *s, uint32_t mapping, struct hash128 key);
void window_close(struct window *w);
/* Do chunks for SPREADSHEET wait that are worth a batch, or the last one of a first fill? */
bool window_is_filling(const struct session *s, const char *spreadsheet);
/* Some rows of the set have left, and others wait yet. */
void window_leaving(struct session *s);
/* The chunks' rows are acknowledged: remember how far the snapshot is. */
int window_acknowledged(struct session *s, struct err *err);

/* compare.c: all rows of a table against its tab. */
/* Rows may have changed unseen: compare them all, soon. */
int compare_request(struct session *s, struct follow *f, struct err *err);
int compare_step(struct session *s, struct err *err);
int compare_sweep(struct session *s, uint32_t at, struct err *err);
int compare_chunk_acknowledged(struct session *s, struct follow *f, struct err *err);

/* unseen.c: what changes tables and rows without a row event. */
int unseen_ddl(struct session *s, const struct item *item, struct err *err);
int unseen_cascade(struct session *s, const struct item *item, struct err *err);
/* The transaction that ends here was rolled back. */
int unseen_rollback(struct session *s, struct err *err);

/* placement.c */
/* IS_FOUND: no script writes the key, so it is written at once. */
int placement_add(struct session *s, uint32_t mapping, struct hash128 key, const char *row_key,
                  int64_t sheet_row, bool is_found, struct err *err);
struct placement *placement_find(const struct session *s, uint32_t mapping, struct hash128 key);
int placement_step(struct session *s, struct err *err);
void placement_remove(struct session *s, struct placement *p);
/* Does ROW of GRID (all mapped columns) have a blank key, and show what BASE says? Pure. */
bool placement_is_row(const struct mapping *m, const struct grid *grid, int64_t row,
                      const struct base_row *base);
/* The same, where most cells that are not blank do. Pure. */
bool placement_is_mostly_row(const struct mapping *m, const struct grid *grid, int64_t row,
                             const struct base_row *base);
/* Write the key into ROW. */
int placement_write_key(struct session *s, struct mapping *m, const char *row_key, int64_t row,
                        struct err *err);

/* check.c */
/* REFUSED: an edit whose values were refused; NULL: none. */
int check_add(struct session *s, uint32_t mapping, struct hash128 key, const char *row_key,
              const struct edit_note *refused, struct err *err);
int check_step(struct session *s, struct err *err);
void checks_close(struct session *s);
/* Is the row to be looked at, because a write of ours may have landed on an edit? */
bool check_is_due(const struct session *s, uint32_t mapping, struct hash128 key);

/* repair.c: write the rows with these keys (a JSON array of row keys) again, all cells. */
int repair_rows(struct session *s, uint32_t mapping, const char *row_keys, struct err *err);

/* mend.c */
/* Keys that stood in BEFORE and do not in the index as it is now: a write of ours took the wrong
 * row, and MySQL's rows are written again. */
int mend_vanished(struct session *s, uint32_t mapping, const struct row_index *before,
                  struct err *err);

/* lost.c: what became of batches whose answer was lost, or that a killed process sent: those that
 * were applied are looked for in the tab, and rows that they hit by mistake are put right. Before
 * that their spreadsheet has no turn, and no tab is compared. Blocks for some requests; one
 * spreadsheet that fails (the error is the first one's) does not keep the others. */
int lost_step(struct session *s, struct err *err);
/* There may be such batches of SPREADSHEET. */
void lost_doubt(struct session *s, const char *spreadsheet);
/* Before a batch is sent, flushes aside (shipment.h): keys that are to go from M's tab are written
 * down. After it, RC is what sheets_send returned; returns -1 if that was no 0. */
int lost_record_keys(struct session *s, const struct mapping *m, const struct hash128 *keys,
                     size_t n, struct err *err);
int lost_answered(struct session *s, const struct mapping *m, int rc, struct err *err);

/* orphan.c */
/* Cells of ours stand where they belong to nobody: the caller sets has and hashes. NULL: no memory.
 */
struct orphan *orphan_new(struct session *s, uint32_t mapping, struct hash128 key, struct err *err);
int orphan_add(struct session *s, const struct plan *plan, uint32_t mapping, size_t planned,
               bool is_twice, struct err *err);
int orphan_step(struct session *s, struct err *err);
void orphans_close(struct orphan **orphans);

/* reconcile.c */
int reconcile_step(struct session *s, struct err *err);
void reconcile_mark(struct session *s, uint64_t serial);
void reconcile_request(struct follow *f, bool is_keys_only);
void reconcile_close(struct reconcile *r);

/* due.c: when a tab is compared with its base without being asked. */
void due_step(struct session *s);
/* A notification says that F's spreadsheet has changed: look, soon. */
void due_look(struct follow *f);
/* An edit was taken: base says what its sender saw, which need not be what the sheet shows, so an
 * unchanged file says nothing. */
void due_doubt(struct follow *f);
/* Somebody was at work in F's tab (an edit or a signal told, or rows have moved). */
void due_touch(struct follow *f);
/* Was somebody at work a moment ago in a tab of F's spreadsheet? */
bool due_is_busy(const struct session *s, const struct follow *f);
/* A comparison of F's tab begins; has ended well, TOOK_MS after its first reading of the tab. */
void due_begins(struct session *s, struct follow *f);
void due_compared(struct session *s, struct follow *f, int64_t took_ms);

/* found.c: what reconcile found, on its way to the webhook. Collect, then post; any number may be
 * collected. */
struct found {
    bool is_initial;  /* of the first synchronisation */
    bool is_noted;    /* of the next row: it has a note of ours */
    int64_t time_ms;  /* wall: no edit is newer; 0: now */
    struct buf edits; /* JSON objects with commas between */
    size_t n;
    size_t n_posted;
};
void found_close(struct found *f);
/* The cells of ROW (of GRID) that differ from BASE: I-th column if CHANGED[I]; all of them for a
 * new row (BASE NULL). */
void found_upsert(struct found *f, const struct mapping *m, const struct grid *grid, int64_t row,
                  const bool *changed, const struct base_row *base);
int found_delete(struct found *f, const struct mapping *m, const struct base_row *base,
                 struct err *err);
/* Forget N of the edits that were collected, by number from 1; none twice. EDITS gets sorted. */
void found_take_back(struct found *f, size_t *edits, size_t n);
/* Post what was collected, in requests of bounded size. Blocks. */
int found_post(struct session *s, const struct mapping *m, struct found *f, struct err *err);

/* The conflict that waits for it: when MySQL's change was committed (us since 1970 UTC; 0: not
 * known), or that MySQL's value stands. */
void found_decide(struct found *f, int64_t conflict, int64_t changed_us);
void found_resolve(struct found *f, int64_t conflict);

/* recent.c */
/* The row was written just now; NULL: not kept, for want of room. The session's. */
struct recent *recent_note(struct session *s, uint32_t mapping, struct hash128 key);
/* Keep what PLAN has written in ROW, which R was noted for. */
void recent_keep(struct session *s, struct recent *r, const struct plan *plan,
                 const struct planned_row *row);
/* Keep that a cell of mapped column I, of N, was written with a value of HASH. */
void recent_keep_cell(struct session *s, struct recent *r, size_t n, size_t i, uint64_t hash);
/* What was kept, one hash a mapped column (0: none); NULL: nothing was. R's. */
const uint64_t *recent_shown(const struct session *s, uint32_t mapping, struct hash128 key);
/* Does CELL show what was written last in mapped column I of the row, as far as that was kept? */
bool recent_shows(const struct session *s, uint32_t mapping, struct hash128 key, size_t i,
                  const struct cell *cell);
bool recent_is_after(const struct session *s, uint32_t mapping, struct hash128 key,
                     int64_t edited_ms, bool is_own_clock);
void recents_close(struct session *s);
#endif
