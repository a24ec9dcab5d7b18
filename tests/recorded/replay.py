# SPDX-License-Identifier: ISC
"""Replays the recordings against the programs, as CGI programs: replay.py [RECORDING]...

Environment: BIN (folder of the programs), WRAP (a command to run them under), URLS (one
database for each worker, white space between), LOG (a file for their messages).  Prints TAP.
"""
import json
import os
import re
import subprocess
import sys
import threading
import traceback
from datetime import datetime, timedelta, timezone
from pathlib import Path
from queue import Empty, Queue

import notes
from mapping import Mapping, unb64url
from programs import Programs
from recording import TRUNCATED, Case, Message, Sql, read
from rows import Rows, instant, literal

HERE = Path(__file__).parent
COMPARED = ["access-control-expose-headers", "cache-control", "content-type", "location", "pragma",
            "set-auth-jwt", "set-auth-token", "x-retry-after"]

CHANGE = "change-email-verification"


class Database:
    """One psql that stays; statements in, lines out."""

    def __init__(self, url):
        self.url = url
        self.psql = subprocess.Popen(["psql", "-XAtd", url], stdin=subprocess.PIPE, text=True,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, text):
        self.psql.stdin.write(f"{text.rstrip(';')};\n\\echo --end--\n")
        self.psql.stdin.flush()
        lines = []
        while (line := self.psql.stdout.readline()) and line != "--end--\n":
            lines.append(line.rstrip("\n"))
        return lines

    def rows(self, text):
        return self.run(f"SELECT row_to_json(t) FROM ({text.rstrip(';')}) t")


def cookies(message):
    """Set-Cookie lines, without the multi-session plugin's; chunks become one value."""
    lines = [v for v in message.values("set-cookie") if "_multi-" not in v.split("=")[0]]
    out = []
    for line in lines:
        m = re.match(r"(\S*session_data)\.(\d+)=([^;]+)(;.*)", line)
        if m and m[2] != "0" and out:
            out[-1] = re.sub(r"(session_data) \[([\d,]*)\]=([^;]*)",
                             lambda o: f"{o[1]} [{o[2]},{len(m[3])}]={o[3]}{m[3]}", out[-1])
        else:
            out.append(f"{m[1]} [{len(m[3])}]={m[3]}{m[4]}" if m else line)
    return out


def header(message, name):
    value = message.value(name)
    if value and name == "access-control-expose-headers":
        value = ", ".join(n for n in value.split(", ") if n != "set-ott") or None
    return value


def compare_body(mapping, recorded, ours):
    if (m := TRUNCATED.fullmatch(recorded)):
        if len(ours.encode()) != int(m[2]):
            return f"{len(ours.encode())} bytes instead of {m[2]}: {ours[:300]!r}"
        recorded, ours = m[1], ours[:len(m[1])]
    return mapping.compare(recorded, ours)


def differences(mapping, recorded, ours, names):
    """What is different in an answer, in words."""
    if ours is None:
        yield "the program failed"
        return
    if int(ours.first.split(" ")[0]) != recorded.status:
        yield f"status {recorded.status} became {ours.first}"
    theirs, mine = cookies(recorded), cookies(ours)
    if len(theirs) != len(mine):
        yield "cookies {} became {}".format(*([c[:60] for c in cs] for cs in (theirs, mine)))
    for a, b in zip(theirs, mine):
        if (why := mapping.compare(a, b)):
            yield f"set-cookie: {why}"
    if (why := compare_body(mapping, recorded.body, ours.body)):
        yield f"body: {why}"
    for name in names:
        a, b = header(recorded, name), header(ours, name)
        if (a is None) != (b is None):
            yield f"{name}: {a!r} became {b!r}"
        elif name == "x-retry-after" and a is not None:
            if not 1 <= int(b) <= int(a):
                yield f"{name}: {a} became {b}"
        elif a is not None and (why := mapping.compare(a, b)):
            yield f"{name}: {why}"


def tidy(value):
    """A value of row_to_json as the peer's driver gives it."""
    if isinstance(value, dict):
        return {k: tidy(v) for k, v in value.items()}
    if isinstance(value, str):
        m = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?\+00:00", value)
        if m:
            return f"{m[1]}{((m[2] or '.') + '000')[:4]}Z"
    return value


def seconds(value):
    """An interval, in either spelling."""
    if isinstance(value, dict):
        return timedelta(**value).total_seconds()
    days = re.match(r"(\d+) days?", value)
    clock = re.search(r"(\d+):(\d\d):([\d.]+)", value)
    return (int(days[1]) * 86400 if days else 0) + (
        int(clock[1]) * 3600 + int(clock[2]) * 60 + float(clock[3]) if clock else 0)


def alike(recorded, ours):
    """Ours, with numbers and intervals spelled as recorded where they mean the same."""
    out = {}
    for k, v in ours.items():
        r = recorded.get(k)
        if isinstance(r, dict) and isinstance(v, str) and abs(seconds(r) - seconds(v)) < 2:
            v = r
        elif isinstance(r, str) and isinstance(v, int) and not isinstance(v, bool):
            v = str(v)
        out[k] = v
    return out


def compare_rows(mapping, event, lines):
    if not event.rows or not event.rows[0].startswith("{"):
        lines = lines or ["(0 rows)"]
        return None if event.rows == lines else f"{event.rows} became {lines}"
    if len(lines) != len(event.rows):
        return f"{event.rows} became {lines}"
    for row, line in zip(event.rows, lines):
        recorded = json.loads(row)
        ours = alike(recorded, tidy(json.loads(line)))
        texts = [json.dumps(r, ensure_ascii=False) for r in (recorded, ours)]
        if (why := mapping.compare(*texts)):
            return why
    return None


class Recording:
    """One file, replayed on one database."""

    def __init__(self, path, programs, database):
        self.name = path.stem
        self.events = read(path, notes.same(path.stem))
        self.programs, self.database = programs, database
        self.before = notes.before(self.name)
        now = datetime.now(timezone.utc)
        then = instant(self.events)
        shift = timedelta(seconds=now.timestamp() - then) if then else timedelta(0)
        self.mapping = Mapping(shift)
        self.rows = Rows(self.events, self.before, shift, now)
        self.case = None
        self.mails = set()
        self.results = []

    def replay(self):
        self.database.run("TRUNCATE \"user\", session, account, verification, jwks CASCADE")
        self.database.run("TRUNCATE postern.outbox")
        for text in self.rows.all():
            self.prepare(text)
        self.take_steps(self.before.steps, "dev")
        for event in self.events:
            if isinstance(event, Case):
                self.replay_case(event)
            elif isinstance(event, Sql):
                self.replay_sql(event)
            else:
                self.replay_mail(event)
        for name in notes.unused(self.name):
            self.note(f"{name}: no such case", ["a note is about a case that is not there"])
        return self.results

    def prepare(self, text):
        for line in self.database.run(text):
            if "ERROR" in line:
                self.note("set-up", [f"{text}: {line}"])

    def take_steps(self, steps, variant):
        for word, text in steps:
            if word == "sql":
                self.prepare(self.mapping.translate(text))
            else:
                self.programs.ask(Message(f"GET {text}"), variant, {}, self.database.url)

    def note(self, name, why, skip=None):
        self.results.append((f"{self.name}: {name}", why, skip))

    def translate(self, request):
        translate = self.mapping.translate
        return Message(translate(request.first),
                       [(name, translate(value)) for name, value in request.headers],
                       translate(request.body))

    def replay_case(self, case):
        self.case = case
        self.skip = notes.skip(self.name, case)
        if self.skip:
            self.note(case.name, [], self.skip)
            return
        known = notes.case(self.name, case)
        self.take_steps(known.steps, case.variant)
        request = self.translate(case.request)
        request.headers += known.headers
        for _ in range(known.times):
            answer = self.programs.ask(request, case.variant, known.settings, self.database.url)
        recorded = known.response or case.response
        recorded.headers = [h for h in recorded.headers
                            if h[0] not in dict(known.answers)] + known.answers
        names = [*(n for n in COMPARED if n not in known.ignored), *sorted(known.compared)]
        if known.contains and answer:
            recorded.body = answer.body
            if known.contains not in answer.body:
                recorded.body = known.contains
        self.note(case.name, list(differences(self.mapping, recorded, answer, names)))

    def replay_sql(self, event):
        name = f"{self.case.name if self.case else 'start'}, {event.text}"
        if self.skip_sql(event, name):
            return
        text = event.text
        for n in range(len(event.params), 0, -1):
            text = text.replace(f"${n}", literal(self.mapping.translate(event.params[n - 1])))
        rows = notes.rows(self.name, self.case, event)
        is_select = text.lower().startswith("select")
        lines = self.database.rows(text) if is_select else self.database.run(text)
        event = Sql(event.text, event.params, rows or event.rows, event.variant)
        why = compare_rows(self.mapping, event, lines)
        if is_select or why:
            self.note(name, [why] if why else [])

    def skip_sql(self, event, name):
        reason = notes.skip_sql(self.name, self.case, event)
        if reason:
            self.note(name, [], reason)
        return reason

    def replay_mail(self, event):
        name = f"{self.case.name}, mail {event.data['kind']}"
        if self.skip:
            self.note(name, [], self.skip)
            return
        to = event.data.get("email")
        rows = self.database.rows("SELECT * FROM postern.outbox WHERE recipient = "
                                  f"{literal(self.mapping.translate(to))} ORDER BY created_at")
        rows = [json.loads(r) if r.startswith("{") else {"error": r} for r in rows]
        rows = [r for r in rows if str(r.get("id", r)) not in self.mails]
        if not rows or "template" not in rows[0]:
            self.note(name, [f"no mail to {to} {rows}"])
            return
        self.mails.add(str(rows[0]["id"]))
        self.note(name, list(self.compare_mail(event.data, rows[0])))

    def compare_mail(self, recorded, row):
        asks = [unb64url(p).decode(errors="replace") for p in
                re.findall(r"token=eyJ[\w-]+\.([\w-]+)", recorded["url"])]
        wanted = CHANGE if any(CHANGE in text for text in asks) else recorded["kind"]
        if row["template"] != wanted:
            yield f"the mail {wanted} became {row['template']}"
        for key in ("url", "newEmail"):
            ours = row["data"].get(key)
            if key in recorded and (why := self.mapping.compare(recorded[key], ours or "")):
                yield f"{key}: {why}"


def work(files, url, results, programs, log):
    database = Database(url)
    while True:
        try:
            path = files.get_nowait()
        except Empty:
            return
        try:
            results[path] = Recording(path, programs, database).replay()
        except Exception as e:  # a recording that cannot be read is a failure of its own
            traceback.print_exc(file=log)
            results[path] = [(f"{path.stem}: {e!r}", ["cannot be replayed"], None)]


def report(results):
    """Prints TAP; true if all is well."""
    count = {"ok": 0, "not ok": 0, "skip": 0}
    for n, (name, why, skip) in enumerate(results, 1):
        outcome = "not ok" if why else "ok"
        count["skip" if skip else outcome] += 1
        print(f"{outcome} {n} - {name}".replace("\n", " ").replace("#", "\\#")
              + (f" # SKIP {skip}" if skip else ""))
        for line in why:
            print("#   " + line.replace("\n", "\\n")[:1200])
    print(f"1..{len(results)}")
    print("# {ok} the same, {not ok} different, {skip} skipped".format(**count))
    return not count["not ok"]


def main():
    wanted = sys.argv[1:]
    files = sorted(p for p in HERE.glob("exchanges/*.txt") if not wanted or p.stem in wanted)
    queue, results = Queue(), {}
    for path in sorted(files, key=lambda p: -p.stat().st_size):
        queue.put(path)
    with open(os.environ["LOG"], "a", encoding="utf-8") as log:
        programs = Programs(log)
        workers = [threading.Thread(target=work, args=(queue, url, results, programs, log))
                   for url in os.environ["URLS"].split()]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    sys.exit(0 if report([r for path in files for r in results[path]]) else 1)


if __name__ == "__main__":
    main()
