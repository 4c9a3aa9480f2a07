/* The names of TCP's congestion controls. */
#include "actor/tcp_congestion.h"

#include <stddef.h>

#define NAME(name) #name,
const char *const tcp_congestion_names[] = {TCP_CONGESTION_CONTROLS(NAME) NULL};
