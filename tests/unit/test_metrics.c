/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers, and how they are shown. They live as long as the process: each test has its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/metrics.h"

/* Is LINE, as a whole, a line of what PROGRAM shows? */
static bool shows(enum metrics_program program, const char *line)
{
    CLEANUP_BUF struct buf out = BUF_INIT;
    CLEANUP_BUF struct buf wanted = BUF_INIT;

    metrics_render(program, &out);
    buf_printf(&wanted, "\n%s\n", line);
    return strstr(buf_text(&out), buf_text(&wanted)) != NULL;
}

static void name(enum metrics_label label, const char *const *names, size_t n)
{
    struct err err = ERR_INIT;

    assert_int_equal(metrics_names(label, names, n, &err), 0);
}

static void the_places_are_those_of_the_lists(void **state)
{
    (void)state;
    assert_int_equal(metrics_place(METRICS_LABEL_OPERATION, "delete"), METRICS_DELETE);
    assert_int_equal(metrics_place(METRICS_LABEL_KIND, "drive"), METRICS_DRIVE);
    assert_int_equal(metrics_place(METRICS_LABEL_ANSWER, "ok"), METRICS_ANSWER_OK);
    assert_int_equal(metrics_place(METRICS_LABEL_ANSWER, "denied"), METRICS_ANSWER_DENIED);
    assert_int_equal(metrics_place(METRICS_LABEL_ANSWER, "unreachable"),
                     METRICS_ANSWER_UNREACHABLE);
    assert_int_equal(metrics_place(METRICS_LABEL_CHANGE_STAGE, "stream"), METRICS_STREAM);
    assert_int_equal(metrics_place(METRICS_LABEL_CHANGE_STAGE, "acknowledge"), METRICS_SAVE);
    assert_int_equal(metrics_place(METRICS_LABEL_BATCH_OUTCOME, "lost"), METRICS_BATCH_LOST);
    assert_int_equal(metrics_place(METRICS_LABEL_BATCH_OUTCOME, "failed"), METRICS_BATCH_FAILED);
    assert_int_equal(metrics_place(METRICS_LABEL_SESSION, "failed"), METRICS_NOT_OPEN);
    assert_int_equal(metrics_place(METRICS_LABEL_POOL, "idle"), METRICS_IDLE);
    assert_int_equal(metrics_place(METRICS_LABEL_EDIT_STAGE, "apply"), METRICS_APPLY);
    assert_int_equal(metrics_place(METRICS_LABEL_RELOAD, "refused"), METRICS_NOT_TAKEN);
    assert_int_equal(metrics_place(METRICS_LABEL_OPERATION, "truncate"), METRICS_NOWHERE);
}

static void a_counter_has_a_series_for_each_value_from_the_start(void **state)
{
    (void)state;
    assert_true(shows(METRICS_WEBHOOK,
                      "tabrelay_conflicts_total{kind=\"insert_insert\",policy=\"rule\","
                      "outcome=\"asked\"} 0"));
    metrics_add(METRIC_CONFLICTS, 2, 3, 4, 4);
    metrics_add(METRIC_CONFLICTS, 1, 3, 4, 4);
    assert_int_equal(metrics_get(METRIC_CONFLICTS, 3, 4, 4), 3);
    assert_true(shows(METRICS_WEBHOOK,
                      "tabrelay_conflicts_total{kind=\"insert_insert\",policy=\"rule\","
                      "outcome=\"asked\"} 3"));
    assert_true(shows(METRICS_WEBHOOK,
                      "tabrelay_conflicts_total{kind=\"update_update\",policy=\"sheet_wins\","
                      "outcome=\"mysql\"} 0"));
    assert_false(shows(METRICS_REPLICATOR, "# TYPE tabrelay_conflicts_total counter"));
}

static void what_is_not_known_is_left_out(void **state)
{
    (void)state;
    assert_int_equal(metrics_get(METRIC_RETENTION), METRICS_UNKNOWN);
    assert_true(shows(METRICS_REPLICATOR, "# TYPE tabrelay_binlog_retention_seconds gauge"));
    assert_false(shows(METRICS_REPLICATOR, "tabrelay_binlog_retention_seconds 0"));
    metrics_set(METRIC_RETENTION, 0);
    assert_true(shows(METRICS_REPLICATOR, "tabrelay_binlog_retention_seconds 0"));
    metrics_set(METRIC_RETENTION, METRICS_UNKNOWN);
    assert_false(shows(METRICS_REPLICATOR, "tabrelay_binlog_retention_seconds 0"));
}

static void units_are_seconds(void **state)
{
    (void)state;
    metrics_set(METRIC_CLOCK_OFFSET, -1500);
    assert_true(shows(METRICS_REPLICATOR, "tabrelay_mysql_clock_offset_seconds -0.001500"));
    metrics_set(METRIC_CHECKPOINT, INT64_C(1700000000123));
    assert_true(shows(METRICS_REPLICATOR, "tabrelay_checkpoint_timestamp_seconds 1700000000.123"));
}

static void an_age_grows_until_it_ends(void **state)
{
    (void)state;
    assert_true(shows(METRICS_REPLICATOR, "tabrelay_queue_age_seconds 0.000000"));
    metrics_since(METRIC_QUEUE_AGE, clock_wall_us() - 5000000);
    metrics_since(METRIC_QUEUE_AGE, clock_wall_us()); /* it has begun already */
    assert_false(shows(METRICS_REPLICATOR, "tabrelay_queue_age_seconds 0.000000"));
    assert_true(clock_wall_us() - metrics_get(METRIC_QUEUE_AGE) >= 5000000);
    metrics_set(METRIC_QUEUE_AGE, 0);
    assert_true(shows(METRICS_REPLICATOR, "tabrelay_queue_age_seconds 0.000000"));
}

static void a_histogram_s_buckets_add_up(void **state)
{
    (void)state;
    metrics_observe(METRIC_CHANGE_STAGE, 1000, METRICS_SEND); /* a bound belongs to its bucket */
    metrics_observe(METRIC_CHANGE_STAGE, 1001, METRICS_SEND);
    metrics_observe(METRIC_CHANGE_STAGE, -7, METRICS_SEND);
    metrics_observe(METRIC_CHANGE_STAGE, INT64_C(4000000000), METRICS_SEND);
    assert_int_equal(metrics_get(METRIC_CHANGE_STAGE, METRICS_SEND), 4);
#define SERIES(suffix, le, value) \
    "tabrelay_change_stage_seconds" suffix "{stage=\"send\"" le "} " value
    assert_true(shows(METRICS_REPLICATOR, SERIES("_bucket", ",le=\"0.001\"", "2")));
    assert_true(shows(METRICS_REPLICATOR, SERIES("_bucket", ",le=\"0.005\"", "3")));
    assert_true(shows(METRICS_REPLICATOR, SERIES("_bucket", ",le=\"1800\"", "3")));
    assert_true(shows(METRICS_REPLICATOR, SERIES("_bucket", ",le=\"+Inf\"", "4")));
    assert_true(shows(METRICS_REPLICATOR, SERIES("_sum", "", "4000.002001")));
    assert_true(shows(METRICS_REPLICATOR, SERIES("_count", "", "4")));
}

static void names_keep_their_numbers_when_they_are_told_again(void **state)
{
    const char *const before[] = {"countries", "say \"hi\"\\\n"}, *const after[] = {"new",
                                                                                    "countries"};

    (void)state;
    metrics_add(METRIC_COALESCED, 9, 0); /* nobody has that name: it goes nowhere */
    name(METRICS_LABEL_MAPPING, before, 2);
    metrics_add(METRIC_COALESCED, 1, 0);
    metrics_add(METRIC_COALESCED, 2, 1);
    metrics_add(METRIC_COALESCED, 5, 2);
    metrics_add(METRIC_COALESCED, 5, METRICS_NOWHERE);
    assert_true(
        shows(METRICS_REPLICATOR, "tabrelay_changes_coalesced_total{mapping=\"countries\"} 1"));
    assert_true(shows(METRICS_REPLICATOR,
                      "tabrelay_changes_coalesced_total{mapping=\"say \\\"hi\\\"\\\\\\n\"} 2"));
    name(METRICS_LABEL_MAPPING, after, 2);
    assert_int_equal(metrics_place(METRICS_LABEL_MAPPING, "countries"), 1);
    assert_true(
        shows(METRICS_REPLICATOR, "tabrelay_changes_coalesced_total{mapping=\"countries\"} 1"));
    assert_true(shows(METRICS_REPLICATOR, "tabrelay_changes_coalesced_total{mapping=\"new\"} 0"));
    assert_int_equal(metrics_place(METRICS_LABEL_MAPPING, before[1]), METRICS_NOWHERE);
    name(METRICS_LABEL_MAPPING, before, 2);
    assert_int_equal(metrics_get(METRIC_COALESCED, 1), 2);
}

static void one_state_is_1(void **state)
{
    const char *const names[] = {"a", "b"};

    (void)state;
    name(METRICS_LABEL_MAPPING, names, 2);
    metrics_set_state(METRIC_MAPPING_STATE, 1, 4);
    metrics_set_state(METRIC_MAPPING_STATE, 1, metrics_place(METRICS_LABEL_STATE, "streaming"));
    assert_true(
        shows(METRICS_REPLICATOR, "tabrelay_mapping_state{mapping=\"b\",state=\"streaming\"} 1"));
    assert_true(
        shows(METRICS_REPLICATOR, "tabrelay_mapping_state{mapping=\"b\",state=\"error\"} 0"));
    assert_true(
        shows(METRICS_REPLICATOR, "tabrelay_mapping_state{mapping=\"a\",state=\"streaming\"} 0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_places_are_those_of_the_lists),
        cmocka_unit_test(a_counter_has_a_series_for_each_value_from_the_start),
        cmocka_unit_test(what_is_not_known_is_left_out),
        cmocka_unit_test(units_are_seconds),
        cmocka_unit_test(an_age_grows_until_it_ends),
        cmocka_unit_test(a_histogram_s_buckets_add_up),
        cmocka_unit_test(names_keep_their_numbers_when_they_are_told_again),
        cmocka_unit_test(one_state_is_1),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
