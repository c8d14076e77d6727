/* SPDX-License-Identifier: Apache-2.0 */
/* The server: where it is, who we are, and which tables there are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/init/ask.h"
#include "cli/init/init.h"
#include "common/cleanup.h"
#include "common/config/expand.h"

static const char password_variable[] = "TABRELAY_MYSQL_PASSWORD";

/* An option's value is the answer; else it is asked for. */
static int ask_unless_given(struct init *init, enum init_option option, const char *question,
                            const char *fallback, struct buf *answer, struct err *err)
{
    const char *given = init_value(init, option);
    CLEANUP_BUF struct buf old = BUF_INIT;

    buf_puts(&old, answer->len > 0 ? buf_text(answer) : fallback);
    if (given == NULL && init->is_asking)
        return ask_text(question, buf_text(&old), answer, err);
    buf_clear(answer);
    buf_puts(answer, given != NULL ? given : buf_text(&old));
    return 0;
}

static int read_password_file(struct init *init, const char *path, struct err *err)
{
    CLEANUP_BUF struct buf why = BUF_INIT;
    char *real = realpath(path, NULL);
    bool is_good = expand_read_file(path, 1024, false, &init->password, &why);

    buf_printf(&init->password_setting, "file:%s", real != NULL ? real : path);
    free(real);
    if (!is_good)
        return err_set(err, ERR_IO, "init: --password-file: %s", buf_text(&why));
    init->password.len = strcspn(buf_text(&init->password), "\r\n");
    if (init->password.ptr != NULL)
        init->password.ptr[init->password.len] = '\0';
    return 0;
}

static int find_password(struct init *init, struct err *err)
{
    const char *path = init_value(init, INIT_PASSWORD_FILE);
    const char *variable = getenv(password_variable);

    buf_clear(&init->password);
    buf_clear(&init->password_setting);
    if (path != NULL)
        return read_password_file(init, path, err);
    if (variable != NULL) {
        buf_puts(&init->password, variable);
        buf_printf(&init->password_setting, "${%s}", password_variable);
        return 0;
    }
    if (!init->is_asking)
        return 0;
    if (ask_secret("Its password (blank: none)", &init->password, err) != 0)
        return -1;
    init->is_password_typed = init->password.len > 0;
    if (init->is_password_typed)
        buf_puts(&init->password_setting, "file:mysql-password");
    return 0;
}

static int ask_server(struct init *init, struct err *err)
{
    if (init_value(init, INIT_SOCKET) != NULL) {
        buf_clear(&init->socket);
        buf_puts(&init->socket, init_value(init, INIT_SOCKET));
    } else if (ask_unless_given(init, INIT_HOST, "MySQL's host", "127.0.0.1", &init->host, err) !=
                   0 ||
               ask_unless_given(init, INIT_PORT, "Its port", "3306", &init->port, err) != 0) {
        return -1;
    }
    if (ask_unless_given(init, INIT_USER, "The user", "tabrelay", &init->user, err) != 0)
        return -1;
    return find_password(init, err);
}

/* With the parser's own rules for TLS and ranges. */
static int connect_as_answered(struct init *init, struct config *config, struct db **db,
                               struct err *err)
{
    struct init_settings settings = init_settings(init);
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_BUF struct buf problems = BUF_INIT;

    settings.password = NULL; /* it has no file yet */
    init_yaml_probe(&text, &settings);
    if (config_parse("the answers", buf_text(&text), text.len, config, &problems, err) != 0)
        return problems.len == 0 ? -1 : err_set(err, ERR_CONFIG, "init: %s", buf_text(&problems));
    free(config->mysql.password);
    config->mysql.password = strdup(buf_text(&init->password));
    if (config->mysql.password == NULL)
        return err_nomem(err, "init");
    return db_open(&config->mysql, db, err);
}

static void default_choice(const struct init_tables *tables, struct buf *out)
{
    size_t n = 0, first = 0;

    for (size_t i = tables->n; i-- > 0;) {
        n += init_table_is_mappable(&tables->items[i]);
        first = init_table_is_mappable(&tables->items[i]) ? i + 1 : first;
    }
    if (n > 5)
        buf_printf(out, "%zu", first);
    else if (n > 0)
        buf_puts(out, "all");
}

static int choose_tables(struct init *init, struct err *err)
{
    CLEANUP_BUF struct buf answer = BUF_INIT;
    CLEANUP_BUF struct buf fallback = BUF_INIT;

    if (init->tables.n == 0) {
        err_set(err, ERR_GONE, "init: this user sees no tables");
        return err_hint(err, "Let the user SELECT from the tables, or give another user.");
    }
    default_choice(&init->tables, &fallback);
    if (!init->is_asking) {
        const char *given = init_value(init, INIT_TABLES);

        return init_tables_choose(&init->tables, given != NULL ? given : buf_text(&fallback), err);
    }
    init_tables_print(&init->tables);
    if (init->tables.is_cut)
        puts("There are more tables; they can be named as schema.table in the file.");
    for (;;) {
        if (ask_unless_given(init, INIT_TABLES, "Which tables? Numbers (1,3-5), names, or all",
                             buf_text(&fallback), &answer, err) != 0)
            return -1;
        if (init_tables_choose(&init->tables, buf_text(&answer), err) == 0)
            return 0;
        cli_fail(err);
        if (init_value(init, INIT_TABLES) != NULL)
            return -1;
        buf_clear(&answer);
    }
}

/* A person may correct what was mistyped; without one the first failure ends it. */
static int open_server(struct init *init, struct config *config, struct db **db, struct err *err)
{
    for (int tries = 0; tries < 3; tries++) {
        if (ask_server(init, err) != 0)
            return -1;
        if (connect_as_answered(init, config, db, err) == 0)
            return 0;
        config_free(config);
        if (!init->is_asking)
            return -1;
        if (tries < 2)
            cli_fail(err);
    }
    return -1;
}

int init_ask_mysql(struct init *init, struct err *err)
{
    const char *given = init_value(init, INIT_TABLES);
    struct config config = {0};
    struct db *db = NULL;
    int result;

    if (open_server(init, &config, &db, err) != 0)
        return -1;
    printf("Connected to %s %s.\n", db_flavour(db) == DB_MARIADB ? "MariaDB" : "MySQL",
           db_server_version(db));
    fflush(stdout);
    result = init_tables_load(db, config.mysql.state_database, given == NULL ? "" : given,
                              &init->tables, err);
    db_close(db);
    config_free(&config);
    return result == 0 ? choose_tables(init, err) : -1;
}
