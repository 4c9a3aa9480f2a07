/* The box that goes to a place, with its keys: what leads somewhere, and what is said of what does
 * not, in both languages. */
#include "shell_rig.h"

#define LOST SOURCE_DIR "/scenarios/arq/frame-lost.yaml"
#define HAND SOURCE_DIR "/scenarios/tcp/handshake.yaml"

static void type(struct rig *r, const char *text)
{
    struct ui_event e = {.kind = UI_TEXT};
    press_keys(r, "/");
    snprintf(e.text, sizeof e.text, "%s", text);
    hear(r, e);
    press_keys(r, "enter");
}

/* .before: pressed first; .place leads to .now. DATA 1 is lost at 41.064 ms, repeated at 136.064.
 */
static const struct {
    const char *file, *before, *place, *now, *selected;
} places[] = {
    {LOST, "home", "1.2 s", "0.220256", "none"}, /* held to the end */
    {LOST, "home", "0.1", "0.100", "none"},
    {LOST, "home", "41 ms", "0.041", "none"},
    {LOST, "home", "41ms", "0.041", "none"},
    {LOST, "home", "50000 us", "0.050", "none"},
    {LOST, "home", "50000 µs", "0.050", "none"},
    {LOST, "home", "  7 ns", "0.000000007", "none"},
    {LOST, "home", "+200 ms", "0.200", "none"},
    {LOST, "end", "-1 s", "0.000", "none"},
    {LOST, "end", "-20 ms", "0.200256", "none"},
    {LOST, "home", "#2", "0.018", "2"},
    {LOST, "home", "next loss", "0.041064", "none"},
    {LOST, "home", "loss", "0.041064", "none"},
    {LOST, "home", "Next Loss", "0.041064", "none"},
    {LOST, "home", "next timeout", "0.136064", "none"},
    {LOST, "home", "next retransmit", "0.136064", "none"},
    {LOST, "home", "下一次重传", "0.136064", "none"},
    {LOST, "home", "下一个 超时", "0.136064", "none"},
    {LOST, "home", "next state DONE", "0.220256", "none"},
    {LOST, "home", "wait-ack", "0.008", "none"},
    {HAND, "home", "state ESTABLISHED", "0.200", "none"},
    {HAND, "home", "状态 established", "0.200", "none"},
};

START_TEST(a_place_is_gone_to)
{
    struct rig r = rig_open(places[_i].file, 1280, 800);
    press_keys(&r, places[_i].before);
    type(&r, places[_i].place);
    ck_assert_msg(strcmp(ask(&r, "box"), "none") == 0, "%s: %s", places[_i].place,
                  ask(&r, "misplaced"));
    ck_assert_str_eq(ask(&r, "now"), places[_i].now);
    ck_assert_str_eq(ask(&r, "selected"), places[_i].selected);
    rig_free(&r);
}
END_TEST

/* .said of .place, in English and, after G, in Chinese; the playhead stays. */
static const struct {
    const char *file, *before, *place, *said[2];
} wrong[] = {
    {LOST,
     "home",
     "1.2 sec",
     {"'sec' is no unit of time; accepted: s, ms, us, ns",
      "“sec”不是时间单位；可用：s、ms、us、ns"}},
    {LOST,
     "home",
     "200 mss",
     {"'mss' is no unit of time; did you mean 'ms'?", "“mss”不是时间单位；是不是想写“ms”？"}},
    {LOST,
     "home",
     "+ms",
     {"'+ms' is no time: a number is wanted, such as 1.2 s or +200 ms",
      "“+ms”不是时间：应写一个数，如 1.2 s 或 +200 ms"}},
    {LOST,
     "home",
     "#0",
     {"there is no packet #0: they go from #1 to #9", "没有分组 #0：编号从 #1 到 #9"}},
    {LOST,
     "home",
     "#42",
     {"there is no packet #42: they go from #1 to #9", "没有分组 #42：编号从 #1 到 #9"}},
    {LOST,
     "home",
     "#two",
     {"there is no packet #two: they go from #1 to #9", "没有分组 #two：编号从 #1 到 #9"}},
    {LOST,
     "home",
     "next los",
     {"'los' is no place; did you mean 'loss'?", "“los”不是可去的地方；是不是想写“loss”？"}},
    {LOST,
     "home",
     "next retransmt",
     {"'retransmt' is no place; did you mean 'retransmit'?",
      "“retransmt”不是可去的地方；是不是想写“retransmit”？"}},
    {LOST,
     "home",
     "nowhere",
     {"'nowhere' is no place; accepted: loss, timeout, retransmit, or a state of this run",
      "“nowhere”不是可去的地方；可用：loss、timeout、retransmit，或本次运行中的状态名"}},
    {HAND,
     "home",
     "state ESTABLISHD",
     {"no actor of this run has a state 'ESTABLISHD'; did you mean 'ESTABLISHED'?",
      "本次运行中没有状态“ESTABLISHD”；是不是想写“ESTABLISHED”？"}},
    {HAND,
     "home",
     "state syn-snt",
     {"no actor of this run has a state 'syn-snt'; did you mean 'SYN-SENT'?",
      "本次运行中没有状态“syn-snt”；是不是想写“SYN-SENT”？"}},
    {HAND,
     "home",
     "state loss",
     {"no actor of this run has a state 'loss'", "本次运行中没有状态“loss”"}},
    {HAND, "home", "next loss", {"no 'loss' comes after 0 s", "0 s 之后再没有“loss”"}},
    {HAND,
     "home",
     "state TIME-WAIT",
     {"no 'TIME-WAIT' comes after 0 s", "0 s 之后再没有“TIME-WAIT”"}},
    {LOST, "end", "next loss", {"no 'loss' comes after 220.256 ms", "220.256 ms 之后再没有“loss”"}},
};

START_TEST(a_place_that_is_none_is_told)
{
    struct rig r = rig_open(wrong[_i].file, 1280, 800);
    press_keys(&r, wrong[_i].before);
    char now[64];
    snprintf(now, sizeof now, "%s", ask(&r, "now"));
    for (int lang = 0; lang < 2; lang++) {
        type(&r, wrong[_i].place);
        ck_assert_str_eq(ask(&r, "box"), "goto");
        ck_assert_str_eq(ask(&r, "misplaced"), wrong[_i].said[lang]);
        ck_assert_str_eq(ask(&r, "now"), now);
        press_keys(&r, "esc");
        ck_assert_str_eq(ask(&r, "box"), "none");
        press_keys(&r, "g");
    }
    rig_free(&r);
}
END_TEST

/* After a slip the same box takes the right word. */
START_TEST(what_is_mended_leads_there)
{
    struct rig r = rig_open(LOST, 1280, 800);
    type(&r, "next los");
    ck_assert_str_eq(ask(&r, "box"), "goto");
    hear(&r, (struct ui_event){.kind = UI_TEXT, .text = "s"});
    press_keys(&r, "enter");
    ck_assert_str_eq(ask(&r, "box"), "none");
    ck_assert_str_eq(ask(&r, "now"), "0.041064");
    rig_free(&r);
}
END_TEST

static void add_tests(TCase *c)
{
    tcase_add_loop_test(c, a_place_is_gone_to, 0, (int)(sizeof places / sizeof *places));
    tcase_add_loop_test(c, a_place_that_is_none_is_told, 0, (int)(sizeof wrong / sizeof *wrong));
    tcase_add_test(c, what_is_mended_leads_there);
}

int main(void)
{
    return rig_suite("goto", add_tests);
}
