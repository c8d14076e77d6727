/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/faults.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/mem.h"

enum { MAX_RULES = 100, MAX_DELAY_MS = 600000, HOLD_LOOK_MS = 50 };

struct rule {
    char *match; /* owned */
    char *user;  /* owned; part of the address; "": anybody's */
    long long skip, count;
    struct fault fault;
};

struct faults {
    pthread_mutex_t lock;
    struct stop *stop;
    struct rule *rules; /* owned; guarded */
    size_t n;
    uint64_t releases; /* guarded: so many times were the held ones let go */
    int held;          /* guarded */
};

struct faults *faults_new(struct stop *stop)
{
    struct faults *f = mem_new(1, sizeof(*f));

    pthread_mutex_init(&f->lock, NULL);
    f->stop = stop;
    return f;
}

void fault_close(struct fault *f)
{
    free(f->body);
    f->body = NULL;
}

static void free_rules(struct rule *rules, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(rules[i].match);
        free(rules[i].user);
        fault_close(&rules[i].fault);
    }
    free(rules);
}

void faults_free(struct faults *f)
{
    if (f == NULL)
        return;
    free_rules(f->rules, f->n);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

static int read_number(const cJSON *item, const char *name, long long low, long long high,
                       long long *out, struct err *err)
{
    if (json_get(item, name) == NULL)
        return 0;
    *out = json_int(item, name, low - 1);
    if (*out < low || *out > high)
        return err_set(err, ERR_VALUE, "%s: expected %lld to %lld", name, low, high);
    return 0;
}

static int check_names(const cJSON *item, struct err *err)
{
    static const char *const names[] = {"match",    "skip", "count", "status", "after",
                                        "delay_ms", "body", "drop",  "hold",   "user"};
    const cJSON *member;

    if (!cJSON_IsObject(item))
        return err_set(err, ERR_VALUE, "expected an object");
    cJSON_ArrayForEach(member, item)
    {
        bool is_known = false;

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            is_known = is_known || strcmp(names[i], member->string) == 0;
        if (!is_known)
            return err_set(err, ERR_VALUE, "unknown member \"%.40s\"", member->string);
    }
    return 0;
}

static int read_rule(const cJSON *item, struct rule *out, struct err *err)
{
    long long status = 0, delay_ms = 0;

    out->count = 1;
    if (check_names(item, err) < 0 ||
        read_number(item, "skip", 0, 1000000000, &out->skip, err) < 0 ||
        read_number(item, "count", 1, 1000000000, &out->count, err) < 0 ||
        read_number(item, "status", 0, 599, &status, err) < 0 ||
        read_number(item, "delay_ms", 0, MAX_DELAY_MS, &delay_ms, err) < 0)
        return -1;
    if (status != 0 && status < 200)
        return err_set(err, ERR_VALUE, "status: expected 200 to 599");
    out->match = mem_text(json_text(item, "match", ""));
    out->user = mem_text(json_text(item, "user", ""));
    out->fault = (struct fault){
        .status = (int)status,
        .after = cJSON_IsTrue(json_get(item, "after")),
        .drop = cJSON_IsTrue(json_get(item, "drop")),
        .hold = cJSON_IsTrue(json_get(item, "hold")),
        .delay_ms = delay_ms,
        .body = mem_text(json_text(item, "body", NULL)),
    };
    return 0;
}

int faults_set(struct faults *f, const cJSON *list, struct err *err)
{
    size_t n = (size_t)cJSON_GetArraySize(list), i = 0;
    struct rule *rules;
    const cJSON *item;

    if (!cJSON_IsArray(list))
        return err_set(err, ERR_VALUE, "faults: expected a list");
    if (n > MAX_RULES)
        return err_set(err, ERR_VALUE, "faults: more than %d rules", MAX_RULES);
    rules = mem_new(n, sizeof(*rules));
    cJSON_ArrayForEach(item, list)
    {
        if (read_rule(item, &rules[i], err) < 0) {
            free_rules(rules, n);
            return err_wrap(err, "faults[%zu]", i);
        }
        i++;
    }
    LOCK_SCOPE(&f->lock);
    free_rules(f->rules, f->n);
    f->rules = rules;
    f->n = n;
    f->releases++;
    return 0;
}

/* "" matches everything; a text that begins with "/" a part of the path; else the method's name or
 * its end ("update" is not "batchUpdate", "get" is "values.get"). */
static bool matches(const char *match, const char *method, const char *path)
{
    size_t n = strlen(match), len = strlen(method);

    if (n == 0)
        return true;
    if (*match == '/')
        return strstr(path, match) != NULL;
    return len >= n && strcmp(method + len - n, match) == 0 &&
           (len == n || method[len - n - 1] == '.');
}

bool faults_take(struct faults *f, const char *method, const char *path, const char *user,
                 struct fault *out)
{
    LOCK_SCOPE(&f->lock);
    for (size_t i = 0; i < f->n; i++) {
        struct rule *r = &f->rules[i];

        if (r->count == 0 || !matches(r->match, method, path) || strstr(user, r->user) == NULL)
            continue;
        if (r->skip > 0) {
            r->skip--;
            continue;
        }
        r->count--;
        *out = r->fault;
        out->body = mem_text(r->fault.body);
        return true;
    }
    return false;
}

void faults_hold(struct faults *f)
{
    uint64_t releases;
    bool is_held = true;

    pthread_mutex_lock(&f->lock);
    releases = f->releases;
    f->held++;
    pthread_mutex_unlock(&f->lock);
    while (is_held && !stop_wait_ms(f->stop, HOLD_LOOK_MS)) {
        pthread_mutex_lock(&f->lock);
        is_held = f->releases == releases;
        pthread_mutex_unlock(&f->lock);
    }
    pthread_mutex_lock(&f->lock);
    f->held--;
    pthread_mutex_unlock(&f->lock);
}

int faults_release(struct faults *f)
{
    LOCK_SCOPE(&f->lock);
    f->releases++;
    return f->held;
}

void faults_put(struct faults *f, struct buf *out)
{
    bool has = false;

    LOCK_SCOPE(&f->lock);
    buf_printf(out, "{\"held\":%d,\"rules\":[", f->held);
    for (size_t i = 0; i < f->n; i++) {
        const struct rule *r = &f->rules[i];

        if (r->count == 0)
            continue;
        buf_puts(out, has ? ",{\"match\":" : "{\"match\":");
        buf_json(out, r->match, strlen(r->match));
        buf_printf(out, ",\"skip\":%lld,\"count\":%lld,\"status\":%d}", r->skip, r->count,
                   r->fault.status);
        has = true;
    }
    buf_puts(out, "]}");
}
