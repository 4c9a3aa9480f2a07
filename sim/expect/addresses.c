/* Whether two hosts ever held one address of DHCP's at the same time. */
#include "expect/judge.h"

#include "base/map.h"
#include "base/os.h"

#include <stdlib.h>
#include <string.h>

static void let_go(struct address_holders *h, uint32_t node)
{
    uint32_t ip = h->held_by[node];
    if (ip && map_get(&h->of_ip, ip) == node + 1) {
        *map_put(&h->of_ip, ip) = 0;
    }
    h->held_by[node] = 0;
}

static bool is_address(const struct trace *t, const struct record *r)
{
    const struct entity *e = &t->entities[r->where];
    return r->kind == REC_VAR && e->kind == ENTITY_ACTOR &&
           strcmp(e->type->name, "dhcp-client") == 0 &&
           strcmp(e->type->vars[r->code].name, "address") == 0;
}

static bool is_crash(const struct trace *t, const struct record *r)
{
    return r->kind == REC_CALL && r->code == CALL_CRASH &&
           t->entities[r->where].kind == ENTITY_NODE;
}

/* True: another holds it as well. */
static bool take(struct address_holders *h, uint32_t node, const struct record *r,
                 struct address_twice *out)
{
    uint32_t ip = (uint32_t)r->value;
    let_go(h, node);
    if (ip == 0) {
        return false;
    }
    uint64_t *holder = map_put(&h->of_ip, ip);
    if (*holder && *holder != node + 1) {
        *out = (struct address_twice){r->at, ip, {(uint32_t)*holder - 1, node}};
        return true;
    }
    *holder = node + 1;
    h->held_by[node] = ip;
    return false;
}

bool address_holders_see(struct address_holders *h, const struct trace *t, const struct record *r,
                         struct address_twice *out)
{
    if (!h->held_by) {
        h->held_by = os_alloc((t->node_count + 1) * sizeof *h->held_by);
    }
    if (is_address(t, r)) {
        return take(h, t->entities[r->where].node, r, out);
    }
    if (is_crash(t, r)) {
        let_go(h, t->entities[r->where].node);
    }
    return false;
}

void address_holders_free(struct address_holders *h)
{
    map_free(&h->of_ip);
    free(h->held_by);
    *h = (struct address_holders){0};
}

bool trace_address_twice(const struct trace *t, struct address_twice *out)
{
    struct address_holders h = {0};
    bool found = false;
    for (uint32_t n = 1; n <= t->count && !found; n++) {
        found = address_holders_see(&h, t, trace_record(t, n), out);
    }
    address_holders_free(&h);
    return found;
}
