/* SPDX-License-Identifier: Apache-2.0 */
/* The files: the secrets first, because the parser reads them, then the configuration. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/init/init.h"
#include "cli/write_file.h"
#include "common/config/expand.h"
#include "common/crypto.h"

enum { SECRET_BYTES = 32, MADE_MAX = 3 };

/* What was written so far, to be taken back. */
struct made {
    struct buf paths[MADE_MAX];
    size_t n;
};

static void made_close(struct made *made)
{
    for (size_t i = 0; i < made->n; i++)
        buf_close(&made->paths[i]);
}

static void take_back(const struct made *made)
{
    for (size_t i = 0; i < made->n; i++)
        unlink(buf_text(&made->paths[i]));
}

/* A secret that is there stays as it is: a spreadsheet may know it already. */
static int keep_or_make(const struct init *init, struct made *made, const char *name,
                        const struct buf *text, struct err *err)
{
    struct buf *path = &made->paths[made->n];

    *path = BUF_INIT;
    expand_path(name, buf_text(&init->folder), path);
    if (write_file(buf_text(path), 0600, text, false, err) == 0) {
        made->n++;
        return 0;
    }
    if (err->detail != EEXIST)
        return -1;
    printf("%s is there and stays as it is.\n", buf_text(path));
    buf_close(path);
    return 0;
}

static int write_secrets(const struct init *init, struct made *made, struct err *err)
{
    unsigned char bytes[SECRET_BYTES];
    CLEANUP_BUF struct buf secret = BUF_INIT;
    CLEANUP_BUF struct buf password = BUF_INIT;

    crypto_random(bytes, sizeof(bytes));
    crypto_base64url(&secret, bytes, sizeof(bytes));
    buf_putc(&secret, '\n');
    if (keep_or_make(init, made, "webhook-secret", &secret, err) != 0)
        return -1;
    buf_printf(&password, "%s\n", buf_text(&init->password));
    if (init->is_password_typed && keep_or_make(init, made, "mysql-password", &password, err) != 0)
        return -1;
    if (init->fetched_key.len == 0)
        return 0;
    return keep_or_make(init, made, buf_text(&init->credentials), &init->fetched_key, err);
}

/* Does the parser read what was meant? Names may hold what the configuration expands. */
static int check_meaning(const struct init *init, const struct config *config, struct err *err)
{
    size_t at = 0;

    for (size_t i = 0; i < init->tables.n; i++) {
        const struct table *t = init->tables.items[i].table;

        if (!init->tables.items[i].is_chosen)
            continue;
        if (at == config->n_mappings || strcmp(config->mappings[at].schema, t->schema) != 0 ||
            strcmp(config->mappings[at].table, t->name) != 0)
            return err_set(err, ERR_CONFIG,
                           "init: the name of table %s.%s cannot be written in a configuration",
                           t->schema, t->name);
        at++;
    }
    return 0;
}

static int check_text(const struct init *init, const struct buf *text, struct err *err)
{
    CLEANUP_BUF struct buf problems = BUF_INIT;
    struct config config;
    int result = config_parse(init->output, buf_text(text), text->len, &config, &problems, err);

    if (result == 0)
        result = check_meaning(init, &config, err);
    else if (problems.len > 0)
        err_set(err, ERR_CONFIG, "init: what was answered makes no configuration:\n%s",
                buf_text(&problems));
    config_free(&config);
    return result;
}

static int write_all(const struct init *init, struct made *made, struct err *err)
{
    struct init_settings settings = init_settings(init);
    bool may_replace = (init->args->flags & INIT_FORCE) != 0;
    CLEANUP_BUF struct buf text = BUF_INIT;

    init_yaml(&text, &settings);
    if (text.is_failed)
        return err_nomem(err, "init");
    if (write_secrets(init, made, err) != 0 || check_text(init, &text, err) != 0)
        return -1;
    if (write_file(init->output, 0644, &text, may_replace, err) == 0)
        return 0;
    if (err->detail == EEXIST)
        err_hint(err, "Give another name with --output, or --force to replace it.");
    return -1;
}

int init_write(const struct init *init, struct err *err)
{
    struct made made = {0};
    sigset_t blocked, before;
    int result;

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGHUP);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    result = write_all(init, &made, err);
    if (result != 0)
        take_back(&made);
    made_close(&made);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return result;
}
