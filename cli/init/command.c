/* SPDX-License-Identifier: Apache-2.0 */
/* init: a configuration from a few answers. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/init/ask.h"
#include "cli/init/init.h"

static const struct cli_option options[] = {
    {"--output", INIT_OUTPUT, "a file"},
    {"--host", INIT_HOST, "a host"},
    {"--port", INIT_PORT, "a port"},
    {"--socket", INIT_SOCKET, "a file"},
    {"--user", INIT_USER, "a user of MySQL"},
    {"--password-file", INIT_PASSWORD_FILE, "a file"},
    {"--tls", INIT_TLS, "off, preferred, required or verify"},
    {"--tables", INIT_TABLES, "SCHEMA.TABLE,..."},
    {"--spreadsheet", INIT_SPREADSHEET, "an address or id"},
    {"--credentials", INIT_CREDENTIALS, "a file"},
    {"--sandbox", INIT_SANDBOX, "an address"},
    {"--public-url", INIT_PUBLIC_URL, "an address"},
    {"--direction", INIT_DIRECTION, "both, to_sheet or to_mysql"},
    {"--conflict", INIT_CONFLICT, "sheet_wins, mysql_wins, last_write_wins or manual"},
    {"--yes", INIT_YES, NULL},
    {"--force", INIT_FORCE, NULL},
    {NULL, 0, NULL},
};

const char *init_value(const struct init *init, enum init_option option)
{
    return init->args->values[__builtin_ctz((unsigned)option)];
}

static const char *or_null(const struct buf *text)
{
    return text->len > 0 ? buf_text(text) : NULL;
}

struct init_settings init_settings(const struct init *init)
{
    return (struct init_settings){.host = or_null(&init->host),
                                  .port = or_null(&init->port),
                                  .socket = or_null(&init->socket),
                                  .user = buf_text(&init->user),
                                  .tls = init_value(init, INIT_TLS),
                                  .password = or_null(&init->password_setting),
                                  .credentials = buf_text(&init->credentials),
                                  .base_url = init_value(init, INIT_SANDBOX),
                                  .secret = "file:webhook-secret",
                                  .public_url = or_null(&init->public_url),
                                  .spreadsheet = buf_text(&init->spreadsheet),
                                  .direction = buf_text(&init->direction),
                                  .conflict = buf_text(&init->conflict),
                                  .tables = &init->tables};
}

static void init_close(struct init *init)
{
    struct buf *const texts[] = {&init->folder,      &init->host,       &init->port,
                                 &init->socket,      &init->user,       &init->spreadsheet,
                                 &init->credentials, &init->public_url, &init->direction,
                                 &init->conflict,    &init->password,   &init->password_setting,
                                 &init->account,     &init->fetched_key};

    if (init->password.ptr != NULL)
        explicit_bzero(init->password.ptr, init->password.len);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        buf_close(texts[i]);
    init_tables_close(&init->tables);
}

/* Said before anything is asked. */
static int check_output(const struct init *init, struct err *err)
{
    if ((init->args->flags & INIT_FORCE) != 0 || access(init->output, F_OK) != 0)
        return 0;
    err_set(err, ERR_CONFIG, "init: %s is there already", init->output);
    return err_hint(err, "Give another name with --output, or --force to replace it.");
}

static int agree(const struct init *init, struct err *err)
{
    CLEANUP_BUF struct buf question = BUF_INIT;
    bool is_agreed = true;

    buf_printf(&question, "Write %s", init->output);
    if (init->is_asking && ask_yes(buf_text(&question), &is_agreed, err) != 0)
        return -1;
    return is_agreed ? 0 : err_set(err, ERR_STOPPED, "init: stopped; nothing was written");
}

static void say_next(const struct init *init)
{
    const char *file = init->output;
    CLEANUP_BUF struct buf tabrelay = BUF_INIT; /* which finds a file of the usual name by itself */
    int step = 1;

    buf_puts(&tabrelay, "tabrelay");
    if (strcmp(file, CLI_CONFIG_NAME) != 0)
        buf_printf(&tabrelay, " --config %s", file);
    printf("Wrote %s. Next:\n", file);
    if (init->account.len > 0 && init_value(init, INIT_SANDBOX) == NULL)
        printf("%d. Share the spreadsheet with %s, as editor.\n", step++, buf_text(&init->account));
    else if (init_value(init, INIT_SANDBOX) == NULL)
        printf(
            "%d. Put the service account's key at %s and share the spreadsheet with its address.\n",
            step++, buf_text(&init->credentials));
    printf("%d. Add to the spreadsheet, for each table, a tab of the name that the file says.\n",
           step++);
    printf("%d. %s grants      # what to allow in MySQL\n", step++, buf_text(&tabrelay));
    printf("%d. %s init-db     # tabrelay's own tables\n", step++, buf_text(&tabrelay));
    printf("%d. tabrelay-webhook --config %s &\n", step++, file);
    printf("   tabrelay-replicator --config %s &\n", file);
    printf("%d. %s script      # the spreadsheet's script, and where it goes\n", step++,
           buf_text(&tabrelay));
    printf("%d. %s check       # is everything ready?\n", step, buf_text(&tabrelay));
}

static int ask_and_write(struct init *init, struct err *err)
{
    const char *slash = strrchr(init->output, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - init->output);

    buf_append(&init->folder, slash == NULL ? "." : init->output, len > 0 ? len : 1);
    if (check_output(init, err) != 0 || init_ask_mysql(init, err) != 0 ||
        init_ask_google(init, err) != 0 || agree(init, err) != 0)
        return -1;
    return init_write(init, err);
}

static int run(const struct cli_args *args)
{
    struct init init = {.args = args};
    struct err err = ERR_INIT;
    int result = CLI_OK;

    init.output = init_value(&init, INIT_OUTPUT);
    if (init.output == NULL)
        init.output = args->config_path != NULL ? args->config_path : CLI_CONFIG_NAME;
    init.is_asking = ask_is_possible((args->flags & INIT_YES) != 0);
    if (!init.is_asking && init_value(&init, INIT_SPREADSHEET) == NULL)
        return cli_usage("init", "nobody can be asked here: --spreadsheet is needed");
    if (init_value(&init, INIT_SOCKET) != NULL &&
        (init_value(&init, INIT_HOST) != NULL || init_value(&init, INIT_PORT) != NULL))
        return cli_usage("init", "--socket stands instead of --host and --port");
    if (init.is_asking)
        ask_begin();
    if (ask_and_write(&init, &err) == 0)
        say_next(&init);
    else
        result = cli_fail(&err);
    init_close(&init);
    return result;
}

const struct cli_command cli_init = {
    .name = "init",
    .usage = "[OPTIONS]",
    .summary = "Ask a few questions, look into MySQL, and write a configuration.",
    .help =
        "\nWrites a commented tabrelay.yaml and, beside it, webhook-secret with a random secret "
        "(0600;\n"
        "one that is there stays). What an option says is not asked; where nobody can be asked "
        "the\n"
        "defaults are taken. A password is typed without being shown, or comes from\n"
        "$TABRELAY_MYSQL_PASSWORD or --password-file; what is typed goes to mysql-password "
        "(0600).\n"
        "The file is read by the programs' own parser before it is written. Ctrl-C leaves "
        "nothing.\n"
        "\noptions:\n"
        "  --output FILE         the file to write (as --config says: tabrelay.yaml)\n"
        "  --host HOST, --port N, --socket FILE, --user NAME, --tls off|preferred|required|verify\n"
        "                        MySQL (127.0.0.1, 3306, tabrelay)\n"
        "  --password-file FILE  its password is the first line of this file\n"
        "  --tables LIST         shop.products,shop.orders or all\n"
        "  --spreadsheet URL|ID  as the browser shows it\n"
        "  --credentials FILE    the service account's JSON key (service-account.json)\n"
        "  --sandbox URL         a tabrelay-sandbox instead of Google; its key is fetched\n"
        "  --public-url URL      where Google reaches the webhook\n"
        "  --direction both|to_sheet|to_mysql\n"
        "  --conflict sheet_wins|mysql_wins|last_write_wins|manual\n"
        "  --yes                 ask nothing\n"
        "  --force               replace a configuration that is there\n"
        "\nexamples:\n"
        "  tabrelay init\n"
        "  tabrelay init --user root --socket /run/mysqld/mysqld.sock\n"
        "  tabrelay init --yes --tables shop.products --spreadsheet 1AbC --sandbox "
        "http://127.0.0.1:8100\n",
    .own_options = options,
    .run = run,
};
