# SPDX-License-Identifier: ISC
"""The rows that a recording takes for granted: users and sessions made before its first case.

Whoever asks with a session that no answer of the recording has made must have had it before.
What is known of it and its user stands in the answers; what does not is made up.
"""
import json
import re
from datetime import timedelta
from urllib.parse import unquote

from mapping import ATOM, b64, kind, open_compact, scrypt, signer, to_text, to_time, unb64url
from recording import Case, Mail, Sql

TOKEN = re.compile(r"[A-Za-z0-9]{32}")
COOKIE = re.compile(r"session_token=([A-Za-z0-9]{32})\.([^;]+)")
BEARER = re.compile(r"(?i)bearer +([A-Za-z0-9]{32})(\..*)?")
DATE = re.compile(r'"createdAt":"([^"]*)"|"lastRequest":"(\d+)"')
PASSWORD = "password1234"
USER = ["id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt", "isAnonymous",
        "twoFactorEnabled", "username", "displayUsername", "role", "banned", "banReason",
        "banExpires"]
SESSION = ["id", "expiresAt", "token", "createdAt", "updatedAt", "ipAddress", "userAgent", "userId"]


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    return "'" + str(value).replace("'", "''") + "'"


def asking_token(request):
    """The token of a session that a request names, by bearer or by cookie, else None."""
    bearer = BEARER.fullmatch(request.value("authorization") or "")
    if bearer and (bearer[2] is None or is_signed(bearer[1], bearer[2][1:])):
        return bearer[1]
    cookie = COOKIE.search(request.value("cookie") or "")
    return cookie[1] if cookie and is_signed(cookie[1], cookie[2].strip()) else None


def is_signed(text, signature):
    return signer(text, unquote(signature), b64) is not None


def objects(value):
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for inner in value if isinstance(value, list) else []:
        yield from objects(inner)


def told(case):
    """Every JSON object of a case: of the body, of tokens, of the cookie cache."""
    texts = [case.response.body]
    for text in [case.response.body, *(v for _, v in case.response.headers + case.request.headers)]:
        for m in ATOM.finditer(text):
            if kind(m) == "jwt" and m[0].count(".") == 2:
                texts.append(unb64url(m[0].split(".")[1]).decode(errors="replace"))
            elif kind(m) == "compact":
                texts.append(open_compact(m[0])[0])
    for text in texts:
        try:
            yield from objects(json.loads(text))
        except ValueError:
            pass


class Facts:
    def __init__(self, events):
        self.users, self.sessions, self.owner = {}, {}, {}
        self.asked, self.made, self.made_users, self.signed_in = [], set(), set(), {}
        for event, after in zip(events, events[1:] + [None]):
            if isinstance(event, Case):
                self.learn(event, after)
            elif isinstance(event, Sql):
                self.learn_rows(event)

    def learn(self, case, after):
        token, objects_told = asking_token(case.request), list(told(case))
        for o in objects_told:
            self.learn_object(o)
        users = [o for o in objects_told if "emailVerified" in o and "id" in o]
        if token and token not in self.made and token not in self.asked and is_alive(case):
            self.asked.append(token)
        if token and users:
            self.owner.setdefault(token, users[0]["id"])
        elif token and isinstance(after, Sql) and '"user" where id' in after.text:
            self.owner.setdefault(token, after.params[0])
        elif token and isinstance(after, Sql) and '"userId"=$1' in after.text:
            self.owner.setdefault(token, after.params[0])
        self.learn_made(case, token, users)

    def learn_made(self, case, token, users):
        """Sessions and users that come into being with this answer."""
        new = re.findall(r"session_token=([A-Za-z0-9]{32})\.",
                         "\n".join(case.response.values("set-cookie")))
        self.made.update(t for t in new if t != token and t not in self.asked)
        if case.response.status != 200 or not users:
            return
        if case.request.path.endswith(("/sign-up/email", "/sign-in/anonymous")):
            if users[0]["id"] not in self.signed_in:
                self.made_users.add(users[0]["id"])
        elif case.request.path.endswith("/sign-in/email") and "password" in case.request.body:
            password = re.search(r'"password":"([^"]*)"|password=([^&]*)', case.request.body)
            self.signed_in.setdefault(users[0]["id"], password[1] or password[2])

    def learn_object(self, o):
        if "emailVerified" in o and "id" in o:
            self.users.setdefault(o["id"], {k: o.get(k) for k in USER})
        elif "userId" in o and "token" in o and "expiresAt" in o:
            self.sessions.setdefault(o["token"], {k: o.get(k) for k in SESSION})
            self.owner.setdefault(o["token"], o["userId"])

    def learn_rows(self, event):
        for row in event.rows:
            if row.startswith("{"):
                self.learn_object(json.loads(row))


def is_alive(case):
    """Does the answer tell that the session of the request was there?"""
    if case.request.path.endswith("/get-session") and case.response.status == 200:
        return case.response.body != "null"
    return case.response.status not in (401, 415)


def instant(events):
    """When a recording was made: the first time that one of its answers tells as its own."""
    for event in events:
        if isinstance(event, Mail):
            return event.data["at"] / 1000
        if isinstance(event, Case):
            for o in told(event):
                if "iat" in o:
                    return o["iat"]
                if "createdAt" in o:
                    return to_time(o["createdAt"]).timestamp()
        if isinstance(event, Sql) and (m := DATE.search("".join(event.rows))):
            return to_time(m[1]).timestamp() if m[1] else int(m[2]) / 1000
    return None


class Rows:
    """The statements that put the rows there, for a run that is shift later."""

    def __init__(self, events, before, shift, now):
        self.facts = Facts(events)
        self.shift, self.now = shift, now
        self.before = before
        self.statements = []

    def date(self, recorded, default=timedelta(0)):
        return to_text(to_time(recorded) + self.shift if recorded else self.now + default)

    def all(self):
        facts = self.facts
        for token in [*facts.asked, *facts.sessions, *self.before.sessions]:
            if token not in facts.made:
                self.session(token)
        for user in [*facts.signed_in, *self.before.users]:
            self.user(user)
        return self.statements

    def insert(self, table, row):
        columns = ", ".join(f'"{c}"' for c in row)
        values = ", ".join(literal(v) for v in row.values())
        text = f'INSERT INTO "{table}" ({columns}) VALUES ({values});'
        if text not in self.statements:
            self.statements.append(text)

    def session(self, token):
        known = self.facts.sessions.get(token, {}) | self.before.sessions.get(token, {})
        owner = known.get("userId") or self.facts.owner.get(token) or "owner" + token[5:]
        if owner in self.facts.made_users:
            return
        self.user(owner)
        self.insert("session", {
            "id": known.get("id") or "session" + token[7:],
            "token": token, "userId": owner,
            "expiresAt": self.date(known.get("expiresAt"), timedelta(days=7)),
            "createdAt": self.date(known.get("createdAt")),
            "updatedAt": self.date(known.get("updatedAt")),
            "ipAddress": known.get("ipAddress") or "",
            "userAgent": known.get("userAgent") or "peer/1.0"})

    def user(self, user):
        told_before = self.before.users.get(user, {})
        known = {"role": "user", "isAnonymous": False, "banned": False, "twoFactorEnabled": False}
        known |= self.facts.users.get(user, {}) | told_before
        if user in self.facts.made_users:
            return
        row = {k: known.get(k) for k in USER}
        row |= {"id": user, "name": row["name"] or "Test User",
                "email": row["email"] or f"{user.lower()}@example.com",
                "emailVerified": bool(row["emailVerified"]),
                "createdAt": self.date(row["createdAt"]), "updatedAt": self.date(row["updatedAt"])}
        self.insert("user", row)
        password = told_before.get("password") or self.facts.signed_in.get(user) or PASSWORD
        if password != "none" and not row["isAnonymous"]:
            self.insert("account", {
                "id": "account" + user[7:], "accountId": user, "providerId": "credential",
                "userId": user, "password": scrypt(password),
                "createdAt": row["createdAt"], "updatedAt": row["updatedAt"]})
