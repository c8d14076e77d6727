/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channels: Drive's push notifications: who is told when a spreadsheet changes.
 *
 * One thread of its own sends them, one after the other; no request waits for it. A change is told
 * after a while, together with what comes meanwhile, as Google does (about every three minutes).
 * In memory only: a restart ends all channels. Any thread.
 * https://developers.google.com/workspace/drive/api/guides/push
 */
#ifndef SANDBOX_CHANNELS_H
#define SANDBOX_CHANNELS_H

#include "sandbox/faults.h"
#include "sandbox/library.h"

struct channels;

struct channels_options {
    struct stop *stop;
    struct faults *faults; /* "notification" */
    int64_t wait_ms;       /* from a change to its notification */
    int64_t life_ms;       /* the longest that a channel lives */
};
/* ERR_IO: no thread. */
int channels_new(const struct channels_options *options, struct channels **out, struct err *err);
/* Asks the stop. NULL is fine. */
void channels_free(struct channels *c);

/* Texts are the caller's. */
struct channel_wish {
    const char *id, *file, *address, *token;
    int64_t expires_ms; /* wall; 0: an hour from now */
};
/* Open one and say so to its address (state "sync"). *EXPIRES_MS is what was granted. Errors by
 * refuse(). */
int channels_open(struct channels *c, const struct channel_wish *wish, int64_t *expires_ms,
                  struct err *err);
/* 404: there is no such channel on that resource. */
int channels_close(struct channels *c, const char *id, const char *resource_id, struct err *err);
/* Google's opaque name of the watched file: always the same for one file. */
void channels_resource_id(const char *file, char out[28]);
/* A version was published. A library_listener. */
void channels_changed(void *channels, const struct book *b, struct author author);
/* Append JSON: the open channels. */
void channels_put(struct channels *c, struct buf *out);
#endif
