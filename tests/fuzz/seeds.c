/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seeds: cut recordings of real servers into first inputs for the fuzz targets.
 *
 *   seeds FOLDER RECORDING...      writes FOLDER/TARGET/0001, ...
 *
 * How an input is laid out is said in each target's file.
 */
#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "common/buf.h"
#include "replicator/binlog/cursor.h"
#include "replicator/binlog/table_map.h"
#include "tests/unit/recording.h"

enum {
    LARGEST = 8 * 1024, /* larger ones only make the fuzzer slow */
    LARGEST_FILE = 20 * 1024,
    ID_BYTES = 6,
    PACK = 8, /* fuzz_rows.c */
    SCHEMA = 16,
};

static const char *folder;
static unsigned number;

static void fail(const char *path)
{
    fprintf(stderr, "seeds: %s: %s\n", path, strerror(errno));
    exit(1);
}

static void make_folder(const char *path)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        fail(path);
}

static void put(const char *target, const struct buf *input)
{
    CLEANUP_BUF struct buf path = BUF_INIT;
    FILE *out;

    buf_printf(&path, "%s/%s", folder, target);
    make_folder(buf_text(&path));
    buf_printf(&path, "/%04u", ++number);
    out = fopen(buf_text(&path), "wb");
    if (out == NULL || fwrite(input->ptr, 1, input->len, out) != input->len || fclose(out) != 0)
        fail(buf_text(&path));
}

/* FIRST, then the bytes. */
static void put_after(const char *target, uint8_t first, const void *bytes, size_t len)
{
    CLEANUP_BUF struct buf input = BUF_INIT;

    buf_putc(&input, (char)first);
    buf_append(&input, bytes, len);
    put(target, &input);
}

static struct event parse(const struct recording *r, size_t i)
{
    struct event e;
    struct err err;

    if (event_parse(&r->format, r->events[i].bytes, r->events[i].len, &e, &err) != 0)
        recording_fail("seeds", err.msg);
    return e;
}

/* --- rows --- */

/* The TABLE_MAP of the same table id before event I, in its transaction. */
static bool find_map(const struct recording *r, size_t i, struct event *map)
{
    struct event rows = parse(r, i);

    for (size_t k = i; k-- > r->events[i].first;) {
        if (r->events[k].type != EVENT_TABLE_MAP)
            continue;
        *map = parse(r, k);
        if (memcmp(map->body, rows.body, ID_BYTES) == 0)
            return true;
    }
    return false;
}

static void put_rows(const char *target, unsigned head, const struct event *map,
                     const struct event *rows)
{
    CLEANUP_BUF struct buf input = BUF_INIT;

    if (map->body_len + rows->body_len > LARGEST)
        return;
    buf_putc(&input, (char)head);
    buf_putc(&input, (char)(map->body_len & 0xff));
    buf_putc(&input, (char)(map->body_len >> 8));
    buf_append(&input, map->body, map->body_len);
    buf_append(&input, rows->body, rows->body_len);
    put(target, &input);
    input.ptr[0] = (char)(head | SCHEMA);
    put(target, &input);
}

/* Of a table (INT, JSON) the documents stand where they are easily found. */
static void put_documents(const struct event_format *format, const struct event *map_event,
                          const struct event *rows)
{
    struct cursor c = cursor_init(rows->body, rows->body_len);
    struct table_map map = TABLE_MAP_INIT;
    struct err err;

    if (table_map_read(format, map_event, &map, &err) == 0 && map.n_columns == 2 &&
        map.columns[0].type == MAP_LONG && map.columns[1].type == MAP_JSON) {
        cursor_take(&c, 8 + 2 + 1 + 1); /* fixed part, extra data, column count, bitmap */
        while (cursor_left(&c) > 0 && !c.is_short) {
            unsigned nulls = cursor_u8(&c);
            struct buf document = BUF_INIT;
            struct cursor in;

            cursor_u32(&c);
            if (nulls != 0)
                continue;
            in = cursor_sub(&c, cursor_u32(&c));
            buf_append(&document, in.at, cursor_left(&in));
            put("json", &document);
            buf_close(&document);
        }
    }
    table_map_close(&map);
}

static void cut_rows(const struct recording *r, size_t i)
{
    unsigned server = r->format.is_mariadb ? 4 : 0;
    uint8_t type = r->events[i].type;
    struct event map, rows = parse(r, i);

    if (!find_map(r, i, &map))
        return;
    if (type == EVENT_PARTIAL_UPDATE_ROWS)
        put_rows("rows_partial", server, &map, &rows);
    else if (type >= EVENT_WRITE_ROWS_COMPRESSED_V1)
        put_rows("rows_compressed", server | (type - EVENT_WRITE_ROWS_COMPRESSED_V1), &map, &rows);
    else if (type >= EVENT_WRITE_ROWS)
        put_rows("rows_v2", server | (type - EVENT_WRITE_ROWS), &map, &rows);
    else {
        put_rows("rows_v1", server | (type - EVENT_WRITE_ROWS_V1), &map, &rows);
        put_rows("rows_compressed", PACK | server | (type - EVENT_WRITE_ROWS_V1), &map, &rows);
    }
    if (type == EVENT_WRITE_ROWS)
        put_documents(&r->format, &map, &rows);
}

/* --- one event --- */

static void cut_frame(const struct recorded_event *e)
{
    CLEANUP_BUF struct buf input = BUF_INIT;

    if (e->len > LARGEST)
        return;
    buf_putc(&input, 3); /* mended, with a checksum */
    buf_append(&input, e->bytes, e->len);
    buf_append(&input, "crc?", EVENT_CRC_BYTES);
    put("event", &input);
}

/* The inner events follow in the recording. */
static void cut_payload(const struct recording *r, size_t i, const struct event *e)
{
    CLEANUP_BUF struct buf inner = BUF_INIT;

    put_after("payload", 0, e->body, e->body_len);
    for (size_t k = i + 1; k < r->n_events && r->events[k].first == i + 1; k++)
        buf_append(&inner, r->events[k].bytes, r->events[k].len);
    put_after("payload", 1, inner.ptr, inner.len);
    put_after("payload", 2, inner.ptr, inner.len);
}

static void cut_query(const struct event *e)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    struct event_query query;
    struct err err;

    if (event_read_query(e, &query, &err) != 0)
        return;
    buf_append(&sql, query.sql, query.sql_len);
    put("ddl", &sql);
}

static void cut_event(const struct recording *r, size_t i)
{
    struct event e = parse(r, i);

    cut_frame(&r->events[i]);
    if (event_is_rows(e.type))
        cut_rows(r, i);
    else if (e.type == EVENT_TABLE_MAP)
        put_after("table_map", r->format.is_mariadb, e.body, e.body_len);
    else if (e.type == EVENT_QUERY)
        cut_query(&e);
    else if (e.type == EVENT_TRANSACTION_PAYLOAD)
        cut_payload(r, i, &e);
    else if (e.type == EVENT_PREVIOUS_GTIDS)
        put_after("gtid", 1, e.body, e.body_len);
    else if (e.type == EVENT_GTID)
        put_after("gtid", 3, e.body, e.body_len);
    else if (e.type == EVENT_GTID_TAGGED)
        put_after("gtid", 4, e.body, e.body_len);
    else if (e.type == EVENT_MARIADB_GTID)
        put_after("gtid", 5, e.body, e.body_len);
    else if (e.type == EVENT_GTID_LIST)
        put_after("gtid", 6, e.body, e.body_len);
}

/* --- whole recordings --- */

static void cut_transaction(const struct recording *r, size_t first)
{
    CLEANUP_BUF struct buf input = BUF_INIT;

    buf_putc(&input, r->format.is_mariadb);
    for (size_t i = first; i < r->n_events && r->events[i].first == first; i++) {
        struct event e = parse(r, i);

        if (e.body_len > UINT16_MAX)
            return;
        buf_putc(&input, (char)e.type);
        buf_putc(&input, (char)(e.body_len & 0xff));
        buf_putc(&input, (char)(e.body_len >> 8));
        buf_append(&input, e.body, e.body_len);
    }
    if (input.len <= LARGEST)
        put("stream", &input);
}

static void cut_file(const char *path)
{
    static char bytes[LARGEST_FILE];
    FILE *in = fopen(path, "rb");
    struct buf input = {.ptr = bytes};

    if (in == NULL)
        fail(path);
    input.len = fread(bytes, 1, sizeof(bytes), in); /* of a larger one the beginning */
    fclose(in);
    put("file", &input);
}

/* --- what no recording holds --- */

static void put_gtid_texts(void)
{
    static const struct {
        uint8_t form;
        const char *text;
    } texts[] = {
        {0, "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:7,\n3e11fa47-71ca-11e1-9e33-c80aa9429563:1"},
        {0, "3E11FA4771CA11E19E33C80AA9429562:1-4:tag_a:1-3:9:tag_b:1"},
        {2, "0-1-100,1-7-5"},
        {7, "mysql:3e11fa47-71ca-11e1-9e33-c80aa9429562:tag:1-3"},
        {7, "mariadb:0-1-100,4294967295-4294967295-18446744073709551615"},
        {7, "file:binlog.000004:18446744073709551615"},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        put_after("gtid", texts[i].form, texts[i].text, strlen(texts[i].text));
}

/* fuzz_cell.c: sixteen bytes choose the column and the cell, then what was typed. */
static void put_cells(void)
{
    static const char *const texts[] = {"",
                                        "-12",
                                        "1.50e3",
                                        "2024-02-29 10:11:12.5",
                                        "red",
                                        "-838:59:59",
                                        "{\"a\": [1]}",
                                        "::1",
                                        "TRUE",
                                        "6ccd780c-baba-1026-9564-5b8c656024db"};

    for (uint8_t type = 0; type < 21; type++)
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
            CLEANUP_BUF struct buf input = BUF_INIT;
            const uint8_t head[16] = {type, 1, 6, 5, 20, 4};

            buf_append(&input, head, sizeof(head));
            buf_puts(&input, texts[i]);
            put("cell", &input);
        }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: seeds FOLDER RECORDING...\n");
        return 2;
    }
    folder = argv[1];
    make_folder(folder);
    put_gtid_texts();
    put_cells();
    for (int i = 2; i < argc; i++) {
        struct recording r = recording_open(argv[i]);

        cut_file(argv[i]);
        for (size_t k = 0; k < r.n_events; k++) {
            cut_event(&r, k);
            if (r.events[k].first == k)
                cut_transaction(&r, k);
        }
        recording_close(&r);
    }
    printf("seeds: %u inputs in %s\n", number, folder);
    return 0;
}
