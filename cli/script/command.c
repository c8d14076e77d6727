/* SPDX-License-Identifier: Apache-2.0 */
/* script: the Apps Script of the spreadsheets, with the settings of the configuration, and where to
 * put it. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/script/fill.h"
#include "cli/write_file.h"

enum {
    SCRIPT_SPREADSHEET = 1 << 0,
    SCRIPT_URL = 1 << 1,
    SCRIPT_WITH_SECRET = 1 << 2,
    SCRIPT_MANIFEST = 1 << 3,
    SCRIPT_OUTPUT = 1 << 4,
};

static const struct cli_option options[] = {
    {"--spreadsheet", SCRIPT_SPREADSHEET, "a spreadsheet's id"},
    {"--url", SCRIPT_URL, "an address"},
    {"--with-secret", SCRIPT_WITH_SECRET, NULL},
    {"--manifest", SCRIPT_MANIFEST, NULL},
    {"--output", SCRIPT_OUTPUT, "a file"},
    {NULL, 0, NULL},
};

static bool has(const struct cli_args *args, unsigned flag)
{
    return (args->flags & flag) != 0;
}

/* As Install takes them. */
static bool is_address(const char *url)
{
    return (strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0) &&
           strpbrk(url, " \t\r\n?#") == NULL;
}

/* Which mappings: one by its name, those of a spreadsheet, or all. */
static bool is_meant(const struct cli_args *args, const struct config *config,
                     const struct config_mapping *m)
{
    const char *spreadsheet = args->values[__builtin_ctz(SCRIPT_SPREADSHEET)];
    const struct config_mapping *named;

    if (args->n_words > 0) {
        named = config_find_mapping(config, args->words[0]);
        return strcmp(m->name, args->words[0]) == 0 || (named != NULL && named->family == m->name);
    }
    return spreadsheet == NULL || strcmp(m->spreadsheet, spreadsheet) == 0;
}

static bool is_first(const struct cli_args *args, const struct config *config, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (is_meant(args, config, config_written(config, j)) &&
            strcmp(config_written(config, j)->spreadsheet,
                   config_written(config, i)->spreadsheet) == 0)
            return false;
    return is_meant(args, config, config_written(config, i));
}

static void say_spreadsheets(const struct cli_args *args, const struct config *config)
{
    for (size_t i = 0; i < config_n_written(config); i++) {
        const struct config_mapping *m = config_written(config, i);

        if (is_first(args, config, i))
            fprintf(stderr, "   https://docs.google.com/spreadsheets/d/%s/edit\n", m->spreadsheet);
    }
    for (size_t i = 0; i < config_n_written(config); i++)
        if (is_meant(args, config, config_written(config, i)) &&
            config_written(config, i)->sheet_changes != CONFIG_APPS_SCRIPT)
            fprintf(stderr, "   (mapping %s finds edits through Drive and needs no script)\n",
                    config_written(config, i)->name);
}

static void say_steps(const struct cli_args *args, const struct config *config, const char *url)
{
    fputs("Where it goes, once for each spreadsheet:\n"
          "1. Open the spreadsheet as somebody who may edit it:\n",
          stderr);
    say_spreadsheets(args, config);
    fputs("2. Extensions > Apps Script. Replace all of Code.gs by this script.\n"
          "3. Project Settings > Show \"appsscript.json\" manifest file in editor. Back in the "
          "editor,\n"
          "   replace all of appsscript.json by what this prints: tabrelay script --manifest\n"
          "4. Save, close the editor, and reload the spreadsheet. A menu \"tabrelay\" appears.\n"
          "5. tabrelay > Install. Google asks whether the script may run; it then runs in your "
          "name.\n"
          "   ",
          stderr);
    if (url == NULL)
        fputs("Give the webhook's address as Google reaches it (https://...), then the secret.\n",
              stderr);
    else if (has(args, SCRIPT_WITH_SECRET))
        fputs("Nothing else is asked.\n", stderr);
    else
        fputs("Give the secret: what webhook.secret says in the configuration.\n", stderr);
    fputs("6. \"Connected\" and the mapped tabs are shown. If not: tabrelay check\n", stderr);
}

static void warn(const struct cli_args *args, const char *url)
{
    if (url == NULL)
        fputs("Note: no address is filled in; webhook.public_url or --url gives it.\n", stderr);
    else if (strncmp(url, "https://", 8) != 0)
        fprintf(stderr, "Note: %s is not https: what people type would be readable on the way.\n",
                url);
    if (has(args, SCRIPT_WITH_SECRET))
        fputs("Note: the secret stands in this script. Whoever may edit the spreadsheet reads it "
              "there, and a copy of the\n"
              "spreadsheet takes it along.\n",
              stderr);
}

static int write_into(const char *folder, const char *name, mode_t mode, const struct buf *text,
                      struct err *err)
{
    CLEANUP_BUF struct buf path = BUF_INIT;

    buf_printf(&path, "%s/%s", folder, name);
    if (write_file(buf_text(&path), mode, text, true, err) == 0)
        return 0;
    return err_hint(err, "--output wants a folder that is there and that you may write to.");
}

static int put_out(const struct cli_args *args, const struct buf *script,
                   const struct buf *manifest, struct err *err)
{
    const char *folder = args->values[__builtin_ctz(SCRIPT_OUTPUT)];
    mode_t mode = has(args, SCRIPT_WITH_SECRET) ? 0600 : 0644;

    if (folder == NULL) {
        cli_print(has(args, SCRIPT_MANIFEST) ? manifest : script);
        return 0;
    }
    if (write_into(folder, "Code.gs", mode, script, err) != 0)
        return -1;
    return write_into(folder, "appsscript.json", 0644, manifest, err);
}

static int print_script(const struct cli_args *args, const struct config *config)
{
    const char *url = args->values[__builtin_ctz(SCRIPT_URL)];
    CLEANUP_BUF struct buf script = BUF_INIT;
    CLEANUP_BUF struct buf manifest = BUF_INIT;
    struct err err = ERR_INIT;

    if (url == NULL)
        url = config->webhook.public_url;
    if (script_fill(&script, url, has(args, SCRIPT_WITH_SECRET) ? config->webhook.secret : NULL,
                    &err) != 0 ||
        script_manifest(&manifest, &err) != 0 || put_out(args, &script, &manifest, &err) != 0)
        return cli_fail(&err);
    if (has(args, SCRIPT_MANIFEST))
        return CLI_OK;
    warn(args, url);
    say_steps(args, config, url);
    return CLI_OK;
}

static int check(const struct cli_args *args, const struct config *config)
{
    struct err err = ERR_INIT;

    for (size_t i = 0; i < config_n_written(config); i++)
        if (is_meant(args, config, config_written(config, i)))
            return CLI_OK;
    err_set(&err, ERR_GONE, "no mapping %s \"%s\"",
            args->n_words > 0 ? "is named" : "is of spreadsheet",
            args->n_words > 0 ? args->words[0] : args->values[__builtin_ctz(SCRIPT_SPREADSHEET)]);
    return cli_fail(&err);
}

static int run(const struct cli_args *args)
{
    const char *url = args->values[__builtin_ctz(SCRIPT_URL)];
    struct config config;
    int result;

    if (url != NULL && !is_address(url))
        return cli_usage(
            "script", "--url: \"%s\" is no address; it looks like https://hooks.example.com", url);
    if (args->n_words > 0 && has(args, SCRIPT_SPREADSHEET))
        return cli_usage("script", "expected the name of a mapping, or --spreadsheet");
    result = cli_load(args, &config);
    if (result == CLI_OK)
        result = check(args, &config);
    if (result == CLI_OK)
        result = print_script(args, &config);
    config_free(&config);
    return result;
}

const struct cli_command cli_script = {
    .name = "script",
    .usage =
        "[MAPPING | --spreadsheet ID] [--url URL] [--with-secret] [--manifest | --output FOLDER]",
    .summary = "Print the spreadsheet's script, filled in, and say where it goes.",
    .help =
        "\nCode.gs goes to standard output, the steps to standard error. One script serves every\n"
        "spreadsheet; MAPPING or --spreadsheet only choose which ones the steps name.\n"
        "The webhook's address is filled in. The secret is not: Install asks for it and keeps it "
        "in\n"
        "the script's properties, which a copy of the spreadsheet does not take along.\n"
        "\noptions:\n"
        "  --spreadsheet ID   the steps for this spreadsheet\n"
        "  --url URL          the webhook's address as Google reaches it (webhook.public_url)\n"
        "  --with-secret      fill in webhook.secret, too; whoever may edit the spreadsheet sees "
        "it\n"
        "  --manifest         print appsscript.json instead\n"
        "  --output FOLDER    write Code.gs and appsscript.json there, as clasp wants them\n"
        "\nexamples:\n"
        "  tabrelay script > Code.gs\n"
        "  tabrelay script products --url https://hooks.example.com\n"
        "  tabrelay script --manifest\n"
        "  tabrelay script --output script && (cd script && clasp push)\n",
    .own_options = options,
    .max_words = 1,
    .run = run,
};
