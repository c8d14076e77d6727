/* SPDX-License-Identifier: Apache-2.0 */
/* The engine under scripts of its own: triggers and their faults, locks, limits, what is kept. */
#include <dirent.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/crypto.h"
#include "common/http/client.h"
#include "sandbox/script/text.h"
#include "sandbox/script/urlfetch.h"
#include "sandbox/script/zone.h"
#include "tests/unit/script_fixture.h"

static char folder[64];

static const char SCRIPT[] =
    "function setUp() {\n"
    "  "
    "ScriptApp.newTrigger('count').forSpreadsheet(SpreadsheetApp.getActive()).onEdit().create();\n"
    "}\n"
    "function count(e) {\n"
    "  var lock = LockService.getScriptLock();\n"
    "  lock.waitLock(10000);\n"
    "  var p = PropertiesService.getScriptProperties();\n"
    "  var n = Number(p.getProperty('n') || 0);\n"
    "  Utilities.sleep(5);\n"
    "  p.setProperty('n', String(n + 1));\n"
    "  p.setProperty('last', e.range.getA1Notation() + ' ' + e.value + ' ' + e.oldValue);\n"
    "  lock.releaseLock();\n"
    "}\n"
    "function slow(e) { Utilities.sleep(200); count(e); }\n"
    "function slowSetUp() { ScriptApp.newTrigger('slow').forSpreadsheet('S1').onEdit().create(); "
    "}\n"
    "function clockSetUp() {\n"
    "  ScriptApp.newTrigger('tick').timeBased().everyMinutes(1).create();\n"
    "}\n"
    "function tick(e) {\n"
    "  var p = PropertiesService.getScriptProperties();\n"
    "  p.setProperty('ticks', String(Number(p.getProperty('ticks') || 0) + 1));\n"
    "}\n"
    "function get(name) { return PropertiesService.getScriptProperties().getProperty(name); }\n"
    "function put(name, value) {\n"
    "  PropertiesService.getScriptProperties().setProperty(name, value);\n"
    "}\n"
    "function loop() { while (true) {} }\n"
    "function loopWhatever() { while (true) { try { loop(); } catch (e) {} } }\n"
    "function hoard() { var s = 'x'; while (true) { s += s; } }\n"
    "function deep() { return deep() + 1; }\n"
    "function fail() {\n"
    "  throw new Error('no good');\n"
    "}\n"
    "function throwText() { throw 'just text'; }\n"
    "function hold(ms) {\n"
    "  LockService.getScriptLock().waitLock(1000);\n"
    "  Utilities.sleep(ms);\n"
    "}\n"
    "function tryIt(ms) { return LockService.getScriptLock().tryLock(ms); }\n"
    "function fetchIt(url) { return UrlFetchApp.fetch(url).getResponseCode(); }\n"
    "function leak() { leaked = (typeof leaked === 'undefined' ? 0 : leaked) + 1; return leaked; "
    "}\n"
    "function door() { return typeof host + typeof door_ + typeof Duktape; }\n"
    "function hmac() {\n"
    "  return Utilities.computeHmacSha256Signature('1700000000.{}', 'key',\n"
    "    Utilities.Charset.UTF_8).slice(0, 4);\n"
    "}\n"
    "function range(a1) {\n"
    "  var r = SpreadsheetApp.getActive().getSheetByName('Countries').getRange(a1);\n"
    "  return [r.getRow(), r.getColumn(), r.getNumRows(), r.getNumColumns(), r.getA1Notation()];\n"
    "}\n"
    "function outside() { SpreadsheetApp.getActive().getSheets()[0].getRange(6001, 1); }\n"
    "function shape() {\n"
    "  SpreadsheetApp.getActive().getSheets()[0].getRange(1, 1, 2, 1).setValues([[1]]);\n"
    "}\n"
    "function dates(serial) {\n"
    "  var r = SpreadsheetApp.getActive().getSheets()[0].getRange('E2');\n"
    "  return [Utilities.formatDate(r.getValue(), 'Europe/Berlin', \"yyyy-MM-dd'T'HH:mm:ss.SSS "
    "Z\"),\n"
    "    Utilities.formatDate(r.getValue(), 'America/New_York', 'EEE, d MMM yyyy h:mm a XXX')];\n"
    "}\n"
    "function rewrite() {\n"
    "  var r = SpreadsheetApp.getActive().getSheets()[0].getRange('E2');\n"
    "  r.setValue(r.getValue());\n"
    "}\n"
    "function cached(v) {\n"
    "  var c = CacheService.getScriptCache();\n"
    "  if (v) { c.put('k', v, 60); }\n"
    "  return c.get('k');\n"
    "}\n"
    "function base64() { return Utilities.base64Encode('gr\\u00fc\\u00df'); }\n"
    "function log() { console.warn('watch %s', 'out'); Logger.log({a: 1}); }\n";

static void write_script(const char *path)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(SCRIPT, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void start_here(struct script_options options)
{
    static char path[96];

    snprintf(path, sizeof(path), "%s/Script.gs", folder);
    write_script(path);
    options.source = path;
    engine_start(options);
}

static int engine_setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/tabrelay-script-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    grid_reset();
    start_here(
        (struct script_options){.max_run_ms = 1500, .max_heap_bytes = 4 << 20, .minute_ms = 100});
    return 0;
}

static void remove_folder(void)
{
    char path[512];
    const struct dirent *entry;
    DIR *dir = opendir(folder);

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.')
            remove(path);
    }
    closedir(dir);
    rmdir(folder);
}

static int engine_teardown(void **state)
{
    teardown(state);
    remove_folder();
    return 0;
}

static void set_faults(const char *json)
{
    struct err err = ERR_INIT;

    if (script_set_faults(engine, json, &err) != 0)
        fail_msg("%s", err.msg);
}

static long long status_number(const char *name)
{
    cJSON *status = status_json();
    long long n = json_int(status, name, -1);

    cJSON_Delete(status);
    return n;
}

/* ---- Triggers ---- */

static void an_event_has_the_form_that_google_gives_it(void **state)
{
    (void)state;
    call("setUp", "[]");
    type(1, 1, "Deutschland");
    settle();
    assert_string_equal(call("get", "[\"last\"]"), "\"B2 Deutschland Germany\"");
    fire_range(1, 1, 2, 3);
    settle();
    assert_string_equal(call("get", "[\"last\"]"), "\"B2:D3 undefined undefined\"");
}

static void events_are_dropped_and_doubled_when_asked(void **state)
{
    (void)state;
    call("setUp", "[]");
    set_faults("{\"drop\":3,\"twice\":1}");
    for (int i = 0; i < 5; i++)
        type(1, 1, "x");
    settle();
    assert_string_equal(call("get", "[\"n\"]"), "\"3\"");
    assert_int_equal(status_number("dropped"), 3);
}

static void events_are_late_when_asked(void **state)
{
    int64_t before_ms = clock_mono_ms();

    (void)state;
    call("setUp", "[]");
    set_faults("{\"delay_ms\":300}");
    type(1, 1, "x");
    assert_false(script_wait_idle(engine, 100));
    settle();
    assert_true(clock_mono_ms() - before_ms >= 300);
    assert_string_equal(call("get", "[\"n\"]"), "\"1\"");
}

static void a_burst_is_cut_to_the_queue(void **state)
{
    (void)state;
    call("slowSetUp", "[]");
    set_faults("{\"queue\":2}");
    for (int i = 0; i < 10; i++)
        type(1, 1, "x");
    settle();
    assert_string_equal(call("get", "[\"n\"]"), "\"3\"");
    assert_int_equal(status_number("dropped"), 7);
}

static void runs_overlap_and_the_lock_orders_them(void **state)
{
    int64_t before_ms = clock_mono_ms();

    (void)state;
    call("slowSetUp", "[]");
    for (int i = 0; i < 20; i++)
        type(1, 1, "x");
    settle();
    assert_string_equal(call("get", "[\"n\"]"), "\"20\"");
    assert_true(clock_mono_ms() - before_ms < 20 * 200);
}

static void a_time_trigger_fires_every_minute(void **state)
{
    (void)state;
    call("clockSetUp", "[]");
    usleep(1000000);
    settle();
    assert_in_range(strtoll(call("get", "[\"ticks\"]") + 1, NULL, 10), 4, 10);
}

static void faults_are_checked(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(script_set_faults(engine, "{\"drop\":-1}", &err), -1);
    assert_string_equal(err.msg, "faults: drop: expected 0 to 3600000");
    assert_int_equal(script_set_faults(engine, "{\"dorp\":1}", &err), -1);
    assert_string_equal(err.msg, "faults: expected drop, twice, delay_ms, queue");
    assert_int_equal(script_set_faults(engine, "[]", &err), -1);
    assert_string_equal(err.msg, "faults: expected an object");
}

/* ---- Limits ---- */

static void a_loop_that_never_ends_is_ended(void **state)
{
    (void)state;
    assert_string_equal(call("loop", "[]"), "Exceeded maximum execution time");
    assert_string_equal(call("loopWhatever", "[]"), "Exceeded maximum execution time");
    assert_string_equal(call("get", "[\"n\"]"), "null");
    assert_int_equal(status_number("errors"), 2);
}

static void a_script_that_takes_all_memory_is_ended(void **state)
{
    (void)state;
    assert_string_equal(call("hoard", "[]"), "Exceeded the memory of a run (4194304 bytes)");
    assert_string_equal(call("get", "[\"n\"]"), "null");
}

static void endless_recursion_is_an_error_of_the_script(void **state)
{
    (void)state;
    assert_non_null(strstr(call("deep", "[]"), "limit"));
}

static void a_sleeping_run_ends_with_its_time(void **state)
{
    int64_t before_ms = clock_mono_ms();

    (void)state;
    assert_string_equal(call("hold", "[60000]"), "Exceeded maximum execution time");
    assert_true(clock_mono_ms() - before_ms < 5000);
}

static void stopping_ends_what_runs(void **state)
{
    int64_t before_ms = clock_mono_ms();

    (void)state;
    script_free(engine);
    start_here((struct script_options){0});
    call("slowSetUp", "[]");
    for (int i = 0; i < 100; i++)
        type(1, 1, "x");
    script_free(engine);
    engine = NULL;
    assert_true(clock_mono_ms() - before_ms < 3000);
    start_here((struct script_options){0});
}

static void an_error_is_logged_with_its_line(void **state)
{
    cJSON *status;
    const cJSON *log;

    (void)state;
    assert_string_equal(call("fail", "[]"), "no good");
    assert_string_equal(call("throwText", "[]"), "just text");
    assert_string_equal(call("nothing", "[]"), "Script function not found: nothing");
    status = status_json();
    log = json_get(status, "log");
    assert_int_equal(json_int(status, "errors", 0), 3);
    assert_non_null(strstr(json_text(cJSON_GetArrayItem(log, 0), "text", ""),
                           "fail: Error: no good\n    at fail (Code.gs:32)"));
    cJSON_Delete(status);
}

/* ---- Services ---- */

static void a_lock_keeps_others_out_until_its_run_ends(void **state)
{
    (void)state;
    assert_string_equal(call("tryIt", "[0]"), "true");
    /* The first run has ended without giving it back. */
    assert_string_equal(call("tryIt", "[0]"), "true");
}

static void properties_and_triggers_survive_a_restart(void **state)
{
    struct script_options options = {.data_dir = folder};
    struct err err = ERR_INIT;

    (void)state;
    script_free(engine);
    start_here(options);
    call("put", "[\"city\",\"K\\u00f6ln \\ud83c\\udfd9\"]");
    call("setUp", "[]");
    assert_int_equal(script_set_property(engine, "S1", "country", "DE", &err), 0);
    script_free(engine);
    start_here(options);
    assert_string_equal(call("get", "[\"city\"]"), "\"K\xc3\xb6ln \xf0\x9f\x8f\x99\"");
    assert_string_equal(call("get", "[\"country\"]"), "\"DE\"");
    type(1, 1, "x");
    settle();
    assert_string_equal(call("get", "[\"n\"]"), "\"1\"");
    assert_int_equal(script_set_property(engine, "S1", "country", NULL, &err), 0);
    assert_string_equal(call("get", "[\"country\"]"), "null");
}

static void properties_have_googles_limits(void **state)
{
    char *arguments = malloc(20000);

    (void)state;
    memset(arguments, 'x', 20000);
    memcpy(arguments, "[\"n\",\"", 6);
    snprintf(arguments + 10000, 10, "\"]");
    assert_string_equal(call("put", arguments), "Argument too large: value");
    free(arguments);
}

static void nothing_of_a_run_is_left_for_the_next(void **state)
{
    (void)state;
    assert_string_equal(call("leak", "[]"), "1");
    assert_string_equal(call("leak", "[]"), "1");
    assert_string_equal(call("cached", "[\"v\"]"), "\"v\"");
    assert_string_equal(call("cached", "[]"), "\"v\"");
}

static void only_this_machine_can_be_reached(void **state)
{
    static const char *const far[] = {"http://example.com/",
                                      "https://127.0.0.1@example.com/",
                                      "http://127.0.0.1.example.com/",
                                      "file:///etc/passwd",
                                      "ftp://127.0.0.1/",
                                      "http://10.0.0.1/",
                                      "http://[::2]/",
                                      "gopher://localhost",
                                      ""};
    static const char *const near[] = {"http://127.0.0.1:8080/v1", "https://localhost/",
                                       "http://[::1]:80/", "http://127.1.2.3"};

    (void)state;
    for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++)
        assert_false(urlfetch_is_local(far[i]));
    for (size_t i = 0; i < sizeof(near) / sizeof(near[0]); i++)
        assert_true(urlfetch_is_local(near[i]));
    assert_true(urlfetch_is_same_server("http://webhook:8080/v1/edits", "http://webhook:8080"));
    assert_true(urlfetch_is_same_server("https://webhook/v1", "https://webhook:443/"));
    assert_false(urlfetch_is_same_server("http://webhook:8081/", "http://webhook:8080/"));
    assert_false(urlfetch_is_same_server("https://webhook:8080/", "http://webhook:8080/"));
    assert_false(urlfetch_is_same_server("http://webhook:8080@mysql:3306/", "http://webhook:8080"));
    assert_string_equal(call("fetchIt", "[\"http://example.com/\"]"),
                        "the sandbox's scripts reach this machine only (http://127.0.0.1, "
                        "http://localhost), not http://example.com/");
    assert_non_null(strstr(call("fetchIt", "[\"http://127.0.0.1:1/\"]"), "Address unavailable"));
}

static void ranges_are_counted_as_google_does(void **state)
{
    (void)state;
    assert_string_equal(call("range", "[\"B3\"]"), "[3,2,1,1,\"B3\"]");
    assert_string_equal(call("range", "[\"A2:C4\"]"), "[2,1,3,3,\"A2:C4\"]");
    assert_string_equal(call("range", "[\"B:B\"]"), "[1,2,6000,1,\"B1:B6000\"]");
    assert_string_equal(call("range", "[\"2:2\"]"), "[2,1,1,6,\"A2:F2\"]");
    assert_string_equal(call("range", "[\"nonsense\"]"), "Range not found");
    assert_string_equal(call("outside", "[]"),
                        "The coordinates of the range are outside the dimensions of the sheet.");
    assert_string_equal(
        call("shape", "[]"),
        "The number of rows in the data does not match the number of rows in the range. The data "
        "has 1 but the range has 2.");
}

static void a_date_is_the_moment_in_the_spreadsheets_zone(void **state)
{
    (void)state;
    grid.cells[0][1][4] = (struct script_cell){.type = SCRIPT_CELL_DATE, .number = 45474.75};
    assert_string_equal(call("dates", "[]"), "[\"2024-07-01T18:00:00.000 +0200\",\"Mon, 1 Jul 2024 "
                                             "12:00 PM -04:00\"]");
    call("rewrite", "[]");
    assert_true(grid.cells[0][1][4].number == 45474.75);
    assert_int_equal(grid.cells[0][1][4].type, SCRIPT_CELL_DATE);
}

static void signatures_are_javas_bytes(void **state)
{
    uint8_t mac[32];
    char want[64];

    (void)state;
    crypto_hmac_sha256("key", 3, "1700000000.{}", 13, mac);
    snprintf(want, sizeof(want), "[%d,%d,%d,%d]", (int8_t)mac[0], (int8_t)mac[1], (int8_t)mac[2],
             (int8_t)mac[3]);
    assert_string_equal(call("hmac", "[]"), want);
    assert_string_equal(call("base64", "[]"), "\"Z3LDvMOf\"");
}

static void the_console_is_kept(void **state)
{
    cJSON *status;

    (void)state;
    call("log", "[]");
    status = status_json();
    assert_string_equal(json_text(cJSON_GetArrayItem(json_get(status, "log"), 0), "level", ""),
                        "warn");
    assert_string_equal(json_text(cJSON_GetArrayItem(json_get(status, "log"), 0), "text", ""),
                        "watch out");
    assert_string_equal(json_text(cJSON_GetArrayItem(json_get(status, "log"), 1), "text", ""),
                        "{\"a\":1}");
    cJSON_Delete(status);
}

/* ---- Parts ---- */

static void half_a_surrogate_pair_becomes_a_replacement(void **state)
{
    CLEANUP_BUF struct buf utf8 = BUF_INIT, back = BUF_INIT;
    static const char cesu[] = "a\xed\xa0\xbd\xed\xb8\x80z\xed\xa0\xbd-\xed\xb8\x80";

    (void)state;
    text_to_utf8(cesu, sizeof(cesu) - 1, &utf8);
    assert_string_equal(buf_text(&utf8), "a\xf0\x9f\x98\x80z\xef\xbf\xbd-\xef\xbf\xbd");
    text_from_utf8("a\xf0\x9f\x98\x80z", 6, &back);
    assert_string_equal(buf_text(&back), "a\xed\xa0\xbd\xed\xb8\x80z");
}

static void clocks_go_back_and_forth(void **state)
{
    static const char *const names[] = {"Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC",
                                        "Nowhere/Land"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct zone *z = zone_new(names[i]);

        for (double serial = 10000.25; serial < 60000; serial += 997.125)
            assert_true(zone_serial(z, zone_ms(z, serial)) == serial);
        zone_free(z);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, engine_setup, engine_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_event_has_the_form_that_google_gives_it),
        CASE(events_are_dropped_and_doubled_when_asked),
        CASE(events_are_late_when_asked),
        CASE(a_burst_is_cut_to_the_queue),
        CASE(runs_overlap_and_the_lock_orders_them),
        CASE(a_time_trigger_fires_every_minute),
        CASE(faults_are_checked),
        CASE(a_loop_that_never_ends_is_ended),
        CASE(a_script_that_takes_all_memory_is_ended),
        CASE(endless_recursion_is_an_error_of_the_script),
        CASE(a_sleeping_run_ends_with_its_time),
        CASE(stopping_ends_what_runs),
        CASE(an_error_is_logged_with_its_line),
        CASE(a_lock_keeps_others_out_until_its_run_ends),
        CASE(properties_and_triggers_survive_a_restart),
        CASE(properties_have_googles_limits),
        CASE(nothing_of_a_run_is_left_for_the_next),
        CASE(only_this_machine_can_be_reached),
        CASE(ranges_are_counted_as_google_does),
        CASE(a_date_is_the_moment_in_the_spreadsheets_zone),
        CASE(signatures_are_javas_bytes),
        CASE(the_console_is_kept),
        CASE(half_a_surrogate_pair_becomes_a_replacement),
        CASE(clocks_go_back_and_forth),
    };
    struct err err = ERR_INIT;
    int rc;

    if (http_client_global_init(&err) != 0)
        return 1;
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    grid_reset();
    return rc;
}
