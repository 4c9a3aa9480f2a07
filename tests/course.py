"""The bundled scenarios are a course.

Every one of them stands in scenarios/course.txt exactly once, with what is often believed, in both
languages; has a title and a text in both, expectations and an arrangement of the window; and
scenarios/README.md and `slowwire list` tell the same course in the same order. A reader with a
Chinese textbook finds its terms.
"""

import glob
import os
import re
import subprocess
import sys

import yaml

SOURCE = os.environ["SOURCE_DIR"]
SLOWWIRE = os.environ["SLOWWIRE"]
SCENARIOS = os.path.join(SOURCE, "scenarios")
README = os.path.join(SCENARIOS, "README.md")
BEGIN, END = "<!-- course.txt: UPDATE_COURSE=1 writes this anew -->\n", "<!-- end of the course -->\n"

# A textbook's terms: those that `slowwire list` shows, and those that some text has.
LISTED = ["三次握手", "四次挥手", "停止等待", "后退 N 帧", "选择重传", "累积确认", "租约", "抖动", "滑动窗口",
          "拥塞控制", "慢启动", "快速重传", "半关闭", "捎带确认"]
SAID = ["超时", "重复 ACK", "往返时间", "利用率", "序号", "报文段", "数据报", "地址池", "续租"]

failures = []


def fail(what):
    failures.append(what)


def read_course():
    """Lessons: (title en, title zh, [(name, belief en, belief zh)])."""
    lessons = []
    for number, line in enumerate(open(os.path.join(SCENARIOS, "course.txt"), encoding="utf-8"), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.lstrip("=").split("|")]
        if line.startswith("="):
            lessons.append((*parts, []))
        else:
            lessons[-1][2].append(tuple(parts))
        for chinese in parts[-1:]:
            if not re.search("[一-鿿]", chinese):
                fail(f"course.txt:{number}: the last part is not Chinese: {chinese}")
    return lessons


def bundled():
    return sorted(path[len(SCENARIOS) + 1:-len(".yaml")]
                  for path in glob.glob(os.path.join(SCENARIOS, "*", "*.yaml")))


def check_is_whole(lessons):
    names = [name for lesson in lessons for name, _, _ in lesson[2]]
    for name in bundled():
        if names.count(name) != 1:
            fail(f"scenarios/{name}.yaml stands {names.count(name)} times in scenarios/course.txt;"
                 " add a line 'TOPIC/NAME | BELIEF | 想法' to its lesson,"
                 " then UPDATE_COURSE=1 bash tests/course.sh")
    for name in set(names) - set(bundled()):
        fail(f"course.txt: there is no {name}")


def check_scenario(name):
    """Title and text in both languages, expectations, questions, an arrangement."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = yaml.load(open(os.path.join(SCENARIOS, name + ".yaml"), encoding="utf-8"), loader)
    for key in ("title", "about"):
        for lang in ("en", "zh"):
            if not (isinstance(text.get(key), dict) and text[key].get(lang)):
                fail(f"{name}: no {key} in {lang}")
    for key in ("expect", "lesson", "view"):
        if not text.get(key):
            fail(f"{name}: no {key}")


def section(lessons):
    """The course as it stands in the README."""
    out = [BEGIN]
    for number, (english, chinese, items) in enumerate(lessons, 1):
        out.append(f"\n**{number}. {english}** · {chinese}\n\n| scenario | often believed | 常见误解 |\n|---|---|---|\n")
        out += [f"| [{name}]({name}.yaml) | {en} | {zh} |\n" for name, en, zh in items]
    return "".join(out) + "\n" + END


def check_readme(lessons):
    text = open(README, encoding="utf-8").read()
    found = re.search(re.escape(BEGIN) + ".*?" + re.escape(END), text, re.S)
    if not found:
        fail("README.md has no list of the course")
    elif os.environ.get("UPDATE_COURSE"):
        text = text[:found.start()] + section(lessons) + text[found.end():]
        open(README, "w", encoding="utf-8").write(text)
    elif found[0] != section(lessons):
        fail("README.md tells another course than course.txt: UPDATE_COURSE=1 bash tests/course.sh")


def squeezed(text):
    return re.sub(r"\s+", "", text)


def check_list(lessons, lang):
    done = subprocess.run([SLOWWIRE, "list", "--lang", lang], capture_output=True, text=True)
    if done.returncode or done.stderr:
        fail(f"list --lang {lang}: status {done.returncode}, {done.stderr}")
    names = re.findall(r"^  ([a-z]+/\S+) ", done.stdout, re.M)
    wanted = [name for lesson in lessons for name, _, _ in lesson[2]]
    if names != wanted:
        fail(f"list --lang {lang}: another order than the course's")
    text, which = squeezed(done.stdout), 0 if lang == "en" else 1
    for lesson in lessons:
        for part in [lesson[which]] + [item[1 + which] for item in lesson[2]]:
            if squeezed(part) not in text:
                fail(f"list --lang {lang} does not tell: {part}")


def check_terms():
    done = subprocess.run([SLOWWIRE, "list", "--lang", "zh"], capture_output=True, text=True)
    for term in LISTED:
        if squeezed(term) not in squeezed(done.stdout):
            fail(f"list --lang zh does not have the term {term}")
    words = "".join(open(path, encoding="utf-8").read()
                    for path in glob.glob(os.path.join(SCENARIOS, "*", "*.yaml"))
                    + glob.glob(os.path.join(SOURCE, "assets/lang/zh.*.txt"))
                    + [os.path.join(SCENARIOS, "course.txt")])
    for term in SAID:
        if squeezed(term) not in squeezed(words):
            fail(f"the term {term} is nowhere")


lessons = read_course()
check_is_whole(lessons)
for scenario in bundled():
    check_scenario(scenario)
check_readme(lessons)
check_list(lessons, "en")
check_list(lessons, "zh")
check_terms()
for failure in failures:
    print(failure)
print(f"course: {sum(len(lesson[2]) for lesson in lessons)} scenarios in {len(lessons)} lessons,"
      f" {len(failures)} wrong")
sys.exit(bool(failures))
