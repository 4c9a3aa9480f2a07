/* Runs a scenario again with its diagnosis in the place of what it hides, and compares. */
#include "diagnose.h"

#include "registry.h"
#include "scenario/read.h"
#include "trace/likeness.h"

enum diagnosis diagnose(const struct scenario *sc, const struct trace *trace, uint64_t max_events,
                        sim_time *from, struct err *err)
{
    struct scenario *guess;
    struct trace own = {0};
    const struct run_options watch = {.watch = true, .max_events = max_events};
    enum diagnosis found = DIAGNOSIS_UNREADABLE;
    *from = SIM_NEVER;
    if (!sc->hidden || !sc->diagnosis.line) {
        return DIAGNOSIS_NONE;
    }
    if (!scenario_read_diagnosed(sc, registry(), &guess, err)) {
        return found;
    }
    if (run_scenario(guess, &watch, &own, err)) {
        *from = likeness_differs_from(trace, &own);
        found = *from == SIM_NEVER ? DIAGNOSIS_RIGHT : DIAGNOSIS_WRONG;
    }
    trace_free(&own);
    scenario_free(guess);
    return found;
}
