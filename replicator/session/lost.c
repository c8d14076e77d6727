/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lost: a batch without an answer.
 *
 * Before a batch leaves that changes or deletes rows it is written down what it is to change; its
 * acknowledgement takes that away. So whoever comes next, the same session after a lost answer or
 * another one after a kill, knows what may have been written, and asks the spreadsheet whether it
 * was: the batch has a number there (sheets_fate). If it was not, it never will be, and the rows
 * are planned anew. If it was, people may have moved rows in the same moment, and there was no
 * proof: the cells are looked for (lost_find.c).
 */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "replicator/session/lost.h"
#include "replicator/session/shipment.h"
#include "replicator/session/turns.h"

enum { NEW_MAX = 1000 }; /* new rows of a share that are written down: a fill has more */

static int record(struct session *s, const char *spreadsheet, const struct buf *content,
                  struct err *err)
{
    struct batch_number number;

    if (sheets_next_number(s->sheets, spreadsheet, &number, err) != 0 ||
        state_ack_begin(&s->state, err) != 0)
        return -1;
    if (state_ack_sent(&s->state, spreadsheet, number, content, err) != 0) {
        state_ack_abort(&s->state);
        return -1;
    }
    s->own_commits++;
    return state_ack_commit(&s->state, err);
}

int lost_record(struct session *s, struct shipment *sh, struct err *err)
{
    CLEANUP_BUF struct buf content = BUF_INIT;
    bool any;

    for (size_t i = 0; i < sh->n_shares; i++) {
        struct share *share = &sh->shares[i];

        share->tells_new =
            share->plan.n_inserts <= NEW_MAX && rescue_is_wanted(s, &s->follows[share->at]);
    }
    if (lost_print(sh, &content, &any, err) != 0)
        return -1;
    if (!any)
        return 0;
    if (record(s, sh->spreadsheet, &content, err) != 0)
        return -1;
    sh->is_recorded = true;
    return 0;
}

int lost_record_keys(struct session *s, const struct mapping *m, const struct hash128 *keys,
                     size_t n, struct err *err)
{
    CLEANUP_BUF struct buf content = BUF_INIT;

    if (lost_print_keys(m, keys, n, &content, err) != 0)
        return -1;
    return record(s, m->cfg->spreadsheet, &content, err);
}

int lost_answered(struct session *s, const struct mapping *m, int rc, struct err *err)
{
    if (rc != 0) {
        if (err->code == ERR_LOST)
            lost_doubt(s, m->cfg->spreadsheet);
        return -1;
    }
    s->own_commits++;
    return state_forget_sent(&s->state, m->cfg->spreadsheet, err);
}

static struct follow *first_of(const struct session *s, const char *spreadsheet)
{
    size_t i = 0;

    while (i < s->n_follows && strcmp(s->follows[i].m.cfg->spreadsheet, spreadsheet) != 0)
        i++;
    return i < s->n_follows ? &s->follows[i] : NULL;
}

void lost_doubt(struct session *s, const char *spreadsheet)
{
    struct follow *f = first_of(s, spreadsheet);

    if (f != NULL)
        s->is_lost = f->turn.is_lost = true;
}

static struct follow *find_follow(const struct session *s, const char *spreadsheet,
                                  const char *mapping)
{
    for (size_t i = 0; i < s->n_follows; i++)
        if (s->follows[i].m.is_ready && strcmp(s->follows[i].m.cfg->name, mapping) == 0 &&
            strcmp(s->follows[i].m.cfg->spreadsheet, spreadsheet) == 0)
            return &s->follows[i];
    return NULL;
}

static int judge_shares(struct session *s, const struct sent_batch *sent, struct err *err)
{
    CLEANUP_JSON cJSON *json = NULL;
    const cJSON *item;

    if (json_parse(sent->content, sent->content_len, &json, err) != 0)
        return err_wrap(err, "sent_batch");
    cJSON_ArrayForEach(item, json)
    {
        const char *name = json_text(item, "mapping", "");
        struct follow *f = find_follow(s, sent->spreadsheet, name);
        struct lost_share share;
        int rc;

        if (f == NULL) {
            log_warn("flush: what a batch whose answer was lost did in the tab is not looked at, "
                     "because the mapping is not ready mapping=%s",
                     name);
            continue;
        }
        rc = lost_share_read(&share, &f->m, (uint32_t)(f - s->follows), item, err);
        if (rc == 0 && share.n_rows > 0)
            rc = lost_judge(s, &share, err);
        lost_share_close(&share);
        if (rc != 0)
            return -1;
    }
    return 0;
}

/* What cannot be read is not there: nothing depends on it but the look at the tab. */
static int judge(struct session *s, const struct sent_batch *sent, struct err *err)
{
    if (judge_shares(s, sent, err) == 0)
        return 0;
    if (err->code != ERR_FORMAT || err->transient)
        return -1;
    log_err(LOG_WARN, "flush", err);
    return 0;
}

static int settle(struct session *s, const struct sent_batch *sent, struct err *err)
{
    enum sheets_fate fate;

    if (sheets_fate(s->sheets, sent->spreadsheet, sent->number, &fate, err) != 0)
        return -1;
    log_info("flush: the answer to a batch was lost; it was %s spreadsheet=%s number=%lld",
             fate == SHEETS_APPLIED       ? "applied"
             : fate == SHEETS_NOT_APPLIED ? "not applied, and will not be"
                                          : "perhaps applied",
             sent->spreadsheet, (long long)sent->number.n);
    if (fate != SHEETS_NOT_APPLIED && judge(s, sent, err) != 0)
        return -1;
    s->own_commits++;
    return state_forget_sent(&s->state, sent->spreadsheet, err);
}

/* Where no mapping is ready the batch waits for the session in which one is. */
static bool has_ready(const struct session *s, const char *spreadsheet)
{
    for (size_t i = 0; i < s->n_follows; i++)
        if (s->follows[i].m.is_ready && strcmp(s->follows[i].m.cfg->spreadsheet, spreadsheet) == 0)
            return true;
    return false;
}

/* What became of every batch is known, and base has been told: rows may be trusted again to show
 * what it says. */
static void forget_tries(struct session *s, const char *spreadsheet)
{
    for (struct pending_row *p = s->set.rows; p != NULL; p = p->hh.next)
        if (strcmp(s->follows[p->id.mapping].m.cfg->spreadsheet, spreadsheet) == 0)
            p->is_tried = false;
}

/* Also where nothing was written down (new rows): what is planned next has to see them, or be sure
 * that they will not come. */
static int settle_spreadsheet(struct session *s, const char *spreadsheet,
                              const struct db_rows *rows, struct err *err)
{
    struct batch_number next;

    for (size_t r = 0; r < rows->n_rows; r++) {
        struct sent_batch sent = state_sent_at(rows, r);

        if (strcmp(sent.spreadsheet, spreadsheet) == 0)
            return settle(s, &sent, err);
    }
    return sheets_next_number(s->sheets, spreadsheet, &next, err);
}

int lost_step(struct session *s, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (state_load_sent(&s->state, &rows, err) != 0)
        return -1;
    s->is_lost = false;
    for (size_t i = 0; i < s->n_follows; i++) {
        struct follow *f = &s->follows[i];
        bool was_lost = f->turn.is_lost;
        struct err other;

        f->turn.is_lost = false;
        if (!was_lost || !has_ready(s, f->m.cfg->spreadsheet))
            continue;
        if (settle_spreadsheet(s, f->m.cfg->spreadsheet, &rows, &other) == 0) {
            forget_tries(s, f->m.cfg->spreadsheet);
            continue;
        }
        if (turns_is_refusal(&other)) /* the other spreadsheets need no new session for it */
            err_transient(&other);
        if (!s->is_lost)
            *err = other;
        s->is_lost = f->turn.is_lost = true;
    }
    return s->is_lost ? -1 : 0;
}
