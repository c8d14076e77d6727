/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/undo.h"

#include <stdio.h>
#include <string.h>

#include "cli/json_rows.h"
#include "cli/log/log.h"
#include "cli/post.h"
#include "cli/show.h"
#include "common/json.h"

int undo_check(const struct db_rows *rows, struct err *err)
{
    if (db_rows_at(rows, 0, LOG_SAME_AS).state == VALUE_TEXT)
        return err_set(err, ERR_GONE, "edit %s did nothing: it is the same row as edit %s",
                       db_rows_text(rows, 0, LOG_EDIT), db_rows_text(rows, 0, LOG_SAME_AS));
    if (strcmp(db_rows_text(rows, 0, LOG_OPERATION), "none") != 0)
        return 0;
    return err_set(err, ERR_GONE, "edit %s changed nothing in MySQL (%s): nothing to take back",
                   db_rows_text(rows, 0, LOG_EDIT), db_rows_text(rows, 0, LOG_OUTCOME));
}

static void print_plan(const struct db_rows *rows)
{
    CLEANUP_BUF struct buf out = BUF_INIT;
    const char *operation = db_rows_text(rows, 0, LOG_OPERATION);

    log_put_text(&out, rows, 0, false);
    if (strcmp(operation, "insert") == 0)
        buf_puts(&out, "undo: the row is deleted\n");
    else if (strcmp(operation, "delete") == 0)
        buf_puts(&out, "undo: the row is inserted again, with these values\n");
    else
        buf_puts(&out, "undo: each column becomes what stands before the arrow, if MySQL still has "
                       "what stands after it\n");
    cli_print(&out);
}

static void print_result(const cJSON *result)
{
    CLEANUP_BUF struct buf out = BUF_INIT;
    const char *message = json_text(result, "message", "");
    const cJSON *note;

    buf_printf(&out, "%s%s", json_text(result, "outcome", "rejected"),
               message[0] == '\0' ? "" : ": ");
    show_text(&out, message, strlen(message), SHOW_LONG);
    buf_putc(&out, '\n');
    cJSON_ArrayForEach(note, json_get(result, "notes"))
    {
        if (!cJSON_IsString(note))
            continue;
        buf_puts(&out, "    ");
        show_text(&out, note->string, strlen(note->string), SHOW_SHORT);
        buf_puts(&out, ": ");
        show_text(&out, note->valuestring, strlen(note->valuestring), SHOW_LONG);
        buf_putc(&out, '\n');
    }
    cli_print(&out);
}

static void print_json(const struct db_rows *rows, const cJSON *result)
{
    char *text = result == NULL ? NULL : cJSON_PrintUnformatted(result);
    CLEANUP_BUF struct buf out = BUF_INIT;

    buf_puts(&out, "{\"undone\": ");
    log_put_json(&out, rows, 0);
    out.len--; /* the end of the line */
    buf_printf(&out, ", \"result\": %s}\n", text == NULL ? "null" : text);
    cli_print(&out);
    cJSON_free(text);
}

int undo_send(const struct config *config, const struct db_rows *rows, bool force,
              const char *somebody, cJSON **answer, struct err *err)
{
    CLEANUP_BUF struct buf edits = BUF_INIT;

    post_begin(&edits, "undo");
    buf_puts(&edits, ",\"edit\":");
    buf_json(&edits, db_rows_text(rows, 0, LOG_EDIT), strlen(db_rows_text(rows, 0, LOG_EDIT)));
    buf_printf(&edits, ",\"force\":%s}", force ? "true" : "false");
    return post_send(config, db_rows_text(rows, 0, LOG_MAPPING), &edits, somebody, answer, err);
}

static int undo(const struct cli_args *args, const struct config *config,
                const struct db_rows *rows)
{
    CLEANUP_JSON cJSON *answer = NULL;
    const cJSON *result = NULL;
    struct err err = ERR_INIT;

    if (undo_check(rows, &err) != 0)
        return cli_fail(&err);
    if (!cli_has(args, CLI_JSON))
        print_plan(rows);
    if (!cli_has(args, CLI_DRY_RUN)) {
        if (undo_send(config, rows, cli_has(args, CLI_FORCE), NULL, &answer, &err) != 0)
            return cli_fail(&err);
        result = post_result(answer);
    }
    if (cli_has(args, CLI_JSON))
        print_json(rows, result);
    else if (result != NULL)
        print_result(result);
    return answer != NULL && strcmp(json_text(result, "outcome", "rejected"), "rejected") == 0
               ? CLI_FAILED
               : CLI_OK;
}

static int run(const struct cli_args *args)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct db *db = NULL;
    struct config config;
    struct err err = ERR_INIT;
    int result;

    if (args->n_words != 1)
        return cli_usage("undo", "expected the id of an edit; tabrelay log shows them");
    result = cli_load(args, &config);
    if (result == CLI_OK &&
        (cli_open(&config, &db, &err) != 0 || log_load(db, args->words[0], &rows, &err) != 0))
        result = cli_fail(&err);
    db_close(db);
    if (result == CLI_OK)
        result = undo(args, &config, &rows);
    config_free(&config);
    return result;
}

const struct cli_command cli_undo = {
    .name = "undo",
    .usage = "EDIT [--dry-run] [--force] [--json]",
    .summary = "Take one edit back, as a new edit.",
    .help =
        "\nThe columns that the edit wrote become what they were before it; a row that it inserted "
        "is\n"
        "deleted, one that it deleted is inserted again. A column that was changed since is left "
        "alone\n"
        "and named, unless --force. The sheet follows a moment later, and the undo can be undone.\n"
        "  --dry-run   only show what would be set\n"
        "\nexamples:\n"
        "  tabrelay undo 3f2a9c1e-5b1f-4a6c-9d0e-0123456789ab --dry-run\n"
        "  tabrelay undo 3f2a9c1e-5b1f-4a6c-9d0e-0123456789ab\n",
    .failure = "nothing could be taken back",
    .flags = CLI_JSON | CLI_DRY_RUN | CLI_FORCE,
    .max_words = 1,
    .run = run,
};
