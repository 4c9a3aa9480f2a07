#pragma once
/* A Wireshark dissector in Lua for the protocols that a scenario declares: their declarations as
 * tables, and behind them what dissects by such tables (dissector.lua, compiled in). */

#include "base/bytes.h"
#include "base/words.h"

struct scenario;

/* Labels of messages in that language. Appended. */
void lua_dissector(const struct scenario *sc, enum lang lang, struct buf *out);
