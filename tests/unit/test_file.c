/* SPDX-License-Identifier: Apache-2.0 */
/* Binlog files: whole, cut, not files at all, from a pipe, with a transaction larger than memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zstd.h>

#include "common/buf.h"
#include "replicator/binlog/cursor.h"
#include "replicator/binlog/file.h"

#define RECORDED "tests/unit/binlog/mysql-9.7.binlog"

enum { MAGIC_BYTES = 4, REPEATS = 4000 };

static struct err err;
static size_t n_changes, n_commits;

static int want_table(void *ctx, const char *schema, const char *name, struct table_wish *out,
                      struct err *e)
{
    (void)ctx;
    (void)schema;
    (void)name;
    (void)e;
    out->is_as_logged = true;
    return 0;
}

static int on_change(void *ctx, const struct change *c, struct err *e)
{
    (void)ctx;
    (void)c;
    (void)e;
    n_changes++;
    return 0;
}

static int on_commit(void *ctx, const struct commit *c, struct err *e)
{
    (void)ctx;
    (void)c;
    (void)e;
    n_commits++;
    return 0;
}

static int on_ddl(void *ctx, const struct ddl *d, struct err *e)
{
    (void)ctx;
    (void)d;
    (void)e;
    return 0;
}

static const struct reader_handler handler = {
    .want_table = want_table, .on_change = on_change, .on_commit = on_commit, .on_ddl = on_ddl};

/* --- making files --- */

static struct buf read_whole(const char *path)
{
    struct buf out = BUF_INIT;
    FILE *in = fopen(path, "rb");
    char bytes[4096];
    size_t n;

    assert_non_null(in);
    while ((n = fread(bytes, 1, sizeof(bytes), in)) > 0)
        buf_append(&out, bytes, n);
    fclose(in);
    return out;
}

static char path[] = "/tmp/tabrelay-test-file.XXXXXX";

static void write_whole(const struct buf *b)
{
    FILE *out = fopen(path, "wb");

    assert_non_null(out);
    assert_int_equal(fwrite(b->ptr, 1, b->len, out), b->len);
    assert_int_equal(fclose(out), 0);
}

static size_t length_at(const struct buf *b, size_t at)
{
    return (size_t)le_load((const uint8_t *)b->ptr + at + 9, 4);
}

/* Append the first event of TYPE in FROM without its checksum, as inside a compressed transaction;
 * from AT on, which moves behind it. */
static void append_inner(struct buf *out, const struct buf *from, uint8_t type, size_t *at)
{
    while ((uint8_t)from->ptr[*at + 4] != type)
        *at += length_at(from, *at);
    buf_append(out, from->ptr + *at, length_at(from, *at) - EVENT_CRC_BYTES);
    for (size_t i = 0; i < 4; i++)
        out->ptr[out->len - (length_at(from, *at) - EVENT_CRC_BYTES) + 9 + i] =
            (char)((length_at(from, *at) - EVENT_CRC_BYTES) >> (8 * i));
    *at += length_at(from, *at);
}

static void put_lenenc8(struct buf *b, uint64_t v)
{
    buf_putc(b, (char)0xfe);
    for (size_t i = 0; i < 8; i++)
        buf_putc(b, (char)(v >> (8 * i) & 0xff));
}

static void put_field(struct buf *b, char type, uint64_t v)
{
    buf_putc(b, type);
    buf_putc(b, 9);
    put_lenenc8(b, v);
}

/* The statement's text, which nobody reads: bytes that cannot be packed. */
static void append_noise(struct buf *out)
{
    static uint32_t noise = 1;
    char bytes[EVENT_HEADER_BYTES + 300] = {1, 0, 0, 0, EVENT_ROWS_QUERY};

    bytes[9] = (char)(sizeof(bytes) & 0xff);
    bytes[10] = (char)(sizeof(bytes) >> 8);
    for (size_t i = EVENT_HEADER_BYTES; i < sizeof(bytes); i++)
        bytes[i] = (char)((noise = noise * 1664525 + 1013904223) >> 24);
    buf_append(out, bytes, sizeof(bytes));
}

/* An event of TYPE with its checksum. */
static void append_event(struct buf *out, uint8_t type, const struct buf *body)
{
    size_t start = out->len, len = EVENT_HEADER_BYTES + body->len + EVENT_CRC_BYTES;
    char header[EVENT_HEADER_BYTES] = {0};
    uint32_t crc;

    header[0] = 1;
    header[4] = (char)type;
    for (size_t i = 0; i < 4; i++)
        header[9 + i] = (char)(len >> (8 * i));
    buf_append(out, header, sizeof(header));
    buf_append(out, body->ptr, body->len);
    crc = libdeflate_crc32(0, out->ptr + start, out->len - start);
    for (size_t i = 0; i < 4; i++)
        buf_putc(out, (char)(crc >> (8 * i)));
}

/* BEGIN, the recorded first insert REPEATS times, XID: packed, and the recorded head before it. */
static struct buf large_file(bool is_zstd)
{
    struct buf recorded = read_whole(RECORDED), out = BUF_INIT, inner = BUF_INIT, body = BUF_INIT;
    size_t at = MAGIC_BYTES, head = MAGIC_BYTES + length_at(&recorded, MAGIC_BYTES), size;
    char *packed;

    buf_append(&out, recorded.ptr, head);
    while ((uint8_t)recorded.ptr[at + 4] != EVENT_TABLE_MAP)
        at += length_at(&recorded, at);
    for (size_t i = 0; i < REPEATS; i++) {
        size_t from = at;

        append_noise(&inner);
        append_inner(&inner, &recorded, EVENT_TABLE_MAP, &from);
        append_inner(&inner, &recorded, EVENT_WRITE_ROWS, &from);
        if (i == REPEATS - 1)
            append_inner(&inner, &recorded, EVENT_XID, &from);
    }
    size = ZSTD_compressBound(inner.len);
    packed = malloc(size);
    size = is_zstd ? ZSTD_compress(packed, size, inner.ptr, inner.len, 3) : 0;
    put_field(&body, 2, is_zstd ? 0 : 255);
    put_field(&body, 3, inner.len);
    put_field(&body, 1, is_zstd ? size : inner.len);
    buf_putc(&body, 0);
    buf_append(&body, is_zstd ? packed : inner.ptr, is_zstd ? size : inner.len);
    append_event(&out, EVENT_TRANSACTION_PAYLOAD, &body);
    free(packed);
    buf_close(&recorded);
    buf_close(&inner);
    buf_close(&body);
    return out;
}

/* --- reading them --- */

/* Read all of the file NAME; 0 or -1. */
static int read_all(const char *name)
{
    struct binlog_file *f = NULL;
    struct position *p = NULL;
    struct dispatch *d = NULL;
    int rc;

    n_changes = n_commits = 0;
    if (binlog_file_open(name, &f, &err) != 0)
        return -1;
    assert_int_equal(position_parse("file:x:4", &p, &err), 0);
    assert_int_equal(dispatch_new(&handler, p, &d, &err), 0);
    dispatch_file(d, binlog_file_name(f), MAGIC_BYTES);
    while ((rc = binlog_file_step(f, d, &err)) == 1)
        ;
    dispatch_free(d);
    position_free(p);
    binlog_file_close(f);
    return rc;
}

/* The same, with the bytes coming through a pipe in pieces. */
static int read_pipe(const struct buf *b)
{
    int fds[2], old = dup(STDIN_FILENO), rc;
    pid_t child;

    assert_int_equal(pipe(fds), 0);
    child = fork();
    if (child == 0) {
        close(fds[0]);
        for (size_t at = 0; at < b->len;) {
            ssize_t n = write(fds[1], b->ptr + at, b->len - at < 50000 ? b->len - at : 50000);

            if (n <= 0)
                _exit(1);
            at += (size_t)n;
        }
        _exit(0);
    }
    close(fds[1]);
    dup2(fds[0], STDIN_FILENO);
    rc = read_all("-");
    close(fds[0]);
    dup2(old, STDIN_FILENO);
    close(old);
    waitpid(child, NULL, 0);
    return rc;
}

static void a_recorded_file_is_read_to_its_end_from_disk_and_from_a_pipe(void **state)
{
    struct buf recorded = read_whole(RECORDED);
    size_t changes;

    (void)state;
    assert_int_equal(read_all(RECORDED), 0);
    changes = n_changes;
    assert_true(changes > 10);
    assert_int_equal(read_pipe(&recorded), 0);
    assert_int_equal(n_changes, changes);
    buf_close(&recorded);
}

static void check_large(bool is_zstd)
{
    struct buf large = large_file(is_zstd), recorded = read_whole(RECORDED);
    size_t at = MAGIC_BYTES + length_at(&recorded, MAGIC_BYTES), at_xid = large.len;

    assert_true(large.len > (size_t)512 * 1024);
    /* Something follows the large event, so that reading must go on at the right place. */
    buf_append(&large, recorded.ptr + at, length_at(&recorded, at));
    write_whole(&large);
    assert_int_equal(read_all(path), 0);
    assert_int_equal(n_changes, 2 * REPEATS);
    assert_int_equal(n_commits, 1);
    assert_int_equal(read_pipe(&large), 0);
    assert_int_equal(n_changes, 2 * REPEATS);

    large.ptr[at_xid / 2] ^= 1;
    write_whole(&large);
    assert_int_equal(read_all(path), -1);
    assert_non_null(strstr(err.msg, "wrong checksum"));
    assert_int_equal(n_changes, 0); /* nothing of it was believed */
    assert_int_equal(read_pipe(&large), -1);
    assert_int_equal(n_changes, 0);

    large.len = at_xid - 10;
    write_whole(&large);
    assert_int_equal(read_all(path), -1);
    assert_non_null(strstr(err.msg, "the file ends within the event at"));
    buf_close(&large);
    buf_close(&recorded);
}

static void a_compressed_transaction_may_be_larger_than_the_buffer(void **state)
{
    (void)state;
    check_large(true);
    check_large(false);
}

static void a_cut_file_is_read_as_far_as_it_goes(void **state)
{
    struct buf recorded = read_whole(RECORDED);

    (void)state;
    recorded.len -= 7;
    write_whole(&recorded);
    assert_int_equal(read_all(path), -1);
    assert_non_null(strstr(err.msg, "the file ends within the event at"));
    assert_true(n_changes > 10);
    buf_close(&recorded);
}

static void what_is_no_binlog_is_refused(void **state)
{
    struct buf text = BUF_INIT;

    (void)state;
    buf_puts(&text, "SELECT 1;\n");
    write_whole(&text);
    assert_int_equal(read_all(path), -1);
    assert_non_null(strstr(err.msg, "not a binlog file"));
    buf_clear(&text);
    write_whole(&text);
    assert_int_equal(read_all(path), -1);
    assert_non_null(strstr(err.msg, "not a binlog file"));
    buf_append(&text,
               "\xfd"
               "bin"
               "\x01",
               5);
    write_whole(&text);
    assert_int_equal(read_all(path), -1);
    assert_non_null(strstr(err.msg, "the file is encrypted"));
    assert_int_equal(read_all("/nowhere/binlog.000001"), -1);
    assert_non_null(strstr(err.msg, "No such file"));
    buf_close(&text);
}

static void an_event_with_an_absurd_length_is_refused(void **state)
{
    struct buf recorded = read_whole(RECORDED);

    (void)state;
    memset(recorded.ptr + MAGIC_BYTES + 9, 0xff, 4);
    write_whole(&recorded);
    assert_int_equal(read_all(path), -1);
    assert_non_null(strstr(err.msg, "says it has 4294967295 bytes"));
    memset(recorded.ptr + MAGIC_BYTES + 9, 0, 4);
    write_whole(&recorded);
    assert_int_equal(read_all(path), -1);
    buf_close(&recorded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorded_file_is_read_to_its_end_from_disk_and_from_a_pipe),
        cmocka_unit_test(a_compressed_transaction_may_be_larger_than_the_buffer),
        cmocka_unit_test(a_cut_file_is_read_as_far_as_it_goes),
        cmocka_unit_test(what_is_no_binlog_is_refused),
        cmocka_unit_test(an_event_with_an_absurd_length_is_refused),
    };
    int fd = mkstemp(path), failed;

    if (fd < 0)
        return 1;
    close(fd);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
