/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shipment: one batch on its way: a share a mapping, planned, sent, judged, put right,
 * acknowledged. Only the files of the flush include this (flush.c, send.c, rescue.c, mend.c,
 * acknowledge.c, ack_base.c, lost.c). Worker thread.
 */
#ifndef REPLICATOR_SESSION_SHIPMENT_H
#define REPLICATOR_SESSION_SHIPMENT_H

#include "replicator/session/session.h"
#include "replicator/sync/plan.h"
#include "replicator/sync/proof.h"

/* One mapping's share of a batch. */
struct share {
    uint32_t at; /* of follows */
    struct base_rows base;
    struct plan plan;
    struct proof proof;
    struct proof_result result;
    size_t n_cells; /* of the batch */
    bool tells_new; /* its new rows are written down, too (lost.c) */
    bool is_judged;
    bool is_assumed; /* shipment_prepare: as if all of it were proven */
    bool has_moved;  /* a look before showed: a row is not where the plan has it */
};

struct shipment {
    const char *spreadsheet;
    struct share *shares; /* owned */
    size_t n_shares;
    struct batch *batch;          /* owned */
    int64_t sent_us, answered_us; /* wall; 0: nothing had to be sent */
    bool is_recorded;             /* in sent_batch (lost.c) */
    bool is_prepared;             /* shipment_prepare */
};

/* send.c */
/* Send the batch, and judge what it did (share.result). What MySQL has to do is done meanwhile:
 * window_read_ahead, shipment_prepare. ERR_LOST: nobody knows whether it was applied. */
int shipment_send(struct session *s, struct shipment *sh, struct err *err);
/* Does the action send cells or rows? Otherwise there is nothing to prove. */
bool shipment_is_written(enum plan_action action);

/* rescue.c: read the rows that are to be written, and send what people typed there, and no script
 * has told, to the webhook. Sets has_moved, and *HAS_WAITING where rows are not to leave now
 * (their not_before_ms is later than this call). Blocks. */
int shipment_rescue(struct session *s, struct shipment *sh, bool *has_waiting, struct err *err);
/* Are rows of F read before they are written? Where people may be at work, and not all is told. */
bool rescue_is_wanted(const struct session *s, const struct follow *f);

/* unmapped.c: what stands in unmapped columns of the rows that PLAN deletes goes into the edit log.
 * *HAS_MOVED: one of them is not where PLAN has it. Blocks for a read, or one for each 100 places.
 */
int unmapped_log(struct session *s, const struct plan *plan, bool *has_moved, struct err *err);

/* rekey.c: rows of mapping AT that got another key get it in their own row of the tab. Blocks for a
 * read and a write, where there are such rows. */
int shipment_rekey(struct session *s, uint32_t at, struct err *err);

/* lost.c: write down what the shipment is to change, before it leaves. */
int lost_record(struct session *s, struct shipment *sh, struct err *err);

/* mend.c: put right what SHARE's proof found. Blocks for a request or two. */
int shipment_mend(struct session *s, const struct shipment *sh, struct share *share,
                  struct err *err);

/* ack_base.c */
/* Has the acknowledgement something to say of rows? */
bool shipment_has_base(const struct shipment *sh);
/* Write it, within a transaction. Unless it IS_CAREFUL, base of new rows is taken not to be there:
 * DB_DUPLICATE_ENTRY where it is. */
int shipment_write_base(struct session *s, struct shipment *sh, bool is_careful, struct err *err);
/* While Google answers: write base as it is when all has landed, in a transaction that
 * shipment_acknowledge commits. Until then its rows are locked, and nobody else may use the
 * session's connection. Done for large batches only, and where no person waits for these rows; what
 * fails here is left to shipment_acknowledge. */
void shipment_prepare(struct session *s, struct shipment *sh);
/* Not all has landed, or it takes too long: undo that. */
void shipment_unprepare(struct session *s, struct shipment *sh);

/* acknowledge.c */
/* Has Google what row I of the share's plan brings, or is there nothing to bring? */
bool shipment_is_proven(const struct share *share, size_t i);
/* Commit base (and the position, when nothing is left on its way) and let the proven
 * rows leave the set. */
int shipment_acknowledge(struct session *s, struct shipment *sh, struct err *err);
#endif
