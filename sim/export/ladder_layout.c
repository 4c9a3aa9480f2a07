/* Where the ladder's lifelines stand. Nodes stand in the scenario's order, but along a chain of
 * links if there is one, so that arrows run between neighbours. */
#include "export/ladder.h"

#include "export/say.h"

#include <string.h>

enum { TIME_CELLS = 12, GAP_MIN = 12 };

static unsigned links_of(const struct trace *t, uint32_t node)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < t->link_count; i++) {
        n += t->links[i].node[0] == node || t->links[i].node[1] == node;
    }
    return n;
}

static bool is_chosen(const struct ladder *l, uint32_t node)
{
    for (unsigned i = 0; i < l->column_count; i++) {
        if (l->node[i] == node) {
            return true;
        }
    }
    return false;
}

static void choose(struct ladder *l, uint32_t node)
{
    if (l->column_count < LADDER_COLUMNS_MAX) {
        l->node[l->column_count++] = node;
    }
}

/* The next node along a link, which was not chosen yet; UINT32_MAX if none. */
static uint32_t next_of(const struct ladder *l, uint32_t node)
{
    for (uint32_t i = 0; i < l->t->link_count; i++) {
        const uint32_t *ends = l->t->links[i].node;
        uint32_t other = ends[0] == node ? ends[1] : ends[1] == node ? ends[0] : node;
        if (other != node && !is_chosen(l, other)) {
            return other;
        }
    }
    return UINT32_MAX;
}

static void choose_all(struct ladder *l)
{
    const struct trace *t = l->t;
    for (uint32_t i = 0; i < t->node_count; i++) {
        if (is_chosen(l, i) || (l->column_count == 0 && links_of(t, i) > 1)) {
            continue; /* a chain starts at one of its ends */
        }
        for (uint32_t at = i; at != UINT32_MAX; at = next_of(l, at)) {
            choose(l, at);
        }
    }
    for (uint32_t i = 0; i < t->node_count; i++) {
        if (!is_chosen(l, i)) {
            choose(l, i);
        }
    }
}

static void keep_hosts(struct ladder *l)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < l->column_count; i++) {
        if (l->t->nodes[l->node[i]].kind == NODE_HOST) {
            l->node[kept++] = l->node[i];
        }
    }
    l->column_count = kept;
}

static bool fits(const struct ladder *l)
{
    return l->column_count == l->t->node_count || l->column_count < LADDER_COLUMNS_MAX
               ? (l->column_count - 1) * GAP_MIN <= l->right - l->left
               : false;
}

static void spread(struct ladder *l)
{
    unsigned gap = l->column_count > 1 ? (l->right - l->left) / (l->column_count - 1) : 0;
    for (unsigned i = 0; i < l->column_count; i++) {
        l->at[i] = l->left + i * gap;
    }
    if (l->column_count > 0) {
        l->right = l->at[l->column_count - 1];
    }
}

void ladder_lay_out(struct ladder *l)
{
    unsigned width = l->o->width < ROW_CELLS_MAX ? l->o->width : ROW_CELLS_MAX;
    unsigned room = width - TIME_CELLS - 4;
    l->left = TIME_CELLS + 2;
    l->right = l->left + room * 3 / 5;
    l->decimals = l->t->sim_ns < SIM_MS ? 9 : 6;
    l->last = -1;
    choose_all(l);
    if (!fits(l)) {
        keep_hosts(l);
    }
    if (!fits(l)) {
        l->column_count = 0;
        l->right = l->left + 24;
    }
    spread(l);
    l->notes = l->right + 3;
}

/* A name centred on its lifeline, but not before `from`. Returns where it ended. */
static unsigned head(struct ladder *l, unsigned column, unsigned from, const char *text,
                     enum row_style style)
{
    unsigned half = (text_cells(text) - 1) / 2, at = l->at[column];
    unsigned start = at > from + half ? at - half : from;
    return start + row_text(&l->row, start, l->row.width, text, style) + 1;
}

static void flush(struct ladder *l)
{
    row_print(&l->row, l->o->has_colour, &l->line);
    fwrite(l->line.data, 1, l->line.len, l->out);
    buf_clear(&l->line);
}

static void address_of(const struct trace_node *n, char out[64])
{
    size_t len = n->addresses ? strcspn(n->addresses, "/,") : 0;
    len = len < 63 ? len : 63;
    memcpy(out, n->addresses ? n->addresses : "", len);
    out[len] = '\0';
}

void ladder_print_heads(struct ladder *l)
{
    const char *time = word(l->o->lang, "export.time");
    unsigned end = TIME_CELLS - 2;
    row_clear(&l->row, l->o->width);
    row_text(&l->row, end - text_cells(time), end, time, STYLE_DIM);
    unsigned from = end + 1;
    for (unsigned i = 0; i < l->column_count; i++) {
        from = head(l, i, from, l->t->nodes[l->node[i]].label[l->o->lang], STYLE_BOLD);
    }
    flush(l);
    row_clear(&l->row, l->o->width);
    from = end + 1;
    for (unsigned i = 0; i < l->column_count; i++) {
        char address[64];
        address_of(&l->t->nodes[l->node[i]], address);
        from = *address ? head(l, i, from, address, STYLE_DIM) : from;
    }
    if (l->column_count > 0) {
        flush(l);
    }
}
