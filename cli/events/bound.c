/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events/bound.h"

#include <stdlib.h>
#include <string.h>

#include "common/cell/calendar.h"
#include "replicator/binlog/position_kind.h"

enum { MICROS = 1000000, UNIX_SERIAL = 25569 /* 1970-01-01 */ };

void bound_close(struct bound *b)
{
    position_free(b->set);
    buf_close(&b->gtid);
    *b = BOUND_INIT;
}

/* --- times --- */

/* "Z", "+02:00" or nothing at the end of *LEN bytes: taken off, and what it says. */
static int64_t take_zone(const char *text, size_t *len)
{
    const char *tail = text + (*len >= 6 ? *len - 6 : 0);
    int64_t minutes;

    if (*len > 0 && (text[*len - 1] == 'Z' || text[*len - 1] == 'z')) {
        --*len;
        return 0;
    }
    /* A date alone ends in -31, too: a zone comes after a time of the day. */
    if (*len < 17 || (tail[0] != '+' && tail[0] != '-') || tail[3] != ':')
        return 0;
    minutes = strtol((const char[]){tail[1], tail[2], '\0'}, NULL, 10) * 60 +
              strtol((const char[]){tail[4], tail[5], '\0'}, NULL, 10);
    *len -= 6;
    return (tail[0] == '-' ? -minutes : minutes) * 60 * MICROS;
}

static bool parse_iso(const char *text, int64_t *out_us)
{
    size_t len = strlen(text);
    int64_t zone_us = take_zone(text, &len);
    struct moment m;

    if (!calendar_parse_moment(text, len, &m) || !calendar_is_real(m.date))
        return false;
    *out_us = (calendar_serial(m.date) - UNIX_SERIAL) * CALENDAR_DAY_US + m.time_us - zone_us;
    return true;
}

/* "@1700000000", with up to six digits after a point. */
static bool parse_unix(const char *text, int64_t *out_us)
{
    int64_t scale = MICROS;
    bool has_point = false, has_digit = false;

    *out_us = 0;
    if (*text++ != '@')
        return false;
    for (; *text != '\0'; text++) {
        if (*text == '.' && !has_point) {
            has_point = true;
            continue;
        }
        if (*text < '0' || *text > '9' || *out_us > INT64_MAX / 100 || (has_point && scale == 1))
            return false;
        has_digit = true;
        *out_us = *out_us * 10 + (*text - '0');
        if (has_point)
            scale /= 10;
    }
    if (!has_digit || *out_us > INT64_MAX / scale)
        return false;
    *out_us *= scale;
    return true;
}

/* --- GTIDs --- */

static bool is_single_mysql(const struct gtid_set *set)
{
    return set->n_sources == 1 && set->sources[0].n_intervals == 1 &&
           set->sources[0].intervals[0].end == set->sources[0].intervals[0].first + 1;
}

/* Exactly one transaction: compared as the text that the reader makes of a GTID event. A mistyped
 * date (2026-02-30) looks like a MariaDB GTID, but no server writes one with leading zeros. */
static int keep_single(struct bound *b, const char *text, struct err *err)
{
    if (b->set->kind == POSITION_MYSQL)
        gtid_set_print(&b->set->set, &b->gtid);
    else
        gtid_list_print(&b->set->list, &b->gtid);
    if (b->gtid.is_failed)
        return err_nomem(err, "events");
    if (b->set->kind == POSITION_MARIADB && strcmp(buf_text(&b->gtid), text) != 0)
        return err_set(err, ERR_CONFIG, "not a GTID");
    b->kind = BOUND_GTID;
    return 0;
}

static int parse_gtids(const char *text, struct bound *b, struct err *err)
{
    CLEANUP_BUF struct buf full = BUF_INIT;
    bool has_prefix = strncmp(text, "mysql:", 6) == 0 || strncmp(text, "mariadb:", 8) == 0;
    uint8_t uuid[GTID_UUID_BYTES];
    bool is_single;

    if (!has_prefix)
        buf_puts(&full, gtid_uuid_parse(text, uuid) > 0 ? "mysql:" : "mariadb:");
    buf_puts(&full, text);
    if (full.is_failed)
        return err_nomem(err, "events");
    if (position_parse(full.ptr, &b->set, err) != 0)
        return -1;
    if (text[strspn(text, " ")] == '\0')
        return err_set(err, ERR_CONFIG, "no GTID");
    b->kind = BOUND_SET;
    is_single =
        b->set->kind == POSITION_MYSQL ? is_single_mysql(&b->set->set) : b->set->list.n_items == 1;
    return is_single && !has_prefix ? keep_single(b, text, err) : 0;
}

int bound_parse(const char *text, struct bound *b, struct err *err)
{
    *b = BOUND_INIT;
    if (parse_unix(text, &b->time_us) || parse_iso(text, &b->time_us)) {
        b->kind = BOUND_TIME;
        return 0;
    }
    if (parse_gtids(text, b, err) == 0)
        return 0;
    bound_close(b);
    if (err->code == ERR_NOMEM)
        return -1;
    return err_set(err, ERR_CONFIG,
                   "expected a time (2026-01-31T10:11:12Z, @1769854272), a GTID or a GTID set, got "
                   "\"%.100s\"",
                   text);
}

/* --- the question --- */

static int in_mysql_set(const struct gtid_set *set, const char *gtid, bool *is_in, struct err *err)
{
    struct gtid_set one = GTID_SET_INIT;
    int rc = gtid_set_parse(&one, gtid, err);

    *is_in = rc == 0 && gtid_set_covers(set, &one);
    gtid_set_close(&one);
    return rc;
}

static int in_mariadb_list(const struct gtid_list *list, const char *gtid, bool *is_in,
                           struct err *err)
{
    struct gtid_list one = GTID_LIST_INIT;
    int rc = gtid_list_parse(&one, gtid, err);

    *is_in = rc == 0 && one.n_items == 1 && gtid_list_covers(list, &one);
    gtid_list_close(&one);
    return rc;
}

/* The events of a transaction ask the same again and again. */
static int in_set(struct bound *b, const char *gtid, bool *is_in, struct err *err)
{
    bool is_mysql = strchr(gtid, ':') != NULL;
    int rc = 0;

    if (strcmp(gtid, buf_text(&b->gtid)) != 0) {
        b->is_in_set = false;
        if (is_mysql && b->set->kind == POSITION_MYSQL)
            rc = in_mysql_set(&b->set->set, gtid, &b->is_in_set, err);
        else if (!is_mysql && gtid[0] != '\0' && b->set->kind == POSITION_MARIADB)
            rc = in_mariadb_list(&b->set->list, gtid, &b->is_in_set, err);
        buf_clear(&b->gtid);
        buf_puts(&b->gtid, gtid);
        if (rc == 0 && b->gtid.is_failed)
            rc = err_nomem(err, "events");
    }
    *is_in = b->is_in_set;
    return rc;
}

static int64_t time_of(const struct origin *o)
{
    return o->commit_time_us > 0 ? o->commit_time_us : (int64_t)o->time_s * MICROS;
}

static bool is_this(const struct bound *b, const struct origin *o)
{
    return strcmp(o->gtid, buf_text(&b->gtid)) == 0;
}

int bound_since(struct bound *b, const struct origin *o, bool *is_within, struct err *err)
{
    *is_within = true;
    switch (b->kind) {
    case BOUND_NONE:
        return 0;
    case BOUND_TIME:
        *is_within = time_of(o) >= b->time_us;
        return 0;
    case BOUND_GTID:
        b->is_passed = b->is_passed || is_this(b, o);
        *is_within = b->is_passed;
        return 0;
    case BOUND_SET:
        if (in_set(b, o->gtid, is_within, err) != 0)
            return -1;
        *is_within = !*is_within;
        return 0;
    }
    return 0;
}

int bound_until(struct bound *b, const struct origin *o, bool *is_within, struct err *err)
{
    *is_within = true;
    switch (b->kind) {
    case BOUND_NONE:
        return 0;
    case BOUND_TIME:
        *is_within = time_of(o) < b->time_us;
        return 0;
    case BOUND_GTID:
        b->is_passed = b->is_passed || is_this(b, o);
        *is_within = !b->is_passed || is_this(b, o);
        return 0;
    case BOUND_SET:
        return in_set(b, o->gtid, is_within, err);
    }
    return 0;
}
