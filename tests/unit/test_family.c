/* SPDX-License-Identifier: Apache-2.0 */
/* A mapping with tabs_by: its members, and what their tabs and mappings are called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/config/family.h"

static const char yaml[] =
    "mysql: {user: relay}\n"
    "google: {credentials: key.json}\n"
    "webhook: {secret: 0123456789abcdef}\n"
    "mappings:\n"
    "  - {table: shop.orders, spreadsheet: 1AbC, tab: \"Orders {value}!\", tabs_by: country,\n"
    "     where: amount > 0}\n"
    "  - {table: shop.people, spreadsheet: 1AbC, tab: People}\n";

static void load(struct config *c)
{
    CLEANUP_BUF struct buf problems = BUF_INIT;
    struct err err = ERR_INIT;

    if (config_parse("tabrelay.yaml", yaml, strlen(yaml), c, &problems, &err) != 0)
        fail_msg("%s", buf_text(&problems));
}

static struct value text(const char *value)
{
    return value == NULL ? VALUE_INIT_NULL : value_text(value, strlen(value));
}

static void a_family_is_no_mapping_and_its_members_are(void **state)
{
    const struct member members[] = {{"orders", "country", text("DE"), "orders/DE", "Orders DE!"},
                                     {"orders", "state", text("new"), "orders/new", "New"},
                                     {"gone", "country", text("DE"), "gone/DE", "Gone"},
                                     {"orders", "COUNTRY", text(NULL), "orders/NULL", "None"}};
    struct config c, expanded, again;
    struct err err = ERR_INIT;

    (void)state;
    load(&c);
    assert_int_equal(c.n_mappings, 1);
    assert_int_equal(c.n_families, 1);
    assert_int_equal(c.families[0].tabs_limit, 50);
    assert_ptr_equal(config_find_family(&c, "orders"), &c.families[0]);
    assert_null(config_find_mapping(&c, "orders"));
    assert_int_equal(family_expand(&c, members, 4, 17, &expanded, &err), 0);
    assert_int_equal(family_expand(&c, members, 0, 18, &again, &err), 0);
    assert_int_equal(again.n_mappings, 1);
    assert_int_equal(expanded.members_version, 17);
    assert_int_equal(expanded.n_mappings, 3);
    assert_int_equal(config_n_written(&expanded), 2);
    assert_string_equal(config_written(&expanded, 0)->name, "people");
    assert_string_equal(config_written(&expanded, 1)->name, "orders");
    assert_string_equal(expanded.mappings[1].name, "orders/DE");
    assert_string_equal(expanded.mappings[1].tab, "Orders DE!");
    assert_string_equal(expanded.mappings[1].filter.where, "amount > 0");
    assert_string_equal(expanded.mappings[1].filter.column, "country");
    assert_true(value_equal(expanded.mappings[1].filter.value, text("DE")));
    assert_string_equal(expanded.mappings[2].name, "orders/NULL");
    assert_int_equal(expanded.mappings[2].filter.value.state, VALUE_NULL);
    assert_true(config_is_called(&expanded.mappings[2], "orders"));
    assert_true(config_is_called(&expanded.mappings[2], "orders/NULL"));
    assert_false(config_is_called(&expanded.mappings[0], "orders"));
    assert_true(config_may_be_member(&c, "orders/IT"));
    assert_false(config_may_be_member(&c, "orders"));
    config_free(&again);
    config_free(&expanded);
    config_free(&c);
}

static void check_title(const struct config_mapping *family, const char *value, unsigned copy,
                        const char *wanted)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    family_title(family, text(value), copy, &out);
    assert_string_equal(buf_text(&out), wanted);
}

static void check_name(const struct config_mapping *family, const char *value, unsigned copy,
                       const char *wanted)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    family_name(family, text(value), copy, &out);
    assert_string_equal(buf_text(&out), wanted);
}

#define TEN "0123456789"

static void a_value_is_a_title_and_a_name(void **state)
{
    struct config c;
    const struct config_mapping *f;

    (void)state;
    load(&c);
    f = &c.families[0];
    check_title(f, "DE", 1, "Orders DE!");
    check_title(f, "DE", 2, "Orders DE (2)!");
    check_title(f, NULL, 1, "Orders NULL!");
    check_title(f, "", 1, "Orders \"\"!");
    check_title(f, "a\nb\tc\x01", 1, "Orders a b c !");
    check_title(f, TEN TEN TEN TEN TEN TEN TEN TEN TEN "0123456", 1,
                "Orders " TEN TEN TEN TEN TEN TEN TEN TEN TEN "01!");
    check_title(f, TEN TEN TEN TEN TEN TEN TEN TEN TEN "0123456", 12,
                "Orders " TEN TEN TEN TEN TEN TEN TEN TEN "0123456 (12)!");
    check_title(f, TEN TEN TEN TEN TEN TEN TEN TEN TEN "0\xf0\x9f\x98\x80", 1,
                "Orders " TEN TEN TEN TEN TEN TEN TEN TEN TEN "0!"); /* two units, one is left */
    check_name(f, "DE", 1, "orders/DE");
    check_name(f, NULL, 3, "orders/NULL (3)");
    check_name(f, TEN TEN TEN TEN TEN "01234567", 1, "orders/" TEN TEN TEN TEN TEN "0123456");
    check_name(f, TEN TEN TEN TEN TEN "012345\xc3\xa9z", 1,
               "orders/" TEN TEN TEN TEN TEN "012345\xc3\xa9");
    config_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_family_is_no_mapping_and_its_members_are),
        cmocka_unit_test(a_value_is_a_title_and_a_name),
    };

    return cmocka_run_group_tests_name("family", tests, NULL, NULL);
}
