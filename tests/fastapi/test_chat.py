# SPDX-License-Identifier: ISC
"""The FastAPI example as a ChatKit backend, on the database of a running auth service. Prints TAP."""
import http.client
import json
import os
import sys
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

from test_backend import AUTH_URL, BASE_URL, Answer, Backend, fetch, profile, sign_up, suite, tap, token_of

SERVICE = {"AUTH_URL": AUTH_URL, "JWKS_URL": BASE_URL + "/api/auth/jwks"}
LIMITS = {"WORD_PAUSE": "0", "GUEST_THREADS": "4", "GUEST_ITEMS": "7", "GUEST_ITEM_BYTES": "2000"}
PASSWORD = "correct horse battery"


class Chat:
    """Somebody at the backend, with a JWT."""

    def __init__(self, backend, token):
        self.backend, self.token = backend, token

    def post(self, body, raw=False):
        head = {"content-type": "application/json"}
        if self.token:
            head["authorization"] = "Bearer " + self.token
        url = urllib.parse.urlsplit(self.backend.url)
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
        connection.request("POST", "/chatkit", body if raw else json.dumps(body), head)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())

    def ask(self, request, **params):
        return self.post({"type": request, "params": params})

    def events(self, request, **params):
        answer = self.ask(request, **params)
        if answer.status != 200 or not answer.headers["content-type"].startswith("text/event-stream"):
            raise AssertionError(f"{request}: no stream: {answer}")
        blocks = answer.text.split("\n\n")
        if blocks.pop() != "" or not all(block.startswith("data: ") for block in blocks):
            raise AssertionError(f"{request}: not as a stream should be: {answer.text}")
        return [json.loads(block[6:]) for block in blocks]

    def say(self, text, thread=None, **more):
        message = {"content": [{"type": "input_text", "text": text}], "attachments": [], "inference_options": {}, **more}
        if thread is None:
            return self.events("threads.create", input=message)
        return self.events("threads.add_user_message", thread_id=thread, input=message)


def guest(backend):
    answer = suite("/api/auth/sign-in/anonymous", {})
    session = answer.json["token"]
    return Chat(backend, suite("/api/auth/token", session=session).json["token"]), session


def kinds(events):
    """Their types, deltas once."""
    seen = []
    for event in events:
        kind = event["update"]["type"] if event["type"] == "thread.item.updated" else event["type"]
        if not seen or seen[-1] != kind:
            seen.append(kind)
    return seen


ANSWER = ["thread.item.added", "assistant_message.content_part.added", "assistant_message.content_part.text_delta",
          "assistant_message.content_part.done", "thread.item.done"]


def error_of(events):
    last = events[-1]
    return last if last["type"] == "error" and isinstance(last["allow_retry"], bool) and last["message"] else {}


def test_conversation(me, session):
    events = me.say("Hello there")
    tap.ok(kinds(events) == ["thread.created", "thread.item.done", *ANSWER, "thread.updated"],
           "threads.create streams thread, message, answer and title", kinds(events))
    thread = events[0]["thread"]
    tap.ok(len(thread["id"]) == 36 and thread["status"] == {"type": "active"} and "metadata" not in thread,
           "a thread has an id of 128 bits and no metadata", thread)
    deltas = "".join(e["update"]["delta"] for e in events if e.get("update", {}).get("delta"))
    item = events[-2]["item"]
    tap.ok(item["content"][0]["text"] == deltas.strip() and "Hello there" in deltas and len(deltas.split()) > 5,
           "the deltas are the answer that is stored", item)
    tap.ok(events[-1]["thread"]["title"] == "Hello there", "the first message is the title", events[-1])
    events = me.say("More", thread["id"])
    tap.ok(kinds(events) == ["thread.item.done", *ANSWER], "threads.add_user_message goes on", kinds(events))
    message = events[0]["item"]
    events = me.events("threads.retry_after_item", thread_id=thread["id"], item_id=message["id"])
    tap.ok(kinds(events) == ["thread.item.removed", *ANSWER], "threads.retry_after_item answers again", kinds(events))
    page = me.ask("items.list", thread_id=thread["id"], order="asc").json
    tap.ok([i["type"] for i in page["data"]] == ["user_message", "assistant_message"] * 2 and page["has_more"] is False
           and "after" not in page, "and the first answer is gone", page)
    # The same rows as the program chat has them
    there = suite("/api/chatkit/threads/" + thread["id"] + "/items?order=asc", session=session).json
    tap.ok([i["id"] for i in there["data"]] == [i["id"] for i in page["data"]], "/api/chatkit shows the same items", there)
    suite("/api/chatkit/threads/" + thread["id"] + "/items",
          {"type": "hidden_context_item", "content": "secret"}, session=session)
    whole = me.ask("threads.get_by_id", thread_id=thread["id"])
    tap.ok(len(whole.json["items"]["data"]) == 4 and "secret" not in whole.text,
           "threads.get_by_id has the items, those of /api/chatkit too, and no hidden ones", whole)
    return thread["id"]


def test_lists(me, session):
    made = [suite("/api/chatkit/threads", {"id": f"list-{os.getpid()}-{i}", "metadata": {"own": 1}},
                  session=session).json["id"] for i in range(7)]
    seen, after, pages = [], None, 0
    while pages < 9:
        page = me.ask("threads.list", limit=2, after=after, order="asc")
        seen += [t["id"] for t in page.json["data"]]
        after, pages = page.json.get("after"), pages + 1
        if not page.json["has_more"]:
            break
    tap.ok([s for s in seen if s in made] == made and len(set(seen)) == len(seen) and after is None,
           "threads.list pages through all of them, each once", seen)
    tap.ok('"own"' not in page.text and page.json["data"][0]["items"] == {"data": [], "has_more": False},
           "without metadata", page)
    tap.ok([t["id"] for t in me.ask("threads.list").json["data"]] == seen[::-1], "newest first if nothing is said")
    for i in range(5):
        suite(f"/api/chatkit/threads/{made[0]}/items", {"id": f"i{i}", "type": "end_of_turn"}, session=session)
    pages = [me.ask("items.list", thread_id=made[0], limit=2, order="desc")]
    while pages[-1].json["has_more"]:
        pages.append(me.ask("items.list", thread_id=made[0], limit=2, order="desc", after=pages[-1].json["after"]))
    tap.ok([[i["id"] for i in p.json["data"]] for p in pages] == [["i4", "i3"], ["i2", "i1"], ["i0"]],
           "items.list pages, newest first", pages[0])
    tap.ok(me.ask("threads.update", thread_id=made[0], title="New").json["title"] == "New"
           and suite("/api/chatkit/threads/" + made[0], session=session).json["title"] == "New", "threads.update renames")
    tap.ok(suite("/api/chatkit/threads/" + made[0], session=session).json["metadata"] == {"own": 1},
           "and leaves the metadata alone")
    tap.ok(me.ask("threads.delete", thread_id=made[0]).json == {}
           and me.ask("threads.get_by_id", thread_id=made[0]).status == 404, "threads.delete deletes")
    tap.ok(me.ask("items.feedback", thread_id=made[1], item_ids=[], kind="positive").status == 200, "feedback is taken")


def test_strangers(backend, thread):
    stranger, _ = guest(backend)
    for kind, params in {"threads.get_by_id": {}, "threads.update": {"title": "x"}, "threads.delete": {},
                         "items.list": {}, "items.feedback": {}}.items():
        answer = stranger.ask(kind, thread_id=thread, **params)
        tap.ok(answer.status == 404, f"a stranger's {kind}: 404", answer)
    tap.ok(stranger.ask("threads.list", after=thread).status == 404, "nor is it a cursor")
    tap.ok(stranger.ask("threads.list").json["data"] == [], "their own list is empty")
    for events in (stranger.say("x", thread),
                   stranger.events("threads.retry_after_item", thread_id=thread, item_id="i1")):
        tap.ok(len(events) == 1 and error_of(events).get("allow_retry") is False,
               "to speak in it is an error in the stream", events)
    nobody = Chat(backend, None).ask("threads.list")
    tap.ok(nobody.status == 401 and nobody.headers["www-authenticate"] == "Bearer", "without a token: 401", nobody)


def test_bad_requests(me, thread):
    text = [{"type": "input_text", "text": "x"}]
    for body in ("", "{", "[]", "7", '{"type":7}', '{"type":[]}', '{"type":"threads.list","params":[]}', "[" * 5000,
                 '{"type":"nope","params":{}}', '{"type":"threads.list","params":{"limit":NaN}}',
                 '{"type":"threads.list","params":{"limit":"5"}}', '{"type":"threads.list","params":{"limit":0}}',
                 '{"type":"threads.list","params":{"order":"up"}}', '{"type":"threads.list","params":{"after":{}}}',
                 '{"type":"threads.get_by_id","params":{}}', '{"type":"threads.get_by_id","params":{"thread_id":["x"]}}',
                 '{"type":"threads.get_by_id","params":{"thread_id":"\\u0000"}}',
                 '{"type":"threads.update","params":{"thread_id":"x","title":"\\ud800"}}',
                 '{"type":"attachments.create","params":{}}', '{"type":"threads.list","params":{"limit":1e999}}'):
        answer = me.post(body, raw=True)
        tap.ok(answer.status == 400, f"400 for {body[:60]}", answer)
    tap.ok(me.post("x" * 70000, raw=True).status == 413, "413 for a large body")
    for bad in (None, {}, {"content": "x"}, {"content": ["x"]}, {"content": [{"type": "output_text", "text": "x"}]},
                {"content": [{"type": "input_text"}]}, {"content": text, "attachments": ["a"]},
                {"content": text, "quoted_text": 5}):
        events = me.events("threads.add_user_message", thread_id=thread, input=bad)
        tap.ok(len(events) == 1 and error_of(events), f"an error in the stream for {json.dumps(bad)}", events)


def test_limits(backend):
    me, _ = guest(backend)
    with ThreadPoolExecutor(8) as pool:
        many = list(pool.map(lambda i: me.say(f"Thread {i}"), range(8)))
    made = [events[0]["thread"]["id"] for events in many if not error_of(events)]
    tap.ok(len(made) == 4 and all("sign up" in error_of(e)["message"] for e in many if error_of(e)),
           "of eight threads at once a guest gets the four allowed", many)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: me.say("again", made[0]), range(8)))
    items = me.ask("items.list", thread_id=made[0], limit=100).json["data"]
    tap.ok(len(items) == 7, "and seven items in one", len(items))
    tap.ok(error_of(me.say("x" * 2000, made[1])), "and no long message")


def test_merge(backend):
    """A guest's histories join an account, and the guest's token cannot write behind it."""
    member = sign_up()
    me = Chat(backend, token_of(member["token"]))
    old = me.say("As a member")[0]["thread"]["id"]
    visitor, session = guest(backend)
    new = visitor.say("As a visitor")[0]["thread"]["id"]
    tap.ok(visitor.ask("threads.get_by_id", thread_id=old).status == 404, "a visitor does not see the account's chats")
    answer = suite("/api/auth/sign-in/email", {"email": member["user"]["email"], "password": PASSWORD}, session=session)
    tap.ok(answer.status == 200 and answer.headers["x-merge-status"] == "merged; threads=1", "sign-in merges", answer)
    tap.ok({old, new} <= {t["id"] for t in me.ask("threads.list").json["data"]}, "the account has both histories")
    tap.ok(len(me.say("Going on", new)) > 5, "and goes on with the visitor's")
    tap.ok(error_of(visitor.say("Late")).get("allow_retry") is False, "the visitor's token makes no thread any more")
    tap.ok(error_of(visitor.say("Late", new)), "nor an item")
    tap.ok(visitor.ask("threads.list").json["data"] == [] and visitor.ask("threads.delete", thread_id=new).status == 404,
           "nor sees, nor deletes any")
    # A new account keeps the visitor's id: the token is as good as before.
    visitor, session = guest(backend)
    kept = visitor.say("Then I sign up")[0]["thread"]["id"]
    answer = suite("/api/auth/sign-up/email", {"name": "New", "email": "new-" + member["user"]["email"],
                                               "password": PASSWORD, "profile": profile()}, session=session)
    tap.ok(answer.status == 200, "a visitor signs up", answer)
    tap.ok(visitor.ask("threads.get_by_id", thread_id=kept).status == 200, "the token goes on working: the id is the same")


def test_without_database():
    with Backend(**SERVICE, DATABASE_URL="postgresql:///x?host=/nowhere&user=x") as backend:
        me, _ = guest(backend)
        answer = me.ask("threads.list")
        tap.ok(answer.status == 503 and answer.headers["retry-after"], "no database: 503", answer)
        tap.ok(error_of(me.say("x")).get("allow_retry") is True, "and in a stream an error that allows to try again")
    with Backend(**SERVICE, DATABASE_URL="") as backend:
        tap.ok(fetch(backend.url + "/chatkit", {}).status == 404, "without DATABASE_URL there is no chat")


def main():
    try:
        with Backend(**SERVICE, **LIMITS) as backend:
            member = sign_up()
            me = Chat(backend, token_of(member["token"]))
            thread = test_conversation(me, member["token"])
            test_lists(me, member["token"])
            test_strangers(backend, thread)
            test_bad_requests(me, thread)
            test_limits(backend)
            test_merge(backend)
        test_without_database()
    except Exception as e:  # so that the count below is printed
        tap.ok(False, "test_chat.py runs to its end", f"{type(e).__name__}: {e}")
    print(f"1..{tap.count}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
