# SPDX-License-Identifier: ISC
"""What a database must hold after what was asked of the programs.

A request is an object with two sides: ask() sends it, and apply() does the same to a model,
or says that the answer does not fit. The model knows nothing of SQL."""
import copy
import hashlib
import json

TABLES = {  # strategy, primary key, match columns, values
    "badge": ("keep_target", ["who"], [], []),
    "basket": ("call", ["id"], [], []),
    "best": ("max", ["who", "game"], ["game"], ["score"]),
    "bookmarks": ("move", ["id"], [], []),
    "brittle": ("move", ["id"], [], []),
    "notes": ("sum", ["id"], ["topic"], ["n"]),
    "prefs": ("keep_newest", ["who"], [], ["at"]),
    "progress": ("sum", ["who", "chapter"], ["chapter"], ["seen"]),
}
SCHEMA = """
CREATE TABLE badge (who text PRIMARY KEY REFERENCES "user" ON DELETE CASCADE, name text);
CREATE TABLE basket (id int PRIMARY KEY, who text);
CREATE INDEX ON basket (who);
CREATE TABLE best (who text REFERENCES "user" ON DELETE CASCADE, game text, score int,
  PRIMARY KEY (who, game));
CREATE TABLE bookmarks (id int PRIMARY KEY, who text REFERENCES "user" ON DELETE CASCADE);
CREATE INDEX ON bookmarks (who);
CREATE TABLE brittle (id int PRIMARY KEY, who text REFERENCES "user" ON DELETE CASCADE);
CREATE INDEX ON brittle (who);
CREATE TABLE notes (id int PRIMARY KEY, who text REFERENCES "user" ON DELETE CASCADE,
  topic text, n int, UNIQUE (who, topic));
CREATE TABLE prefs (who text PRIMARY KEY REFERENCES "user" ON DELETE CASCADE, theme text, at int);
CREATE TABLE progress (who text REFERENCES "user" ON DELETE CASCADE, chapter text, seen int,
  PRIMARY KEY (who, chapter));
CREATE FUNCTION fill(guest text, member text) RETURNS bigint LANGUAGE sql AS
  'WITH u AS (UPDATE basket SET who = member WHERE who = guest RETURNING 1)
   SELECT count(*) FROM u';
CREATE TRIGGER gone BEFORE INSERT ON basket
  FOR EACH ROW EXECUTE FUNCTION postern.refuse_gone_guest('who');
CREATE FUNCTION break_() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN IF NEW.id % 2 = 0 THEN RAISE ''brittle''; END IF; RETURN NEW; END';
CREATE TRIGGER break_ BEFORE UPDATE ON brittle FOR EACH ROW EXECUTE FUNCTION break_();
"""
RULES = [
    ("badge who --strategy keep_target"),
    ("basket who --strategy call --function fill"),
    ("best who --strategy max --match game --value score"),
    ("bookmarks who"),
    ("brittle who"),
    ("notes who --strategy sum --match topic --value n"),
    ("prefs who --strategy keep_newest --value at"),
    ("progress who --strategy sum --match chapter --value seen"),
]
DUMP = """SELECT jsonb_build_object(
  'users', (SELECT coalesce(jsonb_object_agg(id, "isAnonymous"), '{}') FROM "user"),
  'accounts', (SELECT coalesce(jsonb_agg("userId"), '[]') FROM account),
  'sessions', (SELECT coalesce(jsonb_object_agg(token, "userId"), '{}') FROM session),
  'threads', (SELECT coalesce(jsonb_object_agg(id, coalesce(owner_id,
     'secret:' || left(encode(guest_hash, 'hex'), 16))), '{}') FROM chatkit_threads),
  'items', (SELECT coalesce(jsonb_agg(jsonb_build_array(thread_id, id)), '[]') FROM chatkit_items),
  'log', (SELECT coalesce(jsonb_agg(jsonb_build_object('guest', guest_id, 'member', member_id,
     'rows', rows, 'promoted', promoted, 'undone', undone_guest, 'id', id)), '[]')
     FROM postern.merge_log),
  'refused', (SELECT coalesce(jsonb_agg(jsonb_build_array(member_id, thread_id)), '[]')
     FROM postern.merge_refused)""" + "".join(
         f", '{t}', (SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]') FROM {t} t)"
         for t in TABLES) + ")"
CLEAN = "".join(f"DELETE FROM {t};" for t in (
    *TABLES, "chatkit_threads", "postern.merge_log", "postern.merge_refused",
    "postern.replaced_session", '"user"'))


def label(secret):
    return "secret:" + hashlib.sha256(secret.encode()).hexdigest()[:16]


class Model:
    def __init__(self):
        self.users = {}     # id: whether a guest
        self.mails = {}     # address: id
        self.sessions = {}  # token: id
        self.threads = {}   # id: owner's id or secret's label
        self.items = set()  # (thread, id)
        self.rows = {t: [] for t in TABLES}
        self.log = []
        self.refused = []
        self.made = 0

    def copy(self):
        return copy.deepcopy(self)

    def fresh(self):
        """Stands for what an answer that was lost would have told."""
        self.made += 1
        return f"?{self.made}"

    def is_guest(self, user):
        return self.users.get(user) is True

    def guest_of(self, token):
        user = self.sessions.get(token)
        return user if self.is_guest(user) else None

    def drop_user(self, user):
        self.users.pop(user, None)
        self.mails = {m: u for m, u in self.mails.items() if u != user}
        self.sessions = {t: u for t, u in self.sessions.items() if u != user}
        for thread in [t for t, owner in self.threads.items() if owner == user]:
            self.drop_thread(thread)
        for table in TABLES:
            self.rows[table] = [r for r in self.rows[table] if r["who"] != user]

    def drop_thread(self, thread):
        del self.threads[thread]
        self.items = {i for i in self.items if i[0] != thread}

    def is_gone(self, user):
        return any(e["guest"] == user and not e["promoted"] for e in self.log)

    def can_insert(self, table, row):
        if table == "basket":
            return not self.is_gone(row["who"])
        key = TABLES[table][1]
        clash = any(all(r[k] == row[k] for k in key) for r in self.rows[table])
        if table == "notes" and row["topic"] is not None:
            clash |= any(r["who"] == row["who"] and r["topic"] == row["topic"]
                         for r in self.rows[table])
        return row["who"] in self.users and not clash

    def merge(self, guest, member):
        """None: nobody to merge; "failed"; else the entry of the log."""
        if not self.is_guest(guest) or self.users.get(member) is not False:
            return None
        if any(r["who"] == guest and r["id"] % 2 == 0 for r in self.rows["brittle"]):
            return "failed"
        moved = {}
        counts = {}
        for table in TABLES:
            counts[table], moved[table] = self.join(table, guest, member)
        mine = [t for t, owner in self.threads.items() if owner == guest]
        self.threads.update((t, member) for t in mine)
        counts["chatkit_threads"], moved["chatkit_threads"] = len(mine), mine
        final = any(m is None for m in moved.values())
        self.drop_user(guest)
        return self.note(guest, member, counts, None if final else moved)

    def note(self, guest, member, counts, moved, promoted=False):
        self.log.append({"guest": guest, "member": member, "rows": counts, "moved": moved,
                         "promoted": promoted, "undone": None})
        return self.log[-1]

    def join(self, table, guest, member):
        """How many rows of the guest's join, and the keys that can go back or None."""
        strategy, key, match, values = TABLES[table]
        rows = self.rows[table]
        theirs = [r for r in rows if r["who"] == guest]
        changed = strategy == "call" and theirs
        for row in theirs:
            twin = None
            if strategy not in ("move", "call"):
                twin = next((r for r in rows if r["who"] == member and
                             all(r[m] is not None and r[m] == row[m] for m in match)), None)
            if twin is None:
                continue
            changed = True
            if strategy == "sum":
                for v in values:
                    twin[v] = sum_of(twin[v], row[v])
            elif strategy == "max":
                for v in values:
                    twin[v] = max_of(twin[v], row[v])
            if strategy == "keep_newest" and row["at"] > twin["at"]:
                rows.remove(twin)
            else:
                rows.remove(row)
        keys = []
        for row in rows:
            if row["who"] == guest:
                row["who"] = member
                keys.append([row[k] for k in key])
        return len(theirs), None if changed else keys

    def claim(self, secret, member):
        mine = [t for t, owner in self.threads.items() if owner == label(secret)]
        if self.users.get(member) is not False or not mine:
            return 0
        self.threads.update((t, member) for t in mine)
        self.note(label(secret), member, {"chatkit_threads": len(mine)},
                  {"chatkit_threads": mine})
        return len(mine)

    def undo(self, entry, fresh):
        """Rows per table, or why not."""
        if entry["undone"]:
            return "undone"
        if entry["promoted"] or entry["moved"] is None:
            return "final"
        found = {}
        for table, keys in entry["moved"].items():
            if table == "chatkit_threads":
                found[table] = [t for t in keys if self.threads.get(t) == entry["member"]]
            else:
                found[table] = [r for r in self.rows[table] if r["who"] == entry["member"] and
                                [r[k] for k in TABLES[table][1]] in keys]
            if len(found[table]) != len(keys):
                return "changed"
        for table, rows in found.items():
            for row in rows:
                if table == "chatkit_threads":
                    self.threads[row] = fresh
                else:
                    row["who"] = fresh
        entry["undone"] = fresh
        return {t: len(r) for t, r in found.items() if r}

    def visible(self):
        """What the database shows of it."""
        return {"users": self.users, "accounts": list(self.mails.values()),
                "sessions": self.sessions, "threads": self.threads,
                "items": [list(i) for i in self.items],
                "log": [{k: v for k, v in e.items() if k != "moved"} for e in self.log],
                "refused": self.refused, **self.rows}


def sum_of(a, b):
    return (a if b is None else b) if a is None or b is None else a + b


def max_of(a, b):
    return (a if b is None else b) if a is None or b is None else max(a, b)


def canonical(state, known, bare=False):
    """Comparable: in one order, and without names that only an answer tells. known: the ids
    of users that both sides know; bare: sessions are counted, not named."""
    names = {u: f"new {int(bool(g))}" for u, g in state["users"].items() if u not in known}
    text = json.dumps({**state, "log": [{k: v for k, v in e.items() if k != "id"}
                                        for e in state["log"]]}, sort_keys=True)
    for old, new in names.items():
        text = text.replace(json.dumps(old), json.dumps(new))
    out = json.loads(text)
    if bare:
        out["sessions"] = sorted(out["sessions"].values())
    return {k: sorted((json.dumps(x, sort_keys=True) for x in v)) if isinstance(v, list) else v
            for k, v in out.items()}


def differences(wanted, got):
    return [f"{k}: wanted {wanted.get(k)}, got {got.get(k)}" for k in wanted
            if wanted.get(k) != got.get(k)]
