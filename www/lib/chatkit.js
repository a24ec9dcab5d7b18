// SPDX-License-Identifier: ISC
// ChatKit's protocol, the page's half, and the way to the example backend (examples/fastapi).
import { get } from "./api.js";
import { ensureSession, getSession } from "./session.js";
import { decodeToken } from "./token.js";

let place = null;

// Where the backend is; null where the site has none.
export function chatkitUrl() {
  place ??= get("/backend.json").then(({ data }) => data?.chatkit ?? null);
  return place;
}

let token = null;
const isGood = (jwt) => jwt !== null && decodeToken(jwt).payload.exp * 1000 - Date.now() > 60000;

async function freshToken() {
  if (!isGood(token)) {
    const { data } = await get("/api/auth/token");
    token = data?.token ?? null;
  }
  return token;
}

// For `api.fetch` of the element: adds the caller's token. Nobody becomes a guest by looking,
// only by the first message; until then there is nothing that could be read.
export async function chatkitFetch(url, options = {}) {
  const begins = JSON.parse(options.body).type === "threads.create";
  const session = await (begins ? ensureSession() : getSession());
  if (!session.data) return new Response(null, { status: session.error ? 503 : 401 });
  const headers = { ...options.headers, authorization: `Bearer ${await freshToken()}` };
  const response = await fetch(url, { ...options, headers, credentials: "omit" });
  if (response.status === 401) token = null;
  return response;
}

const MESSAGES = {
  401: "You were signed out meanwhile. Reload the page to go on.",
  404: "This chat is not here any more.",
  413: "This message is too long.",
};
const DOWN = "The example backend can't be reached.";

export async function call(api, type, params = {}) {
  const response = await api.fetch(api.url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ type, params }),
  }).catch(() => new Response(null, { status: 503 }));
  if (response.ok) return response;
  throw Object.assign(new Error(MESSAGES[response.status] ?? DOWN), { status: response.status });
}

// The events of a streamed answer. One of type "error" ends it, as an exception.
export async function* stream(api, type, params) {
  const response = await call(api, type, params);
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks(response.body)) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = JSON.parse(block.replace(/^data: /, ""));
      if (event.type === "error") throw new Error(event.message ?? "The answer broke off.");
      yield event;
    }
  }
}

// Not every browser can iterate over a body.
async function* chunks(body) {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

// What an event adds to the text of an answer, "" for most.
export const deltaOf = ({ type, update }) => (type === "thread.item.updated" &&
  update.type === "assistant_message.content_part.text_delta" ? update.delta : "");
