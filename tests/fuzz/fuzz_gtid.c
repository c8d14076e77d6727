/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GTID sets and lists, as text and as bytes, of both servers, and positions: what is read is
 * printed and encoded, and that reads as the same again.
 *
 * Input: a byte that chooses the form, then the text or the bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "replicator/binlog/cursor.h"
#include "replicator/binlog/gtid_event.h"
#include "replicator/binlog/position.h"
#include "tests/fuzz/targets.h"

static bool is_same(const struct gtid_set *a, const struct gtid_set *b)
{
    return gtid_set_covers(a, b) && gtid_set_covers(b, a);
}

static void check_set(const struct gtid_set *set)
{
    struct gtid_set parsed = GTID_SET_INIT, decoded = GTID_SET_INIT;
    CLEANUP_BUF struct buf text = BUF_INIT, again = BUF_INIT, binary = BUF_INIT;
    struct err err;

    gtid_set_print(set, &text);
    gtid_set_encode(set, &binary);
    if (gtid_set_parse(&parsed, buf_text(&text), &err) != 0 || !is_same(set, &parsed) ||
        gtid_set_decode(&decoded, binary.ptr, binary.len, &err) != 0 || !is_same(set, &decoded))
        abort();
    gtid_set_print(&decoded, &again);
    if (strcmp(buf_text(&text), buf_text(&again)) != 0)
        abort();
    gtid_set_close(&parsed);
    gtid_set_close(&decoded);
}

static void fuzz_set_text(const char *text)
{
    struct gtid_set set = GTID_SET_INIT;
    struct err err;

    if (gtid_set_parse(&set, text, &err) == 0)
        check_set(&set);
    gtid_set_close(&set);
}

static void fuzz_set_bytes(const void *bytes, size_t len)
{
    struct gtid_set set = GTID_SET_INIT;
    struct err err;

    if (gtid_set_decode(&set, bytes, len, &err) == 0)
        check_set(&set);
    gtid_set_close(&set);
}

static void check_list(const struct gtid_list *list)
{
    struct gtid_list parsed = GTID_LIST_INIT;
    CLEANUP_BUF struct buf text = BUF_INIT;
    struct err err;

    gtid_list_print(list, &text);
    if (gtid_list_parse(&parsed, buf_text(&text), &err) != 0 || !gtid_list_covers(&parsed, list) ||
        !gtid_list_covers(list, &parsed))
        abort();
    gtid_list_close(&parsed);
}

static void fuzz_list_text(const char *text)
{
    struct gtid_list list = GTID_LIST_INIT;
    struct err err;

    if (gtid_list_parse(&list, text, &err) == 0)
        check_list(&list);
    gtid_list_close(&list);
}

/* A transaction's name, as the set that holds nothing else. */
static void fuzz_mysql_event(uint8_t type, const uint8_t *bytes, size_t len)
{
    struct event e = {.type = type, .body = bytes, .body_len = len};
    struct gtid_set set = GTID_SET_INIT;
    struct gtid_event gtid;
    struct err err;

    if (gtid_event_read(&e, &gtid, &err) == 0 && gtid.number != 0) {
        if (gtid_set_add(&set, gtid.uuid, gtid.tag, gtid.number, gtid.number + 1, &err) != 0)
            abort();
        check_set(&set);
    }
    gtid_set_close(&set);
}

static void fuzz_mariadb_event(uint8_t type, const uint8_t *bytes, size_t len)
{
    struct event e = {.type = type, .body = bytes, .body_len = len};
    struct gtid_list list = GTID_LIST_INIT;
    struct gtid_event_mariadb gtid;
    struct err err;
    int rc;

    if (type == EVENT_GTID_LIST)
        rc = gtid_event_read_list(&e, &list, &err);
    else
        rc = gtid_event_read_mariadb(&e, &gtid, &err) != 0 ? -1
                                                           : gtid_list_set(&list, gtid.gtid, &err);
    if (rc == 0)
        check_list(&list);
    gtid_list_close(&list);
}

static void fuzz_position(const char *text)
{
    struct position *p = NULL, *again = NULL;
    CLEANUP_BUF struct buf printed = BUF_INIT;
    struct err err;

    if (position_parse(text, &p, &err) != 0)
        return;
    position_print(p, &printed);
    if (position_parse(buf_text(&printed), &again, &err) != 0 || !position_covers(p, again) ||
        !position_covers(again, p))
        abort();
    position_free(p);
    position_free(again);
}

void fuzz_gtid(const uint8_t *data, size_t size)
{
    struct cursor c = cursor_init(data, size);
    unsigned form = cursor_u8(&c) % 8;
    size_t len = cursor_left(&c);
    char *text = malloc(len + 1); /* with a NUL */
    uint8_t *bytes = malloc(len); /* without */

    if (text == NULL || bytes == NULL)
        abort();
    memcpy(text, c.at, len);
    text[len] = '\0';
    memcpy(bytes, c.at, len);
    switch (form) {
    case 0:
        fuzz_set_text(text);
        break;
    case 1:
        fuzz_set_bytes(bytes, len);
        break;
    case 2:
        fuzz_list_text(text);
        break;
    case 3:
        fuzz_mysql_event(EVENT_GTID, bytes, len);
        break;
    case 4:
        fuzz_mysql_event(EVENT_GTID_TAGGED, bytes, len);
        break;
    case 5:
        fuzz_mariadb_event(EVENT_MARIADB_GTID, bytes, len);
        break;
    case 6:
        fuzz_mariadb_event(EVENT_GTID_LIST, bytes, len);
        break;
    default:
        fuzz_position(text);
        break;
    }
    free(text);
    free(bytes);
}
