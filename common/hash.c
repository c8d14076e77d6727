/* SPDX-License-Identifier: Apache-2.0 */
#include "common/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash64(const void *bytes, size_t len)
{
    return XXH3_64bits(bytes, len);
}

uint64_t hash_value(struct value v)
{
    uint64_t h;

    if (v.state != VALUE_TEXT)
        return 1;
    h = XXH3_64bits(v.ptr, v.len);
    return h <= 1 ? 2 : h;
}

struct hash128 hash_key(const struct value *key, size_t n)
{
    XXH3_state_t state;
    XXH128_canonical_t canonical;
    struct hash128 out;

    XXH3_INITSTATE(&state);
    XXH3_128bits_reset(&state);
    for (size_t i = 0; i < n; i++) {
        uint64_t len = key[i].state == VALUE_TEXT ? key[i].len : UINT64_MAX;

        XXH3_128bits_update(&state, &len, sizeof(len));
        if (key[i].state == VALUE_TEXT)
            XXH3_128bits_update(&state, key[i].ptr, key[i].len);
    }
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state));
    memcpy(out.bytes, canonical.digest, 16);
    return out;
}
