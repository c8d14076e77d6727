/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/script/fill.h"

#include <string.h>

#include "common/embed.h"

/* The lines of Code.gs that are filled in. */
static const char url_line[] = "var WEBHOOK_URL = '';";
static const char secret_line[] = "var WEBHOOK_SECRET = '';";

static int find_file(const char *path, const struct embed_file **out, struct err *err)
{
    *out = embed_find(path);
    return *out != NULL ? 0 : err_set(err, ERR_CONFIG, "%s is not part of this program", path);
}

/* A JSON string is a literal of JavaScript, too. */
static void append_setting(struct buf *out, const char *line, const char *value)
{
    if (value == NULL) {
        buf_puts(out, line);
        return;
    }
    buf_append(out, line, strlen(line) - strlen("'';"));
    buf_json(out, value, strlen(value));
    buf_putc(out, ';');
}

int script_fill(struct buf *out, const char *url, const char *secret, struct err *err)
{
    const struct embed_file *file;
    const char *url_at, *secret_at;

    if (find_file("webhook/apps_script/Code.gs", &file, err) != 0)
        return -1;
    url_at = strstr(file->data, url_line);
    secret_at = url_at == NULL ? NULL : strstr(url_at, secret_line);
    if (secret_at == NULL)
        return err_set(err, ERR_FORMAT, "Code.gs has no place for its settings");
    buf_append(out, file->data, (size_t)(url_at - file->data));
    append_setting(out, url_line, url);
    url_at += sizeof(url_line) - 1;
    buf_append(out, url_at, (size_t)(secret_at - url_at));
    append_setting(out, secret_line, secret);
    buf_puts(out, secret_at + sizeof(secret_line) - 1);
    return out->is_failed ? err_nomem(err, "script") : 0;
}

int script_manifest(struct buf *out, struct err *err)
{
    const struct embed_file *file;

    if (find_file("webhook/apps_script/appsscript.json", &file, err) != 0)
        return -1;
    buf_append(out, file->data, file->len);
    return out->is_failed ? err_nomem(err, "script") : 0;
}
