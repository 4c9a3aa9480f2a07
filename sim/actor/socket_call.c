/* Names of the socket calls, as a script writes them. */
#include "actor/socket_call.h"

const char *const socket_call_names[] = {"listen",   "accept", "connect", "send",  "read",
                                         "shutdown", "close",  "abort",   "nagle", NULL};
