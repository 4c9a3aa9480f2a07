#pragma once
/* The tables of actor types and kinds of traffic: one line each. */

#include "scenario/model.h"

const struct catalogue *registry(void);
