# SPDX-License-Identifier: ISC
"""Those who want what is not theirs, and many who want what is."""
import concurrent.futures
import hashlib

from asking import DropGuest, DropMember, Merge, Programs, SignIn, sign
from histories import dump, explain, linear
from model import canonical, differences
from staged import SECRET, lanes_of

CROWD = 64


def forged(token):
    """With a signature that has all that one has, but the key."""
    return token + "." + "A" * 43 + "="


def attempts(scene, programs):
    """(what is tried, its body, member's token, cookie); all name a thread of g's or a secret's."""
    guest = programs.call("signin", "POST", "/api/auth/sign-in/anonymous", {}).json["token"]
    jwt = programs.call("session", "GET", "/api/auth/token", bearer="session-g").json["token"]
    scene.sql("UPDATE session SET \"expiresAt\" = now() - interval '1 s' WHERE token = 'session-g'")
    scene.sql("INSERT INTO session (id, token, \"userId\", \"expiresAt\", \"createdAt\", \"updatedAt\") "
              "VALUES ('other', 'other-session-g', 'g', now() + interval '1 day', now(), now())")
    thread, secret = {"thread_id": "tg1"}, {"thread_id": "s1"}
    other = "another secret of a guest without a row"
    near = SECRET[:-1] + "W"
    proofs = {
        "no proof": {}, "the thread's id as a token": {"guest_token": "tg1"},
        "the guest's id": {"guest_token": "g"}, "the session's id": {"guest_token": "other"},
        "an expired session": {"guest_token": "session-g"},
        "an expired session, signed": {"guest_token": "session-g." + sign("session-g").split(".")[1]},
        "a session that is one letter off": {"guest_token": "other-session-h"},
        "a session in another case": {"guest_token": "OTHER-SESSION-G"},
        "a forged signature": {"guest_token": forged("other-session-g")},
        "no signature after the dot": {"guest_token": "other-session-g."},
        "another guest's session": {"guest_token": guest},
        "the guest's JWT": {"guest_token": jwt}, "the member's own session": {"guest_token": "session-m"},
        "another member's session": {"guest_token": "session-n"},
        "SQL": {"guest_token": "' OR \"isAnonymous\" --"}, "a wild card": {"guest_token": "other-session-%"},
        "an unknown secret": {"guest_secret": other},
        "the secret of others": {"guest_secret": SECRET},
        "an empty token": {"guest_token": ""},
    }
    for what, proof in proofs.items():
        yield what, {**thread, **proof}, "session-m", None
    yield "another guest's cookie", thread, "session-m", sign(guest)
    yield "a forged cookie", thread, "session-m", forged("other-session-g")
    yield "an unsigned cookie", thread, "session-m", "other-session-g"
    yield "an expired cookie", thread, "session-m", sign("session-g")
    for what, proof in {"no secret": {}, "a secret that is one letter off": {"guest_secret": near},
                        "the secret's hash": {"guest_secret": hashlib.sha256(
                            SECRET.encode()).hexdigest()},
                        "a guest's session for a secret's thread": {"guest_token": guest}}.items():
        yield what, {**secret, **proof}, "session-m", None
    for name in "tm2", "TG1", "tg", "tg1 ", "tg%", "../tg1", "nobody's", "x" * 200, "\u00fc", "tg1' --":
        yield f"the id {name[:10]!r}", {"thread_id": name}, "session-m", None
    yield "another member's thread", {"thread_id": "tm"}, "session-n", None


def theft(tap, sql, _random, _full):
    scene = lanes_of(sql).scenes[0]
    scene.set()
    programs, wrong, known = Programs("theft", scene.url), [], 0
    try:
        tried = list(attempts(scene, programs))
        before = dump(scene.sql)
        for what, body, token, cookie in tried:
            count = len(wrong)
            answer = programs.call("merge", "POST", "/api/chatkit/merge", body, bearer=token, cookie=cookie)
            if what == "the secret of others":
                # A proof, but of other threads than the one that is named.
                wrong += [] if answer.status == 404 else [f"{what}: {answer}"]
            elif answer.status != 404 or answer.json["code"] != "THREAD_NOT_FOUND":
                wrong.append(f"{what}: {answer}")
            now = dump(scene.sql)
            member = "n" if token == "session-n" else "m"
            before["refused"] = before["refused"] + [[member, body["thread_id"]]]
            users = set(before["users"])
            if canonical(before, users) != canonical(now, users):
                wrong += [f"{what}:"] + differences(canonical(before, users), canonical(now, users))
                before = now
            known += len(wrong) == count
        tap(not wrong and known > 30, f"{known} ways to steal: 404, nothing moves, and each is noted", wrong)
        noted = scene.sql("SELECT count(*) FROM postern.merge_refused WHERE reason = 'thread' AND address = '127.0.0.1'")
        tap(noted == str(len(tried)), "with the address", noted)
        refusals(tap, scene, programs)
        undos(tap, scene, programs)
    finally:
        programs.stop()


def refusals(tap, scene, programs):
    """Whoever is no member, and proofs without a thread."""
    before, wrong = dump(scene.sql), []
    jwt = programs.call("session", "GET", "/api/auth/token", bearer="other-session-g").json["token"]
    for what, token, status in (("nobody", None, 401), ("a forged session", forged("session-m"), 401),
                                ("a forged JWT", jwt[:-6] + "AAAAAA", 401), ("a guest", "other-session-g", 403),
                                ("a guest's JWT", jwt, 403)):
        answer = programs.call("merge", "POST", "/api/chatkit/merge",
                               {"thread_id": "tg1", "guest_token": "other-session-g"}, bearer=token)
        if answer.status != status:
            wrong.append(f"{what}: {answer}")
    for proof in {"guest_token": forged("other-session-g")}, {"guest_token": "session-g"}, \
            {"guest_secret": "x" * 40}:
        answer = programs.call("merge", "POST", "/api/chatkit/merge", proof, bearer="session-m")
        if answer.status != 200 or answer.json["merged_count"] != 0 or answer.json["merge_id"]:
            wrong.append(f"{proof}: {answer}")
    answer = SignIn("m@x.co", forged("other-session-g")).ask(programs)
    if answer.status != 200 or "x-merge-status" in answer.headers:
        wrong.append(f"sign-in with a forged guest: {answer}")
    before["sessions"] = None
    after = {**dump(scene.sql), "sessions": None}
    tap(not wrong and before == after, "nor without a member, or without a proof", wrong + differences(before, after))


def undos(tap, scene, programs):
    """Merges of others, and merges that are none."""
    before, wrong = dump(scene.sql), []
    for merge, token, status in (("merge", "session-n", 404), ("merge", "other-session-g", 404),
                                 ("merge", None, 401), ("MERGE", "session-m", 404), ("merg_", "session-m", 404),
                                 ("h", "session-m", 404)):
        answer = programs.call("merge", "POST", f"/api/chatkit/merge/{merge}/undo", {}, bearer=token)
        if answer.status != status:
            wrong.append(f"{merge} by {token}: {answer}")
    tap(not wrong and dump(scene.sql) == before, "nobody undoes what is another's", wrong)


# Many at once

def gather(programs, requests):
    """All are sent before the programs begin to answer."""
    with concurrent.futures.ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(lambda r: r.ask(programs), requests))


def together(tap, sql, _random, full):
    scene = lanes_of(sql).scenes[0]
    programs = Programs("together", scene.url, settings={"WORKERS": "8"})
    try:
        for n in range(10 if full else 1):
            crowd(tap, scene, programs)
            two_members(tap, scene, programs)
            races(tap, scene, programs)
    finally:
        programs.stop()


def crowd(tap, scene, programs):
    """By token and by cookie, with and without a thread named; tables of all strategies."""
    model = scene.set()
    requests = [Merge("m", "session-m", "session-g", ("token", "cookie")[i % 2],
                      thread=(None, "tg1", "tg2")[i % 3]) for i in range(CROWD)]
    answers = gather(programs, requests)
    won = [i for i, a in enumerate(answers) if a.status == 200 and a.json["merged_count"] > 0]
    kinds = {(a.status, *(a.json or {})) for a in answers}
    first = won[0] if won else 0
    order = [first] + [i for i in range(CROWD) if i != first]
    wrong = [f"{requests[i]}: {answers[i]}" for i in order if not requests[i].apply(model, answers[i])]
    wrong += differences(canonical(model.visible(), set(model.users)), canonical(dump(scene.sql), set(model.users)))
    tap(len(won) == 1 and len(kinds) == 1 and not wrong,
        f"of {CROWD} merges of one guest one wins, each row moves once, all answer alike", [str(kinds)] + wrong[:9])


def two_members(tap, scene, programs):
    """Both have the guest's token; a sign-in, too, and each kind of request more than once."""
    model = scene.set()
    requests = [Merge("m", "session-m", "session-g"), Merge("n", "session-n", "session-g"),
                SignIn("m@x.co", "session-g"), SignIn("n@x.co", "session-g")] * 4
    answers = gather(programs, requests)
    won = [i for i, a in enumerate(answers)
           if "threads=2" in a.headers.get("x-merge-status", "")]
    first = won[0] if won else 0
    order = [first] + [i for i in range(len(requests)) if i != first]
    wrong = [f"{requests[i]}: {answers[i]}" for i in order if not requests[i].apply(model, answers[i])]
    wrong += differences(canonical(model.visible(), set(model.users)), canonical(dump(scene.sql), set(model.users)))
    tap(len(won) == 1 and not wrong, "of two members who hold a guest's token one gets the rows", wrong[:9])


def races(tap, scene, programs):
    """A deletion on either side."""
    bad = []
    for _ in range(4):
        for goes in DropGuest("g", "session-g"), DropMember("n", "session-n"):
            model = scene.set()
            requests = [Merge("n", "session-n", "session-g"), goes, Merge("m", "session-m", "session-g")]
            for r in requests:
                r.loose = True
            answers = gather(programs, requests)
            found, why = linear(model, requests, answers, dump(scene.sql))
            bad += [] if found else explain(requests, answers) + why
    tap(not bad, "merges that race with a deletion", bad)
