/* SPDX-License-Identifier: Apache-2.0 */
/* init: the configuration that it writes, read by the parser; tables that are chosen; addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/init/init.h"
#include "common/config/config.h"

static struct column columns[] = {
    {.name = (char *)"id", .sql_type = (char *)"bigint", .type = COLUMN_INT, .bytes = 8},
    {.name = (char *)"na: me", .sql_type = (char *)"text\n- x", .type = COLUMN_TEXT},
    {.name = (char *)"sum", .sql_type = (char *)"int", .type = COLUMN_INT, .is_generated = true},
    {.name = (char *)"spot", .sql_type = (char *)"point", .type = COLUMN_GEOMETRY},
};
static size_t key[] = {0};

static struct table make_table(const char *schema, const char *name)
{
    return (struct table){.schema = (char *)(uintptr_t)schema,
                          .name = (char *)(uintptr_t)name,
                          .engine = (char *)(uintptr_t) "InnoDB",
                          .columns = columns,
                          .n_columns = 4,
                          .key = key,
                          .n_key = 1};
}

static struct table orders, other_orders, bare;
static struct init_table items[3];
static struct init_tables tables = {.items = items, .n = 3};

static int setup(void **state)
{
    (void)state;
    orders = make_table("shop", "orders");
    other_orders = make_table("archive", "orders");
    bare = make_table("shop", "bare");
    bare.n_key = 0;
    items[0] = (struct init_table){.table = &orders, .rows = 100, .n_shown = 3};
    items[1] = (struct init_table){.table = &other_orders, .rows = 9000000, .n_shown = 3};
    items[2] = (struct init_table){.table = &bare, .rows = 1, .n_shown = 3};
    return 0;
}

static const struct init_settings settings = {.host = "127.0.0.1",
                                              .port = "3306",
                                              .user = "a \"user\": #1",
                                              .credentials = "key.json",
                                              .secret = "0123456789abcdef",
                                              .spreadsheet = "1e5",
                                              .direction = "both",
                                              .conflict = "manual",
                                              .tables = &tables};

static void parse(struct config *config)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_BUF struct buf problems = BUF_INIT;
    struct err err = ERR_INIT;

    init_yaml(&text, &settings);
    if (config_parse("test.yaml", buf_text(&text), text.len, config, &problems, &err) != 0)
        fail_msg("%s\n%s", buf_text(&problems), buf_text(&text));
}

static void what_is_written_is_what_the_parser_reads(void **state)
{
    struct config config;

    (void)state;
    items[0].is_chosen = true;
    parse(&config);
    assert_string_equal(config.mysql.user, "a \"user\": #1");
    assert_int_equal(config.n_mappings, 1);
    assert_string_equal(config.mappings[0].table, "orders");
    assert_string_equal(config.mappings[0].spreadsheet, "1e5");
    assert_string_equal(config.mappings[0].name, "orders");
    assert_int_equal(config.mappings[0].conflict, CONFIG_MANUAL);
    assert_int_equal(config.mappings[0].filter.limit, 0);
    /* No cell can show a point: the other columns are named. */
    assert_int_equal(config.mappings[0].n_columns, 3);
    assert_string_equal(config.mappings[0].columns[1].name, "na: me");
    assert_int_equal(config.mappings[0].columns[2].direction, CONFIG_TO_SHEET);
    config_free(&config);
}

static void a_table_that_is_too_large_is_mapped_in_part(void **state)
{
    struct config config;

    (void)state;
    items[1].is_chosen = true;
    parse(&config);
    assert_string_equal(config.mappings[0].filter.order_by, "`id` DESC");
    assert_int_equal(config.mappings[0].filter.limit, 1000000);
    config_free(&config);
}

static void tables_of_one_name_get_names_and_tabs_of_their_own(void **state)
{
    struct config config;

    (void)state;
    items[0].is_chosen = items[1].is_chosen = true;
    parse(&config);
    assert_string_equal(config.mappings[0].name, "shop.orders");
    assert_string_equal(config.mappings[1].tab, "archive.orders");
    config_free(&config);
}

/* The chosen ones as "101", or the error. */
static const char *choose(const char *list)
{
    static char chosen[4];
    static struct err err;

    err = ERR_INIT;
    if (init_tables_choose(&tables, list, &err) != 0)
        return err.msg;
    for (size_t i = 0; i < 3; i++)
        chosen[i] = items[i].is_chosen ? '1' : '0';
    return chosen;
}

static void tables_are_chosen_by_number_and_by_name(void **state)
{
    (void)state;
    assert_string_equal(choose("1"), "100");
    assert_string_equal(choose("1-2"), "110");
    assert_string_equal(choose(" 2, shop.orders "), "110");
    assert_string_equal(choose("all"), "110");
    assert_string_equal(choose("orders"),
                        "init: several databases have a table \"orders\": write schema.table");
    assert_string_equal(choose("0"), "init: \"0\": the tables have numbers from 1 to 3");
    assert_string_equal(choose("2-4"), "init: \"2-4\": the tables have numbers from 1 to 3");
    assert_string_equal(choose("99999999999999999999"),
                        "init: \"99999999999999999999\": the tables have numbers from 1 to 3");
    assert_string_equal(choose(","), "init: no table was chosen");
    assert_string_equal(choose("bare"),
                        "init: shop.bare has no key by which a row could be known in a tab");
}

static void the_id_is_cut_out_of_an_address(void **state)
{
    static const char *const addresses[] = {
        "1AbC", "https://docs.google.com/spreadsheets/d/1AbC/edit#gid=0",
        "https://docs.google.com/spreadsheets/d/1AbC", "http://127.0.0.1:8100/d/1AbC?x"};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        CLEANUP_BUF struct buf id = BUF_INIT;

        init_spreadsheet_id(addresses[i], &id);
        assert_string_equal(buf_text(&id), "1AbC");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_written_is_what_the_parser_reads, setup),
        cmocka_unit_test_setup(a_table_that_is_too_large_is_mapped_in_part, setup),
        cmocka_unit_test_setup(tables_of_one_name_get_names_and_tabs_of_their_own, setup),
        cmocka_unit_test_setup(tables_are_chosen_by_number_and_by_name, setup),
        cmocka_unit_test(the_id_is_cut_out_of_an_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
