/* Messages: a follower sends WANT (nothing), ROW (run, status, the row's text) and BYE (nothing);
 * the leader sends WORK (numbers of runs; none: it is enough). Nobody waits without bound for a
 * message that a lost rank would have to send. */
#include "ui/mpi/crew.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>

enum { TAG_WANT, TAG_ROW, TAG_BYE, TAG_WORK };
enum { HANDFUL_MAX = 64, PAUSE_NS = 1000000 };
#define PATIENCE_NS INT64_C(10000000000) /* with a rank that does not say BYE */
/* With rank 0, which may have long runs of its own. A follower that leaves too soon is done
 * without. */
#define LEADER_PATIENCE_NS INT64_C(600000000000)

struct row_head { /* what precedes a row's text in ROW */
    uint64_t run;
    int64_t status;
};

/* Runs that one os_parallel does. */
struct handful {
    struct sweep *s;
    uint64_t runs[HANDFUL_MAX];
    unsigned count;
    struct lead *lead; /* NULL in a follower */
};

struct lead {
    struct sweep *s;
    bool *is_settled; /* [runs]: it has a row, or has died */
    uint64_t handed;  /* how many of s->missing have been handed out */
    uint64_t again;   /* how many of them have been looked at a second time */
    uint64_t left;    /* runs that are not settled */
    int ranks;
};

static int rank_count(void)
{
    int n;
    MPI_Comm_size(MPI_COMM_WORLD, &n);
    return n;
}

/* A message to a lost rank is lost as well; nothing here depends on it. */
static void send(int to, int tag, const void *data, size_t size)
{
    MPI_Send(data, (int)size, MPI_BYTE, to, tag, MPI_COMM_WORLD);
}

/* The next message, if one is here. */
static bool next_message(int *from, int *tag, struct buf *data)
{
    MPI_Status status;
    int is_here = 0, size = 0;
    if (MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &is_here, &status) != MPI_SUCCESS ||
        !is_here) {
        return false;
    }
    MPI_Get_count(&status, MPI_BYTE, &size);
    *from = status.MPI_SOURCE;
    *tag = status.MPI_TAG;
    void *space = os_alloc((size_t)size + 1);
    bool good =
        MPI_Recv(space, size, MPI_BYTE, *from, *tag, MPI_COMM_WORLD, &status) == MPI_SUCCESS;
    buf_clear(data);
    buf_add(data, bytes_of(space, (size_t)size));
    free(space);
    return good;
}

static void settle(struct lead *l, uint64_t run, int status, struct bytes row)
{
    if (run < l->s->runs && !l->is_settled[run]) {
        l->is_settled[run] = true;
        l->left--;
        sweep_take_row(l->s, run, status, row);
    }
}

/* A quarter of what each rank would get, so that all end at about the same time. */
static unsigned handful_size(const struct lead *l)
{
    uint64_t share = (l->s->missing_count - l->handed) / (4 * (uint64_t)l->ranks);
    return share < 1 ? 1 : share < HANDFUL_MAX ? (unsigned)share : HANDFUL_MAX;
}

/* Up to `most` runs that nobody has been asked for. */
static unsigned take_fresh(struct lead *l, uint64_t *runs, unsigned most)
{
    unsigned n = 0;
    while (n < most && l->handed < l->s->missing_count) {
        runs[n++] = l->s->missing[l->handed++];
    }
    return n;
}

/* The first run that somebody was asked for longest ago and has not sent. */
static unsigned take_again(struct lead *l, uint64_t *runs)
{
    for (; l->again < l->handed; l->again++) {
        if (!l->is_settled[l->s->missing[l->again]]) {
            runs[0] = l->s->missing[l->again++];
            return 1;
        }
    }
    return 0;
}

static void hand_out(struct lead *l, int to)
{
    uint64_t runs[HANDFUL_MAX];
    unsigned n = take_fresh(l, runs, handful_size(l));
    if (n > 0) {
        send(to, TAG_WORK, runs, n * sizeof *runs);
    }
}

static void take_message(struct lead *l, int from, int tag, const struct buf *data)
{
    struct row_head head;
    if (tag == TAG_WANT) {
        hand_out(l, from);
    } else if (tag == TAG_ROW && data->len >= sizeof head) {
        memcpy(&head, data->data, sizeof head);
        settle(l, head.run, (int)head.status,
               bytes_of(data->data + sizeof head, data->len - sizeof head));
    }
}

static void serve(struct lead *l)
{
    struct buf data = {0};
    int from, tag;
    while (next_message(&from, &tag, &data)) {
        take_message(l, from, tag, &data);
    }
    buf_free(&data);
}

static int make_row(void *context, size_t i, struct buf *out)
{
    const struct handful *h = context;
    return sweep_make_row(h->s, h->runs[i], out);
}

static void send_row(uint64_t run, int status, struct bytes row)
{
    struct row_head head = {run, status};
    struct buf data = {0};
    buf_add(&data, bytes_of(&head, sizeof head));
    buf_add(&data, row);
    send(0, TAG_ROW, data.data, data.len);
    buf_free(&data);
}

static void row_is_made(void *context, size_t i, int status, struct bytes row)
{
    struct handful *h = context;
    if (h->lead) {
        settle(h->lead, h->runs[i], status, row);
        serve(h->lead);
    } else {
        send_row(h->runs[i], status, row);
    }
}

static bool do_handful(struct handful *h)
{
    unsigned jobs = h->s->jobs > HANDFUL_MAX ? HANDFUL_MAX : (unsigned)h->s->jobs;
    return os_parallel(h->count, jobs, make_row, row_is_made, h);
}

bool crew_lead(struct sweep *s)
{
    struct lead l = {.s = s, .ranks = rank_count(), .left = s->missing_count};
    struct handful h = {.s = s, .lead = &l};
    bool good = true;
    l.is_settled = os_alloc(s->runs * sizeof *l.is_settled);
    for (uint64_t run = 0; run < s->runs; run++) {
        l.is_settled[run] = s->rows[run] != NULL;
    }
    while (good && l.left > 0) {
        serve(&l);
        h.count = take_fresh(&l, h.runs, handful_size(&l));
        h.count = h.count > 0 ? h.count : take_again(&l, h.runs);
        good = h.count == 0 || do_handful(&h);
    }
    free(l.is_settled);
    return good;
}

bool crew_dismiss(void)
{
    struct buf data = {0};
    int from, tag, here = 0, others = rank_count() - 1;
    int64_t since = os_wall_ns();
    for (int rank = 1; rank <= others; rank++) {
        send(rank, TAG_WORK, NULL, 0);
    }
    while (here < others && os_wall_ns() - since < PATIENCE_NS) {
        if (!next_message(&from, &tag, &data)) {
            os_pause(PAUSE_NS);
            continue;
        }
        here += tag == TAG_BYE;
        since = os_wall_ns();
    }
    buf_free(&data);
    return here == others;
}

/* The next handful; none: it is enough. False: rank 0 does not answer. */
static bool wait_for_work(struct handful *h)
{
    struct buf data = {0};
    int from, tag;
    int64_t since = os_wall_ns();
    bool is_here;
    while (!(is_here = next_message(&from, &tag, &data)) &&
           os_wall_ns() - since < LEADER_PATIENCE_NS) {
        os_pause(PAUSE_NS); /* no burning of a processor */
    }
    h->count = (unsigned)(data.len / sizeof *h->runs);
    for (unsigned i = 0; i < h->count; i++) {
        memcpy(&h->runs[i], data.data + i * sizeof *h->runs, sizeof *h->runs);
    }
    buf_free(&data);
    return is_here;
}

bool crew_follow(struct sweep *s)
{
    struct handful h = {.s = s};
    bool is_led;
    send(0, TAG_WANT, NULL, 0);
    while ((is_led = wait_for_work(&h)) && h.count > 0) {
        send(0, TAG_WANT, NULL, 0); /* the next one comes while this one is being done */
        do_handful(&h);
    }
    send(0, TAG_BYE, NULL, 0);
    return is_led;
}
