/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "replicator/sheets/budget_private.h"

/* Somebody may have shared the spreadsheet, or mended the account, meanwhile. */
enum { BARRED_MS = 600000, OUT_MS = 60000 };

struct budget *budget_new(const struct config_google *cfg)
{
    struct budget *b = calloc(1, sizeof(*b));

    if (b == NULL)
        return NULL;
    b->cfg = cfg;
    pthread_mutex_init(&b->lock, NULL);
    return b;
}

void budget_free(struct budget *b)
{
    if (b == NULL)
        return;
    for (size_t i = 0; i < b->n_accounts; i++)
        free(b->accounts[i].owner.name);
    for (size_t i = 0; i < b->n_projects; i++)
        free(b->projects[i].name);
    for (size_t i = 0; i < b->n_books; i++) {
        free(b->books[i].spreadsheet);
        free(b->books[i].bars);
    }
    free(b->accounts);
    free(b->projects);
    free(b->books);
    pthread_mutex_destroy(&b->lock);
    free(b);
}

/* --- accounts and projects --- */

static int fill_owner(struct budget_owner *o, const char *name, unsigned reads, unsigned writes,
                      int64_t now_ms, struct err *err)
{
    *o = (struct budget_owner){.name = strdup(name)};
    if (o->name == NULL)
        return err_nomem(err, "budget");
    quota_init(&o->quotas[BUDGET_READ], reads, now_ms);
    quota_init(&o->quotas[BUDGET_WRITE], writes, now_ms);
    return 0;
}

static int find_project(struct budget *b, const char *id, int64_t now_ms, size_t *out,
                        struct err *err)
{
    struct budget_owner *projects;

    for (*out = 0; *out < b->n_projects; (*out)++)
        if (strcmp(b->projects[*out].name, id) == 0)
            return 0;
    projects = realloc(b->projects, (b->n_projects + 1) * sizeof(*projects));
    if (projects == NULL)
        return err_nomem(err, "budget");
    b->projects = projects;
    if (fill_owner(&projects[b->n_projects], id, b->cfg->project_reads_per_minute,
                   b->cfg->project_writes_per_minute, now_ms, err) != 0)
        return -1;
    b->n_projects++;
    return 0;
}

int budget_add(struct budget *b, const char *account, const char *project, int64_t now_ms,
               struct err *err)
{
    struct budget_account *accounts;
    size_t at;

    LOCK_SCOPE(&b->lock);
    for (size_t i = 0; i < b->n_accounts; i++)
        if (strcmp(b->accounts[i].owner.name, account) == 0) {
            err_set(err, ERR_CONFIG, "google.credentials: two keys are of the same account, %s",
                    account);
            return err_hint(err, "More keys of one account bring no more quota: remove one.");
        }
    accounts = realloc(b->accounts, (b->n_accounts + 1) * sizeof(*accounts));
    if (accounts == NULL)
        return err_nomem(err, "budget");
    b->accounts = accounts;
    accounts[b->n_accounts] = (struct budget_account){0};
    if (find_project(b, project, now_ms, &at, err) != 0 ||
        fill_owner(&accounts[b->n_accounts].owner, account, b->cfg->reads_per_minute,
                   b->cfg->writes_per_minute, now_ms, err) != 0)
        return -1;
    accounts[b->n_accounts++].project = at;
    return 0;
}

/* --- spreadsheets --- */

static struct budget_book *find_book(struct budget *b, const char *spreadsheet)
{
    for (size_t i = 0; spreadsheet != NULL && i < b->n_books; i++)
        if (strcmp(b->books[i].spreadsheet, spreadsheet) == 0)
            return &b->books[i];
    return NULL;
}

/* NULL: none was named, or there is no memory: then nothing is counted or remembered of it. */
static struct budget_book *get_book(struct budget *b, const char *spreadsheet, int64_t now_ms)
{
    struct budget_book *book = find_book(b, spreadsheet), *books;

    if (spreadsheet == NULL || book != NULL)
        return book;
    books = realloc(b->books, (b->n_books + 1) * sizeof(*books));
    if (books == NULL)
        return NULL;
    b->books = books;
    book = &books[b->n_books];
    *book = (struct budget_book){.spreadsheet = strdup(spreadsheet),
                                 .bars = calloc(b->n_accounts, sizeof(*book->bars))};
    if (book->spreadsheet == NULL || book->bars == NULL) {
        free(book->spreadsheet);
        free(book->bars);
        return NULL;
    }
    quota_init(&book->writes, b->cfg->spreadsheet_writes_per_minute, now_ms);
    b->n_books++;
    return book;
}

/* --- who may go, and when --- */

static bool is_usable(const struct budget *b, const struct budget_ask *ask,
                      const struct budget_book *book, size_t account, int64_t now_ms)
{
    return b->accounts[account].out_until_ms <= now_ms &&
           (book == NULL || book->bars[account].until_ms[ask->kind] <= now_ms);
}

static int64_t longer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t wait_of(const struct budget *b, const struct budget_ask *ask,
                       const struct budget_book *book, size_t account, int64_t now_ms)
{
    const struct budget_account *a = &b->accounts[account];
    int64_t wait =
        longer(quota_wait_ms(&a->owner.quotas[ask->kind], ask->claim, now_ms),
               quota_wait_ms(&b->projects[a->project].quotas[ask->kind], ask->claim, now_ms));

    if (book != NULL && ask->kind == BUDGET_WRITE)
        wait = longer(wait, quota_wait_ms(&book->writes, ask->claim, now_ms));
    return wait;
}

static double left_of(const struct budget *b, const struct budget_ask *ask, size_t account,
                      int64_t now_ms)
{
    const struct budget_account *a = &b->accounts[account];

    return quota_tokens(&a->owner.quotas[ask->kind], now_ms) +
           quota_tokens(&b->projects[a->project].quotas[ask->kind], now_ms);
}

/* The best of the accounts, of all or only of those that are usable; -1: there is none. */
static int64_t choose(const struct budget *b, const struct budget_ask *ask,
                      const struct budget_book *book, bool of_all, int64_t now_ms, size_t *account)
{
    int64_t best = -1;
    double best_left = 0;

    for (size_t i = 0; i < b->n_accounts; i++) {
        int64_t wait;
        double left;

        if (ask->only != BUDGET_ANY ? i != ask->only
                                    : !of_all && !is_usable(b, ask, book, i, now_ms))
            continue;
        wait = wait_of(b, ask, book, i, now_ms);
        left = left_of(b, ask, i, now_ms);
        if (best >= 0 && (wait > best || (wait == best && left <= best_left)))
            continue;
        best = wait;
        best_left = left;
        *account = i;
    }
    return best;
}

int64_t budget_wait_ms(struct budget *b, const struct budget_ask *ask, int64_t now_ms,
                       size_t *account)
{
    const struct budget_book *book;
    size_t chosen = 0;
    int64_t wait;

    LOCK_SCOPE(&b->lock);
    book = find_book(b, ask->spreadsheet);
    wait = choose(b, ask, book, false, now_ms, &chosen);
    if (wait < 0)
        wait = choose(b, ask, book, true, now_ms, &chosen);
    if (account != NULL)
        *account = chosen;
    return wait < 0 ? 0 : wait;
}

bool budget_has_one(struct budget *b, const struct budget_ask *ask, int64_t now_ms)
{
    size_t chosen;

    LOCK_SCOPE(&b->lock);
    return choose(b, ask, find_book(b, ask->spreadsheet), false, now_ms, &chosen) >= 0;
}

void budget_take(struct budget *b, const struct budget_ask *ask, size_t account, int64_t now_ms)
{
    struct budget_account *a = &b->accounts[account];
    struct budget_book *book;

    LOCK_SCOPE(&b->lock);
    book = get_book(b, ask->spreadsheet, now_ms);
    quota_take(&a->owner.quotas[ask->kind], ask->claim, now_ms);
    quota_take(&b->projects[a->project].quotas[ask->kind], ask->claim, now_ms);
    a->owner.requests[ask->kind]++;
    b->projects[a->project].requests[ask->kind]++;
    if (book != NULL && ask->kind == BUDGET_WRITE)
        quota_take(&book->writes, ask->claim, now_ms);
}

void budget_waited(struct budget *b, enum budget_kind kind, int64_t ms)
{
    LOCK_SCOPE(&b->lock);
    b->waited_ms[kind] += ms;
}

/* --- what came back --- */

void budget_answered(struct budget *b, const struct budget_ask *ask, size_t account)
{
    struct budget_account *a = &b->accounts[account];
    struct budget_book *book;

    LOCK_SCOPE(&b->lock);
    book = find_book(b, ask->spreadsheet);
    quota_answered(&a->owner.quotas[ask->kind]);
    quota_answered(&b->projects[a->project].quotas[ask->kind]);
    a->out_until_ms = 0;
    if (book != NULL)
        book->bars[account].until_ms[ask->kind] = 0;
}

void budget_refused(struct budget *b, const struct budget_ask *ask, size_t account,
                    const struct budget_refusal *refusal, int64_t now_ms)
{
    struct budget_account *a = &b->accounts[account];
    bool is_project =
        strstr(refusal->limit, "PerUser") == NULL && strstr(refusal->limit, "PerProject") != NULL;
    struct budget_owner *o = is_project ? &b->projects[a->project] : &a->owner;

    LOCK_SCOPE(&b->lock);
    quota_refused(&o->quotas[ask->kind], refusal->retry_after_ms, now_ms);
    o->refusals[ask->kind]++;
    if (quota_learn(&o->quotas[ask->kind], refusal->per_minute, now_ms))
        log_warn("sheets: Google's quota %s of %s is %u a minute, less than configured: it is kept "
                 "hint=\"Set google.%s%s_per_minute to it.\"",
                 refusal->limit, o->name, refusal->per_minute, is_project ? "project_" : "",
                 ask->kind == BUDGET_WRITE ? "writes" : "reads");
}

bool budget_bar(struct budget *b, const struct budget_ask *ask, size_t account, int64_t now_ms)
{
    struct budget_book *book;
    bool is_news;

    LOCK_SCOPE(&b->lock);
    book = get_book(b, ask->spreadsheet, now_ms);
    if (book == NULL)
        return false;
    is_news = book->bars[account].until_ms[ask->kind] == 0;
    book->bars[account].until_ms[ask->kind] = now_ms + BARRED_MS;
    return is_news;
}

bool budget_out(struct budget *b, size_t account, int64_t now_ms)
{
    bool is_news;

    LOCK_SCOPE(&b->lock);
    is_news = b->accounts[account].out_until_ms == 0;
    b->accounts[account].out_until_ms = now_ms + OUT_MS;
    return is_news;
}
