// SPDX-License-Identifier: ISC
// The store of chats, in ChatKit's shapes, and the canned words of this demonstration.
import { get, post, remove } from "./api.js";

const THREADS = "/api/chatkit/threads";
const threadPath = (id) => `${THREADS}/${encodeURIComponent(id)}`;

// Ids of our own make a repeated request harmless: the server knows it has seen it.
export function newId(prefix) {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `${prefix}_${Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("")}`;
}

function query(values) {
  const pairs = Object.entries(values).filter(([, value]) => value !== null);
  return new URLSearchParams(pairs).toString();
}

export function listThreads({ after = null, limit = 20 } = {}) {
  return get(`${THREADS}?${query({ limit, after, order: "desc" })}`);
}

export const getThread = (id) => get(threadPath(id));
export const deleteThread = (id) => remove(threadPath(id));

export async function createThread(id, firstMessage) {
  const answer = await post(THREADS, { id, title: titleOf(firstMessage) });
  // 409 for an id we made up: an earlier try arrived although its answer got lost.
  return answer.status === 409 ? getThread(id) : answer;
}

export function listItems(id, { after = null, limit = 50 } = {}) {
  return get(`${threadPath(id)}/items?${query({ limit, after, order: "desc" })}`);
}

export const addItem = (id, item) => post(`${threadPath(id)}/items`, item);

export const userMessage = (text) => ({
  id: newId("msg"),
  type: "user_message",
  content: [{ type: "input_text", text }],
  attachments: [],
});

export const assistantMessage = (text) => ({
  id: newId("msg"),
  type: "assistant_message",
  content: [{ type: "output_text", text, annotations: [] }],
});

export function itemText(item) {
  return (item.content ?? []).map((part) => part.text ?? "").join("\n");
}

export const isMessage = ({ type }) => type === "user_message" || type === "assistant_message";

function titleOf(text) {
  const line = text.trim().split("\n")[0].replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 57).trimEnd()}…` : line;
}

// How many chats there are, up to a sane number of pages.
export async function countThreads(maxPages = 10) {
  let count = 0;
  let after = null;
  for (let page = 0; page < maxPages; page++) {
    const { data, error } = await listThreads({ after, limit: 100 });
    if (error) return { error };
    count += data.data.length;
    if (!data.has_more) return { count, more: false };
    after = data.after;
  }
  return { count, more: true };
}

// There is no model behind this page, and the answer must not pretend that there is.
export function cannedReply(turn, member) {
  const first = "Thanks, that's saved. I'm an automatic reply: no model is connected to " +
    "this demo, so I can't answer what you wrote.";
  const visitor = "You can go on without an account. If you sign up or sign in later, " +
    "this chat comes with you.";
  const home = "Your chats are in your account. You'll find them here on any device.";
  const more = [
    "Saved as well. Reload the page and you'll find every word again.",
    "Noted. Still an automatic reply, still listening.",
    "Got it, and stored safely next to the rest of this chat.",
  ];
  if (turn === 0) return `${first} ${member ? home : visitor}`;
  return more[(turn - 1) % more.length];
}
