/* A program of one's own on the simulator's library: the goodput of a scenario's flows over several
 * seeds, without a file in between. */
#include "registry.h"
#include "run.h"
#include "scenario/read.h"
#include "trace/figures.h"

#include <stdio.h>
#include <stdlib.h>

static void print_flows(const struct trace *t)
{
    for (uint32_t i = 1; i <= t->flow_count; i++) {
        double bps;
        bool is_known = flow_goodput(&t->flows[i], &bps);
        printf("seed %llu: %s %.0f bit/s\n", (unsigned long long)t->seed, t->flows[i].name,
               is_known ? bps : 0.0);
    }
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct scenario *scenario = NULL;
    unsigned long long seeds = argc > 2 ? strtoull(argv[2], NULL, 10) : 3;
    if (argc < 2 || !scenario_read(argv[1], registry(), NULL, 0, &scenario, &err)) {
        err_print(&err, stderr, false);
        err_free(&err);
        return 2;
    }
    for (unsigned long long seed = 1; seed <= seeds; seed++) {
        struct trace trace = {0};
        struct run_options options = {.has_seed = true, .seed = seed};
        if (run_scenario(scenario, &options, &trace, &err)) {
            print_flows(&trace);
        }
        trace_free(&trace);
    }
    scenario_free(scenario);
    err_print(&err, stderr, false);
    err_free(&err);
    return 0;
}
