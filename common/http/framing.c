/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/framing.h"

#include <string.h>
#include <strings.h>

struct framing {
    unsigned lengths, encodings, hosts;
    bool is_odd;
};

/* RFC 9110, section 5.6.2: a token. */
static bool is_name(const char *name, size_t len)
{
    static const char allowed[] =
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    return len > 0 && strlen(name) == len && strspn(name, allowed) == len;
}

/* No control characters but tabs: an obsolete fold, a NUL, a lone CR. */
static bool is_value(const char *value, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)value[i] < 0x20 && value[i] != '\t')
            return false;
    return true;
}

static enum MHD_Result look(void *ctx, enum MHD_ValueKind kind, const char *name, size_t name_len,
                            const char *value, size_t value_len)
{
    struct framing *f = ctx;

    (void)kind;
    if (!is_name(name, name_len) || (value != NULL && !is_value(value, value_len))) {
        f->is_odd = true;
    } else if (strcasecmp(name, "Content-Length") == 0) {
        f->lengths++;
    } else if (strcasecmp(name, "Host") == 0) {
        f->hosts++;
    } else if (strcasecmp(name, "Transfer-Encoding") == 0) {
        f->encodings++;
        if (value == NULL || strcasecmp(value, "chunked") != 0)
            f->is_odd = true;
    }
    return f->is_odd ? MHD_NO : MHD_YES;
}

bool framing_is_plain(struct MHD_Connection *connection)
{
    struct framing f = {0};

    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, look, &f);
    return !f.is_odd && f.lengths + f.encodings <= 1 && f.hosts <= 1;
}
