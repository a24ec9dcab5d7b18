# SPDX-License-Identifier: ISC
"""ChatKit's Store on the tables that Postern's program chat uses too: chatkit_threads and chatkit_items.

A thread belongs to chatkit_threads.owner_id, a member or a guest, and to nobody else; items belong to their thread.
So a merge moves one row per thread, and whatever is written here is part of it. context is the User of auth.py.
"""
import asyncio
import json
import os
import re
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime

import asyncpg

from protocol import NotFoundError, Page, Refused, Store, ThreadItem, ThreadMetadata, Unavailable, plain

# All that is ever read or changed, in one place: $1 is always the caller's id.
MINE = "WITH mine AS (SELECT * FROM chatkit_threads WHERE owner_id = $1) "
# What a change waits for may be a merge: after that the thread is somebody else's.
STILL_MINE = "t.id = mine.id AND t.owner_id = mine.owner_id AND t.id = $2"

# Postern's limits for guests, under its names; 0: none.
GUEST_THREADS = int(os.environ.get("GUEST_THREADS", "50"))
GUEST_ITEMS = int(os.environ.get("GUEST_ITEMS", "200"))
GUEST_ITEM_BYTES = int(os.environ.get("GUEST_ITEM_BYTES", "16384"))

MORE = "Please sign up to go on: "


def dump(value):
    return json.dumps({k: v.isoformat() if isinstance(v, datetime) else v for k, v in value.items()})


def load_date(text):
    # Python before 3.11 reads no Z and no other than three or six digits.
    text = re.sub(r"\.(\d+)", lambda m: "." + m[1][:6].ljust(6, "0"), text)
    return datetime.fromisoformat(re.sub("Z$", "+00:00", text))


def load_thread(data):
    data = json.loads(data)
    return ThreadMetadata(data["id"], load_date(data["created_at"]), data.get("title"),
                          data.get("status") or {"type": "active"}, data.get("metadata") or {})


def load_item(data):
    data = json.loads(data)
    return ThreadItem(data.pop("id"), data.pop("thread_id"), load_date(data.pop("created_at")), data.pop("type"), data)


class PostgresStore(Store):
    def __init__(self, url):
        # Neon's URLs have a parameter that asyncpg does not know.
        self.url = re.sub(r"[?&]channel_binding=[^&]*$|(?<=[?&])channel_binding=[^&]*&", "", url)
        self.pool = None

    async def open(self):
        # Connections are made when they are needed; a pooler shares them, so no statement is prepared for later.
        self.pool = await asyncpg.create_pool(self.url, min_size=0, max_size=5, statement_cache_size=0, timeout=5,
                                              command_timeout=5)

    async def close(self):
        await self.pool.close()

    @asynccontextmanager
    async def _transaction(self):
        try:
            async with self.pool.acquire() as connection, connection.transaction():
                yield connection
        except (OSError, asyncio.TimeoutError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as e:
            raise Unavailable(f"{type(e).__name__}: {e}") from e

    async def _fetch(self, context, sql, *args):
        async with self._transaction() as connection:
            return await connection.fetch(MINE + sql, context.id, *args)

    async def _one(self, context, sql, *args):
        rows = await self._fetch(context, sql, *args)
        if not rows:
            raise NotFoundError()
        return rows[0]

    async def _page(self, context, limit, after, order, rows, key, load, *args):
        """rows: a query of id, data and the columns of key; after: the id of the last row before."""
        if after is not None and not await self._fetch(context, f"SELECT FROM ({rows}) r WHERE id = ${len(args) + 2}",
                                                       *args, after):
            raise NotFoundError()
        way, sign = ("ASC", ">") if order == "asc" else ("DESC", "<")
        n = len(args) + 1
        found = await self._fetch(
            context, f"SELECT id, data::text FROM ({rows}) r WHERE ${n + 1}::text IS NULL OR ({key}) {sign} "
                     f"(SELECT {key} FROM ({rows}) c WHERE id = ${n + 1}) "
                     f"ORDER BY {', '.join(f'{k} {way}' for k in key.split(', '))} LIMIT ${n + 2}::bigint",
            *args, after, limit + 1)
        more = len(found) > limit
        data = [load(row["data"]) for row in found[:limit]]
        return Page(data, more, data[-1].id if more else None)

    # Threads

    async def load_thread(self, thread_id, context):
        return load_thread((await self._one(context, "SELECT data::text FROM mine WHERE id = $2", thread_id))["data"])

    async def save_thread(self, thread, context):
        data = dump(asdict(thread))
        async with self._transaction() as connection:
            changed = await connection.fetchval(
                MINE + "UPDATE chatkit_threads t SET data = $3::jsonb, updated_at = now() FROM mine "
                       f"WHERE {STILL_MINE} RETURNING t.id", context.id, thread.id, data)
            if not changed:
                await self._add_thread(connection, thread, data, context)

    async def _add_thread(self, connection, thread, data, context):
        # The lock keeps the count true, and is where the token of a guest who has joined an account ends: their row
        # is gone. A table without a foreign key to "user" asks postern.is_gone_guest, or has the trigger
        # postern.refuse_gone_guest.
        owner = await connection.fetchrow(
            'SELECT coalesce("isAnonymous", false) AS is_guest FROM "user" WHERE id = $1 FOR NO KEY UPDATE', context.id)
        if owner is None:
            raise Refused("You are signed out. Please reload the page.")
        if owner["is_guest"]:
            self._check_size(data)
            count = await connection.fetchval(MINE + "SELECT count(*) FROM mine", context.id)
            if 0 < GUEST_THREADS <= count:
                raise Refused(MORE + "a visitor cannot have more chats.")
        try:
            await connection.execute(
                "INSERT INTO chatkit_threads (id, owner_id, created_at, updated_at, data) "
                "VALUES ($2, $1, $3, now(), $4::jsonb)", context.id, thread.id, thread.created_at, data)
        except asyncpg.UniqueViolationError:  # somebody else's
            raise NotFoundError()

    async def load_threads(self, limit, after, order, context):
        return await self._page(context, limit, after, order, "SELECT id, data, created_at FROM mine",
                                "created_at, id", load_thread)

    async def delete_thread(self, thread_id, context):
        await self._one(context, f"DELETE FROM chatkit_threads t USING mine WHERE {STILL_MINE} RETURNING t.id",
                        thread_id)

    # Items

    ITEMS = "SELECT i.id, i.data, i.seq FROM chatkit_items i JOIN mine ON mine.id = i.thread_id WHERE mine.id = $2"

    async def load_thread_items(self, thread_id, after, limit, order, context):
        return await self._page(context, limit, after, order, self.ITEMS, "seq", load_item, thread_id)

    async def load_item(self, thread_id, item_id, context):
        row = await self._one(context, f"SELECT data::text FROM ({self.ITEMS}) r WHERE id = $3", thread_id, item_id)
        return load_item(row["data"])

    async def add_thread_item(self, thread_id, item, context):
        await self._put_item(thread_id, item, context)

    async def save_item(self, thread_id, item, context):
        await self._put_item(thread_id, item, context)

    async def _put_item(self, thread_id, item, context):
        data = json.dumps(plain(item))
        async with self._transaction() as connection:
            # The update holds the thread still: seq grows in the order of commits, and the count is true.
            owner = await connection.fetchrow(
                MINE + 'UPDATE chatkit_threads t SET updated_at = now() FROM mine JOIN "user" u ON u.id = $1 '
                       f'WHERE {STILL_MINE} '
                       'RETURNING coalesce(u."isAnonymous", false) AS is_guest', context.id, thread_id)
            if owner is None:
                raise NotFoundError()
            known = await connection.execute("UPDATE chatkit_items SET data = $3::jsonb WHERE thread_id = $1 AND id = $2",
                                             thread_id, item.id, data) != "UPDATE 0"
            if owner["is_guest"]:
                self._check_size(data)
            if known:
                return
            if owner["is_guest"] and 0 < GUEST_ITEMS <= await connection.fetchval(
                    "SELECT count(*) FROM chatkit_items WHERE thread_id = $1", thread_id):
                raise Refused(MORE + "a visitor's chat cannot have more messages.")
            await connection.execute("INSERT INTO chatkit_items (thread_id, id, created_at, data) "
                                     "VALUES ($1, $2, $3, $4::jsonb)", thread_id, item.id, item.created_at, data)

    async def delete_thread_item(self, thread_id, item_id, context):
        await self._one(context, "DELETE FROM chatkit_items i USING mine WHERE i.thread_id = mine.id "
                                 "AND i.thread_id = $2 AND i.id = $3 RETURNING i.id", thread_id, item_id)

    @staticmethod
    def _check_size(data):
        if 0 < GUEST_ITEM_BYTES < len(data.encode()):
            raise Refused(MORE + "a visitor's message cannot be this long.")

    # Attachments need a place for their bytes; a table of them would have an owner and a rule of merging.

    async def save_attachment(self, attachment, context):
        raise Refused("This server takes no attachments.")

    async def load_attachment(self, attachment_id, context):
        raise NotFoundError()

    async def delete_attachment(self, attachment_id, context):
        raise NotFoundError()
