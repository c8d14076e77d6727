/* SPDX-License-Identifier: Apache-2.0 */
/*
 * number: every batch of a spreadsheet has the number after the one that the spreadsheet shows.
 *
 * The first request of a batch makes developer metadata of the spreadsheet whose id follows from
 * the number. An id in use makes a request fail, and with it the whole batch; so of all that were
 * sent as number N at most one is applied, however late, however often. Its value says which.
 * https://developers.google.com/workspace/sheets/api/guides/metadata
 *
 * A number is taken away by the batch after it. It stays for some minutes where a rival for it may
 * still be on its way: one whose answer was lost (Google works on a request for three minutes at
 * most). The first one of a holder of the lease stays as long as it holds it: that is the number
 * which the holder before, frozen just when it was sending, would send its batch with.
 *
 * So after that first one nobody else has a number while we hold the lease, but a tabrelay that has
 * a copy of our state database, and holds the lease there. Nothing tells which of the two is the
 * copy, and each would put right what the other one writes, so neither goes on: who notices writes
 * no more, and takes the next number, by which the other one notices.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/crypto.h"
#include "common/hash.h"
#include "common/log.h"
#include "replicator/sheets/private.h"

enum { KEEP_MS = 300000, REFUSALS_MAX = 3, HEX = 16, TELLS_MAX = 5 };
#define FOR_EVER INT64_MAX

int sheets_number(struct sheets *s, const char *instance, struct err *err)
{
    struct buf key = BUF_INIT;

    buf_printf(&key, "tabrelay.%s", instance);
    s->number_key = buf_take(&key);
    if (s->number_key == NULL)
        return err_nomem(err, "sheets");
    crypto_random(&s->writer, sizeof(s->writer));
    return 0;
}

void sheets_number_anew(struct sheets *s, uint64_t holder)
{
    if (s->holder == holder)
        return;
    s->holder = holder;
    for (size_t i = 0; i < s->n_numberings; i++) {
        struct numbering *n = &s->numberings[i];

        n->is_known = n->is_begun = n->has_copy = false;
        n->reserved = n->doubt = (struct batch_number){0};
        for (size_t k = 0; k < n->n_shown; k++)
            if (n->shown[k].until_ms == FOR_EVER)
                n->shown[k].until_ms = clock_mono_ms() + KEEP_MS;
    }
}

void numberings_free(struct sheets *s)
{
    for (size_t i = 0; i < s->n_numberings; i++)
        free(s->numberings[i].spreadsheet);
    free(s->numberings);
    free(s->number_key);
}

static struct numbering *numbering_of(struct sheets *s, const char *spreadsheet, struct err *err)
{
    struct numbering *list, *n;

    for (size_t i = 0; i < s->n_numberings; i++)
        if (strcmp(s->numberings[i].spreadsheet, spreadsheet) == 0)
            return &s->numberings[i];
    list = realloc(s->numberings, (s->n_numberings + 1) * sizeof(*list));
    if (list != NULL) {
        s->numberings = list;
        n = &list[s->n_numberings];
        *n = (struct numbering){.spreadsheet = strdup(spreadsheet)};
        if (n->spreadsheet != NULL) {
            s->n_numberings++;
            return n;
        }
    }
    err_nomem(err, "sheets");
    return NULL;
}

/* --- what the spreadsheet shows --- */

static bool is_same(struct batch_number a, struct batch_number b)
{
    return a.n == b.n && a.writer == b.writer;
}

static const struct shown_number *find_shown(const struct numbering *n, int64_t number)
{
    for (size_t i = 0; i < n->n_shown; i++)
        if (n->shown[i].number.n == number)
            return &n->shown[i];
    return NULL;
}

static void add_shown(struct numbering *n, struct batch_number number, uint64_t owner,
                      int64_t until_ms)
{
    if (number.n > n->last)
        n->last = number.n;
    if (n->n_shown == SHOWN_MAX) /* the oldest; it is learnt again with the next reading */
        memmove(n->shown, n->shown + 1, --n->n_shown * sizeof(n->shown[0]));
    n->shown[n->n_shown++] =
        (struct shown_number){.number = number, .owner = owner, .until_ms = until_ms};
}

/* "17 00f3a9c05512de01 1c9ad0e0b3f04d57"; older versions wrote no owner. */
static bool parse_number(const char *text, struct batch_number *out, uint64_t *owner)
{
    char *end;

    out->n = strtoll(text, &end, 10);
    if (end == text || *end != ' ' || out->n <= 0 || out->n == INT64_MAX)
        return false;
    text = end + 1;
    out->writer = strtoull(text, &end, 16);
    *owner = *end == ' ' ? strtoull(end + 1, NULL, 16) : 0;
    return end == text + HEX && (*end == '\0' || *end == ' ');
}

int number_learn(struct sheets *s, const char *spreadsheet, const cJSON *json, struct err *err)
{
    struct numbering *n, before;
    const cJSON *item;

    if (s->number_key == NULL)
        return 0;
    n = numbering_of(s, spreadsheet, err);
    if (n == NULL)
        return -1;
    before = *n;
    n->n_shown = 0;
    cJSON_ArrayForEach(item, json_get(json, "developerMetadata"))
    {
        const struct shown_number *known;
        struct batch_number number;
        uint64_t owner;

        if (strcmp(json_text(item, "metadataKey", ""), s->number_key) != 0 ||
            !parse_number(json_text(item, "metadataValue", ""), &number, &owner))
            continue;
        known = find_shown(&before, number.n);
        add_shown(n, number, owner, known == NULL ? clock_mono_ms() + KEEP_MS : known->until_ms);
    }
    n->is_known = true;
    return 0;
}

static int read_numbers(struct sheets *s, struct numbering *n, struct err *err)
{
    struct request request = {.kind = REQUEST_READ, .method = "GET"};
    CLEANUP_JSON cJSON *json = NULL;

    if (sheets_run(s, &request, n->spreadsheet, "?fields=" NUMBER_FIELDS "&prettyPrint=false",
                   &json, err) != 0)
        return -1;
    return number_learn(s, n->spreadsheet, json, err);
}

/* --- a batch --- */

static bool is_off(const struct sheets *s, const struct numbering *n)
{
    return s->number_key == NULL || n->refusals >= REFUSALS_MAX;
}

static struct batch_number next_number(struct sheets *s, const struct numbering *n)
{
    return (struct batch_number){.n = n->last + 1, .writer = s->writer + s->n_numbers++};
}

/* Positive, 31 bits; another one for each number. */
static int64_t metadata_id(const struct sheets *s, int64_t number)
{
    return 1 + (int64_t)((hash64(s->number_key, strlen(s->number_key)) + (uint64_t)number) %
                         (INT32_MAX - 1));
}

static void put_create(const struct sheets *s, struct batch_number number, struct buf *out)
{
    buf_printf(out,
               "{\"createDeveloperMetadata\":{\"developerMetadata\":{\"metadataId\":%" PRId64
               ",\"metadataKey\":\"%s\",\"metadataValue\":\"%" PRId64 " %016" PRIx64 " %016" PRIx64
               "\",\"location\":{\"spreadsheet\":true},\"visibility\":\"DOCUMENT\"}}}",
               metadata_id(s, number.n), s->number_key, number.n, number.writer, s->owner);
}

void number_put_first(const struct sheets *s, const struct numbering *n, struct buf *out)
{
    if (n == NULL)
        return;
    put_create(s, n->reserved, out);
    buf_putc(out, ',');
}

void number_put_last(const struct sheets *s, struct numbering *n, struct buf *out)
{
    int64_t now = clock_mono_ms();

    for (size_t i = 0; n != NULL && i < n->n_shown; i++) {
        n->shown[i].is_going = n->shown[i].until_ms <= now;
        if (n->shown[i].is_going)
            buf_printf(out,
                       ",{\"deleteDeveloperMetadata\":{\"dataFilter\":{\"developerMetadataLookup\":"
                       "{\"metadataId\":%" PRId64 "}}}}",
                       metadata_id(s, n->shown[i].number.n));
    }
}

void number_answered(const struct sheets *s, struct numbering *n)
{
    size_t kept = 0;

    if (n == NULL)
        return;
    for (size_t i = 0; i < n->n_shown; i++)
        if (!n->shown[i].is_going)
            n->shown[kept++] = n->shown[i];
    n->n_shown = kept;
    add_shown(n, n->reserved, s->owner, n->is_begun ? 0 : FOR_EVER);
    n->is_begun = true;
    n->refusals = 0;
    n->reserved.n = 0;
}

/* "Invalid requests[0].createDeveloperMetadata: ...": the first request is always ours, whatever
 * the rest of Google's sentence is. */
static bool is_refused_number(const struct err *err)
{
    return err->code == ERR_HTTP && err->detail == 400 &&
           (strstr(err->msg, "requests[0]") != NULL ||
            strstr(err->msg, "DeveloperMetadata") != NULL);
}

enum taker { TAKER_UNKNOWN, TAKER_OURSELVES, TAKER_RIVAL, TAKER_NOBODY };

/* Has this process sent it? */
static bool is_our_writer(const struct sheets *s, uint64_t writer)
{
    return writer - s->writer < s->n_numbers;
}

/* Somebody has a number after our first one. */
static void meet_rival(const struct sheets *s, struct numbering *n,
                       const struct shown_number *rival)
{
    /* Ours: a batch that came late, when its number was to be taken away from it. */
    if (n->has_copy || is_our_writer(s, rival->number.writer))
        return;
    n->has_copy = s->owner != 0 && rival->owner == s->owner;
    log_error(n->has_copy ? "sheets: another tabrelay with a copy of this state database writes "
                            "this spreadsheet; it is written no more spreadsheet=%s"
                          : "sheets: another tabrelay writes batches of an instance of this name; "
                            "give it another one spreadsheet=%s",
              n->spreadsheet);
}

/* NUMBER was refused: who has it? Ourselves, when the network has sent the batch twice. */
static enum taker find_taker(struct sheets *s, struct numbering *n, struct batch_number number,
                             const struct err *refusal)
{
    const struct shown_number *shown;
    struct err err;

    n->is_known = false;
    if (read_numbers(s, n, &err) != 0) {
        log_err(LOG_WARN, "sheets: numbers", &err);
        return TAKER_UNKNOWN;
    }
    shown = find_shown(n, number.n);
    if (shown != NULL && is_same(shown->number, number))
        return TAKER_OURSELVES;
    if (shown != NULL) {
        if (n->is_begun) /* else it was sent by the holder of the lease before */
            meet_rival(s, n, shown);
        return TAKER_RIVAL;
    }
    /* Metadata of somebody else have this id, or there is no room for more. */
    n->last = number.n;
    if (++n->refusals == REFUSALS_MAX)
        log_warn("sheets: batches carry no numbers any more, because the spreadsheet refuses them "
                 "spreadsheet=%s reason=\"%.200s\"",
                 n->spreadsheet, refusal->msg);
    return TAKER_NOBODY;
}

static int take_number(struct sheets *s, struct numbering *n, int64_t number, struct err *err);

/* Take the number that the copy is about to use; it may be faster. */
static void tell_copy(struct sheets *s, struct numbering *n)
{
    struct err err;

    for (int i = 0; i < TELLS_MAX; i++) {
        const struct shown_number *taken;
        int64_t number = n->last + 1;

        if (take_number(s, n, number, &err) != 0) {
            log_err(LOG_WARN, "sheets: numbers", &err);
            return;
        }
        taken = find_shown(n, number);
        if (taken != NULL && is_our_writer(s, taken->number.writer))
            return;
    }
}

void number_failed(struct sheets *s, struct numbering *n, struct err *err)
{
    struct batch_number number;
    enum taker taker;

    if (n == NULL)
        return;
    number = n->reserved;
    n->reserved.n = 0;
    if (is_refused_number(err)) {
        err_transient(err);
        taker = find_taker(s, n, number, err);
        if (taker == TAKER_OURSELVES || taker == TAKER_UNKNOWN)
            err->code = ERR_LOST;
    }
    if (err->code == ERR_LOST)
        n->doubt = number;
    else if (n->has_copy)
        tell_copy(s, n);
}

/* --- what became of one --- */

/* Does what was read tell? */
static bool is_told(const struct numbering *n, struct batch_number number, enum sheets_fate *fate)
{
    const struct shown_number *shown = find_shown(n, number.n);

    if (shown != NULL)
        *fate = is_same(shown->number, number) ? SHEETS_APPLIED : SHEETS_NOT_APPLIED;
    else if (number.n <= n->last)
        *fate = SHEETS_MAYBE_APPLIED;
    else
        return false;
    return true;
}

/* Take the number, so that no other batch can have it. */
static int take_number(struct sheets *s, struct numbering *n, int64_t number, struct err *err)
{
    const struct batch_number ours = {.n = number, .writer = next_number(s, n).writer};
    CLEANUP_BUF struct buf body = BUF_INIT;
    struct request request = {.kind = REQUEST_WRITE, .method = "POST", .body = &body};
    CLEANUP_JSON cJSON *json = NULL;

    buf_puts(&body, "{\"requests\":[");
    put_create(s, ours, &body);
    buf_puts(&body, "]}");
    if (sheets_run(s, &request, n->spreadsheet,
                   ":batchUpdate?fields=spreadsheetId&prettyPrint=false", &json, err) == 0) {
        add_shown(n, ours, s->owner, n->is_begun ? clock_mono_ms() + KEEP_MS : FOR_EVER);
        n->is_begun = true;
        return 0;
    }
    if (!is_refused_number(err))
        return -1;
    err_transient(err);
    return find_taker(s, n, ours, err) == TAKER_UNKNOWN ? -1 : 0;
}

static int settle(struct sheets *s, struct numbering *n, struct batch_number number,
                  enum sheets_fate *fate, struct err *err)
{
    *fate = SHEETS_MAYBE_APPLIED;
    if (is_off(s, n) || number.n == 0)
        return 0;
    if (read_numbers(s, n, err) != 0)
        return -1;
    if (is_told(n, number, fate))
        return 0;
    if (take_number(s, n, number.n, err) != 0)
        return -1;
    is_told(n, number, fate);
    return 0;
}

int sheets_fate(struct sheets *s, const char *spreadsheet, struct batch_number number,
                enum sheets_fate *fate, struct err *err)
{
    struct numbering *n = numbering_of(s, spreadsheet, err);

    if (n == NULL)
        return -1;
    if (n->is_known && n->doubt.n == 0 && is_told(n, number, fate))
        return 0;
    if (settle(s, n, number, fate, err) != 0)
        return -1;
    if (is_same(n->doubt, number))
        n->doubt.n = 0;
    return 0;
}

int number_begin(struct sheets *s, const char *spreadsheet, struct numbering **out, struct err *err)
{
    struct numbering *n;
    enum sheets_fate fate;

    *out = NULL;
    if (s->number_key == NULL)
        return 0;
    n = numbering_of(s, spreadsheet, err);
    if (n == NULL)
        return -1;
    if (n->has_copy)
        return err_set(err, ERR_CONFIG,
                       "sheets: another tabrelay with a copy of this state database writes "
                       "spreadsheet %s",
                       spreadsheet);
    if (n->doubt.n != 0 && settle(s, n, n->doubt, &fate, err) != 0)
        return -1;
    n->doubt.n = 0;
    if (is_off(s, n))
        return 0;
    if (!n->is_known && read_numbers(s, n, err) != 0)
        return -1;
    if (n->reserved.n == 0)
        n->reserved = next_number(s, n);
    *out = n;
    return 0;
}

bool number_has_copy(const struct sheets *s, const char *spreadsheet)
{
    for (size_t i = 0; i < s->n_numberings; i++)
        if (strcmp(s->numberings[i].spreadsheet, spreadsheet) == 0)
            return s->numberings[i].has_copy;
    return false;
}

int sheets_next_number(struct sheets *s, const char *spreadsheet, struct batch_number *out,
                       struct err *err)
{
    struct numbering *n;

    *out = (struct batch_number){0};
    if (number_begin(s, spreadsheet, &n, err) != 0)
        return -1;
    if (n != NULL)
        *out = n->reserved;
    return 0;
}
