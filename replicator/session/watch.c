/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/watch.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/crypto.h"
#include "common/log.h"
#include "common/metrics.h"

enum {
    DAY_MS = 24 * 3600 * 1000, /* the longest that Google grants for files */
    UNTOLD_LIFE_MS = 600000,   /* when Google's answer makes no sense of its end */
    RETRY_MS = 2000,
    RETRY_MAX_MS = 300000,
    AWAY_MS = 15000,    /* Drive stumbled: ask again after that */
    REFUSED_MS = 600000 /* Drive refused: somebody must do something first */
};

struct watched {
    const char *spreadsheet;
    struct drive_channel channel; /* id "": none */
    int64_t renew_ms;             /* monotonic; when to open the (next) one */
    int64_t end_ms;               /* monotonic; the channel's */
    unsigned failures;
};

struct watch {
    const struct config *cfg;
    struct sheets *sheets;
    struct watched *books; /* owned */
    size_t n_books;
    struct log_fault channel_fault, look_fault;
    bool is_refusal_said;
    int64_t ask_after_ms; /* monotonic; looks are not worth a try before */
};

static struct watched *find(const struct watch *w, const char *spreadsheet)
{
    for (size_t i = 0; i < w->n_books; i++)
        if (strcmp(w->books[i].spreadsheet, spreadsheet) == 0)
            return &w->books[i];
    return NULL;
}

int watch_new(const struct config *cfg, struct sheets *sheets, struct watch **out, struct err *err)
{
    struct watch *w = calloc(1, sizeof(*w));

    if (w == NULL || (w->books = calloc(cfg->n_mappings, sizeof(*w->books))) == NULL) {
        free(w);
        return err_nomem(err, "watch");
    }
    w->cfg = cfg;
    w->sheets = sheets;
    for (size_t i = 0; i < cfg->n_mappings; i++)
        if (cfg->mappings[i].sheet_changes == CONFIG_DRIVE_PUSH &&
            find(w, cfg->mappings[i].spreadsheet) == NULL)
            w->books[w->n_books++].spreadsheet = cfg->mappings[i].spreadsheet;
    *out = w;
    return 0;
}

void watch_free(struct watch *w)
{
    if (w == NULL)
        return;
    free(w->books);
    free(w);
}

/* --- channels */

static void count_channels(const struct watch *w)
{
    int64_t n = 0;

    for (size_t i = 0; i < w->n_books; i++)
        n += w->books[i].channel.id[0] != '\0';
    metrics_set(METRIC_CHANNELS, n);
}

static void stop_channel(struct watch *w, const struct drive_channel *channel)
{
    struct err err = ERR_INIT;

    /* What cannot be stopped ends by itself. */
    if (drive_stop(w->sheets, channel, &err) != 0 && err.code != ERR_GONE)
        log_err(LOG_DEBUG, "watch: a channel was not stopped", &err);
}

static int open_channel(struct watch *w, const struct watched *b, struct drive_channel *out,
                        struct err *err)
{
    CLEANUP_BUF struct buf address = BUF_INIT;
    char token[65];

    *out = (struct drive_channel){0};
    crypto_uuid(out->id);
    crypto_channel_token(w->cfg->webhook.secret, out->id, b->spreadsheet, token);
    buf_printf(&address, "%sv1/drive/%s", w->cfg->webhook.public_url, b->spreadsheet);
    if (address.is_failed)
        return err_nomem(err, "watch");
    return drive_watch(w->sheets, b->spreadsheet, address.ptr, token, clock_wall_ms() + DAY_MS, out,
                       err);
}

/* Our clock and Google's may differ. */
static int64_t life_of(const struct drive_channel *channel)
{
    int64_t life = channel->expires_ms - clock_wall_ms();

    return life <= 0 || life > DAY_MS + UNTOLD_LIFE_MS ? UNTOLD_LIFE_MS : life;
}

static void renew(struct watch *w, struct watched *b)
{
    struct drive_channel old = b->channel, fresh;
    struct err err = ERR_INIT;
    int64_t life;

    if (open_channel(w, b, &fresh, &err) != 0) {
        b->renew_ms = clock_mono_ms() + clock_backoff_ms(b->failures++, RETRY_MS, RETRY_MAX_MS);
        if (err.code != ERR_STOPPED)
            log_fault(&w->channel_fault, "watch", &err);
        return;
    }
    life = life_of(&fresh);
    b->channel = fresh;
    b->failures = 0;
    b->end_ms = clock_mono_ms() + life;
    b->renew_ms = b->end_ms - life / 5;
    log_fault_over(&w->channel_fault, "watch");
    log_info("watch: channel open spreadsheet=%s channel=%s seconds=%lld", b->spreadsheet, fresh.id,
             (long long)life / 1000);
    if (old.id[0] != '\0')
        stop_channel(w, &old);
}

void watch_step(struct watch *w)
{
    for (size_t i = 0; i < w->n_books; i++)
        if (clock_mono_ms() >= w->books[i].renew_ms) {
            renew(w, &w->books[i]);
            count_channels(w);
        }
}

bool watch_is_live(const struct watch *w, const char *spreadsheet)
{
    const struct watched *b = find(w, spreadsheet);

    return b != NULL && b->channel.id[0] != '\0' && clock_mono_ms() < b->end_ms;
}

void watch_leave(struct watch *w)
{
    struct err err = ERR_INIT;
    int64_t until = clock_mono_ms() + RETRY_MS;

    if (w->n_books == 0 || sheets_leave(w->sheets, &err) != 0)
        return;
    for (size_t i = 0; i < w->n_books && clock_mono_ms() < until; i++)
        if (w->books[i].channel.id[0] != '\0')
            stop_channel(w, &w->books[i].channel);
}

/* --- looking */

static void look_failed(struct watch *w, const struct err *err)
{
    w->ask_after_ms = clock_mono_ms() + (err->code == ERR_AUTH ? REFUSED_MS : AWAY_MS);
    if (err->code == ERR_STOPPED)
        return;
    if (err->code != ERR_AUTH) {
        log_fault(&w->look_fault, "watch", err);
    } else if (!w->is_refusal_said) {
        w->is_refusal_said = true;
        log_err(LOG_WARN, "watch: tabs are compared without asking Drive first", err);
    }
}

bool watch_look(struct watch *w, const char *spreadsheet, struct drive_look *out)
{
    struct err err = ERR_INIT;

    if (!w->cfg->google.uses_drive || clock_mono_ms() < w->ask_after_ms)
        return false;
    if (drive_look(w->sheets, spreadsheet, out, &err) != 0) {
        look_failed(w, &err);
        return false;
    }
    log_fault_over(&w->look_fault, "watch");
    w->is_refusal_said = false;
    return true;
}
