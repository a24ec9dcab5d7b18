# SPDX-License-Identifier: ISC
"""The server half of ChatKit's wire protocol, as far as this example needs it.

A stand-in for the package openai-chatkit (which needs pydantic 2), with its names: Store, ThreadMetadata, Page,
NotFoundError, ChatKitServer.respond. One POST, {"type", "params"}: some types answer with JSON, those that make the
assistant speak with a stream of events.
"""
import json
import logging
import secrets
from abc import ABC, abstractmethod
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any, AsyncIterator, List, Optional

PAGE_DEFAULT = 20
PAGE_MAX = 100
HIDDEN = {"hidden_context_item", "sdk_hidden_context"}  # for the model, not for the page

log = logging.getLogger("chatkit")


class NotFoundError(Exception):
    """There is no such row, or it is somebody else's: nobody can tell which."""


class BadRequest(Exception):
    """Not what the protocol says."""


class Refused(Exception):
    """Said to the person who asked; trying again would not help."""


class Unavailable(Exception):
    """Our trouble: trying again may help."""


@dataclass
class ThreadMetadata:
    id: str
    created_at: datetime
    title: Optional[str] = None
    status: dict = field(default_factory=lambda: {"type": "active"})
    metadata: dict = field(default_factory=dict)  # the application's own; never sent to a page


@dataclass
class ThreadItem:
    id: str
    thread_id: str
    created_at: datetime
    type: str
    rest: dict = field(default_factory=dict)  # what its type says beside

    def text(self):
        return "\n".join(part.get("text", "") for part in self.rest.get("content") or [])


@dataclass
class Page:
    data: List[Any] = field(default_factory=list)
    has_more: bool = False
    after: Optional[str] = None


class Store(ABC):
    """Twelve coroutines and two makers of ids. context is whoever asks: every call is about their rows only."""

    def generate_thread_id(self, context) -> str:
        return new_id("thr")

    def generate_item_id(self, kind, thread, context) -> str:
        return new_id({"message": "msg", "tool_call": "tc", "workflow": "wf", "task": "tsk"}.get(kind, kind))

    @abstractmethod
    async def load_thread(self, thread_id, context) -> ThreadMetadata: ...

    @abstractmethod
    async def save_thread(self, thread, context) -> None: ...

    @abstractmethod
    async def load_threads(self, limit, after, order, context) -> Page: ...

    @abstractmethod
    async def delete_thread(self, thread_id, context) -> None: ...

    @abstractmethod
    async def load_thread_items(self, thread_id, after, limit, order, context) -> Page: ...

    @abstractmethod
    async def add_thread_item(self, thread_id, item, context) -> None: ...

    @abstractmethod
    async def save_item(self, thread_id, item, context) -> None: ...

    @abstractmethod
    async def load_item(self, thread_id, item_id, context) -> ThreadItem: ...

    @abstractmethod
    async def delete_thread_item(self, thread_id, item_id, context) -> None: ...

    @abstractmethod
    async def save_attachment(self, attachment, context) -> None: ...

    @abstractmethod
    async def load_attachment(self, attachment_id, context): ...

    @abstractmethod
    async def delete_attachment(self, attachment_id, context) -> None: ...


def new_id(prefix):
    """128 random bits. ChatKit's own ids have 32, which can be guessed."""
    return f"{prefix}_{secrets.token_hex(16)}"


def now():
    return datetime.now(timezone.utc)


# Reading what a page sends

def parse(body):
    try:
        request = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadRequest("not JSON")
    if not isinstance(request, dict) or not isinstance(request.get("type"), str) or \
            not isinstance(request.get("params", {}), dict):
        raise BadRequest("expected an object with type and params")
    if not _storable(request):
        raise BadRequest("U+0000, half characters and deep nesting cannot be stored")
    return request["type"], request.get("params", {})


def _no_constant(name):
    raise ValueError(name)


def _storable(value, depth=0):
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
    if isinstance(value, dict):
        return depth < 30 and all(_storable(k) and _storable(v, depth + 1) for k, v in value.items())
    if isinstance(value, list):
        return depth < 30 and all(_storable(v, depth + 1) for v in value)
    return not isinstance(value, (int, float)) or abs(value) < 2 ** 63


def _text(params, name):
    if not isinstance(params.get(name), str) or not params[name]:
        raise BadRequest(f"params.{name}: expected a text")
    return params[name]


def _page_of(params):
    limit, after, order = params.get("limit"), params.get("after"), params.get("order")
    limit = PAGE_DEFAULT if limit is None else limit
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise BadRequest("params.limit: expected a number from 1 to 100")
    if after is not None and not isinstance(after, str):
        raise BadRequest("params.after: expected a text")
    if order not in (None, "asc", "desc"):
        raise BadRequest("params.order: expected asc or desc")
    return {"limit": min(limit, PAGE_MAX), "after": after or None, "order": order or "desc"}


def _message(params):
    """The input of a page as the members of a user_message."""
    given = params.get("input")
    if not isinstance(given, dict) or not isinstance(given.get("content"), list):
        raise BadRequest("params.input.content: expected a list")
    for part in given["content"]:
        if not isinstance(part, dict) or part.get("type") not in ("input_text", "input_tag") or \
                not isinstance(part.get("text"), str):
            raise BadRequest("params.input.content: expected parts input_text or input_tag, with a text")
    if given.get("attachments"):
        raise BadRequest("params.input.attachments: this server takes none")
    if not isinstance(given.get("quoted_text", ""), (str, type(None))):
        raise BadRequest("params.input.quoted_text: expected a text")
    options = given.get("inference_options")
    return {"content": given["content"], "attachments": [], "quoted_text": given.get("quoted_text"),
            "inference_options": options if isinstance(options, dict) else {}}


# Writing what a page reads: no nulls, no metadata of threads, no hidden items

def plain(value):
    if isinstance(value, ThreadMetadata):
        return plain({k: v for k, v in asdict(value).items() if k != "metadata"})
    if isinstance(value, ThreadItem):
        return plain({"id": value.id, "thread_id": value.thread_id, "created_at": value.created_at,
                      "type": value.type, **value.rest})
    if isinstance(value, Page):
        data = [row for row in value.data if not (isinstance(row, ThreadItem) and row.type in HIDDEN)]
        return plain({"data": data, "has_more": value.has_more, "after": value.after})
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value


def with_items(thread, items=None):
    return {**plain(thread), "items": plain(items or Page())}


@dataclass
class JsonResult:
    json: bytes


@dataclass
class StreamingResult:
    events: AsyncIterator[bytes]


def error_event(message, allow_retry, code="custom"):
    return {"type": "error", "code": code, "message": message, "allow_retry": allow_retry}


class ChatKitServer(ABC):
    def __init__(self, store):
        self.store = store

    @abstractmethod
    def respond(self, thread, message, context) -> AsyncIterator[dict]:
        """Events of the answer to a message; an item of "thread.item.done" is stored."""

    async def process(self, body, context):
        """BadRequest and NotFoundError are the caller's to answer; in a stream they are events."""
        kind, params = parse(body)
        if kind in self.STREAMS:
            return StreamingResult(self._events(self.STREAMS[kind](self, params, context)))
        if kind in self.ANSWERS:
            answer = await self.ANSWERS[kind](self, params, context)
            return JsonResult(json.dumps(answer).encode())
        raise BadRequest("type: not one that this server knows")

    async def _events(self, events):
        try:
            async for event in events:
                yield self._line(event)
        except NotFoundError:
            yield self._line(error_event("This chat is not here any more.", False))
        except (BadRequest, Refused) as e:
            yield self._line(error_event(str(e), False))
        except Exception as e:  # the head of the answer is out: no status can tell any more
            if isinstance(e, Unavailable):
                log.warning("no database: %s", e)
            else:
                log.exception("a stream ended")
            yield self._line(error_event("Something went wrong. Please try again.", True, "stream.error"))

    @staticmethod
    def _line(event):
        return b"data: " + json.dumps(plain(event)).encode() + b"\n\n"

    # Streams

    async def _create(self, params, context):
        rest = _message(params)
        thread = ThreadMetadata(self.store.generate_thread_id(context), now())
        await self.store.save_thread(thread, context)
        yield {"type": "thread.created", "thread": with_items(thread)}
        async for event in self._say(thread, rest, context):
            yield event

    async def _add_message(self, params, context):
        rest = _message(params)
        thread = await self.store.load_thread(_text(params, "thread_id"), context)
        async for event in self._say(thread, rest, context):
            yield event

    async def _say(self, thread, rest, context):
        if thread.status.get("type") != "active":
            raise Refused("This chat is closed.")
        item = ThreadItem(self.store.generate_item_id("message", thread, context), thread.id, now(), "user_message",
                          rest)
        await self.store.add_thread_item(thread.id, item, context)
        yield {"type": "thread.item.done", "item": item}
        async for event in self._answer(thread, item, context):
            yield event

    async def _retry(self, params, context):
        """Answers a message once more: what came after it goes."""
        thread = await self.store.load_thread(_text(params, "thread_id"), context)
        message = await self.store.load_item(thread.id, _text(params, "item_id"), context)
        if message.type != "user_message":
            raise BadRequest("params.item_id: not a message of the user")
        later = await self.store.load_thread_items(thread.id, message.id, PAGE_MAX, "asc", context)
        for item in later.data:
            await self.store.delete_thread_item(thread.id, item.id, context)
            yield {"type": "thread.item.removed", "item_id": item.id}
        async for event in self._answer(thread, message, context):
            yield event

    async def _answer(self, thread, message, context):
        before = deepcopy(thread)
        async for event in self.respond(thread, message, context):
            if event["type"] == "thread.item.done":
                await self.store.add_thread_item(thread.id, event["item"], context)
            yield event
        if thread != before:
            await self.store.save_thread(thread, context)
            yield {"type": "thread.updated", "thread": with_items(thread)}

    # JSON

    async def _get(self, params, context):
        thread = await self.store.load_thread(_text(params, "thread_id"), context)
        items = await self.store.load_thread_items(thread.id, None, PAGE_DEFAULT, "desc", context)
        return with_items(thread, items)

    async def _list(self, params, context):
        page = await self.store.load_threads(context=context, **_page_of(params))
        return plain(Page([with_items(thread) for thread in page.data], page.has_more, page.after))

    async def _update(self, params, context):
        thread = await self.store.load_thread(_text(params, "thread_id"), context)
        thread.title = _text(params, "title")
        await self.store.save_thread(thread, context)
        return with_items(thread)

    async def _delete(self, params, context):
        await self.store.delete_thread(_text(params, "thread_id"), context)
        return {}

    async def _items(self, params, context):
        thread = await self.store.load_thread(_text(params, "thread_id"), context)
        return plain(await self.store.load_thread_items(thread.id, context=context, **_page_of(params)))

    async def _feedback(self, params, context):
        await self.store.load_thread(_text(params, "thread_id"), context)
        return {}

    STREAMS = {"threads.create": _create, "threads.add_user_message": _add_message,
               "threads.retry_after_item": _retry}
    ANSWERS = {"threads.get_by_id": _get, "threads.list": _list, "threads.update": _update,
               "threads.delete": _delete, "items.list": _items, "items.feedback": _feedback}
