/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "replicator/binlog/field.h"
#include "replicator/binlog/rows.h"
#include "replicator/binlog/table_map.h"

static struct err err;
static struct event_format format = {.post_header = {[EVENT_TABLE_MAP] = 8}};

static void put_uint(struct buf *b, uint64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_putc(b, (char)(v >> (8 * i) & 0xff));
}

/* TYPES, META and TLVS are bytes with a length. */
struct map_bytes {
    const char *types;
    size_t n_types;
    const char *meta;
    size_t n_meta;
    const char *tlvs;
    size_t n_tlvs;
};
#define BYTES(s) (s), sizeof(s) - 1

static void build_map(struct buf *b, const struct map_bytes *m)
{
    buf_clear(b);
    put_uint(b, 42, 6);
    put_uint(b, 1, 2);
    buf_append(b, "\2db\0\1t", 7);
    put_uint(b, m->n_types, 1);
    buf_append(b, m->types, m->n_types);
    put_uint(b, m->n_meta, 1);
    buf_append(b, m->meta, m->n_meta);
    put_uint(b, 0, (m->n_types + 7) / 8);
    buf_append(b, m->tlvs, m->n_tlvs);
}

static int read_map(const struct buf *b, struct table_map *map)
{
    struct event e = {.type = EVENT_TABLE_MAP, .body = (const uint8_t *)b->ptr, .body_len = b->len};

    return table_map_read(&format, &e, map, &err);
}

static void the_string_trick_is_undone(void **state)
{
    /* CHAR(128) of four bytes, CHAR(36) of three, ENUM, SET, BIT(3), DECIMAL(10,2), VARCHAR */
    const struct map_bytes m = {BYTES("\xfe\xfe\xfe\xfe\x10\xf6\x0f"),
                                BYTES("\xde\x00\xfe\x6c\xf7\x01\xf8\x02\x03\x00\x0a\x02\x2c\x01"),
                                BYTES("")};
    struct table_map map = TABLE_MAP_INIT;
    CLEANUP_BUF struct buf b = BUF_INIT;

    (void)state;
    build_map(&b, &m);
    assert_int_equal(read_map(&b, &map), 0);
    assert_int_equal(map.id, 42);
    assert_string_equal(map.schema, "db");
    assert_string_equal(map.name, "t");
    assert_int_equal(map.n_columns, 7);
    assert_int_equal(map.columns[0].type, MAP_STRING);
    assert_int_equal(map.columns[0].length, 512);
    assert_int_equal(map.columns[1].length, 108);
    assert_int_equal(map.columns[2].type, MAP_ENUM);
    assert_int_equal(map.columns[2].pack_bytes, 1);
    assert_int_equal(map.columns[3].type, MAP_SET);
    assert_int_equal(map.columns[3].pack_bytes, 2);
    assert_int_equal(map.columns[4].length, 3);
    assert_int_equal(map.columns[5].precision, 10);
    assert_int_equal(map.columns[5].scale, 2);
    assert_int_equal(map.columns[6].length, 300);
    assert_false(map.has_names);
    table_map_close(&map);
}

static void signedness_counts_every_numeric_column_and_no_other(void **state)
{
    /* INT U, VARCHAR, YEAR (1), BIT, FLOAT, DOUBLE U, DECIMAL: bits 1 1 0 1 0 */
    const struct map_bytes m = {BYTES("\x03\x0f\x0d\x10\x04\x05\xf6"),
                                BYTES("\x14\x00\x01\x00\x04\x08\x0a\x02"),
                                BYTES("\x01\x01\xd0\x63\x02zz")};
    struct table_map map = TABLE_MAP_INIT;
    CLEANUP_BUF struct buf b = BUF_INIT;

    (void)state;
    build_map(&b, &m);
    assert_int_equal(read_map(&b, &map), 0);
    assert_true(map.columns[0].has_sign && map.columns[0].is_unsigned);
    assert_false(map.columns[1].has_sign);
    assert_true(map.columns[2].is_unsigned);
    assert_false(map.columns[3].has_sign);
    assert_true(map.columns[4].has_sign && !map.columns[4].is_unsigned);
    assert_true(map.columns[5].is_unsigned);
    assert_false(map.columns[6].is_unsigned);
    table_map_close(&map);
}

static void charsets_names_and_labels_come_in_any_order(void **state)
{
    /* names a, b, c; default collation 45 but 63 for the second; labels of the ENUM */
    const struct map_bytes m = {BYTES("\x0f\x0f\xfe"), BYTES("\x14\x00\x14\x00\xf7\x01"),
                                BYTES("\x06\x07\x02\x01x\x03y z"
                                      "\x04\x06\x01"
                                      "a\x01"
                                      "b\x01"
                                      "c\x02\x03\x2d\x01\x3f\x0a\x03\xfc\xff\x00")};
    struct table_map map = TABLE_MAP_INIT;
    CLEANUP_BUF struct buf b = BUF_INIT;

    (void)state;
    build_map(&b, &m);
    assert_int_equal(read_map(&b, &map), 0);
    assert_true(map.has_names);
    assert_memory_equal(map.columns[1].name.ptr, "b", 1);
    assert_int_equal(map.columns[0].collation, 45);
    assert_int_equal(map.columns[1].collation, 63);
    assert_int_equal(map.columns[2].collation, 255);
    assert_int_equal(map.columns[2].n_labels, 2);
    assert_int_equal(map.columns[2].labels[1].len, 3);
    table_map_close(&map);
}

static void every_cut_of_a_map_is_an_error_or_less_metadata(void **state)
{
    const struct map_bytes m = {BYTES("\x0f\x03\xfe"), BYTES("\x14\x00\xf7\x01"),
                                BYTES("\x01\x01\x80\x04\x06\x01"
                                      "a\x01"
                                      "b\x01"
                                      "c\x06\x03\x01\x01x")};
    CLEANUP_BUF struct buf b = BUF_INIT;

    (void)state;
    build_map(&b, &m);
    for (size_t n = 0; n < b.len; n++) {
        struct table_map map = TABLE_MAP_INIT;
        struct buf part = {.ptr = malloc(n + 1), .len = n};
        bool is_whole = n == b.len - m.n_tlvs || n == b.len - m.n_tlvs + 3 || n == b.len - 5;

        memcpy(part.ptr, b.ptr, n);
        assert_int_equal(read_map(&part, &map), is_whole ? 0 : -1);
        if (!is_whole)
            assert_int_equal(err.code, ERR_FORMAT);
        free(part.ptr);
        table_map_close(&map);
    }
}

/* --- joined with a schema --- */

#define TEXT(s) ((char[]){s})
static struct column two_columns[] = {
    {.name = TEXT("id"), .sql_type = TEXT("int"), .type = COLUMN_INT, .bytes = 4},
    {.name = TEXT("v"),
     .sql_type = TEXT("smallint unsigned"),
     .type = COLUMN_INT,
     .bytes = 2,
     .is_unsigned = true}};
static const struct table two = {
    .schema = TEXT("db"), .name = TEXT("t"), .columns = two_columns, .n_columns = 2};

static int join(const struct map_bytes *m, struct table_map *map, struct row_layout *layout)
{
    CLEANUP_BUF struct buf b = BUF_INIT;

    build_map(&b, m);
    assert_int_equal(read_map(&b, map), 0);
    return row_layout_make(layout, map, &two, &err);
}

static void without_names_count_and_types_must_be_the_schemas(void **state)
{
    const struct map_bytes good = {BYTES("\x03\x02"), BYTES(""), BYTES("")};
    const struct map_bytes longer = {BYTES("\x03\x02\x03"), BYTES(""), BYTES("")};
    const struct map_bytes other = {BYTES("\x03\x08"), BYTES(""), BYTES("")};
    struct table_map map = TABLE_MAP_INIT;
    struct row_layout layout = ROW_LAYOUT_INIT;

    (void)state;
    assert_int_equal(join(&good, &map, &layout), 0);
    assert_true(layout.fields[1].is_unsigned); /* from the schema */
    assert_int_equal(join(&longer, &map, &layout), -1);
    assert_string_equal(err.msg,
                        "binlog: db.t has 3 columns in the log and 2 in information_schema");
    assert_true(err.transient);
    assert_int_equal(err.code, ERR_FORMAT);
    assert_int_equal(join(&other, &map, &layout), -1);
    assert_string_equal(err.msg,
                        "binlog: db.t: column v is smallint unsigned in information_schema, "
                        "but type 8 in the log");
    assert_true(err.transient);
    row_layout_close(&layout);
    table_map_close(&map);
}

/* Arrays of VARCHAR(300), BIGINT, DECIMAL(10,2) and CHAR(10): hidden columns that no row carries.
 */
static void hidden_arrays_of_an_index_are_stepped_over(void **state)
{
    const struct map_bytes m = {BYTES("\x03\x02\x14\x14\x14\x14"),
                                BYTES("\x0f\xb0\x04\x00\x08\xf6\x0a\x02\xfe\xfe\x28"), BYTES("")};
    const struct map_bytes nested = {BYTES("\x03\x14"), BYTES("\x14\x03"), BYTES("")};
    /* both columns of its own, none of the hidden ones, and bits beyond all columns */
    static const uint8_t body[] = {42, 0,    0,    0, 0, 0, 1, 0,    2,   0,
                                   6,  0xc3, 0xfc, 1, 0, 0, 0, 0xff, 0xff};
    struct event e = {.type = EVENT_WRITE_ROWS, .body = body, .body_len = sizeof(body)};
    struct table_map map = TABLE_MAP_INIT;
    struct row_layout layout = ROW_LAYOUT_INIT;
    struct rows_space space = {0};
    CLEANUP_BUF struct buf b = BUF_INIT;
    struct rows r;

    (void)state;
    assert_int_equal(join(&m, &map, &layout), 0);
    assert_int_equal(layout.n_fields, 6);
    for (size_t i = 2; i < 6; i++) {
        assert_int_equal(layout.fields[i].kind, FIELD_SKIPPED);
        assert_int_equal(layout.fields[i].column, two.n_columns);
        assert_int_equal(layout.fields[i].prefix_bytes, 4);
    }
    assert_int_equal(rows_open(&format, &e, &r, &err), 0);
    assert_int_equal(rows_start(&r, &map, &layout, &space, &err), 0);
    assert_int_equal(rows_next(&r, &err), 1);
    assert_memory_equal(space.after.values[1].ptr, "65535", 5);
    assert_int_equal(rows_next(&r, &err), 0);
    build_map(&b, &nested);
    assert_int_equal(read_map(&b, &map), -1);
    rows_space_close(&space);
    row_layout_close(&layout);
    table_map_close(&map);
}

static void with_names_columns_find_their_place(void **state)
{
    /* V (in capitals), gone, id; signedness: signed, signed, signed */
    const struct map_bytes m = {BYTES("\x02\x08\x03"), BYTES(""),
                                BYTES("\x01\x01\x00\x04\x0a\x01V\x04gone\x02id")};
    struct table_map map = TABLE_MAP_INIT;
    struct row_layout layout = ROW_LAYOUT_INIT;

    (void)state;
    assert_int_equal(join(&m, &map, &layout), 0);
    assert_int_equal(layout.fields[0].column, 1);
    assert_false(layout.fields[0].is_unsigned); /* the log goes first */
    assert_int_equal(layout.fields[1].column, two.n_columns);
    assert_int_equal(layout.fields[1].kind, FIELD_SKIPPED);
    assert_int_equal(layout.fields[1].fixed_bytes, 8);
    assert_int_equal(layout.fields[2].column, 0);
    row_layout_close(&layout);
    table_map_close(&map);
}

static void rows_that_go_beyond_their_event_are_errors(void **state)
{
    /* id 42, flags 1, extra 2, two columns, both present, then a row: NULL bits, int, smallint */
    static const uint8_t body[] = {42, 0,    0,    0, 0, 0, 1, 0,    2,   0,
                                   2,  0xff, 0xfc, 1, 0, 0, 0, 0xff, 0xff};
    const struct map_bytes m = {BYTES("\x03\x02"), BYTES(""), BYTES("")};
    struct table_map map = TABLE_MAP_INIT;
    struct row_layout layout = ROW_LAYOUT_INIT;
    struct rows_space space = {0};

    (void)state;
    assert_int_equal(join(&m, &map, &layout), 0);
    for (size_t n = 0; n <= sizeof(body); n++) {
        uint8_t *part = malloc(n + 1);
        struct event e = {.type = EVENT_WRITE_ROWS, .body = part, .body_len = n};
        struct rows r;
        int rc;

        memcpy(part, body, n);
        rc = rows_open(&format, &e, &r, &err);
        if (rc == 0)
            rc = rows_start(&r, &map, &layout, &space, &err);
        if (rc == 0)
            rc = rows_next(&r, &err);
        assert_int_equal(rc, n == sizeof(body) ? 1 : n == 12 ? 0 : -1);
        if (rc == 1) {
            assert_memory_equal(space.after.values[0].ptr, "1", 1);
            assert_memory_equal(space.after.values[1].ptr, "65535", 5);
        }
        free(part);
    }
    rows_space_close(&space);
    row_layout_close(&layout);
    table_map_close(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_string_trick_is_undone),
        cmocka_unit_test(signedness_counts_every_numeric_column_and_no_other),
        cmocka_unit_test(charsets_names_and_labels_come_in_any_order),
        cmocka_unit_test(every_cut_of_a_map_is_an_error_or_less_metadata),
        cmocka_unit_test(without_names_count_and_types_must_be_the_schemas),
        cmocka_unit_test(hidden_arrays_of_an_index_are_stepped_over),
        cmocka_unit_test(with_names_columns_find_their_place),
        cmocka_unit_test(rows_that_go_beyond_their_event_are_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
