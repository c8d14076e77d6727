/* SPDX-License-Identifier: Apache-2.0 */
/* config: the files in tests/unit/config load, or are refused with exactly the text beside them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/config/config.h"
#include "common/config/expand.h"
#include "common/config/keys.h"
#include "common/json.h"

#define FOLDER "tests/unit/config"

static void read_file(const char *path, struct buf *out)
{
    CLEANUP_BUF struct buf why = BUF_INIT;

    if (!expand_read_file(path, 1 << 20, true, out, &why))
        fail_msg("%s", buf_text(&why));
}

static void load_good(const char *name, struct config *c)
{
    CLEANUP_BUF struct buf problems = BUF_INIT;
    CLEANUP_BUF struct buf path = BUF_INIT;
    struct err err = ERR_INIT;

    buf_printf(&path, FOLDER "/%s", name);
    if (config_load(buf_text(&path), c, &problems, &err) != 0)
        fail_msg("%s", buf_text(&problems));
    assert_int_equal(problems.len, 0);
}

/* NAME.yaml is refused with the content of NAME.txt. */
static void check_bad(const char *name)
{
    CLEANUP_BUF struct buf problems = BUF_INIT;
    CLEANUP_BUF struct buf path = BUF_INIT;
    CLEANUP_BUF struct buf expected = BUF_INIT;
    struct err err = ERR_INIT;
    struct config c;

    buf_printf(&path, FOLDER "/%s.yaml", name);
    assert_int_equal(config_load(buf_text(&path), &c, &problems, &err), -1);
    assert_int_equal(err.code, ERR_CONFIG);
    config_free(&c);
    buf_clear(&path);
    buf_printf(&path, FOLDER "/%s.txt", name);
    read_file(buf_text(&path), &expected);
    assert_string_equal(buf_text(&problems), buf_text(&expected));
}

static void every_bad_file_is_refused_with_the_text_beside_it(void **state)
{
    DIR *folder = opendir(FOLDER);
    size_t n = 0;

    (void)state;
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        CLEANUP_FREE char *name = strdup(entry->d_name);
        char *dot = strrchr(name, '.');

        if (strncmp(name, "bad_", 4) != 0 || strcmp(dot, ".yaml") != 0)
            continue;
        *dot = '\0';
        check_bad(name);
        n++;
    }
    closedir(folder);
    assert_true(n >= 19);
}

static void what_is_left_out_has_its_default(void **state)
{
    struct config c;

    (void)state;
    load_good("good_minimal.yaml", &c);
    assert_string_equal(c.path, FOLDER "/good_minimal.yaml");
    assert_string_equal(c.instance, "tabrelay");
    assert_int_equal(c.log_level, LOG_INFO);
    assert_string_equal(c.mysql.host, "127.0.0.1");
    assert_int_equal(c.mysql.port, 3306);
    assert_null(c.mysql.socket);
    assert_string_equal(c.mysql.password, "");
    assert_string_equal(c.mysql.state_database, "tabrelay");
    assert_int_equal(c.mysql.tls, CONFIG_TLS_PREFERRED);
    assert_true(c.mysql.server_id > 1000000);
    assert_string_equal(c.google.base_url, "https://sheets.googleapis.com/");
    assert_string_equal(c.google.drive_url, "https://www.googleapis.com/");
    assert_true(c.google.uses_drive);
    assert_int_equal(c.google.n_credentials, 1);
    assert_string_equal(c.google.credentials[0], FOLDER "/key.json");
    assert_int_equal(c.google.reads_per_minute, 60);
    assert_int_equal(c.google.writes_per_minute, 60);
    assert_int_equal(c.google.project_reads_per_minute, 300);
    assert_int_equal(c.google.project_writes_per_minute, 300);
    assert_int_equal(c.google.spreadsheet_writes_per_minute, 60);
    assert_int_equal(c.google.timeout_ms, 180000);
    assert_string_equal(c.webhook.listen_host, "127.0.0.1");
    assert_int_equal(c.webhook.listen_port, 8080);
    assert_string_equal(c.webhook.url, "http://127.0.0.1:8080/");
    assert_int_equal(c.webhook.max_body_bytes, 1 << 20);
    assert_int_equal(c.webhook.max_age_ms, 300000);
    assert_int_equal(c.webhook.threads, 4);
    assert_null(c.replicator.metrics_host);
    assert_string_equal(c.page.listen_host, "127.0.0.1");
    assert_int_equal(c.page.listen_port, 8088);
    assert_null(c.page.token);
    assert_null(c.page.replicator_url);
    assert_string_equal(c.page.webhook_url, "http://127.0.0.1:8080/");
    assert_int_equal(c.replicator.memory_limit_bytes, 64 << 20);
    assert_int_equal(c.replicator.snapshot_rows, 10000);
    assert_int_equal(c.replicator.snapshot_max_lag_ms, 30000);
    assert_int_equal(c.replicator.snapshot_max_threads, 25);
    assert_int_equal(c.google.batch_bytes, 1950 * 1024);
    assert_int_equal(c.replicator.reconcile_every_ms, 600000);
    assert_int_equal(c.replicator.heartbeat_every_ms, 10000);
    assert_int_equal(c.replicator.poll_every_ms, 15000);
    assert_int_equal(c.keep.edits_ms, 90LL * 86400000);
    assert_int_equal(c.keep.conflicts_ms, 90LL * 86400000);
    assert_int_equal(c.replicator.on_purged, CONFIG_PURGED_SNAPSHOT);
    assert_int_equal(c.n_mappings, 1);
    assert_string_equal(c.mappings[0].name, "products");
    assert_int_equal(c.mappings[0].n_key, 0);
    assert_int_equal(c.mappings[0].n_columns, 0);
    assert_int_equal(c.mappings[0].direction, CONFIG_BOTH);
    assert_int_equal(c.mappings[0].conflict, CONFIG_SHEET_WINS);
    assert_int_equal(c.mappings[0].delete_limit_rows, 25);
    assert_int_equal(c.mappings[0].delete_limit_percent, 10);
    assert_int_equal(c.n_families, 0);
    assert_int_equal(c.mappings[0].on_new_column, CONFIG_COLUMN_ADD);
    assert_int_equal(c.mappings[0].on_dropped_column, CONFIG_KEEP);
    assert_int_equal(c.mappings[0].on_truncate, CONFIG_CLEAR);
    assert_int_equal(c.mappings[0].on_drop, CONFIG_KEEP);
    assert_int_equal(c.mappings[0].line, 8);
    config_free(&c);
}

static void what_is_given_is_taken(void **state)
{
    struct config c;
    const struct config_mapping *m;

    (void)state;
    load_good("good_everything.yaml", &c);
    assert_string_equal(c.instance, "shop-1");
    assert_int_equal(c.log_level, LOG_DEBUG);
    assert_string_equal(c.mysql.host, "db.example.com");
    assert_int_equal(c.mysql.port, 3307);
    assert_string_equal(c.mysql.password, "correct-horse");
    assert_string_equal(c.mysql.state_database, "relay_state");
    assert_int_equal(c.mysql.tls, CONFIG_TLS_REQUIRED);
    assert_string_equal(c.mysql.tls_ca, FOLDER "/certs/ca.pem");
    assert_int_equal(c.mysql.server_id, UINT32_MAX);
    assert_string_equal(c.google.base_url, "http://127.0.0.1:9000/");
    assert_string_equal(c.google.drive_url, "http://127.0.0.1:9001/");
    assert_int_equal(c.google.n_credentials, 2);
    assert_string_equal(c.google.credentials[0], "/etc/tabrelay/key.json");
    assert_string_equal(c.google.credentials[1], FOLDER "/second.json");
    assert_int_equal(c.google.reads_per_minute, 400);
    assert_int_equal(c.google.writes_per_minute, 120);
    assert_int_equal(c.google.project_reads_per_minute, 400);
    assert_int_equal(c.google.project_writes_per_minute, 1000);
    assert_int_equal(c.google.spreadsheet_writes_per_minute, 50);
    assert_int_equal(c.google.timeout_ms, 90000);
    assert_string_equal(c.webhook.listen_host, "::1");
    assert_int_equal(c.webhook.listen_port, 8081);
    assert_string_equal(c.webhook.url, "https://hooks.example.com/tabrelay/");
    assert_string_equal(c.webhook.secret, "a secret out of a file");
    assert_string_equal(c.webhook.previous_secret, "the one before it");
    assert_int_equal(c.webhook.max_body_bytes, 65536);
    assert_int_equal(c.webhook.max_age_ms, 120000);
    assert_int_equal(c.webhook.threads, 8);
    assert_string_equal(c.replicator.metrics_host, "0.0.0.0");
    assert_int_equal(c.replicator.metrics_port, 9187);
    assert_string_equal(c.page.listen_host, "0.0.0.0");
    assert_int_equal(c.page.listen_port, 80);
    assert_true(strlen(c.page.token) >= 16);
    assert_string_equal(c.page.public_url, "https://status.example.com/");
    assert_string_equal(c.page.replicator_url, "http://replicator:9187/");
    assert_string_equal(c.page.webhook_url, "http://webhook:8080/");
    assert_int_equal(c.replicator.memory_limit_bytes, 1 << 30);
    assert_int_equal(c.replicator.reconcile_every_ms, 0);
    assert_int_equal(c.replicator.poll_every_ms, 500);
    assert_int_equal(c.keep.edits_ms, CONFIG_FOREVER);
    assert_int_equal(c.keep.conflicts_ms, 36LL * 3600000);
    assert_string_equal(c.webhook.public_url, "https://public.example.com/");
    assert_int_equal(c.mappings[0].sheet_changes, CONFIG_DRIVE_PUSH);
    assert_int_equal(c.mappings[1].sheet_changes, CONFIG_APPS_SCRIPT);
    assert_int_equal(c.mappings[0].on_long_text, CONFIG_LONG_TRUNCATE);
    assert_int_equal(c.mappings[1].on_long_text, CONFIG_LONG_REJECT);
    assert_int_equal(c.mappings[0].trim_grid, CONFIG_NO);
    assert_int_equal(c.mappings[1].trim_grid, CONFIG_YES);
    assert_string_equal(c.mappings[1].filter.where, "stock > 0 AND name LIKE 'a%'");
    assert_string_equal(c.mappings[1].filter.order_by, "updated_at desc, `name`");
    assert_int_equal(c.mappings[1].filter.limit, 500);
    assert_true(row_filter_is_none(&c.mappings[0].filter));
    assert_int_equal(c.replicator.on_purged, CONFIG_PURGED_STOP);
    m = config_find_mapping(&c, "goods");
    assert_non_null(m);
    assert_string_equal(m->schema, "shop");
    assert_string_equal(m->table, "products");
    assert_string_equal(m->tab, "Produits \"été\"");
    assert_int_equal(m->n_key, 1);
    assert_string_equal(m->key[0], "id");
    assert_int_equal(m->conflict, CONFIG_LAST_WRITE_WINS);
    assert_string_equal(m->last_write_column, "updated_at");
    assert_int_equal(m->delete_conflict, CONFIG_DELETE_MANUAL);
    assert_int_equal(m->on_delete, CONFIG_ON_DELETE_MARK);
    assert_int_equal(m->on_cleared_row, CONFIG_CLEARED_RESTORE);
    assert_int_equal(m->initial, CONFIG_INITIAL_MERGE);
    assert_int_equal(m->delete_limit_rows, 0);
    assert_int_equal(m->delete_limit_percent, 100);
    assert_int_equal(m->on_new_column, CONFIG_COLUMN_IGNORE);
    assert_int_equal(m->on_dropped_column, CONFIG_CLEAR);
    assert_int_equal(m->on_truncate, CONFIG_KEEP);
    assert_int_equal(m->on_drop, CONFIG_CLEAR);
    assert_int_equal(m->n_editors, 3);
    assert_string_equal(m->editors[1], "*@example.org");
    assert_int_equal(m->edits_per_minute, 600);
    assert_int_equal(m->rows_per_request, 50);
    assert_int_equal(m->n_columns, 4);
    assert_string_equal(m->columns[0].header, "id");
    assert_string_equal(m->columns[1].name, "unit_price");
    assert_string_equal(m->columns[1].header, "Prix");
    assert_int_equal(m->columns[1].direction, CONFIG_BOTH);
    assert_string_equal(m->columns[1].rule, "GREATEST(mysql.unit_price, sheet.unit_price)");
    assert_int_equal(config_policy(m, "unit_price"), CONFIG_RULE);
    assert_int_equal(config_policy(m, "id"), CONFIG_LAST_WRITE_WINS);
    assert_int_equal(config_policy(m, "STOCK"), CONFIG_MANUAL);
    assert_true(config_keeps_value(m, "stock"));
    assert_false(config_keeps_value(m, "id"));
    assert_int_equal(m->columns[2].edit, CONFIG_EDIT_DENY);
    assert_int_equal(m->columns[3].direction, CONFIG_TO_SHEET);
    assert_int_equal(config_find_mapping(&c, "orders")->columns[0].direction, CONFIG_TO_SHEET);
    assert_null(config_find_mapping(&c, "products"));
    config_free(&c);
}

static void aliases_stand_for_what_they_name(void **state)
{
    struct config c;

    (void)state;
    load_good("good_aliases.yaml", &c);
    assert_string_equal(c.mappings[1].spreadsheet, "1AbC");
    assert_int_equal(c.mappings[1].n_columns, 2);
    assert_string_equal(c.mappings[1].columns[1].name, "name");
    config_free(&c);
}

static void the_example_loads(void **state)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_BUF struct buf problems = BUF_INIT;
    struct err err = ERR_INIT;
    struct config c;

    (void)state;
    read_file("schemas/example.yaml", &text);
    /* Beside the others lies the file that it names. */
    if (config_parse(FOLDER "/example.yaml", buf_text(&text), text.len, &c, &problems, &err) != 0)
        fail_msg("%s", buf_text(&problems));
    assert_string_equal(c.webhook.secret, "a secret of the example");
    assert_string_equal(c.mappings[0].columns[5].header, "Updated");
    config_free(&c);
}

static const cJSON *follow_reference(const cJSON *schema, const cJSON *node)
{
    const char *reference = json_text(node, "$ref", "");

    if (strncmp(reference, "#/$defs/", 8) != 0)
        return node;
    return follow_reference(schema, json_get(json_get(schema, "$defs"), reference + 8));
}

/* A column may be a name alone; then its keys stand in the second alternative. */
static const cJSON *object_of(const cJSON *schema, const cJSON *node)
{
    const cJSON *any;

    node = follow_reference(schema, node);
    any = json_get(node, "anyOf");
    return json_get(node, "properties") == NULL && any != NULL ? cJSON_GetArrayItem(any, 1) : node;
}

static bool requires(const cJSON *object, const char *name)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, json_get(object, "required"))
    {
        if (strcmp(item->valuestring, name) == 0)
            return true;
    }
    return false;
}

static void compare_key(const cJSON *schema, const cJSON *property, const struct key *k);

static void compare_section(const cJSON *schema, const cJSON *object, const struct section *s)
{
    int n = 0;

    for (const struct key *k = s->keys; k->name != NULL; k++, n++) {
        const cJSON *property = json_get(json_get(object, "properties"), k->name);

        if (property == NULL)
            fail_msg("the schema lacks %s", k->name);
        if (requires(object, k->name) != k->is_required)
            fail_msg("%s is required in one of schema and program only", k->name);
        compare_key(schema, property, k);
    }
    assert_int_equal(cJSON_GetArraySize(json_get(object, "properties")), n);
}

/* The same default and labels, and the same below. */
static void compare_key(const cJSON *schema, const cJSON *property, const struct key *k)
{
    const cJSON *fallback = json_get(property, "default");
    const cJSON *labels = json_get(follow_reference(schema, property), "enum");
    char number[32];

    if (k->section != NULL)
        compare_section(schema, object_of(schema, property), k->section);
    if (k->item != NULL && k->item->section != NULL)
        compare_section(schema, object_of(schema, json_get(property, "items")), k->item->section);
    if ((k->fallback == NULL) != (fallback == NULL))
        fail_msg("%s has a default in one of schema and program only", k->name);
    if (cJSON_IsNumber(fallback)) {
        snprintf(number, sizeof(number), "%d", fallback->valueint);
        assert_string_equal(number, k->fallback);
    } else if (cJSON_IsBool(fallback)) {
        assert_string_equal(cJSON_IsTrue(fallback) ? "true" : "false", k->fallback);
    } else if (fallback != NULL) {
        assert_string_equal(fallback->valuestring, k->fallback);
    }
    /* A switch has words first, then what YAML makes of them. */
    for (int i = 0; k->labels != NULL && cJSON_IsString(cJSON_GetArrayItem(labels, i)); i++)
        assert_string_equal(cJSON_GetArrayItem(labels, i)->valuestring, k->labels[i]);
    assert_true((k->labels == NULL) == (labels == NULL));
}

static void the_schema_and_the_program_know_the_same_keys(void **state)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_JSON cJSON *schema = NULL;
    struct err err = ERR_INIT;

    (void)state;
    read_file("schemas/tabrelay.schema.json", &text);
    if (json_parse(buf_text(&text), text.len, &schema, &err) != 0)
        fail_msg("%s", err.msg);
    compare_section(schema, schema, &keys_root);
}

static int parse(const char *text, struct config *c, struct buf *problems)
{
    struct err err = ERR_INIT;

    return config_parse("t.yaml", text, strlen(text), c, problems, &err);
}

/* MYSQL is the inside of the mysql section. */
static void parse_mysql(const char *mysql, struct config *c)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_BUF struct buf problems = BUF_INIT;

    buf_printf(&text,
               "mysql: {user: u, %s}\ngoogle: {credentials: k}\n"
               "webhook: {secret: 0123456789abcdef, listen: 0.0.0.0:99}\n"
               "mappings: [{table: a.b, spreadsheet: s, tab: t}]\n",
               mysql);
    if (parse(buf_text(&text), c, &problems) != 0)
        fail_msg("%s", buf_text(&problems));
}

static void tls_is_verified_where_strangers_could_listen(void **state)
{
    static const struct {
        const char *mysql;
        enum config_tls expected;
    } cases[] = {
        {"host: localhost", CONFIG_TLS_PREFERRED},
        {"host: 127.8.9.1", CONFIG_TLS_PREFERRED},
        {"host: \"::1\"", CONFIG_TLS_PREFERRED},
        {"socket: /run/s", CONFIG_TLS_PREFERRED},
        {"host: 10.0.0.1", CONFIG_TLS_VERIFY},
        {"host: db.example.com", CONFIG_TLS_VERIFY},
        {"host: db, tls: off", CONFIG_TLS_OFF},
        {"host: [127.0.0.1, db]", CONFIG_TLS_VERIFY},
        {"host: [\"127.0.0.1:3307\", \"[::1]:3308\", \"localhost:1\"]", CONFIG_TLS_PREFERRED},
        {"host: 127.example.com", CONFIG_TLS_VERIFY},
        {"host: [\"127.0.0.1.example.com:3306\"]", CONFIG_TLS_VERIFY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct config c;

        parse_mysql(cases[i].mysql, &c);
        assert_int_equal(c.mysql.tls, cases[i].expected);
        assert_string_equal(c.webhook.url, "http://127.0.0.1:99/");
        config_free(&c);
    }
}

static void the_server_may_be_one_of_several_hosts(void **state)
{
    struct config c;

    (void)state;
    parse_mysql("host: [db1, \"db2:3307\"]", &c);
    assert_int_equal(c.mysql.n_hosts, 2);
    assert_string_equal(c.mysql.hosts[1], "db2:3307");
    assert_string_equal(c.mysql.host, "db1, db2:3307");
    config_free(&c);
    parse_mysql("port: 1", &c);
    assert_int_equal(c.mysql.n_hosts, 1);
    assert_string_equal(c.mysql.hosts[0], "127.0.0.1");
    config_free(&c);
}

static void a_file_of_aliases_ends_soon(void **state)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_BUF struct buf problems = BUF_INIT;
    struct config c;

    (void)state;
    buf_puts(&text, "mysql: {user: u}\ngoogle: {credentials: k}\n"
                    "webhook: {secret: 0123456789abcdef}\nmappings:\n  - &m {table: a.b, "
                    "spreadsheet: s, tab: t, columns: [c0");
    for (int i = 1; i < 1000; i++)
        buf_printf(&text, ", c%d", i);
    buf_puts(&text, "]}\n");
    for (int i = 1; i < 1000; i++)
        buf_puts(&text, "  - *m\n");
    assert_int_equal(parse(buf_text(&text), &c, &problems), -1);
    assert_string_equal(buf_text(&problems),
                        "t.yaml:5:2897: mappings[99].columns[492]: the file holds too much\n"
                        "t.yaml: stopped after 1 problem\n");
    config_free(&c);
}

static void a_file_of_faults_is_not_read_to_its_end(void **state)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_BUF struct buf problems = BUF_INIT;
    struct config c;

    (void)state;
    for (int i = 0; i < 1000; i++)
        buf_printf(&text, "nonsense%d: 1\n", i);
    assert_int_equal(parse(buf_text(&text), &c, &problems), -1);
    assert_non_null(strstr(buf_text(&problems), "t.yaml:100:1: nonsense99: unknown key\n"
                                                "t.yaml: stopped after 100 problems\n"));
    config_free(&c);
}

static void a_file_that_is_missing_or_too_large_is_named(void **state)
{
    CLEANUP_BUF struct buf problems = BUF_INIT;
    struct err err = ERR_INIT;
    struct config c;
    char name[] = "/tmp/tabrelay-test-XXXXXX";
    CLEANUP_CLOSE int fd = mkstemp(name);
    char expected[128];

    (void)state;
    assert_int_equal(config_load("no/such.yaml", &c, &problems, &err), -1);
    assert_string_equal(err.msg, "cannot read no/such.yaml: No such file or directory");
    assert_string_equal(buf_text(&problems), "");
    config_free(&c);
    assert_int_equal(ftruncate(fd, (1 << 20) + 1), 0);
    assert_int_equal(config_load(name, &c, &problems, &err), -1);
    snprintf(expected, sizeof(expected), "cannot read %s: it has more than 1024 KiB", name);
    assert_string_equal(err.msg, expected);
    config_free(&c);
    unlink(name);
}

/* CHANGED has another KEY than OLD. */
static void expect_fixed(const struct config *old, const struct config *changed, const char *key)
{
    struct err err = ERR_INIT;
    char wanted[80];

    assert_int_equal(config_check_change(old, changed, &err), -1);
    snprintf(wanted, sizeof(wanted), "%s cannot change while the programs run", key);
    assert_string_equal(err.msg, wanted);
}

static void what_cannot_change_while_it_runs_is_named(void **state)
{
    struct config old, changed;
    struct err err = ERR_INIT;

    (void)state;
    parse_mysql("port: 1", &old);
    assert_int_equal(config_check_change(&old, &old, &err), 0);
    changed = old; /* its texts are OLD's */
    changed.instance = (char[]){"another"};
    expect_fixed(&old, &changed, "instance");
    changed = old;
    changed.mysql.state_database = (char[]){"other"};
    expect_fixed(&old, &changed, "mysql.state_database");
    changed = old;
    changed.webhook.listen_host = (char[]){"127.0.0.9"};
    expect_fixed(&old, &changed, "webhook.listen");
    changed = old;
    changed.webhook.listen_port++;
    expect_fixed(&old, &changed, "webhook.listen");
    changed = old;
    changed.webhook.threads++;
    expect_fixed(&old, &changed, "webhook.threads");
    changed = old;
    changed.webhook.max_body_bytes++;
    expect_fixed(&old, &changed, "webhook.max_body");
    config_free(&old);
}

static void the_id_as_a_replica_depends_on_the_instance(void **state)
{
    struct config a, b;

    (void)state;
    parse_mysql("port: 1}\ninstance: one\nreplicator: {snapshot_rows: 5", &a);
    parse_mysql("port: 1}\ninstance: two\nreplicator: {snapshot_rows: 5", &b);
    assert_true(a.mysql.server_id > 1000000 && b.mysql.server_id > 1000000);
    assert_int_not_equal(a.mysql.server_id, b.mysql.server_id);
    config_free(&a);
    config_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bad_file_is_refused_with_the_text_beside_it),
        cmocka_unit_test(what_is_left_out_has_its_default),
        cmocka_unit_test(what_is_given_is_taken),
        cmocka_unit_test(aliases_stand_for_what_they_name),
        cmocka_unit_test(the_example_loads),
        cmocka_unit_test(the_schema_and_the_program_know_the_same_keys),
        cmocka_unit_test(tls_is_verified_where_strangers_could_listen),
        cmocka_unit_test(the_server_may_be_one_of_several_hosts),
        cmocka_unit_test(a_file_of_aliases_ends_soon),
        cmocka_unit_test(a_file_of_faults_is_not_read_to_its_end),
        cmocka_unit_test(a_file_that_is_missing_or_too_large_is_named),
        cmocka_unit_test(what_cannot_change_while_it_runs_is_named),
        cmocka_unit_test(the_id_as_a_replica_depends_on_the_instance),
    };

    setenv("TABRELAY_TEST_PASSWORD", "correct-horse", 1);
    setenv("TABRELAY_MYSQL_PASSWORD", "correct-horse", 1);
    unsetenv("TABRELAY_TEST_UNSET");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
