#pragma once
/* The inside of the reader: from the document's tree to struct scenario. A section is a table of
 * keys, each with the function that reads its value; so a new key, section or protocol is a line.
 * Whatever is wrong is told and left out, and reading goes on, so that one bad link hides no error
 * of the next. */

#include "base/map.h"
#include "scenario/doc.h"
#include "scenario/read.h"
#include "scenario/quantity.h"

/* Items of one section: far beyond what a picture can show. Only those that may be few are compared
 * each with each. */
#define NODE_LIMIT    200000
#define ADDRESS_LIMIT 1000 /* of one router */
#define ROUTE_LIMIT   100  /* of one router */
#define LINK_LIMIT    400000
#define TRAFFIC_LIMIT 200000
#define FAULT_LIMIT   10000
#define EXPECT_LIMIT  100000
#define LESSON_LIMIT  1000

struct reader {
    struct scenario *sc;
    struct arena *arena; /* the scenario's */
    const struct catalogue *known;
    const struct doc *doc;
    struct err *err;
    const char *const *state_names; /* NULL until someone asks; see conditions.c */
    const char **node_names;        /* NULL-terminated, in the order of sc->nodes */
    struct map nodes; /* hash of a name -> 1 + node, of the first mapped_count nodes */
    uint32_t mapped_count;
    struct map flows; /* hash of a name given to a flow -> 1 */
};

/* One key of a mapping. `into` is what the mapping fills. */
struct key {
    const char *name;
    void (*read)(struct reader *r, const struct doc_node *value, void *into);
};

/* Errors and warnings at a node; then the catalogue's key and pairs as err_add takes them. */
#define wrong(r, node, ...)                                                                        \
    err_add((r)->err, ERR_ERROR, doc_place_of((r)->doc, (r)->arena, (node)), __VA_ARGS__, NULL)
#define suspect(r, node, ...)                                                                      \
    err_add((r)->err, ERR_WARNING, doc_place_of((r)->doc, (r)->arena, (node)), __VA_ARGS__, NULL)
/* The same at a place of the model. */
#define wrong_at(r, place, ...)                                                                    \
    err_add((r)->err, ERR_ERROR, reader_place_at((r), (place)), __VA_ARGS__, NULL)
#define suspect_at(r, place, ...)                                                                  \
    err_add((r)->err, ERR_WARNING, reader_place_at((r), (place)), __VA_ARGS__, NULL)
struct place reader_place(const struct reader *r, const struct doc_node *n);

/* Text in the language of the errors; lives in the scenario's arena. */
const char *reader_word(const struct reader *r, const char *key);
const char *reader_join(const struct reader *r, const char *const *words); /* "a, b, c" */
const char *reader_quoted(const struct reader *r, const char *name);       /* 'name' */
/* "; did you mean 'x'?" for the nearest of `words`, or else "; accepted: a, b, c". */
const char *reader_hint(const struct reader *r, const char *found, const char *const *words);
/* The one, or nothing; and the other. */
const char *reader_near(const struct reader *r, const char *found, const char *const *words);
const char *reader_accepted(const struct reader *r, const char *const *words);

/* Full-width punctuation in a word that could not be read: told as the cause. False: none in it. */
bool reader_tell_full_width(struct reader *r, const struct doc_node *n);

/* Reads a mapping by its table (ended by a NULL name). `what` is the language key of what the
 * mapping describes ("reader.a.link"). `other`, unless NULL, gets a key that the table does not
 * know; false: it does not know it either, and the key is told as unknown with `more` (may be NULL)
 * among the words it is compared with. False: not a mapping, told. */
struct key_reading {
    const struct key *keys;
    const char *what;
    bool (*other)(struct reader *r, const struct doc_node *value, void *into);
    const char *const *more;
};
bool reader_map(struct reader *r, const struct doc_node *n, const struct key_reading *how,
                void *into);
bool reader_has(const struct doc_node *map, const char *key);

/* Whether it is a list (of at least one item), a mapping, a text; false: told, naming its key. */
bool reader_is_list(struct reader *r, const struct doc_node *n);
bool reader_is_map(struct reader *r, const struct doc_node *n);
bool reader_is_text(struct reader *r, const struct doc_node *n);

/* At most `limit` items; false: told. */
bool reader_is_short(struct reader *r, const struct doc_node *n, uint32_t limit);

/* Values. False: told, *out untouched. */
bool reader_quantity(struct reader *r, const struct doc_node *n, enum quantity q, int64_t *out);
bool reader_signed(struct reader *r, const struct doc_node *n, enum quantity q, int64_t *out);
bool reader_count(struct reader *r, const struct doc_node *n, int64_t min, int64_t max,
                  int64_t *out);
bool reader_switch(struct reader *r, const struct doc_node *n, bool *out);
bool reader_word_of(struct reader *r, const struct doc_node *n, const char *const *words,
                    uint32_t *out);
bool reader_node(struct reader *r, const struct doc_node *n, uint32_t *out); /* a host or router */
uint32_t reader_find_node(struct reader *r, const char *name); /* the first; NO_NODE: none */
bool reader_has_node(struct reader *r, const char *name);
bool reader_node_pair(struct reader *r, const struct doc_node *n, uint32_t out[2]);
bool reader_address(struct reader *r, const struct doc_node *n, struct scenario_address *out);
/* A decimal number within limits. */
bool reader_real(struct reader *r, const struct doc_node *n, double min, double max, double *out);
void reader_text_by_language(struct reader *r, const struct doc_node *n,
                             const char *out[LANG_COUNT]);

/* A param of an actor type: the value in its unit, by its kind and limits. */
bool reader_param(struct reader *r, const struct doc_node *n, const struct param *p, int64_t *out);
/* sayings.c: PARAM_PROTOCOL, PARAM_SAYINGS, PARAM_VALUES. False: told. */
bool reader_protocol(struct reader *r, const struct doc_node *n, int64_t *out);
bool reader_framed_script(struct reader *r, const struct doc_node *n, int64_t *out);
bool reader_framed_values(struct reader *r, const struct doc_node *n, int64_t *out);
void settings_add(struct reader *r, struct settings *s, struct setting more);

/* lan.c: what LANs and DHCP add. */
extern const struct key switch_key_kind, switch_key_snooping;
void check_snooping(struct reader *r, const struct scenario_node *node, uint32_t number);
void read_mac(struct reader *r, const struct doc_node *v, void *into);
/* A key of a DHCP server that is no single value; false: it is another. */
/* `nat: on` or a mapping; false: it was a switch, there is no more to read. */
bool read_nat(struct reader *r, const struct doc_node *v, struct scenario_node *node);
bool read_nat_key(struct reader *r, const struct doc_node *v, const char *type,
                  struct scenario_node *node);
void check_nat(struct reader *r, struct scenario_node *n);
bool read_dhcp_key(struct reader *r, const struct doc_node *v, const char *type,
                   struct scenario_node *node);
/* `dhcp-relay: 10.0.2.5`, in short; false: it is a mapping. */
bool read_dhcp_relay(struct reader *r, const struct doc_node *v, const struct actor_type *type,
                     struct scenario_node *node);
/* resolver.c: DNS names. A key of a name server or resolver that is no single value; false: it is
 * another. */
bool read_dns_key(struct reader *r, const struct doc_node *v, const char *type,
                  struct scenario_node *node);
/* `resolver: dns`, in short; false: it is a mapping. */
bool read_resolver(struct reader *r, const struct doc_node *v, struct scenario_node *node);
bool reader_is_dns_name(const char *text, size_t len);
/* Who some name server says it is; NO_NODE and 0: nobody. */
struct scenario_host reader_host_named(const struct reader *r, const char *name);
/* Who names somebody needs a resolver. */
void check_resolver(struct reader *r, struct place place, uint32_t node, const char *name);
/* "10.0.9.0/24": a network, no host of it. */
bool reader_network(struct reader *r, const struct doc_node *where, const char *text,
                    struct scenario_address *out);
bool reader_addresses(struct reader *r, const struct doc_node *n, int64_t *out); /* one or two */
bool reader_pool(struct reader *r, const struct doc_node *n, int64_t *out);      /* `A - B` */
void check_lans(struct reader *r);
void check_sides(struct reader *r); /* of mixers and translators */

/* The sections, in the order in which they need each other. */
void read_title(struct reader *r, const struct doc_node *n);
void read_about(struct reader *r, const struct doc_node *n);
void read_seed(struct reader *r, const struct doc_node *n);
void read_stop(struct reader *r, const struct doc_node *n);
void read_nodes(struct reader *r, const struct doc_node *const sections[3]); /* hosts, routers,
                                                                              switches; or NULL */
void read_links(struct reader *r, const struct doc_node *n);
void read_groups(struct reader *r, const struct doc_node *n);
void read_protocols(struct reader *r, const struct doc_node *n);
void read_traffic(struct reader *r, const struct doc_node *n);
void read_script(struct reader *r, const struct doc_node *n);
void read_faults(struct reader *r, const struct doc_node *n);
void read_expects(struct reader *r, const struct doc_node *n);
void read_lesson(struct reader *r, const struct doc_node *n);
void read_view(struct reader *r, const struct doc_node *n);
void read_diagnosis(struct reader *r, const struct doc_node *n);
/* hidden.c, before the sections are read: what `hidden:` seals is put into the document, or what
 * `diagnosis:` says. False: told. */
bool hidden_apply(struct reader *r);
bool reader_is_hidden(const struct doc_node *n); /* or something in it */
bool diagnosis_apply(struct reader *r);

/* reserve.c: `reserve` of a flow, whose other keys have been read; `rsvp: off` of a node, false: it
 * is a mapping. */
void read_reserve(struct reader *r, const struct doc_node *flow, struct scenario_traffic *t);
bool read_rsvp(struct reader *r, const struct doc_node *v, struct scenario_node *node);

/* buckets.c: the key says nothing until flows have names. */
void read_token_buckets(struct reader *r, const struct doc_node *v, void *into);
void read_buckets(struct reader *r, const struct doc_node *routers); /* or NULL */

/* A packet pattern. `extra` keys may stand among those of the pattern, as `at` of a drop; they fill
 * *extra_into. */
struct pattern_reading {
    bool in_exchange;        /* at, within and lost are keys too */
    const struct key *extra; /* NULL: none */
    void *extra_into;
};
bool read_pattern(struct reader *r, const struct doc_node *n, const struct pattern_reading *how,
                  struct pattern *out);
/* TCP options: {mss: 1460, wscale: 7, sack-ok: on, timestamps: [1, 0], sack: [[1, 1001]]}; in a
 * pattern `off` means that the option must not stand there, and {} that none may. */
void read_tcp_options(struct reader *r, const struct doc_node *n, bool in_pattern,
                      struct tcp_options *out);
bool read_tcp_flags(struct reader *r, const struct doc_node *n, uint8_t *out); /* "SYN+ACK" */
/* The arguments of the call `inject`: they fill a struct call. */
extern const struct key inject_keys[];
void finish_inject(struct reader *r, const struct doc_node *n, struct call *c);
/* `server:80` or `10.0.0.2:80`; false: told. */
bool reader_destination(struct reader *r, const struct doc_node *n, uint32_t *ip, uint16_t *port);
bool reader_port(struct reader *r, const struct doc_node *n, uint16_t *port);
/* A flow's name: one that `as:` gives, or HOST.TYPEn, as the engine numbers them. */
bool reader_flow(struct reader *r, const struct doc_node *n, const char **out);
/* A condition on a host: a state's name, or {state: …, received: …}. `node` is already known. */
struct condition reader_condition(uint32_t node); /* nothing is given */
bool read_condition(struct reader *r, const struct doc_node *n, struct condition *out);
/* A figure: a bare number, a percentage (as a part of one), a time (in ns), a rate (bit/s), a size.
 */
bool reader_figure(struct reader *r, const struct doc_node *n, double *out);
/* The queue of a direction: `20 packets`, `64 kB`, {room: …, red: {…}}. */
void read_queue(struct reader *r, const struct doc_node *v, void *into);
/* The loss of a direction: a chance, or {every: …}, {list: …}, {gilbert-elliott: …}. */
void read_loss(struct reader *r, const struct doc_node *n, struct loss *out);

/* What no single value shows: routes, addresses used twice, faults that contradict each other. */
void check_scenario(struct reader *r);
/* A link between two nodes; NO_LINK: there is none. */
#define NO_LINK UINT32_MAX
uint32_t link_between(const struct scenario *sc, uint32_t a, uint32_t b);
/* Its part about faults and expectations; needs all of the rest to be right. */
void check_times(struct reader *r);
/* A place of the model as err_add takes it. */
struct err_place reader_place_at(const struct reader *r, struct place p);
const char *reader_time(const struct reader *r, sim_time t); /* "1.5 s" */

/* Words of the language that no host may be called. NULL-terminated. */
const char *const *reserved_words(void);
