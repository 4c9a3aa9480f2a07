/* `nat`: a switch, or a mapping with the address outside and how long the table remembers. */
#include "scenario/reader.h"

#include <string.h>

bool read_nat(struct reader *r, const struct doc_node *v, struct scenario_node *node)
{
    node->has_nat = true;
    if (v->kind == DOC_SCALAR) {
        reader_switch(r, v, &node->has_nat);
    }
    return v->kind != DOC_SCALAR;
}

bool read_nat_key(struct reader *r, const struct doc_node *v, const char *type,
                  struct scenario_node *node)
{
    struct scenario_address outside;
    if (strcmp(type, "nat") != 0 || strcmp(v->key->text, "outside") != 0) {
        return false;
    }
    if (reader_address(r, v, &outside)) {
        node->nat_outside = outside.ip;
    }
    return true;
}

/* RFC 1918. */
static bool is_private(uint32_t ip)
{
    return ip >> 24 == 10 || ip >> 20 == 0xac1 || ip >> 16 == 0xc0a8;
}

/* Unless it is given, the address outside is the first that is not private. */
void check_nat(struct reader *r, struct scenario_node *n)
{
    bool is_own = false;
    if (!n->has_nat) {
        return;
    }
    if (n->kind != SCENARIO_ROUTER) {
        wrong_at(r, n->place, "reader.nat.router", "name", n->name);
        return;
    }
    for (uint32_t i = 0; i < n->address_count && n->nat_outside == 0; i++) {
        n->nat_outside = is_private(n->addresses[i].ip) ? 0 : n->addresses[i].ip;
    }
    for (uint32_t i = 0; i < n->address_count; i++) {
        is_own |= n->addresses[i].ip == n->nat_outside;
    }
    if (!is_own) {
        wrong_at(r, n->place, "reader.nat.outside", "name", n->name);
    }
}
