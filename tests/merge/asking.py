# SPDX-License-Identifier: ISC
"""The requests of the tests of merges, each with what it does to the model."""
import base64
import hashlib
import hmac
import json
import os
import socket
import subprocess
import threading
import urllib.parse

import proxy
from model import label

PASSWORD = "password1234"
NOTHING = object()  # no answer: as if it was done


class Answer:
    def __init__(self, text):
        head, _, self.body = text.partition("\r\n\r\n")
        lines = head.split("\r\n")
        self.status = int(lines[0].split()[1]) if lines[0].startswith("Status: ") else None
        self.headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        try:
            self.json = json.loads(self.body)
        except ValueError:
            self.json = None

    def __str__(self):
        return f"{self.status} {self.headers.get('x-merge-status', '')} {self.body[:300]}"


def environment(method, path, body, bearer, cookie):
    env = {"REQUEST_METHOD": method, "SCRIPT_NAME": path, "REQUEST_URI": path,
           "QUERY_STRING": "", "REMOTE_ADDR": "127.0.0.1", "CONTENT_LENGTH": str(len(body))}
    if body:
        env["CONTENT_TYPE"] = "application/json"
    if bearer:
        env["HTTP_AUTHORIZATION"] = "Bearer " + bearer
    if cookie:
        env["HTTP_COOKIE"] = "better-auth.session_token=" + cookie
        env["HTTP_ORIGIN"] = "http://localhost:8080"
    return env


class Programs:
    """FastCGI programs on a database, or CGI ones, of which each request has its own."""

    def __init__(self, name, url, kept=True, settings=None):
        self.folder, self.url, self.masters, self.kept = f"{proxy.TMP}/{name}", url, {}, kept
        self.settings, self.lock = settings or {}, threading.Lock()

    def call(self, program, method, path, body=None, bearer=None, cookie=None, started=None):
        text = json.dumps(body).encode() if body is not None else b""
        env = environment(method, path, text, bearer, cookie)
        if self.kept:
            self.start(program)
            return Answer(proxy.fastcgi(f"{self.folder}.{program}", text, env))
        process = subprocess.Popen(
            [f"{proxy.BIN}/{program}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=proxy.ERRORS,
            env={**os.environ, **self.settings, **env, "DATABASE_URL": self.url})
        if started:
            started(process)
        return Answer(process.communicate(text)[0].decode())

    def start(self, program):
        with self.lock:
            if program in self.masters:
                return
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(f"{self.folder}.{program}")
            listener.listen(128)
            self.masters[program] = subprocess.Popen(
                [f"{proxy.BIN}/{program}"], stdin=listener, stderr=proxy.ERRORS,
                env={**os.environ, "WORKERS": "4", **self.settings, "DATABASE_URL": self.url})

    def stop(self):
        for master in self.masters.values():
            master.terminate()
        for master in self.masters.values():
            master.wait()


class Request:
    """loose: another request was under way, so that who was asking may have been found out
    before, and what was done came after."""
    loose = False

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{k}={v}' for k, v in vars(self).items())})"

    def identities(self, model):
        user = model.sessions.get(self.token)
        return {user, self.user} if self.loose else {user}

    def apply(self, model, answer):
        """For those who must be somebody; applied() may spoil a model that it says no to."""
        for user in self.identities(model):
            then = model.copy()
            if self.applied(then, user, answer):
                vars(model).update(vars(then))
                return True
        return False


def good(answer, wanted, **members):
    return answer is NOTHING or (answer.status == wanted and all(
        answer.json.get(k) == v for k, v in members.items()))


class Guest(Request):
    """A guest comes."""

    def ask(self, programs, **more):
        return programs.call("signin", "POST", "/api/auth/sign-in/anonymous", {}, **more)

    def apply(self, model, answer):
        if not good(answer, 200):
            return False
        model.users[answer.json["user"]["id"]] = True
        model.sessions[answer.json["token"]] = answer.json["user"]["id"]
        return True


class Thread(Request):
    """A thread is made, with the token of a session or a JWT."""

    def __init__(self, user, token, thread, jwt=None):
        self.user, self.token, self.thread, self.jwt = user, token, thread, jwt

    def ask(self, programs, **more):
        return programs.call("chat", "POST", "/api/chatkit/threads", {"id": self.thread},
                             bearer=self.jwt or self.token, **more)

    def identities(self, model):
        return {self.user} if self.jwt else super().identities(model)

    def applied(self, model, user, answer):
        if user not in model.users:
            return answer is not NOTHING and answer.status == 401
        if self.thread in model.threads:
            return answer is not NOTHING and answer.status == 409
        model.threads[self.thread] = user
        return good(answer, 201)


class Item(Request):
    def __init__(self, user, token, thread, item):
        self.user, self.token, self.thread, self.item = user, token, thread, item

    def ask(self, programs, **more):
        return programs.call("chat", "POST", f"/api/chatkit/threads/{self.thread}/items",
                             {"id": self.item, "type": "user_message", "content": []},
                             bearer=self.token, **more)

    def applied(self, model, user, answer):
        if user is None:
            return answer is not NOTHING and answer.status == 401
        if model.threads.get(self.thread) != user:
            return answer is not NOTHING and answer.status == 404
        new = (self.thread, self.item) not in model.items
        model.items.add((self.thread, self.item))
        return good(answer, 201 if new else 200)


class DropThread(Request):
    def __init__(self, user, token, thread):
        self.user, self.token, self.thread = user, token, thread

    def ask(self, programs, **more):
        return programs.call("chat", "DELETE", f"/api/chatkit/threads/{self.thread}",
                             bearer=self.token, **more)

    def applied(self, model, user, answer):
        if user is None:
            return answer is not NOTHING and answer.status == 401
        if model.threads.get(self.thread) != user:
            return answer is not NOTHING and answer.status == 404
        model.drop_thread(self.thread)
        return good(answer, 200)


class Row(Request):
    """What the site's own backend writes."""

    def __init__(self, sql, table, row):
        self.sql, self.table, self.row = sql, table, row

    def ask(self, _programs, **_more):
        names = ", ".join(self.row)
        values = ", ".join("NULL" if v is None else str(v) if isinstance(v, int) else f"'{v}'"
                           for v in self.row.values())
        return self.sql(f"INSERT INTO {self.table} ({names}) VALUES ({values})")

    def apply(self, model, answer):
        if not model.can_insert(self.table, self.row):
            return answer is not NOTHING and "ERROR" in answer
        if answer is not NOTHING and answer:
            return False
        model.rows[self.table].append(dict(self.row))
        return True


class Mend(Request):
    """Whatever keeps merges from working goes."""

    def __init__(self, sql, user):
        self.sql, self.user = sql, user

    def ask(self, _programs, **_more):
        return self.sql(f"DELETE FROM brittle WHERE who = '{self.user}' AND id % 2 = 0")

    def apply(self, model, answer):
        model.rows["brittle"] = [r for r in model.rows["brittle"]
                                 if r["who"] != self.user or r["id"] % 2]
        return answer is NOTHING or not answer


class Secret(Request):
    """A backend makes threads for a guest without a row."""

    def __init__(self, sql, secret, threads):
        self.sql, self.secret, self.threads = sql, secret, threads

    def ask(self, _programs, **_more):
        return self.sql("INSERT INTO chatkit_threads (id, guest_hash, created_at, data) VALUES " +
                        ", ".join(f"""('{t}', sha256('{self.secret}'::bytea), now(), '{{"id":"{t}"}}')"""
                                  for t in self.threads))

    def apply(self, model, answer):
        model.threads.update((t, label(self.secret)) for t in self.threads)
        return answer is NOTHING or not answer


class SignUp(Request):
    def __init__(self, mail, token=None):
        self.mail, self.token = mail, token

    def ask(self, programs, **more):
        return programs.call("signup", "POST", "/api/auth/sign-up/email", {
            "name": "T", "email": self.mail, "password": PASSWORD}, bearer=self.token, **more)

    def apply(self, model, answer):
        if self.mail in model.mails:
            return answer is not NOTHING and answer.status == 422
        if not good(answer, 200):
            return False
        user = model.guest_of(self.token)
        told = None
        if user:
            threads = sum(owner == user for owner in model.threads.values())
            model.note(user, user, {"chatkit_threads": threads}, None, promoted=True)
            model.sessions = {t: u for t, u in model.sessions.items() if u != user}
            told = f"merged; threads={threads}"
        if answer is NOTHING:
            made, token = user or model.fresh(), model.fresh()
        else:
            made, token = answer.json["user"]["id"], answer.json["token"]
            if user not in (None, made) or answer.headers.get("x-merge-status") != told:
                return False
        model.users[made] = False
        model.mails[self.mail] = made
        model.sessions[token] = made
        return True


class SignIn(Request):
    def __init__(self, mail, token=None, password=PASSWORD):
        self.mail, self.token, self.password = mail, token, password

    def ask(self, programs, **more):
        return programs.call("signin", "POST", "/api/auth/sign-in/email", {
            "email": self.mail, "password": self.password}, bearer=self.token, **more)

    def apply(self, model, answer):
        member = model.mails.get(self.mail)
        if member is None or self.password != PASSWORD:
            return answer is not NOTHING and answer.status == 401
        if not good(answer, 200):
            return False
        done = model.merge(model.guest_of(self.token), member)
        told = done
        if isinstance(done, dict):
            told = f"merged; threads={done['rows']['chatkit_threads']}"
        token = model.fresh() if answer is NOTHING else answer.json["token"]
        model.sessions[token] = member
        return answer is NOTHING or answer.headers.get("x-merge-status") == told


class Merge(Request):
    """POST /api/chatkit/merge. token: of the member; by: "token" or "cookie"."""

    def __init__(self, user, token, guest=None, by="token", secret=None, thread=None):
        self.user, self.token, self.guest, self.by = user, token, guest, by
        self.secret, self.thread = secret, thread

    def ask(self, programs, **more):
        body = {"thread_id": self.thread, "guest_secret": self.secret,
                "guest_token": self.guest if self.by == "token" else None}
        if self.by == "cookie" and self.guest:
            more["cookie"] = sign(self.guest)
        return programs.call("merge", "POST", "/api/chatkit/merge",
                             {k: v for k, v in body.items() if v is not None},
                             bearer=self.token, **more)

    def applied(self, model, user, answer):
        if user is None:
            return answer is not NOTHING and answer.status == 401
        if model.is_guest(user):
            return answer is not NOTHING and answer.status == 403
        guest = model.guest_of(self.guest)
        owners = [user, guest] + ([label(self.secret)] if self.secret else [])
        owner = model.threads.get(self.thread)
        if self.thread and (owner is None or owner not in owners):
            if answer is not NOTHING and answer.status == 404:
                model.refused.append([user, self.thread])
                return True
            if not self.loose:
                return False
        if answer is not NOTHING and answer.status == 404 and not self.loose:
            return False
        done = model.merge(guest, user)
        if done == "failed":
            return answer is not NOTHING and answer.status == 500
        claimed = model.claim(self.secret, user) if self.secret else 0
        threads = (done["rows"]["chatkit_threads"] if done else 0) + claimed
        fits = good(answer, 200, success=True, status="success", merged_count=threads,
                    merged_thread_id=self.thread)
        if fits and answer is not NOTHING and (done or claimed):
            rows = dict(done["rows"] if done else {})
            rows["chatkit_threads"] = threads
            fits = answer.json["merge_id"] is not None and answer.json["rows"] == rows
        elif fits and answer is not NOTHING:
            fits = answer.json["merge_id"] is None and answer.json["rows"] == {}
        return fits


def sign(token):
    mac = hmac.new(os.environ["BETTER_AUTH_SECRET"].encode(), token.encode(),
                   hashlib.sha256).digest()
    return urllib.parse.quote(token + "." + base64.b64encode(mac).decode(), safe="")


class Undo(Request):
    """Of the merge of that guest (or secret's label), by whom has the token."""

    def __init__(self, sql, guest, user, token):
        self.sql, self.guest, self.user, self.token = sql, guest, user, token

    def ask(self, programs, **more):
        # The log keeps merges in the order of their rows' ids; promotions come last here.
        merge = self.sql(f"SELECT id FROM postern.merge_log WHERE guest_id = '{self.guest}' "
                         "ORDER BY promoted LIMIT 1")
        return programs.call("merge", "POST", f"/api/chatkit/merge/{merge or 'none'}/undo", {},
                             bearer=self.token, **more)

    def applied(self, model, user, answer):
        status = None if answer is NOTHING else answer.status
        if user is None:
            return status == 401
        entry = next((e for e in sorted(model.log, key=lambda e: e["promoted"])
                      if e["guest"] == self.guest), None)
        if entry is None or entry["member"] != user:
            return status == 404
        if entry["undone"] and answer is not NOTHING and model.is_guest(entry["undone"]) and \
                entry["undone"] in model.sessions.values():
            return self.fits_again(model, entry, answer)
        fresh = model.fresh() if answer is NOTHING or status != 200 else answer.json["guest_id"]
        counts = model.undo(entry, fresh)
        if isinstance(counts, str):
            code = {"undone": "MERGE_ALREADY_UNDONE", "final": "MERGE_NOT_REVERSIBLE",
                    "changed": "MERGE_ROWS_CHANGED"}[counts]
            return status == 409 and answer.json["code"] == code
        if answer is not NOTHING and (status != 200 or answer.json["rows"] != counts):
            return False
        model.users[fresh] = True
        token = fresh + " token" if answer is NOTHING else answer.json["guest_token"].split(".")[0]
        model.sessions[token] = fresh
        return True

    def fits_again(self, model, entry, answer):
        """The same answer once more: the first may have been lost."""
        token = (answer.json or {}).get("guest_token", "").split(".")[0]
        counts = {t: len(k) for t, k in entry["moved"].items() if k}
        known = entry["undone"].startswith("?") or \
            model.sessions.get(token) == entry["undone"] == answer.json.get("guest_id")
        return answer.status == 200 and known and answer.json["rows"] == counts


class SignOut(Request):
    def __init__(self, token):
        self.token = token

    def ask(self, programs, **more):
        return programs.call("session", "POST", "/api/auth/sign-out", {}, bearer=self.token, **more)

    def apply(self, model, answer):
        model.sessions.pop(self.token, None)
        return good(answer, 200)


class DropGuest(Request):
    def __init__(self, user, token):
        self.user, self.token = user, token

    def ask(self, programs, **more):
        return programs.call("account", "POST", "/api/auth/delete-anonymous-user", {},
                             bearer=self.token, **more)

    def apply(self, model, answer):
        user = model.sessions.get(self.token)
        if model.is_guest(user):
            model.drop_user(user)
            return good(answer, 200)
        if answer is NOTHING:
            return False
        if user is None:
            # Found out before another request ended the session: there is no such guest then.
            return answer.status == 401 or (self.loose and answer.status in (200, 403))
        return answer.status == 403


class DropMember(Request):
    def __init__(self, user, token):
        self.user, self.token = user, token

    def ask(self, programs, **more):
        return programs.call("account", "POST", "/api/auth/delete-user", {}, bearer=self.token,
                             **more)

    def apply(self, model, answer):
        user = model.sessions.get(self.token)
        if user is None:
            return answer is not NOTHING and (answer.status == 401 or
                                              (self.loose and answer.status == 200))
        model.drop_user(user)
        return good(answer, 200)
