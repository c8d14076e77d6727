/* SPDX-License-Identifier: Apache-2.0 */
/* What every line of an event begins with, and lines that are no row changes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/events/json_bytes.h"
#include "cli/events/line.h"
#include "common/cell/calendar.h"

enum { MICROS = 1000000, UNIX_SERIAL = 25569 /* 1970-01-01 */ };

static char *put_digits(char *at, int64_t n, int digits)
{
    for (int i = digits; i-- > 0; n /= 10)
        at[i] = (char)('0' + n % 10);
    return at + digits;
}

static char *put_date(char *at, int64_t days)
{
    struct date d;

    if (!calendar_from_serial(UNIX_SERIAL + days, &d))
        d = (struct date){9999, 12, 31};
    at = put_digits(at, d.year, 4);
    *at++ = '-';
    at = put_digits(at, d.month, 2);
    *at++ = '-';
    return put_digits(at, d.day, 2);
}

size_t line_print_time(int64_t time_us, bool is_exact, char out[LINE_TIME_SIZE])
{
    int64_t day_us = time_us % CALENDAR_DAY_US;
    int64_t second = day_us / MICROS;
    char *at = put_date(out, time_us / CALENDAR_DAY_US);

    *at++ = 'T';
    at = put_digits(at, second / 3600, 2);
    *at++ = ':';
    at = put_digits(at, second / 60 % 60, 2);
    *at++ = ':';
    at = put_digits(at, second % 60, 2);
    if (is_exact) {
        *at++ = '.';
        at = put_digits(at, day_us % MICROS, 6);
    }
    *at++ = 'Z';
    *at = '\0';
    return (size_t)(at - out);
}

int64_t line_time(const struct origin *o, char out[LINE_TIME_SIZE])
{
    bool is_exact = o->commit_time_us > 0;
    int64_t time_us = is_exact ? o->commit_time_us : (int64_t)o->time_s * MICROS;

    out[0] = '\0';
    if (time_us > 0)
        line_print_time(time_us, is_exact, out);
    return time_us;
}

static void put_string_or_null(struct buf *out, const char *text)
{
    if (text[0] == '\0')
        buf_puts(out, "null");
    else
        buf_json(out, text, strlen(text));
}

int line_begin(struct line *l, const struct origin *o, struct err *err)
{
    struct buf *head = &l->head;
    char time[LINE_TIME_SIZE], number[2 * JSON_BYTES_SLACK + 4];
    char *end;

    buf_clear(head);
    buf_puts(head, "{\"server\":");
    end = json_bytes_uint(number, o->server_id);
    buf_append(head, number, (size_t)(end - number));
    buf_puts(head, ",\"position\":");
    buf_json(head, o->file, strlen(o->file));
    /* The offset goes before the closing quote. */
    if (head->len > 0)
        head->len--;
    number[0] = ':';
    end = json_bytes_uint(number + 1, o->offset);
    *end++ = '"';
    buf_append(head, number, (size_t)(end - number));
    buf_puts(head, ",\"gtid\":");
    put_string_or_null(head, o->gtid);
    buf_puts(head, ",\"time\":");
    line_time(o, time);
    put_string_or_null(head, time);
    return head->is_failed ? err_nomem(err, "events") : 0;
}

static const char *name_of(enum ddl_kind kind)
{
    static const char *const names[] = {
        [DDL_OTHER] = "other",       [DDL_ALTER] = "alter", [DDL_RENAME] = "rename",
        [DDL_TRUNCATE] = "truncate", [DDL_DROP] = "drop",   [DDL_CREATE] = "create",
        [DDL_STATEMENT_DML] = "rows"};

    return names[kind];
}

int line_statement(struct line *l, const struct ddl *ddl, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    buf_append(&text, l->head.ptr, l->head.len);
    buf_puts(&text, ",\"schema\":");
    put_string_or_null(&text, ddl->schema);
    buf_puts(&text, ",\"table\":");
    put_string_or_null(&text, ddl->table);
    buf_printf(&text, ",\"type\":\"statement\",\"kind\":\"%s\",\"sql\":", name_of(ddl->kind));
    buf_json(&text, ddl->sql, strlen(ddl->sql));
    buf_puts(&text, "}\n");
    if (text.is_failed)
        return err_nomem(err, "events");
    sink_append(l->sink, text.ptr, text.len);
    return 0;
}
