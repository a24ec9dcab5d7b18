#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Faults of the sign-up (run.sh): afterwards an account is whole or not there at all.

Between the program and PostgreSQL stands a proxy that reads the protocol's messages. At one
of them, before it is passed on, it cuts the connection or kills the program; a run for each
message, in both directions. Then what is in the database is looked at, and the visitor tries
again. TAP.
"""
import concurrent.futures
import json
import os
import socket
import subprocess
import sys

from proxy import (BIN, TMP, Proxy, Sql, Tap, fastcgi, is_slow, run, url_by, wait_for_end,
                   wait_until)

PROFILE = {"software_context": {"languages": ["Python"], "experience_level": "Beginner",
                                "preferred_tools": ["None"]},
           "hardware_context": {"devices": ["Arduino"]}}
PASSWORD = "password1234"
LANES = 8


def sign_up(email, **more):
    return run("signup", "/api/auth/sign-up/email",
               {"name": "T", "email": email, "password": PASSWORD, "profile": PROFILE}, **more)


def state(sql, email, guest=None):
    """"none", "whole", or what is wrong."""
    row = sql(f"""SELECT count(*), coalesce(bool_and("isAnonymous" IS NOT TRUE), true),
         coalesce(bool_and(EXISTS (SELECT FROM user_profiles p, postern.gate g WHERE p.id = u.id
           AND postern.profile_fits(g.questions, software_context, hardware_context))), true),
         coalesce(sum((SELECT count(*) FROM account a WHERE a."userId" = u.id)), 0),
         coalesce(sum((SELECT count(*) FROM session s WHERE s."userId" = u.id)), 0),
         (SELECT count(*) FROM postern.outbox WHERE recipient = '{email}')
       FROM "user" u WHERE email = '{email}'""")
    user, member, answered, accounts, sessions, mails = row.split("|")
    if guest:
        kept = sql(f"""SELECT count(*) FROM "user" u JOIN session s ON s."userId" = u.id
            WHERE u.id = '{guest}' AND s.token = '{guest}' AND "isAnonymous" """)
        if kept != ("1" if user == "0" else "0"):
            return "the guest: " + kept
    if (user, accounts, mails) == ("0", "0", "0"):
        return "none"
    if (user, member, answered, accounts, sessions) == ("1", "t", "t", "1", "1"):
        return "whole" if mails == "0" else "whole with mail"
    return row


SCENARIOS = {
    "sign-up": {"settings": {}, "whole": "whole"},
    "promotion": {"settings": {}, "whole": "whole", "guest": True},
    "with a mail": {"settings": {"VERIFY_ON_SIGN_UP": "on"}, "whole": "whole with mail"},
    "a promotion with a mail, unprepared": {
        "settings": {"VERIFY_ON_SIGN_UP": "on", "DATABASE_PREPARE": "off"},
        "whole": "whole with mail", "guest": True},
}


def make_guest(sql, name):
    sql(f"""WITH u AS (INSERT INTO "user" (id, name, email, "emailVerified", "createdAt",
        "updatedAt", "isAnonymous") VALUES ('{name}', 'G', '{name}@guest', false, now(), now(),
        true) RETURNING id) INSERT INTO session (id, token, "userId", "expiresAt", "createdAt",
        "updatedAt") SELECT id, id, id, now() + interval '1 day', now(), now() FROM u""")
    return name


def attempt(sql, scenario, name, at=None, how=None):
    """One sign-up by the proxy, with a fault; what it saw, and what is wrong with the end."""
    s = SCENARIOS[scenario]
    email, process = name + "@x.co", []
    guest = make_guest(sql, name) if s.get("guest") else None

    def kill():
        process[0].kill()
        process[0].wait()

    proxy = Proxy(f"{TMP}/{name}", at, kill if how == "kill" else lambda: None)
    url = url_by(name, f"{TMP}/{name}")
    status, _ = sign_up(email, token=guest, settings=s["settings"], url=url,
                        started=process.append)
    proxy.close()
    wait_for_end(sql, name)
    return proxy, judge(sql, s, email, guest, status, at)


def judge(sql, s, email, guest, status, at):
    now = state(sql, email, guest)
    if now not in ("none", s["whole"]):
        return f"left behind: {now}"
    if status not in (None, 200, 503) or (at is None and status != 200):
        return f"answered {status}"
    if status == 200 and now == "none":
        return "answered 200, and there is nothing"
    again, body = sign_up(email, token=guest, settings=s["settings"])
    wanted = (200, "") if now == "none" else (422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL")
    if again != wanted[0] or wanted[1] not in body:
        return f"after {now} a second attempt is answered {again} {body}"
    now = state(sql, email, guest)
    if now != s["whole"]:
        return f"after a second attempt: {now}"
    status, body = run("signin", "/api/auth/sign-in/email", {"email": email, "password": PASSWORD})
    return None if status == 200 else f"who is there cannot sign in: {status} {body}"


def points(proxy):
    """Every message from the sign-up's first statement on, in both directions."""
    begun = False
    for direction, n, message in proxy.seen:
        begun = begun or b'INSERT INTO "user"' in message or b"BEGIN" in message
        if begun:
            yield direction, n


def all_faults(tap, sql):
    with concurrent.futures.ThreadPoolExecutor(LANES) as pool:
        for i, scenario in enumerate(list(SCENARIOS)[-1 if is_slow() else 0:]):
            proxy, wrong = attempt(sql, scenario, f"dry{i}")
            tap(not wrong, f"{scenario}: without a fault", wrong)
            for how in "cut", "kill":
                jobs = {at: pool.submit(attempt, sql, scenario, f"{how}{i}{at[0]}{at[1]}", at, how)
                        for at in points(proxy)}
                results = {at: job.result() for at, job in jobs.items()}
                bad = [f"{at}: {w}" for at, (_, w) in results.items() if w]
                missed = [at for at, (p, _) in results.items() if not p.done]
                tap(not bad, f"{scenario}: {how} at each of {len(jobs)} messages", bad)
                tap(not missed and len(jobs) > 8, f"{scenario}: each was met", missed)


def blocked(tap, sql):
    """Another transaction holds the address: the statement waits within the database."""
    other = Sql()
    for how in "kill", "terminate":
        email, process = f"blocked-{how}@x.co", []
        other(f"""BEGIN; INSERT INTO "user" (id, name, email, "emailVerified", "createdAt",
            "updatedAt", "isAnonymous") VALUES ('o', 'O', '{email}', false, now(), now(), true)""")
        url = url_by(how)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            job = pool.submit(sign_up, email, url=url, started=process.append)
            wait_until(lambda: sql(f"""SELECT count(*) FROM pg_stat_activity
                WHERE application_name = '{how}' AND wait_event_type = 'Lock'""") == "1")
            if how == "kill":
                process[0].kill()
            else:
                sql(f"""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE application_name = '{how}'""")
            status, _ = job.result()
        other("ROLLBACK")
        wait_for_end(sql, how)
        wrong = judge(sql, SCENARIOS["sign-up"], email, None, status, how)
        tap(not wrong, f"{how} while the statement waits for a lock", wrong)
    other.close()


def parallel(tap, sql, n=200):
    """Many sign-ups with one address, by workers of one program."""
    path, email = TMP + "/signup", "one@x.co"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(n)
    master = subprocess.Popen([f"{BIN}/signup"], stdin=listener, env={**os.environ, "WORKERS": "8"})
    uri = "/api/auth/sign-up/email"
    body = json.dumps({"name": "T", "email": email, "password": PASSWORD, "profile": PROFILE}).encode()
    with concurrent.futures.ThreadPoolExecutor(n) as pool:
        answers = list(pool.map(lambda _: fastcgi(path, body, {
            "REQUEST_METHOD": "POST", "SCRIPT_NAME": uri, "REQUEST_URI": uri, "QUERY_STRING": "",
            "REMOTE_ADDR": "127.0.0.1", "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body))}), range(n)))
    master.terminate()
    master.wait()
    made = sum("Status: 200" in a for a in answers)
    refused = sum("Status: 422" in a and "USER_ALREADY_EXISTS" in a for a in answers)
    tap((made, refused) == (1, n - 1), f"{n} sign-ups with one address: one is made, the others "
        "are refused", f"{made} made, {refused} refused")
    tap(state(sql, email) == "whole", "and it is whole", state(sql, email))


def main():
    sql, tap = Sql(), Tap()
    all_faults(tap, sql)
    blocked(tap, sql)
    parallel(tap, sql)
    tap(sql("""SELECT (SELECT count(*) FROM session WHERE "userId" NOT IN (SELECT id FROM "user")),
        (SELECT count(*) FROM account WHERE "userId" NOT IN (SELECT id FROM "user")),
        (SELECT count(*) FROM user_profiles WHERE id NOT IN (SELECT id FROM "user")),
        (SELECT count(*) FROM "user" u WHERE "isAnonymous" IS NOT TRUE AND
          (NOT EXISTS (SELECT FROM user_profiles p WHERE p.id = u.id) OR
           NOT EXISTS (SELECT FROM account a WHERE a."userId" = u.id)))""") == "0|0|0|0",
        "nobody is left without what belongs to them")
    sql.close()
    return tap.done()


sys.exit(main())
