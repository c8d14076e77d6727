/* SPDX-License-Identifier: Apache-2.0 */
#include "common/config/expand.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"

enum { FILE_VALUE_MAX = 64 * 1024 };

static bool is_name(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!(isalpha((unsigned char)text[i]) || text[i] == '_' ||
              (i > 0 && isdigit((unsigned char)text[i]))))
            return false;
    return len > 0;
}

/* REST stands after "${"; returns what follows the "}", or NULL and WHY. */
static const char *expand_variable(const char *rest, struct buf *out, struct buf *why)
{
    CLEANUP_FREE char *name = NULL;
    const char *end = strchr(rest, '}');
    const char *value;

    if (end == NULL || !is_name(rest, (size_t)(end - rest))) {
        buf_puts(why, "expected ${NAME} with a name of letters, digits and _");
        return NULL;
    }
    name = strndup(rest, (size_t)(end - rest));
    value = name == NULL ? NULL : getenv(name);
    if (value == NULL) {
        buf_printf(why, "the environment variable %s is not set",
                   name == NULL ? "(out of memory)" : name);
        return NULL;
    }
    buf_puts(out, value);
    return end + 1;
}

static bool expand_variables(const char *text, struct buf *out, bool *is_private, struct buf *why)
{
    const char *at;

    while ((at = strstr(text, "${")) != NULL) {
        buf_append(out, text, (size_t)(at - text));
        text = expand_variable(at + 2, out, why);
        if (text == NULL)
            return false;
        *is_private = true;
    }
    buf_puts(out, text);
    return true;
}

void expand_path(const char *path, const char *folder, struct buf *out)
{
    if (path[0] != '/' && strcmp(folder, ".") != 0)
        buf_printf(out, "%s/", folder);
    buf_puts(out, path);
}

static bool fail_read(struct buf *why, const char *path, const char *reason)
{
    buf_printf(why, "cannot read %s: %s", path, reason);
    return false;
}

static bool read_all(int fd, const char *path, size_t max, struct buf *out, struct buf *why)
{
    size_t total = 0;

    for (;;) {
        char *to = buf_reserve(out, 8192);
        ssize_t n;

        if (to == NULL)
            return fail_read(why, path, "out of memory");
        n = read(fd, to, 8192);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_read(why, path, strerror(errno));
        if (n == 0)
            return true;
        total += (size_t)n;
        out->len += (size_t)n;
        out->ptr[out->len] = '\0';
        if (total > max) {
            buf_printf(why, "cannot read %s: it has more than %zu KiB", path, max / 1024);
            return false;
        }
    }
}

bool expand_read_file(const char *path, size_t max, bool only_regular, struct buf *out,
                      struct buf *why)
{
    struct stat st;
    CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | (only_regular ? O_NONBLOCK : 0));

    if (fd == -1 || fstat(fd, &st) == -1)
        return fail_read(why, path, strerror(errno));
    if (only_regular && !S_ISREG(st.st_mode))
        return fail_read(why, path, "it is not a file");
    return read_all(fd, path, max, out, why);
}

/* The first line of the file that NAME, after "file:", names. */
static bool expand_file(const char *name, const char *folder, struct buf *out, struct buf *why)
{
    CLEANUP_BUF struct buf path = BUF_INIT;
    CLEANUP_BUF struct buf content = BUF_INIT;
    size_t len;

    expand_path(name, folder, &path);
    if (!expand_read_file(buf_text(&path), FILE_VALUE_MAX, true, &content, why))
        return false;
    len = strcspn(buf_text(&content), "\r\n");
    if (len == 0)
        return fail_read(why, buf_text(&path), "its first line is empty");
    if (len < content.len && content.ptr[len] == '\0')
        return fail_read(why, buf_text(&path), "its first line holds a NUL");
    buf_append(out, content.ptr, len);
    return true;
}

bool expand_text(const char *text, const char *folder, struct buf *out, bool *is_private,
                 struct buf *why)
{
    CLEANUP_BUF struct buf first = BUF_INIT;

    *is_private = false;
    if (!expand_variables(text, &first, is_private, why))
        return false;
    if (strncmp(buf_text(&first), "file:", 5) != 0) {
        buf_append(out, buf_text(&first), first.len);
        return true;
    }
    *is_private = true;
    return expand_file(buf_text(&first) + 5, folder, out, why);
}
