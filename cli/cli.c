/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "common/mysql/members.h"
#include "common/mysql/table.h"
#include "common/nearest.h"

int cli_fail(const struct err *err)
{
    err_tell(err, "tabrelay");
    return CLI_FAILED;
}

int cli_usage(const char *command, const char *fmt, ...)
{
    va_list args;

    fprintf(stderr, "tabrelay%s%s: ", command[0] == '\0' ? "" : " ", command);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fprintf(stderr, "\nTry: tabrelay %s%s--help\n", command, command[0] == '\0' ? "" : " ");
    return CLI_USAGE;
}

bool cli_number(const struct cli_args *args, enum cli_flag option, const char *command, long min,
                long max, long fallback, long *out)
{
    const char *text = cli_value(args, option);
    char *end;

    *out = fallback;
    if (text == NULL)
        return true;
    errno = 0;
    *out = strtol(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && *out >= min && *out <= max)
        return true;
    cli_usage(command, "expected a whole number from %ld to %ld, got \"%s\"", min, max, text);
    return false;
}

bool cli_is_one_of(const char *list, const char *word)
{
    for (size_t len; *list != '\0'; list += len + (list[len] != '\0')) {
        len = strcspn(list, " ,");
        if (len > 0 && strlen(word) == len && memcmp(list, word, len) == 0)
            return strcmp(word, "or") != 0;
    }
    return false;
}

/* MySQL was not there to say which tabs there are; what is wanted of it will say so. */
static bool is_unknown_member(const struct config *config, const char *name)
{
    return config->members_version == 0 && config_may_be_member(config, name);
}

static bool has_members(const struct config *config, const char *family)
{
    for (size_t i = 0; i < config->n_mappings; i++)
        if (config_is_called(&config->mappings[i], family))
            return true;
    return false;
}

int cli_want_mapping(const struct config *config, const char *command, const char *name)
{
    struct nearest nearest;

    if (name == NULL || config_find_mapping(config, name) != NULL ||
        is_unknown_member(config, name))
        return CLI_OK;
    if (config_find_family(config, name) != NULL) {
        if (!has_members(config, name))
            fprintf(stderr, "tabrelay %s: %s has no tabs yet: the replicator makes them\n", command,
                    name);
        return CLI_OK;
    }
    nearest = nearest_to(name);
    for (size_t i = 0; i < config->n_mappings; i++)
        nearest_try(&nearest, config->mappings[i].name);
    for (size_t i = 0; i < config->n_families; i++)
        nearest_try(&nearest, config->families[i].name);
    if (nearest.name == NULL)
        return cli_usage(command, "%s has no mapping \"%s\"", config->path, name);
    return cli_usage(command, "%s has no mapping \"%s\"; did you mean \"%s\"?", config->path, name,
                     nearest.name);
}

const char *cli_config_of_environment(void)
{
    const char *path = getenv("TABRELAY_CONFIG");

    return path == NULL || path[0] == '\0' ? NULL : path;
}

const char *cli_config_path(const struct cli_args *args)
{
    static const char of_services[] = "/etc/tabrelay/tabrelay.yaml";

    if (args->config_path != NULL)
        return args->config_path;
    /* One that is there and may not be read is named, too: it is the one that is meant. */
    if (access(CLI_CONFIG_NAME, F_OK) != 0 && (access(of_services, F_OK) == 0 || errno == EACCES))
        return of_services;
    return CLI_CONFIG_NAME;
}

void cli_expand(struct config *config)
{
    struct config *whole;
    struct err ignored = ERR_INIT;

    if (config->n_families == 0)
        return;
    whole = malloc(sizeof(*whole));
    if (whole == NULL)
        log_die("cli: out of memory");
    *whole = *config;
    (void)members_expand(whole, config, &ignored);
    if (config->whole == NULL)
        log_die("cli: out of memory");
    config->owned_whole = whole;
}

int cli_load(const struct cli_args *args, struct config *out)
{
    if (config_load_or_tell("tabrelay", cli_config_path(args), out) != 0)
        return CLI_FAILED;
    cli_expand(out);
    return CLI_OK;
}

int cli_open(const struct config *config, struct db **out, struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;

    *out = NULL;
    if (db_open(&config->mysql, out, err) != 0)
        return -1;
    buf_puts(&sql, "USE ");
    table_quote(&sql, config->mysql.state_database);
    if (db_exec(*out, buf_text(&sql), NULL, err) == 0)
        return 0;
    db_close(*out);
    *out = NULL;
    return err_hint(err, "Make the state database: tabrelay init-db.");
}

void cli_quote_text(struct buf *sql, const char *text)
{
    buf_putc(sql, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            buf_putc(sql, *text);
        buf_putc(sql, *text);
    }
    buf_putc(sql, '\'');
}

/* Characters, not bytes: names may be in any script. */
static size_t width_of(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static void print_cell(const char *text, size_t width, bool is_last)
{
    size_t n = width_of(text);

    fputs(text, stdout);
    for (; !is_last && n < width + 2; n++)
        putchar(' ');
    if (is_last)
        putchar('\n');
}

void cli_print_table(const char *const *headers, size_t n_columns, const struct buf *cells,
                     size_t n_rows)
{
    CLEANUP_FREE size_t *widths = calloc(n_columns, sizeof(*widths));
    bool is_failed = widths == NULL;

    for (size_t i = 0; i < n_rows * n_columns; i++)
        is_failed = is_failed || cells[i].is_failed;
    if (is_failed)
        log_die("cli: out of memory");
    for (size_t c = 0; c < n_columns; c++) {
        widths[c] = width_of(headers[c]);
        for (size_t r = 0; r < n_rows; r++)
            if (width_of(buf_text(&cells[r * n_columns + c])) > widths[c])
                widths[c] = width_of(buf_text(&cells[r * n_columns + c]));
    }
    for (size_t c = 0; c < n_columns; c++)
        print_cell(headers[c], widths[c], c + 1 == n_columns);
    for (size_t i = 0; i < n_rows * n_columns; i++)
        print_cell(buf_text(&cells[i]), widths[i % n_columns], (i + 1) % n_columns == 0);
}

void cli_print(const struct buf *text)
{
    if (text->is_failed)
        log_die("cli: out of memory");
    fwrite(buf_text(text), 1, text->len, stdout);
}
