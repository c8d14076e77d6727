/* SPDX-License-Identifier: Apache-2.0 */
/* report: what verify found, as text and as JSON. */
#include <inttypes.h>
#include <string.h>

#include "cli/compare/difference.h"
#include "cli/json_rows.h"
#include "cli/show.h"
#include "cli/verify/verify.h"

static const char *const verdicts[] = {"MATCH", "MISMATCH", "INCONCLUSIVE"};

static const char *explain_held(const struct suspect *s)
{
    switch (s->held) {
    case HELD_CONFLICT:
        return "held: a conflict is open (tabrelay conflicts)";
    case HELD_DELETE:
        return "held: it is gone from the tab, the delete waits (tabrelay deletes)";
    case HELD_WAITING:
        return "waits: a new row that is not complete or was refused (its note says why)";
    case HELD_KEPT:
        return "kept: MySQL has it no more, and the mapping keeps such rows";
    case HELD_NOT:
        break;
    }
    return s->is_stable ? "" : "still changing";
}

static void put_row(struct buf *out, const struct suspect *s)
{
    const char *held = explain_held(s);

    buf_puts(out, "  key ");
    show_key(out, s->row_key);
    if (s->is_in_tab)
        buf_printf(out, " (row %" PRId64 " of the tab)", s->row + 1);
    buf_puts(out, ": ");
    if (s->is_twice)
        buf_puts(out, "its key stands above already: delete one of the two rows");
    else if (!s->is_in_tab)
        buf_puts(out, "only in MySQL");
    else if (!s->is_in_mysql)
        buf_puts(out, "only in the tab");
    else
        difference_show_cells(out, s->cells);
    buf_printf(out, "%s%s\n", held[0] == '\0' ? "" : "; ", held);
}

static void put_verdict(struct buf *out, const struct verified *v)
{
    size_t n = v->suspects.n - verified_held(v) + v->suspects.n_more;

    buf_printf(out, "%s: %s", v->mapping, verdicts[v->verdict]);
    if (v->reason.len > 0)
        buf_printf(out, ": %s", v->reason.ptr);
    if (v->position.len == 0) {
        buf_putc(out, '\n');
    } else {
        if (n > 0)
            buf_printf(out, ": %zu rows differ, of %zu in MySQL", n, v->n_rows);
        else
            buf_printf(out, ": %zu rows", v->n_rows);
        buf_printf(out, ", at %.200s\n", v->position.ptr);
    }
    if (v->hint.len > 0)
        buf_printf(out, "  -> %s\n", v->hint.ptr);
}

static void put_odd(struct buf *out, const struct verified *v)
{
    if (v->n_keyless > 0)
        buf_printf(out,
                   "  %zu rows of the tab have cells and no key; they are not compared; the first "
                   "is row %" PRId64 "\n",
                   v->n_keyless, v->keyless_row + 1);
}

static void put_unshown(struct buf *out, const struct verified *v)
{
    if (v->n_marked > 0)
        buf_printf(out, "  %zu rows of the tab are marked as deleted in MySQL\n", v->n_marked);
    if (v->n_unshown > 0)
        buf_printf(out, "  %zu rows of MySQL have a blank key, which a tab cannot show\n",
                   v->n_unshown);
}

void verify_put_text(struct buf *out, const struct verified *v, size_t limit)
{
    size_t shown = v->suspects.n < limit ? v->suspects.n : limit;

    put_verdict(out, v);
    for (size_t i = 0; i < shown; i++)
        put_row(out, &v->suspects.items[i]);
    if (v->suspects.n + v->suspects.n_more > shown)
        buf_printf(out, "  and %zu more (--limit)\n", v->suspects.n + v->suspects.n_more - shown);
    put_odd(out, v);
    put_unshown(out, v);
}

static void put_row_json(struct buf *out, const struct suspect *s)
{
    static const char *const held[] = {"", "conflict", "delete", "waiting", "kept"};

    buf_printf(out, "{\"key\": %s, \"row\": ", s->row_key);
    if (s->is_in_tab)
        buf_printf(out, "%" PRId64, s->row + 1);
    else
        buf_puts(out, "null");
    buf_printf(
        out,
        ", \"in_mysql\": %s, \"in_tab\": %s, \"twice\": %s, \"held\": \"%s\", \"changing\": %s, "
        "\"cells\": %s}",
        s->is_in_mysql ? "true" : "false", s->is_in_tab ? "true" : "false",
        s->is_twice ? "true" : "false", held[s->held],
        s->is_stable || s->held != HELD_NOT ? "false" : "true",
        s->cells == NULL ? "null" : s->cells);
}

void verify_put_json(struct buf *out, const struct verified *v, size_t limit)
{
    buf_putc(out, '{');
    json_put_text(out, "mapping", v->mapping);
    buf_printf(out, ", \"verdict\": \"%s\", ", verdicts[v->verdict]);
    json_put_text(out, "reason", buf_text(&v->reason));
    buf_puts(out, ", ");
    json_put_text(out, "position", buf_text(&v->position));
    buf_printf(
        out,
        ", \"rows\": %zu, \"differ\": %zu, \"held\": %zu, \"duplicate_keys\": %zu, "
        "\"keyless_rows\": %zu, \"blank_keys\": %zu, \"marked_rows\": %zu, \"differences\": [",
        v->n_rows, v->suspects.n - verified_held(v) + v->suspects.n_more, verified_held(v),
        v->n_twice, v->n_keyless, v->n_unshown, v->n_marked);
    for (size_t i = 0; i < v->suspects.n && i < limit; i++) {
        buf_puts(out, i == 0 ? "" : ", ");
        put_row_json(out, &v->suspects.items[i]);
    }
    buf_puts(out, "]}");
}
