#pragma once
/* What the RTP streams of a scenario are, for a receiver that opens an SDP file. */

#include "scenario/model.h"
#include "wire/sdp.h"

/* False: the scenario has none. */
bool describe_scenario(const struct scenario *sc, enum lang lang, struct sdp *out);
