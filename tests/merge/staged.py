# SPDX-License-Identifier: ISC
"""One scene, made anew for each run: a request that is cut off, killed, or interrupted by
another at each message between program and database."""
import concurrent.futures
import functools
import os
import subprocess
import threading

import proxy
from asking import (NOTHING, DropGuest, DropMember, DropThread, Item, Merge, Programs, Row,
                    Secret, SignIn, SignOut, SignUp, Thread, Undo)
from histories import dump, explain, linear, prepare
from model import CLEAN, Model, canonical, differences, label

LANES = 4
SECRET = "the secret of a guest without a row"


class Scene:
    """Guest g, members m and n, and guest h, whose rows joined m and can go back."""

    def __init__(self, url):
        self.url, self.sql = url, proxy.Sql(url)
        self.sql(CLEAN)
        SignUp("first@x.co").ask(Programs("first", url, kept=False))
        self.hash = self.sql("SELECT password FROM account")
        self.model = self.script = None

    def make(self):
        m = Model()
        m.users = {"g": True, "h": True, "m": False, "n": False}
        m.sessions = {f"session-{u}": u for u in m.users}
        m.mails = {"m@x.co": "m", "n@x.co": "n"}
        m.threads = {"tg1": "g", "tg2": "g", "th": "h", "tm": "m", "s1": label(SECRET),
                     "s2": label(SECRET)}
        m.items = {("tg1", "i1"), ("tg1", "i2"), ("th", "i1"), ("tm", "i1")}
        rows = {"basket": [(1, "g"), (2, "m")], "bookmarks": [(1, "g"), (2, "h"), (3, "m")],
                "brittle": [(1, "g")], "badge": [("g", "guest"), ("m", "member")],
                "best": [("g", "a", 9), ("g", "b", 1), ("m", "a", 5)],
                "notes": [(1, "g", "x", 1), (2, "g", None, 2), (3, "m", "x", 4), (4, "h", "z", 1),
                          (5, "g", None, 3), (6, "m", None, 8)],
                "prefs": [("g", "dark", 2), ("m", "light", 1)],
                "progress": [("g", "a", 1), ("g", "b", 2), ("m", "a", 4), ("h", "c", 8)]}
        names = {"basket": "id who", "bookmarks": "id who", "brittle": "id who",
                 "badge": "who name", "best": "who game score", "notes": "id who topic n",
                 "prefs": "who theme at", "progress": "who chapter seen"}
        m.rows = {t: [dict(zip(names[t].split(), r)) for r in rows[t]] for t in rows}
        self.script = CLEAN + self.inserts(m) + "SELECT 1 FROM postern.merge_guest('merge', 'h', 'm')"
        m.merge("h", "m")
        self.model = m

    def inserts(self, m):
        def text(v):
            return "NULL" if v is None else str(v) if isinstance(v, (int, bool)) else f"'{v}'"

        def insert(table, columns, rows):
            values = ", ".join("(" + ", ".join(r) + ")" for r in rows)
            return f"INSERT INTO {table} ({columns}) VALUES {values};"

        owner = {u: u for u in m.users}
        return "".join([
            insert('"user"', '"isAnonymous", id, name, email, "emailVerified", "createdAt", "updatedAt"',
                   [(text(g), f"'{u}'", "'N'", f"'{u}@x.co'", "false", "now()", "now()")
                    for u, g in m.users.items()]),
            insert("account", 'id, "accountId", "providerId", "userId", password, "createdAt", "updatedAt"',
                   [(f"'{u}'", f"'{u}'", "'credential'", f"'{u}'", f"'{self.hash}'", "now()", "now()")
                    for u in m.mails.values()]),
            insert("session", 'id, token, "userId", "expiresAt", "createdAt", "updatedAt"',
                   [(f"'{t}'", f"'{t}'", f"'{u}'", "now() + interval '1 day'", "now()", "now()")
                    for t, u in m.sessions.items()]),
            insert("chatkit_threads", "id, owner_id, guest_hash, created_at, data",
                   [(f"'{t}'", text(owner.get(o)), "NULL" if o in owner else f"sha256('{SECRET}')",
                     "now()", f"""'{{"id":"{t}"}}'""") for t, o in m.threads.items()]),
            insert("chatkit_items", "thread_id, id, created_at, data",
                   [(f"'{t}'", f"'{i}'", "now()", "'{}'") for t, i in m.items]),
            *(insert(t, ", ".join(r[0]), [[text(v) for v in x.values()] for x in r])
              for t, r in m.rows.items())])

    def set(self):
        if not self.script:
            self.make()
        out = self.sql(self.script)
        assert out == "1", out
        return self.model.copy()

    def request(self, name):
        """The name of a request in this scene, and how it is asked."""
        return {
            "sign-up": lambda: SignUp("new@x.co", "session-g"),
            "sign-in": lambda: SignIn("m@x.co", "session-g"),
            "merge": lambda: Merge("m", "session-m", "session-g", thread="tg1"),
            "merge into another": lambda: Merge("n", "session-n", "session-g"),
            "merge of both kinds": lambda: Merge("m", "session-m", "session-g", secret=SECRET,
                                                 thread="s1"),
            "claim": lambda: Merge("n", "session-n", secret=SECRET),
            "undo": lambda: Undo(self.sql, "h", "m", "session-m"),
            "guest deleted": lambda: DropGuest("g", "session-g"),
            "member deleted": lambda: DropMember("m", "session-m"),
            "thread": lambda: Thread("g", "session-g", "new"),
            "item": lambda: Item("g", "session-g", "tg1", "new"),
            "item of the other": lambda: Item("m", "session-m", "th", "new"),
            "thread deleted": lambda: DropThread("g", "session-g", "tg2"),
            "moved thread deleted": lambda: DropThread("m", "session-m", "th"),
            "sign-out": lambda: SignOut("session-g"),
            "basket": lambda: Row(self.sql, "basket", {"id": 9, "who": "g"}),
            "bookmark": lambda: Row(self.sql, "bookmarks", {"id": 9, "who": "g"}),
            "progress": lambda: Row(self.sql, "progress", {"who": "m", "chapter": "b", "seen": 1}),
            "secret": lambda: Secret(self.sql, SECRET, ["s3"]),
        }[name]()


class Lanes:
    """Databases to work in at the same time."""

    def __init__(self, sql, count=LANES):
        prepare(sql)
        admin = proxy.Sql(os.environ["DATABASE_URL"].replace("///postern?", "///postgres?"))
        sql.close()
        names = [f"lane{i}" for i in range(count)]
        for name in names:
            admin(f"CREATE DATABASE {name} TEMPLATE postern")
        admin.close()
        sql.open()
        self.scenes = [Scene(os.environ["DATABASE_URL"].replace("///postern?", f"///{n}?"))
                       for n in names]
        self.free, self.lock = list(self.scenes), threading.Lock()
        self.pool = concurrent.futures.ThreadPoolExecutor(count)

    def map(self, run, jobs):
        def one(job):
            with self.lock:
                scene = self.free.pop()
            try:
                return run(scene, *job)
            finally:
                with self.lock:
                    self.free.append(scene)
        return list(self.pool.map(one, jobs))


@functools.cache
def lanes_of(sql):
    return Lanes(sql)


COUNTER = iter(range(10**9))


class Wire:
    """Programs whose way to the database is watched, and a fault on it."""

    def __init__(self, scene, at=None, act=None):
        self.name = f"wire{next(COUNTER)}"
        self.process = []
        self.proxy = proxy.Proxy(f"{proxy.TMP}/{self.name}", at,
                                 act and (lambda: act(self)), proxy.socket_of(scene.url))
        url = proxy.url_by(self.name, f"{proxy.TMP}/{self.name}", scene.url)
        self.programs = Programs(self.name, url, kept=False)

    def ask(self, request):
        return request.ask(self.programs, started=self.process.append)

    def kill(self):
        self.process[0].kill()
        self.process[0].wait()

    def close(self, sql):
        self.proxy.close()
        proxy.wait_for_end(sql, self.name)


def statements(seen):
    """Where a statement starts: the messages Query and Bind."""
    for direction, n, message in seen:
        if direction == "f" and message[:1] in b"QB":
            yield direction, n


WRITES = b"BEGIN", b"INSERT INTO", b"postern.merge_guest"


def everything(seen, full=False):
    """Every message in both directions, from the first statement that writes on; full: that
    reads."""
    begun = False
    for direction, n, message in seen:
        begun = begun or (direction == "f" and message[:1] in b"QPB" and
                          (full or any(w in message for w in WRITES)))
        if begun:
            yield direction, n


def look(scene, name):
    """What a request sends when nothing is wrong; and whether the model is right then."""
    model = scene.set()
    request, wire = scene.request(name), Wire(scene)
    answer = wire.ask(request)
    wire.close(scene.sql)
    found, why = linear(model, [request], [answer], dump(scene.sql))
    return wire.proxy.seen, [] if found else explain([request], [answer]) + why


# Faults

FAULTS = ["sign-up", "sign-in", "merge", "merge of both kinds", "undo"]


def terminate(scene, wire):
    """The server ends the connection by itself; the message still gets there, or not."""
    scene.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
              f"WHERE application_name = '{wire.name}'")
    return True


def fault(scene, name, at, how):
    """The end is as before or as after, and asking again leads to after."""
    acts = {"cut": lambda w: None, "kill": Wire.kill, "terminate": lambda w: terminate(scene, w)}
    before = scene.set()
    request, wire = scene.request(name), Wire(scene, at, acts[how])
    answer = wire.ask(request)
    wire.close(scene.sql)
    wrong = judge(scene, before, request, answer)
    if not wire.proxy.done:
        wrong = ["it was not met"]
    return [f"{how} at {at}: {w}" for w in wrong]


def compared(model, scene):
    state = dump(scene.sql)
    known = set(model.users) & set(state["users"])
    return differences(canonical(model.visible(), known, True), canonical(state, known, True))


def judge(scene, before, request, answer, programs=None):
    after = before.copy()
    assert request.apply(after, NOTHING)
    why_not = [compared(m, scene) for m in (before, after)]
    if all(why_not):
        return ["half done"] + why_not[1]
    now = after if not why_not[1] else before
    if answer.status not in (None, 200, 500, 503):
        return [f"answered {answer}"]
    if answer.status == 200 and now is before:
        return [f"answered 200, and nothing was done: {answer}"]
    programs = programs or Programs("again", scene.url, kept=False)
    again = request.ask(programs)
    if not request.apply(now, again):
        return [f"asked again: {again}"]
    if isinstance(request, SignUp) and again.status == 422:
        again = SignIn("new@x.co").ask(programs)
        if not SignIn("new@x.co").apply(now, again):
            return [f"who is there cannot sign in: {again}"]
    wrong = compared(now, scene)
    return ["after it was asked again:"] + wrong if wrong else usable(scene, request, again, programs)


def usable(scene, request, answer, programs):
    """Whoever is told of the rows has them."""
    if not isinstance(request, Undo):
        return []
    got = programs.call("chat", "GET", "/api/chatkit/threads/th", bearer=answer.json["guest_token"])
    return [] if got.status == 200 else [f"the fresh guest does not get the thread: {got}"]


def crashes(tap, sql, _random, full):
    lanes = lanes_of(sql)
    for name in FAULTS[-1:] if proxy.is_slow() and not full else FAULTS:
        seen, wrong = look(lanes.scenes[0], name)
        tap(not wrong, f"{name}: without a fault", wrong)
        points = list(everything(seen, full))
        for how in "cut", "kill", "terminate":
            at = points if how != "terminate" else [p for p in statements(seen) if p in points]
            bad = [line for lines in lanes.map(fault, [(name, p, how) for p in at])
                   for line in lines]
            tap(not bad and at, f"{name}: {how} at each of {len(at)} "
                f"{'statements' if how == 'terminate' else 'messages'}", bad)


# One request within another

OUTER = ["sign-up", "sign-in", "merge", "merge of both kinds", "claim", "undo", "guest deleted",
         "member deleted", "thread", "item", "item of the other"]
INNER = OUTER + ["merge into another", "thread deleted", "moved thread deleted", "sign-out",
                 "basket", "bookmark", "progress", "secret"]
ALWAYS = [("guest deleted", "sign-up"), ("sign-up", "guest deleted"), ("undo", "moved thread deleted")]
SHARE = 40  # of the others one in so many is tried


def waits(scene):
    return scene.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                     "datname = current_database() AND application_name = 'inner'") != "0"


class Inner:
    """A request that is asked while another waits; it may have to wait itself."""

    def __init__(self, scene, name):
        self.scene, self.answer = scene, None
        self.url = proxy.url_by("inner", None, scene.url)
        self.sql = proxy.Sql(self.url)
        whole, scene.sql = scene.sql, self.sql
        self.request = scene.request(name)
        scene.sql = whole
        self.thread = threading.Thread(target=self.ask, daemon=True)

    def ask(self):
        self.answer = self.request.ask(Programs("inner", self.url, kept=False))

    def start(self, _wire):
        self.thread.start()
        for _ in range(2000):
            self.thread.join(0.005)
            if not self.thread.is_alive() or waits(self.scene):
                return True
        raise TimeoutError

    def end(self):
        self.thread.join(30)
        self.sql.close()
        return self.answer


def within(scene, outer, inner, at):
    before = scene.set()
    request, second = scene.request(outer), Inner(scene, inner)
    wire = Wire(scene, at, second.start)
    answer = wire.ask(request)
    wire.close(scene.sql)
    if not wire.proxy.done:
        return [f"{outer} {at}: was not met"]
    answers = [answer, second.end()]
    both = [request, second.request]
    request.loose = second.request.loose = True
    found, why = linear(before, both, answers, dump(scene.sql))
    return [] if found else [f"{inner} within {outer} at {at}:"] + explain(both, answers) + why


def under_way(scene, name, table, row):
    """A row of the guest's is written, but not committed, when they leave."""
    before = scene.set()
    row, other = Row(proxy.Sql(scene.url), table, row), Inner(scene, name)
    row.sql("BEGIN")
    answer = row.ask(None)
    other.start(None)
    row.sql("COMMIT")
    answers, both = [answer, other.end()], [row, other.request]
    row.sql.close()
    row.loose = other.request.loose = True
    found, why = linear(before, both, answers, dump(scene.sql))
    return [] if found else [f"{table} under way at {name}:"] + explain(both, answers) + why


def interleaved(tap, sql, random, full):
    lanes = lanes_of(sql)
    jobs, wrong = [], []
    for outer in OUTER:
        seen, why = look(lanes.scenes[0], outer)
        wrong += why
        jobs += [(outer, inner, at) for at in statements(seen) for inner in INNER
                 if (outer, inner) != ("sign-up", "sign-up")]
    tap(not wrong, "the scene is as it must be", wrong)
    chosen = jobs
    if not full:
        always = [j for j in jobs if j[0] == j[1] or j[:2] in ALWAYS]
        chosen = random.sample(jobs, len(jobs) // SHARE) + ([] if proxy.is_slow() else always)
    bad = [line for lines in lanes.map(within, chosen) for line in lines]
    tap(not bad, f"one request within another, {len(chosen)} of {len(jobs)} ways: as one after "
        "the other", bad)
    rows = [("basket", {"id": 9, "who": "g"}), ("bookmarks", {"id": 9, "who": "g"}),
            ("progress", {"who": "g", "chapter": "d", "seen": 1})]
    bad = [line for lines in lanes.map(under_way, [
        (name, *row) for name in ("sign-in", "merge", "sign-up", "guest deleted")
        for row in rows]) for line in lines]
    tap(not bad, "a row that is just being written goes where its owner goes", bad)


# The server itself

def shell(command, *arguments):
    subprocess.run(["sh", "-c", f'. "$srcdir/deploy/cluster.sh"; {command}', "sh", *arguments],
                   check=True, stdout=proxy.ERRORS, stderr=proxy.ERRORS)


def crash_server(folder):
    with open(f"{folder}/data/postmaster.pid", encoding="ascii") as file:
        pid = int(file.readline())
    os.kill(pid, 9)
    proxy.wait_until(lambda: not command_of(pid))


def command_of(pid):
    """Empty when it has ended."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""


def lose_server(scene, folder, name, at):
    before = scene.set()
    request = scene.request(name)
    if isinstance(request, Undo):
        request.sql = lambda _text: "merge"  # there is nobody to ask meanwhile
    wire = Wire(scene, at, lambda _wire: crash_server(folder))
    scene.sql.close()
    answer = wire.ask(request)
    wire.proxy.close()
    shell('cluster_start "$1"', folder)
    scene.sql.open()
    wrong = judge(scene, before, request, answer)
    if not wire.proxy.done:
        wrong = ["it was not met"]
    return [f"{name} at {at}: {w}" for w in wrong]


def server(tap, sql, random, full):
    """With fsync: what was answered is still there after a crash."""
    folder = f"{proxy.TMP}/safe"
    os.mkdir(folder)
    shell('cluster_start "$1"', folder)
    url = proxy.url_at(f"{folder}/sock")
    env = {**os.environ, "DATABASE_URL": url}
    subprocess.run([f"{proxy.BIN}/posternctl", "migrate"], env=env, check=True,
                   stdout=proxy.ERRORS)
    safe = proxy.Sql(url)
    prepare(safe, url)
    scene, bad, count = Scene(url), [], 0
    for name in FAULTS if full else random.sample(FAULTS, 1 if proxy.is_slow() else 4):
        seen, wrong = look(scene, name)
        bad += wrong
        # Before the last statement, within it, and when it is done and not yet told.
        last = list(statements(seen))[-1]
        places = list(everything(seen, True))
        around = places[places.index(last):]
        for at in around if full else random.sample(around, 1):
            bad += lose_server(scene, folder, name, at)
            count += 1
    tap(not bad, f"the server killed with fsync on, {count} times", bad)
    scene.sql.close()
    safe.close()
