/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/schema.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/cell/look.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/mysql/db.h"
#include "common/mysql/definition.h"

struct slot {
    struct schema_mapping *mapping; /* a reference; NULL: not resolved */
    struct err problem;             /* why it could not be resolved ... */
    int64_t failed_ms;              /* ... at clock_mono_ms(); 0: it was not tried */
};

struct schema {
    const struct config *cfg;
    pthread_mutex_t lock;
    struct slot *slots; /* owned; one for each of cfg's mappings */
};

static void mapping_free(struct schema_mapping *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; m->columns != NULL && i < m->n_columns; i++)
        free(m->columns[i].header);
    free(m->columns);
    free(m->key);
    free(m->source);
    table_free(m->table);
    free(m);
}

static void cleanup_mapping(struct schema_mapping **m)
{
    mapping_free(*m);
}

const struct column *schema_column_of(const struct schema_mapping *mapping, size_t i)
{
    return &mapping->table->columns[mapping->columns[i].column];
}

const char *schema_why_locked(const struct schema_mapping *mapping, size_t i)
{
    const struct column *c = schema_column_of(mapping, i);
    const struct config_column *configured = config_find_column(mapping->cfg, c->name);

    if (c->is_generated)
        return "the database computes this column";
    if (configured != NULL && configured->edit == CONFIG_EDIT_DENY)
        return "this column is not edited in the sheet";
    return "only the database changes this column";
}

bool schema_is_given(const struct schema_mapping *mapping, size_t i)
{
    return mapping->member_column >= 0 &&
           mapping->columns[i].column == (size_t)mapping->member_column;
}

int schema_find_header(const struct schema_mapping *mapping, const char *header)
{
    for (size_t i = 0; i < mapping->n_columns; i++)
        if (strcmp(mapping->columns[i].header, header) == 0)
            return (int)i;
    return -1;
}

int schema_find_name(const struct schema_mapping *mapping, const char *name)
{
    for (size_t i = 0; i < mapping->n_columns; i++)
        if (strcasecmp(schema_column_of(mapping, i)->name, name) == 0)
            return (int)i;
    return -1;
}

/* A cell cannot hold the others. */
static bool is_supported(enum column_type type)
{
    return type != COLUMN_GEOMETRY && type != COLUMN_VECTOR && type != COLUMN_OTHER;
}

static int add_column(struct schema_mapping *m, size_t column, const char *header,
                      enum config_direction direction, enum config_edit edit, struct err *err)
{
    struct schema_column *c = &m->columns[m->n_columns];

    if (schema_find_header(m, header) >= 0)
        return err_set(err, ERR_CONFIG, "two columns have the header \"%s\"", header);
    c->header = strdup(header);
    if (c->header == NULL)
        return err_nomem(err, "schema");
    c->column = column;
    c->can_edit = edit == CONFIG_EDIT_ALLOW && direction != CONFIG_TO_SHEET &&
                  !m->table->columns[column].is_generated &&
                  is_supported(m->table->columns[column].type);
    m->n_columns++;
    return 0;
}

/* Where new columns are not for the tab: those that it had. */
static bool is_wanted(const struct schema_mapping *m, size_t column,
                      const struct definition *before)
{
    const struct definition_column *was;

    if (m->table->columns[column].is_invisible)
        return false;
    if (before->n_columns == 0)
        return true;
    was = definition_before(before, m->table, column);
    return was != NULL && was->header != NULL;
}

static int resolve_columns(struct schema_mapping *m, const struct definition *before,
                           struct err *err)
{
    const struct config_mapping *cfg = m->cfg;
    size_t most = cfg->n_columns > 0 ? cfg->n_columns : m->table->n_columns;

    m->columns = calloc(most + 1, sizeof(*m->columns));
    if (m->columns == NULL)
        return err_nomem(err, "schema");
    for (size_t i = 0; i < cfg->n_columns; i++) {
        const struct config_column *c = &cfg->columns[i];
        int column = table_find_column(m->table, c->name);

        if (column < 0)
            return err_set(err, ERR_CONFIG, "the table has no column \"%s\"", c->name);
        if (add_column(m, (size_t)column, c->header, c->direction, c->edit, err) != 0)
            return -1;
    }
    for (size_t i = 0; cfg->n_columns == 0 && i < m->table->n_columns; i++)
        if (is_wanted(m, i, before) && add_column(m, i, m->table->columns[i].name, cfg->direction,
                                                  CONFIG_EDIT_ALLOW, err) != 0)
            return -1;
    return 0;
}

static int resolve_key(struct schema_mapping *m, struct err *err)
{
    size_t n = m->cfg->n_key > 0 ? m->cfg->n_key : m->table->n_key;

    if (n == 0)
        return err_set(err, ERR_CONFIG, "the table has no primary key, and the mapping names none");
    m->key = calloc(n, sizeof(*m->key));
    if (m->key == NULL)
        return err_nomem(err, "schema");
    for (size_t i = 0; i < n; i++) {
        const char *name =
            m->cfg->n_key > 0 ? m->cfg->key[i] : m->table->columns[m->table->key[i]].name;
        int column = schema_find_name(m, name);

        if (column < 0)
            return err_set(err, ERR_CONFIG, "the key column \"%s\" is not among the columns", name);
        m->key[i] = (size_t)column;
        m->columns[column].is_key = true;
        m->n_key++;
    }
    return 0;
}

/* What the replicator remembers of the table; no columns: nothing, or it is of no matter. */
static int load_definition(struct db *db, const struct config_mapping *cfg, struct definition *out,
                           struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    const struct db_param params[] = {DB_P_TEXT(cfg->name)};

    if (cfg->on_new_column == CONFIG_COLUMN_ADD || cfg->n_columns > 0)
        return 0;
    if (db_run(db, "SELECT definition FROM mapped_table WHERE mapping = ?", params, 1, &rows,
               err) != 0)
        return err_wrap(err, "mapped_table");
    return rows.n_rows == 0 ? 0 : definition_parse(db_rows_text(&rows, 0, 0), out, err);
}

/* What MySQL computes cannot be given. */
static int find_given(const struct table *t, const char *name)
{
    int at = table_find_column(t, name);

    return at < 0 || t->columns[at].is_generated ? -1 : at;
}

static int set_source(struct schema_mapping *m, struct db *db, struct err *err)
{
    CLEANUP_FREE size_t *key = calloc(m->n_key, sizeof(*key));
    struct buf sql = BUF_INIT;

    if (row_filter_is_none(&m->cfg->filter))
        return 0;
    if (key == NULL)
        return err_nomem(err, "schema");
    if (row_filter_try(db, &m->cfg->filter, m->table, err) != 0)
        return -1;
    for (size_t k = 0; k < m->n_key; k++)
        key[k] = m->columns[m->key[k]].column;
    if (m->cfg->filter.column != NULL)
        m->member_column = find_given(m->table, m->cfg->filter.column);
    row_filter_source(&sql, &m->cfg->filter, m->table, key, m->n_key);
    m->source = buf_take(&sql);
    return m->source == NULL ? err_nomem(err, "schema") : 0;
}

static int resolve(struct db *db, const struct config_mapping *cfg, struct schema_mapping **out,
                   struct err *err)
{
    CLEANUP(cleanup_mapping) struct schema_mapping *m = calloc(1, sizeof(*m));
    struct definition before = {0};
    int rc;

    if (m == NULL)
        return err_nomem(err, "schema");
    m->cfg = cfg;
    m->loaded_ms = clock_mono_ms();
    m->references = 1;
    m->member_column = -1;
    rc = table_load(db, cfg->schema, cfg->table, &m->table, err) != 0 ||
                 load_definition(db, cfg, &before, err) != 0 ||
                 resolve_columns(m, &before, err) != 0 || resolve_key(m, err) != 0 ||
                 set_source(m, db, err) != 0
             ? -1
             : 0;
    definition_close(&before);
    if (rc != 0)
        return err_wrap(err, "mapping %s", cfg->name);
    look_apply(m->table, cfg);
    *out = take_ptr(m);
    return 0;
}

int schema_new(const struct config *cfg, struct schema **out, struct err *err)
{
    struct schema *schema = calloc(1, sizeof(*schema));

    if (schema == NULL)
        return err_nomem(err, "schema");
    schema->cfg = cfg;
    schema->slots = calloc(cfg->n_mappings + 1, sizeof(*schema->slots));
    if (schema->slots == NULL || pthread_mutex_init(&schema->lock, NULL) != 0) {
        free(schema->slots);
        free(schema);
        return err_nomem(err, "schema");
    }
    *out = schema;
    return 0;
}

static void drop_reference(struct schema_mapping *m)
{
    if (m != NULL && --m->references == 0)
        mapping_free(m);
}

void schema_free(struct schema *schema)
{
    if (schema == NULL)
        return;
    for (size_t i = 0; i < schema->cfg->n_mappings; i++)
        drop_reference(schema->slots[i].mapping);
    pthread_mutex_destroy(&schema->lock);
    free(schema->slots);
    free(schema);
}

/* 1: *OUT is what is known, 0: it has to be looked up, -1: it was, just now, and failed. */
static int look_up(struct schema *schema, size_t i, struct schema_mapping **out, struct err *err)
{
    LOCK_SCOPE(&schema->lock);
    struct slot *slot = &schema->slots[i];
    int64_t now_ms = clock_mono_ms();

    if (slot->mapping != NULL && now_ms - slot->mapping->loaded_ms < SCHEMA_MAX_AGE_MS) {
        slot->mapping->references++;
        *out = slot->mapping;
        return 1;
    }
    if (slot->failed_ms != 0 && now_ms - slot->failed_ms < SCHEMA_RETRY_MS) {
        *err = slot->problem;
        return -1;
    }
    return 0;
}

/* Keep what was found out: M (a reference for the schema and one for the caller), or the problem.
 */
static void keep(struct schema *schema, size_t i, struct schema_mapping *m,
                 const struct err *problem)
{
    LOCK_SCOPE(&schema->lock);
    struct slot *slot = &schema->slots[i];

    drop_reference(slot->mapping);
    slot->mapping = m;
    slot->failed_ms = m == NULL ? clock_mono_ms() : 0;
    if (m == NULL)
        slot->problem = *problem;
    else
        m->references++;
}

int schema_get(struct schema *schema, struct db *db, size_t i, struct schema_mapping **out,
               struct err *err)
{
    int known = look_up(schema, i, out, err);

    if (known != 0)
        return known > 0 ? 0 : -1;
    if (resolve(db, &schema->cfg->mappings[i], out, err) == 0) {
        keep(schema, i, *out, NULL);
        return 0;
    }
    if (err->code == ERR_GONE || err->code == ERR_CONFIG)
        keep(schema, i, NULL, err);
    return -1;
}

void schema_put(struct schema *schema, struct schema_mapping *mapping)
{
    LOCK_SCOPE(&schema->lock);
    drop_reference(mapping);
}

void schema_distrust(struct schema *schema, size_t i)
{
    LOCK_SCOPE(&schema->lock);
    drop_reference(schema->slots[i].mapping);
    schema->slots[i] = (struct slot){0};
}
