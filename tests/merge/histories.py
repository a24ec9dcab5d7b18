# SPDX-License-Identifier: ISC
"""Random histories: one request at a time, or several at once."""
import concurrent.futures
import json
import os
import subprocess

import proxy
from asking import (DropGuest, DropMember, DropThread, Guest, Item, Mend, Merge, Programs, Row,
                    Secret, SignIn, SignOut, SignUp, Thread, Undo)
from model import CLEAN, DUMP, RULES, SCHEMA, TABLES, Model, canonical, differences

STEPS = 520       # in all; a history begins anew after LENGTH of them
LENGTH = 65


def prepare(sql, url=None):
    """The tables of the model, and a rule for each."""
    if sql("SELECT to_regclass('badge')"):
        return
    sql(SCHEMA)
    for rule in RULES:
        subprocess.run([f"{proxy.BIN}/posternctl", "merge", "rules", "add", *rule.split()],
                       check=True, stdout=subprocess.DEVNULL, stderr=proxy.ERRORS,
                       env={**os.environ, **({"DATABASE_URL": url} if url else {})})


def dump(sql):
    return json.loads(sql(DUMP))


def explain(order, answers):
    return [f"{request}: {answer}" for request, answer in zip(order, answers)]


def linear(model, requests, answers, state):
    """The model after an order of the requests that fits what was answered and what is there;
    None when there is none. near: what the last order that fits the answers leaves."""
    near = None

    def search(now, left):
        nonlocal near
        if not left:
            near = now
            known = set(now.users) & set(state["users"])
            return now if canonical(now.visible(), known) == canonical(state, known) else None
        for i in left:
            then = now.copy()
            if requests[i].apply(then, answers[i]):
                found = search(then, [j for j in left if j != i])
                if found:
                    return found
        return None

    found = search(model, list(range(len(requests))))
    if found:
        return found, []
    if near is None:
        return None, ["no order of them is answered like this"]
    known = set(near.users) & set(state["users"])
    return None, differences(canonical(near.visible(), known), canonical(state, known))


class History:
    def __init__(self, sql, programs, random):
        self.sql, self.programs, self.random = sql, programs, random
        self.sql(CLEAN)
        self.model, self.number, self.stale, self.jwts = Model(), 0, ["nonsense"], {}

    def next(self):
        self.number += 1
        return self.number

    def pick(self, things):
        things = list(things)
        return self.random.choice(things) if things else None

    def token(self, guest):
        return self.pick(t for t, u in self.model.sessions.items()
                         if self.model.is_guest(u) == guest)

    def any_token(self):
        return self.pick([*self.model.sessions, *self.stale[-5:]])

    def user(self, token):
        return self.model.sessions.get(token)

    def thread(self):
        return self.pick(self.model.threads) or "none"

    def row(self, user=None):
        r = self.random
        gone = [e["guest"] for e in self.model.log if not e["promoted"] and ":" not in e["guest"]]
        user = user or (r.choice(gone) if gone and r.random() < 0.1 else
                        self.pick(self.model.users) or "nobody")
        table = r.choice([*TABLES, "bookmarks", "progress"])
        if table == "basket" and user not in self.model.users and user not in gone:
            table = "bookmarks"
        row = {
            "badge": {"name": f"b{r.randrange(9)}"},
            "basket": {"id": self.next()},
            "best": {"game": r.choice("ab"), "score": r.choice([None, 1, 2, 3, 9])},
            "bookmarks": {"id": self.next()},
            "brittle": {"id": 2 * self.next() + (r.random() < 0.9)},
            "notes": {"id": self.next(), "topic": r.choice(["x", "y", None]),
                      "n": r.randrange(5)},
            "prefs": {"theme": r.choice(["dark", "light"]), "at": self.next()},
            "progress": {"chapter": r.choice("abcd"), "seen": r.randrange(9)},
        }[table]
        return Row(self.sql, table, {"who": user, **row})

    def undo(self):
        entry = self.random.choice(self.model.log) if self.model.log else {}
        owner = self.pick(t for t, u in self.model.sessions.items() if u == entry.get("member"))
        token = owner if owner and self.random.random() < 0.8 else self.any_token()
        return Undo(self.sql, entry.get("guest", "nobody"), self.user(token), token)

    def merge(self, guest=None, token=None):
        r = self.random
        token = token or (self.token(False) if r.random() < 0.8 else self.any_token()) or "none"
        guest = guest or (self.token(True) if r.random() < 0.8 else self.any_token())
        secret = r.choice([f"secret {r.randrange(4)} {'x' * 32}", None, None])
        if r.random() < 0.2:
            guest = None
        thread = self.thread() if r.random() < 0.3 else None
        return Merge(self.user(token), token, guest, r.choice(["token", "cookie"]), secret, thread)

    def mail(self):
        return self.pick(self.model.mails) or "nobody@x.co"

    def request(self):
        r, g, t = self.random, self.token(True), self.any_token()
        member = self.token(False)
        makes = [
            (8, Guest), (12, lambda: Thread(self.user(t), t, f"t{self.next()}")),
            (8, lambda: Item(self.user(t), t, self.thread(), f"i{self.next()}")),
            (2, lambda: DropThread(self.user(t), t, self.thread())),
            (25, self.row), (4, lambda: SignUp(f"u{self.next()}@x.co", r.choice([g, t, None]))),
            (1, lambda: SignUp(self.mail(), g)),
            (6, lambda: SignIn(self.mail(), r.choice([g, g, t, None]))),
            (1, lambda: SignIn(self.mail(), g, "wrong password")),
            (8, self.merge), (6, self.undo), (1, lambda: SignOut(t)),
            (2, lambda: DropGuest(self.user(t), t)), (1, lambda: DropMember(self.user(member), member)),
            (3, lambda: Secret(self.sql, f"secret {r.randrange(4)} {'x' * 32}",
                               [f"s{self.next()}" for _ in range(r.randrange(1, 4))])),
            (2, lambda: Mend(self.sql, self.pick(self.model.users))),
            (2 if self.jwts else 0, self.by_jwt),
        ]
        while True:
            made = r.choices([m for _, m in makes], [w for w, _ in makes])[0]()
            if not (isinstance(made, (DropGuest, DropMember)) and made.token is None):
                return made

    def by_jwt(self):
        user = self.pick(self.jwts)
        return Thread(user, None, f"t{self.next()}", self.jwts[user])

    def crowd(self):
        """Some that all want the same guest, or the same merge."""
        r, g = self.random, self.token(True)
        member, other = self.token(False), self.token(False)
        if g is None or member is None:
            return [self.request()]
        user = self.user(g)
        undo = self.undo()
        makes = [lambda: self.merge(g, member), lambda: self.merge(g, member),
                 lambda: self.merge(g, other), lambda: SignIn(self.mail(), g),
                 lambda: SignUp(f"u{self.next()}@x.co", g), lambda: DropGuest(user, g),
                 lambda: Thread(user, g, f"t{self.next()}"), lambda: self.row(user),
                 lambda: Item(user, g, self.thread(), f"i{self.next()}"),
                 lambda: DropThread(user, g, self.thread()), lambda: SignOut(g),
                 lambda: DropMember(self.user(other), other),
                 lambda: undo, lambda: undo]
        made = [r.choice(makes)() for _ in range(r.randrange(2, 5))]
        if any(isinstance(m, (DropGuest, DropMember)) for m in made):
            # Who is deleted has left no trace that would keep a table without a foreign key.
            made = [m for m in made if not (isinstance(m, Row) and m.table == "basket")]
        for m in made:
            m.loose = len(made) > 1
        return made

    def step(self):
        """What is wrong, or nothing."""
        requests = self.crowd() if self.random.random() < 0.3 else [self.request()]
        before = list(self.model.sessions)
        if len(requests) == 1:
            answers = [requests[0].ask(self.programs)]
        else:
            with concurrent.futures.ThreadPoolExecutor(len(requests)) as pool:
                answers = list(pool.map(lambda q: q.ask(self.programs), requests))
        found, why = linear(self.model, requests, answers, dump(self.sql))
        if found is None:
            return explain(requests, answers) + why
        self.model = found
        self.stale += [t for t in before if t not in found.sessions]
        guest = self.token(True)
        if guest and self.user(guest) not in self.jwts and self.random.random() < 0.1:
            answer = self.programs.call("session", "GET", "/api/auth/token", bearer=guest)
            self.jwts[self.user(guest)] = answer.json["token"]
        return []


def run(tap, sql, programs, random, steps, claim):
    history, kinds, wrong = None, {}, []
    for n in range(steps):
        if n % LENGTH == 0:
            history = History(sql, programs, random)
        wrong = history.step()
        if wrong:
            wrong = [f"step {n}"] + wrong
            break
        for e in history.model.log:
            kind = "undone" if e["undone"] else "promoted" if e["promoted"] else "merged"
            kinds.setdefault(kind, set()).add((n // LENGTH, e["guest"], e["member"]))
    tap(not wrong, f"{claim}: {steps} steps, after each all is as it must be", wrong)
    told = ", ".join(f"{len(v)} {k}" for k, v in sorted(kinds.items()))
    print(f"# {told}", flush=True)
    if steps >= 1000 and not wrong:
        tap(len(kinds) == 3, f"{claim}: merges, promotions and undos", told)


def histories(tap, sql, random, full):
    prepare(sql)
    steps = int(os.environ.get("STEPS") or
                (STEPS * 20 if full else STEPS // 4 if proxy.is_slow() else STEPS))
    programs = Programs("histories", os.environ["DATABASE_URL"])
    try:
        run(tap, sql, programs, random, steps, "random histories")
    finally:
        programs.stop()
