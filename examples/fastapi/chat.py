# SPDX-License-Identifier: ISC
"""POST /chatkit: ChatKit's endpoint, for guests and members. The assistant repeats what it is told."""
import asyncio
import os

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response, StreamingResponse

from auth import User, get_current_user
from protocol import (BadRequest, ChatKitServer, JsonResult, NotFoundError, Refused, ThreadItem, Unavailable, now)
from store import PostgresStore

BODY_MAX = 64 * 1024
TITLE_MAX = 60
PAUSE = float(os.environ.get("WORD_PAUSE", "0.02"))  # seconds between words, so that a person can see them come


async def assistant(text, user):
    """The words of the answer, one by one: put a call of your model here."""
    words = text.split()
    answer = f"You wrote {len(words)} {'word' if len(words) == 1 else 'words'}: “{' '.join(words[:40])}”. "
    answer += "I'm the example backend's automatic reply: no model is connected. "
    answer += "Sign up or sign in, and this chat comes with you." if user.is_guest else "This chat is in your account."
    for word in answer.split(" "):
        await asyncio.sleep(PAUSE)
        yield word + " "


class Server(ChatKitServer):
    async def respond(self, thread, message, context):
        if not thread.title:
            thread.title = " ".join(message.text().split())[:TITLE_MAX] or "New chat"
        item = ThreadItem(self.store.generate_item_id("message", thread, context), thread.id, now(),
                          "assistant_message", {"content": []})
        yield {"type": "thread.item.added", "item": item}
        part = {"type": "output_text", "text": "", "annotations": []}
        yield self._update(item, "content_part.added", content=dict(part))
        async for delta in assistant(message.text(), context):
            part["text"] += delta
            yield self._update(item, "content_part.text_delta", delta=delta)
        part["text"] = part["text"].strip()
        yield self._update(item, "content_part.done", content=part)
        item.rest["content"] = [part]
        yield {"type": "thread.item.done", "item": item}

    @staticmethod
    def _update(item, kind, **more):
        return {"type": "thread.item.updated", "item_id": item.id,
                "update": {"type": "assistant_message." + kind, "content_index": 0, **more}}


router = APIRouter()
store = PostgresStore(os.environ["DATABASE_URL"])
server = Server(store)
router.add_event_handler("startup", store.open)
router.add_event_handler("shutdown", store.close)


async def body_of(request):
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX:
            raise HTTPException(413, "The request is too large")
    return body


@router.post("/chatkit")
async def chatkit(request: Request, user: User = Depends(get_current_user)):
    try:
        result = await server.process(await body_of(request), user)
    except BadRequest as e:
        raise HTTPException(400, str(e))
    except Refused as e:
        raise HTTPException(403, str(e))
    except NotFoundError:
        raise HTTPException(404, "Not found")
    except Unavailable:
        raise HTTPException(503, "The database cannot be reached", {"Retry-After": "5"})
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if isinstance(result, JsonResult):
        return Response(result.json, media_type="application/json", headers=headers)
    # A proxy that waits for the whole answer would spoil it; nginx takes it from this header.
    headers["X-Accel-Buffering"] = "no"
    return StreamingResponse(result.events, media_type="text/event-stream", headers=headers)
