/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/channels.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/crypto.h"
#include "sandbox/channel_message.h"
#include "sandbox/mem.h"
#include "sandbox/refuse.h"
#include "sandbox/script/urlfetch.h"

enum {
    MAX_CHANNELS = 1000,
    MAX_ID = 64,
    MAX_TOKEN = 256,
    LOOK_MS = 200, /* so often the stop is looked at */
    DEFAULT_LIFE_MS = 3600000,
    RETRY_MS = 1000,
    MAX_TRIES = 5
};

struct channel {
    char *id, *file, *address, *token; /* owned; token may be NULL */
    int64_t expires_ms;                /* wall */
    int64_t due_ms;                    /* monotonic; 0: nothing to tell */
    int64_t number;                    /* of the last message */
    int tries;
};

struct channels {
    struct channels_options options;
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct channel *list; /* owned; guarded */
    size_t n;
    pthread_t thread;
};

void channels_resource_id(const char *file, char out[28])
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    uint8_t mac[32];

    crypto_hmac_sha256("resource", 8, file, strlen(file), mac);
    crypto_base64url(&text, mac, 20);
    snprintf(out, 28, "%s", buf_text(&text));
}

static void free_channel(struct channel *ch)
{
    free(ch->id);
    free(ch->file);
    free(ch->address);
    free(ch->token);
}

/* --- under the lock */

static struct channel *find(struct channels *c, const char *id)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->list[i].id, id) == 0)
            return &c->list[i];
    return NULL;
}

static void remove_at(struct channels *c, size_t i)
{
    free_channel(&c->list[i]);
    c->list[i] = c->list[--c->n];
}

static void drop_expired(struct channels *c)
{
    int64_t now = clock_wall_ms();

    for (size_t i = c->n; i > 0; i--)
        if (c->list[i - 1].expires_ms <= now)
            remove_at(c, i - 1);
}

/* --- opening and closing */

static bool is_plain(const char *text, size_t max)
{
    size_t n = strlen(text);

    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] > '~')
            return false;
    return n <= max;
}

static int check_wish(const struct channel_wish *w, struct err *err)
{
    if (*w->id == '\0' || !is_plain(w->id, MAX_ID))
        return refuse(err, 400, "Invalid value for: channel id: at most 64 characters.");
    if (!is_plain(w->token, MAX_TOKEN))
        return refuse(err, 400, "Invalid value for: channel token: at most 256 characters.");
    if (urlfetch_is_local(w->address))
        return 0;
    if (strncmp(w->address, "https://", 8) != 0)
        return refuse(err, 400, "WebHook callback must be HTTPS: %.200s", w->address);
    return refuse(err, 400, "The sandbox reaches this machine only, not %.200s", w->address);
}

int channels_open(struct channels *c, const struct channel_wish *wish, int64_t *expires_ms,
                  struct err *err)
{
    int64_t now = clock_wall_ms(), wanted = wish->expires_ms;

    if (check_wish(wish, err) < 0)
        return -1;
    if (wanted <= 0)
        wanted = now + DEFAULT_LIFE_MS;
    if (wanted > now + c->options.life_ms)
        wanted = now + c->options.life_ms;
    LOCK_SCOPE(&c->lock);
    drop_expired(c);
    if (find(c, wish->id) != NULL)
        return refuse(err, 400, "Channel id %.64s not unique", wish->id);
    if (c->n == MAX_CHANNELS)
        return refuse(err, 403, "Rate Limit Exceeded");
    c->list = mem_resize(c->list, c->n + 1, sizeof(*c->list));
    c->list[c->n++] = (struct channel){
        .id = mem_text(wish->id),
        .file = mem_text(wish->file),
        .address = mem_text(wish->address),
        .token = *wish->token == '\0' ? NULL : mem_text(wish->token),
        .expires_ms = wanted,
        .due_ms = clock_mono_ms(),
    };
    *expires_ms = wanted;
    pthread_cond_signal(&c->news);
    return 0;
}

int channels_close(struct channels *c, const char *id, const char *resource_id, struct err *err)
{
    struct channel *ch;
    char own[28] = "";

    LOCK_SCOPE(&c->lock);
    drop_expired(c);
    ch = find(c, id);
    if (ch != NULL)
        channels_resource_id(ch->file, own);
    if (ch == NULL || strcmp(own, resource_id) != 0)
        return refuse(err, 404, "Channel '%.64s' not found for project '1000000000001'", id);
    remove_at(c, (size_t)(ch - c->list));
    return 0;
}

void channels_changed(void *channels, const struct book *b, struct author author)
{
    struct channels *c = channels;

    (void)author;
    LOCK_SCOPE(&c->lock);
    for (size_t i = 0; i < c->n; i++) {
        struct channel *ch = &c->list[i];

        if (ch->due_ms == 0 && strcmp(ch->file, b->id) == 0)
            ch->due_ms = clock_mono_ms() + c->options.wait_ms;
    }
    pthread_cond_signal(&c->news);
}

void channels_put(struct channels *c, struct buf *out)
{
    LOCK_SCOPE(&c->lock);
    drop_expired(c);
    buf_putc(out, '[');
    for (size_t i = 0; i < c->n; i++) {
        const struct channel *ch = &c->list[i];

        buf_puts(out, i > 0 ? ",{\"id\":" : "{\"id\":");
        buf_json(out, ch->id, strlen(ch->id));
        buf_puts(out, ",\"file\":");
        buf_json(out, ch->file, strlen(ch->file));
        buf_puts(out, ",\"address\":");
        buf_json(out, ch->address, strlen(ch->address));
        buf_printf(out, ",\"expiration\":%lld,\"messages\":%lld}", (long long)ch->expires_ms,
                   (long long)ch->number);
    }
    buf_putc(out, ']');
}

/* --- sending */

static bool take_due(struct channels *c, struct channel_message *out)
{
    int64_t now = clock_mono_ms();

    drop_expired(c);
    for (size_t i = 0; i < c->n; i++) {
        struct channel *ch = &c->list[i];

        if (ch->due_ms == 0 || ch->due_ms > now)
            continue;
        ch->due_ms = 0;
        ch->number++;
        *out = (struct channel_message){.id = mem_text(ch->id),
                                        .file = mem_text(ch->file),
                                        .address = mem_text(ch->address),
                                        .token = mem_text(ch->token),
                                        .expires_ms = ch->expires_ms,
                                        .number = ch->number};
        return true;
    }
    return false;
}

static int64_t until_due(const struct channels *c)
{
    int64_t now = clock_mono_ms(), wait = LOOK_MS;

    for (size_t i = 0; i < c->n; i++)
        if (c->list[i].due_ms != 0 && c->list[i].due_ms - now < wait)
            wait = c->list[i].due_ms - now;
    return wait < 0 ? 0 : wait;
}

static bool wait_for(struct channels *c, struct channel_message *out)
{
    struct timespec until;
    int64_t wait;

    LOCK_SCOPE(&c->lock);
    if (take_due(c, out))
        return true;
    wait = until_due(c);
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += wait % 1000 * 1000000;
    until.tv_sec += wait / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&c->news, &c->lock, &until);
    return false;
}

/* 500, 502, 503 and 504 are tried again, all else is not. */
static void judge(struct channels *c, const struct channel_message *m, int status)
{
    struct channel *ch;

    LOCK_SCOPE(&c->lock);
    ch = find(c, m->id);
    if (ch == NULL)
        return;
    if ((status != 500 && status < 502) || status > 504 || ++ch->tries == MAX_TRIES)
        ch->tries = 0;
    else if (ch->due_ms == 0)
        ch->due_ms = clock_mono_ms() + RETRY_MS * ch->tries;
}

static void send_message(struct channels *c, struct http_client *http,
                         const struct channel_message *m)
{
    struct fault fault = {0};

    faults_take(c->options.faults, "notification", "/notification", "", &fault);
    if (fault.hold)
        faults_hold(c->options.faults);
    if (fault.delay_ms > 0)
        stop_wait_ms(c->options.stop, fault.delay_ms);
    if (!fault.drop)
        judge(c, m, channel_message_post(m, http));
    fault_close(&fault);
}

static void *send_all(void *arg)
{
    struct channels *c = arg;
    struct http_client *http = NULL;
    struct err err = ERR_INIT;

    if (http_client_new(c->options.stop, &http, &err) < 0)
        abort(); /* out of memory: mem.h */
    while (!stop_is_asked(c->options.stop)) {
        struct channel_message m;

        if (!wait_for(c, &m))
            continue;
        send_message(c, http, &m);
        channel_message_close(&m);
    }
    http_client_free(http);
    return NULL;
}

/* --- the whole */

int channels_new(const struct channels_options *options, struct channels **out, struct err *err)
{
    struct channels *c = mem_new(1, sizeof(*c));
    pthread_condattr_t attr;

    c->options = *options;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->news, &attr);
    pthread_condattr_destroy(&attr);
    if (pthread_create(&c->thread, NULL, send_all, c) != 0) {
        free(c);
        return err_set(err, ERR_IO, "channels: cannot start the thread");
    }
    *out = c;
    return 0;
}

void channels_free(struct channels *c)
{
    if (c == NULL)
        return;
    stop_ask(c->options.stop);
    pthread_join(c->thread, NULL);
    for (size_t i = 0; i < c->n; i++)
        free_channel(&c->list[i]);
    free(c->list);
    pthread_cond_destroy(&c->news);
    pthread_mutex_destroy(&c->lock);
    free(c);
}
