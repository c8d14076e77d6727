/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sync/change_set.h"

#include <stdlib.h>

#include "common/metrics.h"

struct row_image *row_image_new(struct hash128 key, const struct value *values, size_t n)
{
    size_t size = sizeof(struct row_image) + n * sizeof(struct value);
    struct row_image *image;
    char *at;

    for (size_t i = 0; i < n; i++)
        if (values[i].state == VALUE_TEXT)
            size += values[i].len;
    image = malloc(size);
    if (image == NULL)
        return NULL;
    image->key = key;
    image->n_values = n;
    image->size = size;
    at = (char *)&image->values[n];
    for (size_t i = 0; i < n; i++) {
        image->values[i] = values[i];
        if (values[i].state != VALUE_TEXT)
            continue;
        if (values[i].len > 0)
            memcpy(at, values[i].ptr, values[i].len);
        image->values[i].ptr = at;
        at += values[i].len;
    }
    return image;
}

void change_times_keep(struct change_times *oldest, const struct change_times *other)
{
    if (other->committed_us > 0 &&
        (oldest->committed_us == 0 || other->committed_us < oldest->committed_us))
        *oldest = *other;
}

static struct row_id make_id(uint32_t mapping, struct hash128 key)
{
    struct row_id id;

    memset(&id, 0, sizeof(id)); /* hashed as bytes */
    id.mapping = mapping;
    id.key = key;
    return id;
}

struct pending_row *change_set_find(const struct change_set *set, uint32_t mapping,
                                    struct hash128 key)
{
    struct row_id id = make_id(mapping, key);
    struct pending_row *row;

    HASH_FIND(hh, set->rows, &id, sizeof(id), row);
    return row;
}

struct pending_row *change_set_put(struct change_set *set, uint32_t mapping,
                                   struct row_image *image, bool is_delete)
{
    struct pending_row *row;

    if (image == NULL)
        return NULL;
    row = change_set_find(set, mapping, image->key);
    if (row == NULL) {
        row = calloc(1, sizeof(*row));
        if (row == NULL) {
            free(image);
            return NULL;
        }
        row->id = make_id(mapping, image->key);
        HASH_ADD(hh, set->rows, id, sizeof(row->id), row);
        if (!hash_added(row)) {
            free(row);
            free(image);
            return NULL;
        }
        set->n_rows++;
        set->bytes += sizeof(*row);
    } else {
        set->bytes -= row->image->size;
        free(row->image);
        metrics_add(METRIC_COALESCED, 1, mapping);
    }
    row->image = image;
    row->is_delete = is_delete;
    set->bytes += image->size;
    return row;
}

int pending_row_force(struct pending_row *row, size_t i, size_t n)
{
    if (row->forced == NULL) {
        row->forced = calloc((n + 63) / 64, sizeof(*row->forced));
        if (row->forced == NULL)
            return -1;
    }
    row->forced[i / 64] |= UINT64_C(1) << (i % 64);
    return 0;
}

bool pending_row_is_forced(const struct pending_row *row, size_t i)
{
    return row->is_forced || (row->forced != NULL && (row->forced[i / 64] >> (i % 64) & 1) != 0);
}

int pending_row_keep_inserted(struct pending_row *row)
{
    const struct row_image *image = row->image;

    if (row->inserted == NULL)
        row->inserted = calloc(image->n_values + 1, sizeof(*row->inserted));
    if (row->inserted == NULL)
        return -1;
    for (size_t i = 0; i < image->n_values; i++)
        row->inserted[i] =
            image->values[i].state == VALUE_ABSENT ? 0 : hash_value(image->values[i]);
    return 0;
}

void change_set_remove(struct change_set *set, struct pending_row *row)
{
    HASH_DEL(set->rows, row);
    set->n_rows--;
    set->bytes -= sizeof(*row) + row->image->size;
    free(row->image);
    free(row->forced);
    free(row->told);
    free(row->inserted);
    free(row);
}

void change_set_close(struct change_set *set)
{
    struct pending_row *row, *next;

    HASH_ITER(hh, set->rows, row, next) change_set_remove(set, row);
}
