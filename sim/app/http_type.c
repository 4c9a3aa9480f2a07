/* The browser as the rest of the program sees it: settings, figures, states, reasons. */
#include "app/http_inside.h"

#include <string.h>

static double figure_requests(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct http_client *)self)->requests;
}

static double figure_responses(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct http_client *)self)->responses;
}

static double figure_connections(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct http_client *)self)->opened;
}

static double figure_trips(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct http_client *)self)->trips;
}

static double figure_failed(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct http_client *)self)->failed;
}

/* Mean over the visits that found everything. */
static double figure_page(const void *self, const struct path *path)
{
    const struct http_client *s = self;
    (void)path;
    return s->whole ? (double)s->took / s->whole : 0;
}

enum { VAR_TRIPS, VAR_WANTED, VAR_HAS, VAR_OPEN, VAR_COUNT };
static const struct var vars[] = {[VAR_TRIPS] = {"round-trips", "", "page"},
                                  [VAR_WANTED] = {"wanted", "", "page"},
                                  [VAR_HAS] = {"fetched", "", "page"},
                                  [VAR_OPEN] = {"connections", "", "page"},
                                  {0}};

static void client_read(const void *self, int64_t *out)
{
    const struct http_client *s = self;
    int64_t has = 0;
    for (uint32_t i = 0; i < s->want_count; i++) {
        has += s->wants[i].state == WANT_HAS;
    }
    out[VAR_TRIPS] = (int64_t)s->trips;
    out[VAR_WANTED] = s->want_count;
    out[VAR_HAS] = has;
    out[VAR_OPEN] = http_count(s, CONN_OPENS) + http_count(s, CONN_OPEN);
}

/* RFC 9112 3.2.1: the origin form. */
static bool is_target(const char *text)
{
    bool is_visible = true;
    for (const char *c = text; *c; c++) {
        is_visible &= *c > ' ' && *c < 127;
    }
    return text[0] == '/' && is_visible;
}

static bool is_host(const char *text)
{
    size_t good = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
    return text[good] == '\0';
}

#define OF(FIELD) offsetof(struct http_client, FIELD)
static const struct param params[] = {
    {"version", OF(version), PARAM_CHOICE, .initial = VERSION_1_1, .max = VERSION_1_1,
     .choices = (const char *const[]){"1.0", "1.1", NULL}},
    {"method", OF(method), PARAM_CHOICE, .initial = METHOD_GET, .max = METHOD_POST,
     .choices = (const char *const[]){"get", "head", "post", NULL}},
    {"path", OF(path), PARAM_TEXT, .max = HTTP_TARGET_MAX - 1, .is_good = is_target,
     .accepted = "param.accepted.http-target"},
    {"host", OF(host), PARAM_TEXT, .max = 253, .is_good = is_host,
     .accepted = "param.accepted.http-host"},
    {"upload", OF(upload), PARAM_BYTES, .initial = 1000, .min = 0, .max = 16000000},
    {"pipelining", OF(pipelining), PARAM_SWITCH, .initial = 0, .max = 1},
    {"connections", OF(connections), PARAM_COUNT, .initial = 1, .min = 1, .max = 32},
    {"keep-alive", OF(keep), PARAM_CHOICE, .initial = KEEP_BY_VERSION, .max = KEEP_OFF,
     .choices = (const char *const[]){"by-version", "on", "off", NULL}},
    {"retries", OF(retries), PARAM_COUNT, .initial = 3, .min = 0, .max = 100},
    {"timeout", OF(timeout), PARAM_TIME, .initial = 60 * SIM_S, .min = 1, .max = SIM_NEVER / 4},
    {"visits", OF(visits), PARAM_COUNT, .initial = 1, .min = 1, .max = 1000000},
    {"no-delay", OF(no_delay), PARAM_SWITCH, .initial = 1, .max = 1},
    {"think", OF(think), PARAM_TIME, .initial = SIM_S, .min = 0, .max = SIM_NEVER / 4},
    {"linger", OF(linger), PARAM_TIME, .initial = 0, .min = 0, .max = SIM_NEVER / 4},
    {0},
};

static const struct machine_edge edges[] = {{STATE_IDLE, STATE_PAGE, "http.edge.asks"},
                                            {STATE_PAGE, STATE_OBJECTS, "http.edge.objects"},
                                            {STATE_PAGE, STATE_DONE, "http.edge.done"},
                                            {STATE_OBJECTS, STATE_DONE, "http.edge.done"},
                                            {STATE_PAGE, STATE_FAILED, "http.edge.failed"},
                                            {STATE_OBJECTS, STATE_FAILED, "http.edge.failed"},
                                            {STATE_DONE, STATE_PAGE, "http.edge.asks"},
                                            {STATE_FAILED, STATE_PAGE, "http.edge.asks"},
                                            {-1, -1, NULL}};

const struct reason http_reasons[] = {
    [HTTP_NO_WHY] = {0},
    [HTTP_ASKS_PAGE] = {"http.asks-page", "RFC 9112 3"},
    [HTTP_ASKS_OBJECT] = {"http.asks-object", "RFC 9112 9.3"},
    [HTTP_ASKS_BEHIND] = {"http.asks-behind", "RFC 9112 9.3.2"},
    [HTTP_ASKS_AGAIN] = {"http.asks-again", "RFC 9110 9.2.2"},
    [HTTP_ANSWERS] = {"http.answers", "RFC 9112 6.3"},
    [HTTP_REFUSES] = {"http.refuses", "RFC 9110 15.5"},
    [HTTP_ANSWERS_ALL] = {"http.answers-by-close", "RFC 9112 6.3"},
    [HTTP_ANSWER_READ] = {"http.answer-read", "RFC 9112 6.3"},
    [HTTP_REQUEST_READ] = {"http.request-read", "RFC 9112 2.2"},
    [HTTP_PAGE_WHOLE] = {"http.page-whole", "RFC 9112 9.3"},
    [HTTP_STANDS_STILL] = {"http.stands-still", "RFC 9112 9.5"},
    [HTTP_GIVES_UP] = {"http.gives-up", "RFC 9110 9.2.2"},
    {0},
};

const struct actor_type http_client_type = {
    .name = "http-client",
    .size = sizeof(struct http_client),
    .reads_bytes = true,
    .machines =
        (const struct machine[]){
            {"page", (const char *const[]){"IDLE", "PAGE", "OBJECTS", "DONE", "FAILED", NULL},
             edges},
            {0}},
    .sets = (const struct set[]){{"message", message_states}, {0}},
    .timers = (const struct timer[]){[THINK] = {"think", 1, TIMER_KIND_PACE},
                                     [LINGER] = {"linger", 1, TIMER_KIND_PACE},
                                     [TIMEOUT] = {"timeout", CONNECTIONS_MAX, TIMER_KIND_WAIT},
                                     {0}},
    .reasons = http_reasons,
    .vars = vars,
    .params = params,
    .figures = (const struct figure[]){{"requests", figure_requests},
                                       {"responses", figure_responses},
                                       {"connections", figure_connections},
                                       {"round_trips", figure_trips},
                                       {"failed", figure_failed},
                                       {"page_ns", figure_page},
                                       {0}},
    .lowers = (const char *const[]){"tcp", NULL},
    .step = http_client_step,
    .read = client_read,
    .free = http_client_free,
};

const struct traffic_type http_traffic = {.name = "http",
                                          .source = &http_client_type,
                                          .sink = &http_server_type,
                                          .has_port = true,
                                          .shares_sink = true,
                                          .port = 80};
