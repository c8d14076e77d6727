/* SPDX-License-Identifier: Apache-2.0 */
/* Utilities and UrlFetchApp. */
#include <openssl/evp.h>
#include <string.h>

#include "common/crypto.h"
#include "sandbox/script/ops.h"
#include "sandbox/script/urlfetch.h"

static int op_uuid(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    char uuid[37];

    (void)r;
    (void)args;
    (void)err;
    crypto_uuid(uuid);
    ops_put_text(out, uuid);
    return 0;
}

static int op_sleep(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    (void)out;
    (void)err;
    stop_wait_ms(r->world->stop, limits_cap_ms(&r->limits, json_int(args, "ms", 0)));
    return 0;
}

static int op_format_date(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    const struct zone *zone;

    if (ops_zone(r, json_text(args, "zone", "GMT"), &zone, err) != 0 ||
        zone_format(zone, json_int(args, "ms", 0), json_text(args, "pattern", ""), &text, err) != 0)
        return -1;
    ops_put_text(out, buf_text(&text));
    return 0;
}

/* {"text": "..."} (as UTF-8) or {"bytes": [-128..127, ...]}. */
static void get_bytes(const cJSON *value, struct buf *out)
{
    const cJSON *item;

    buf_puts(out, json_text(value, "text", ""));
    cJSON_ArrayForEach(item, json_get(value, "bytes"))
    {
        buf_putc(out, (char)(unsigned char)((int)item->valuedouble & 0xff));
    }
}

/* Google's byte arrays are Java's: signed. */
static int op_hmac(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    CLEANUP_BUF struct buf value = BUF_INIT, key = BUF_INIT;
    uint8_t mac[32];

    (void)r;
    get_bytes(json_get(args, "value"), &value);
    get_bytes(json_get(args, "key"), &key);
    if (value.is_failed || key.is_failed)
        return err_nomem(err, "script");
    if (key.len == 0)
        return err_set(err, ERR_VALUE, "Invalid argument: key");
    crypto_hmac_sha256(buf_text(&key), key.len, buf_text(&value), value.len, mac);
    for (size_t i = 0; i < sizeof(mac); i++)
        buf_printf(out, "%c%d", i == 0 ? '[' : ',', (int)(int8_t)mac[i]);
    buf_putc(out, ']');
    return 0;
}

static int op_base64(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    CLEANUP_BUF struct buf value = BUF_INIT, text = BUF_INIT;
    char *to;

    (void)r;
    get_bytes(json_get(args, "value"), &value);
    to = buf_reserve(&text, value.len / 3 * 4 + 5);
    if (value.is_failed || to == NULL)
        return err_nomem(err, "script");
    EVP_EncodeBlock((unsigned char *)to, (const unsigned char *)buf_text(&value), (int)value.len);
    ops_put_text(out, to);
    return 0;
}

static int op_fetch(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    return urlfetch(r, args, out, err);
}

const struct ops_row ops_utility[] = {
    {"uuid", op_uuid},     {"sleep", op_sleep}, {"hmac", op_hmac}, {"format_date", op_format_date},
    {"base64", op_base64}, {"fetch", op_fetch}, {NULL, NULL}};
