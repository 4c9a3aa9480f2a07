#pragma once
/* Go-back-N and selective repeat from their definitions; frames are lost with probability p. One
 * takes 1, its answer is in 1 + 2a + A after its first bit, a timer runs from its last. */
#include <math.h>
enum { MODEL_FRAMES = 2000, MODEL_SENT = 64 * MODEL_FRAMES };
struct arq_model {
    double p, answer, timeout, end[MODEL_FRAMES], in[MODEL_SENT]; /* last bits, answers */
    int window, named[MODEL_SENT], lost[MODEL_FRAMES];
    unsigned long long random;
};

static int model_loses(struct arq_model *m)
{
    m->random = m->random * 6364136223846793005u + 1442695040888963407u;
    return (double)(m->random >> 11) / 9007199254740992.0 < m->p;
}

static double model_go_back_n(struct arq_model *m)
{
    int base = 0, next = 0, expected = 0, sent = 0, heard = 0;
    double t = 0;
    while (base < MODEL_FRAMES) {
        double due = base < next ? m->end[base] + m->timeout : INFINITY;
        double told = heard < sent ? m->in[heard] : INFINITY;
        if (next < fmin(base + m->window, MODEL_FRAMES) && fmin(due, told) > t) {
            expected += !model_loses(m) && next == expected;
            m->end[next++] = t += 1;
            m->in[sent] = t - 1 + m->answer;
            m->named[sent++] = expected; /* of a lost frame: nothing new */
        } else {
            t = fmax(t, fmin(due, told));
            base = told <= due ? (int)fmax(base, m->named[heard++]) : base;
            next = due < told || next < base ? base : next;
        }
    }
    return t;
}

static double model_selective(struct arq_model *m)
{
    int base = 0, next = 0; /* in: when a frame's ACK is in or, if it was lost, its timer out */
    double t = 0, soonest;
    while (base < MODEL_FRAMES) {
        int send = next < fmin(base + m->window, MODEL_FRAMES) ? next : -1;
        soonest = INFINITY;
        for (int i = next; i-- > base;) {
            send = m->lost[i] && m->in[i] <= t ? i : send;
            soonest = m->in[i] > t ? fmin(soonest, m->in[i]) : soonest;
        }
        if (send >= 0) {
            m->lost[send] = model_loses(m);
            m->in[send] = t + (m->lost[send] ? 1 + m->timeout : m->answer);
            next += send == next;
        }
        t = send >= 0 ? t + 1 : soonest;
        for (; base < next && !m->lost[base] && m->in[base] <= t; base++) {
        }
    }
    return t;
}
