// SPDX-License-Identifier: ISC
// The chat: the caller's threads, the open one, and a composer that needs no account.
import { showNote } from "../lib/nav.js";
import {
  addItem, assistantMessage, cannedReply, createThread, deleteThread, getThread, isMessage,
  itemText, listItems, listThreads, newId, userMessage,
} from "../lib/chat.js";
import { chatkitFetch, chatkitUrl, deltaOf, stream } from "../lib/chatkit.js";
import { $, el, timeElement } from "../lib/dom.js";
import { setStatus } from "../lib/forms.js";
import { ensureSession, getSession, isMember } from "../lib/session.js";

const NEW = "new";
const form = $("composer");
const input = $("text");

// What is on screen. `open` is null for a chat that has no message yet.
const state = { user: null, threads: [], after: null, open: null, itemsAfter: null, turns: 0 };
let sending = false;

const hashId = () => decodeURIComponent(location.hash.slice(1));

function showHash(id) {
  // Not location.hash: the change is ours, there is nothing to load.
  history.replaceState(null, "", `#${encodeURIComponent(id)}`);
}

// --- the list of chats

function drawThreads() {
  $("threads").replaceChildren(...state.threads.map(({ id, title, created_at }) =>
    el("li", {}, el("a", {
      href: `#${encodeURIComponent(id)}`,
      "aria-current": id === state.open?.id ? "true" : null,
    }, el("span", { class: "thread-title" }, title || "Untitled chat"), timeElement(created_at)))));
  $("no-threads").hidden = state.threads.length > 0;
  $("more-threads").hidden = state.after === null;
}

async function loadThreads() {
  const { data, error } = await listThreads({ after: state.after });
  if (error) {
    setStatus(error.message);
    return;
  }
  state.threads.push(...data.data);
  state.after = data.has_more ? data.after : null;
  drawThreads();
}

function closeThreadList() {
  $("threads-toggle").setAttribute("aria-expanded", "false");
  $("threads-panel").classList.remove("open");
}

// --- the open chat

function drawHeader() {
  $("chat-title").textContent = state.open ? state.open.title || "Untitled chat" : "New chat";
  $("delete-chat").hidden = !state.open;
  $("welcome").hidden = Boolean(state.open) || $("messages").childElementCount > 0;
  $("visitor-hint").hidden = isMember(state.user);
}

function messageElement(item) {
  const mine = item.type === "user_message";
  return el("li", { class: `message ${mine ? "mine" : "theirs"}`, "data-id": item.id },
    el("p", { class: "who" }, mine ? "You" : "Postern",
      mine ? null : el("span", { class: "badge" }, "automatic reply")),
    el("p", { class: "bubble" }, itemText(item)));
}

function scrollDown() {
  $("scroll").scrollTop = $("scroll").scrollHeight;
}

function clearMessages() {
  $("messages").setAttribute("aria-live", "off");
  $("messages").replaceChildren();
  $("earlier").hidden = true;
  state.itemsAfter = null;
  state.turns = 0;
}

// Pages come newest first; earlier ones go on top.
async function loadItems(thread) {
  const { data, error } = await listItems(thread.id, { after: state.itemsAfter });
  if (state.open !== thread) return false;
  if (error) {
    setStatus(error.message);
    return false;
  }
  const messages = data.data.filter(isMessage).reverse();
  $("messages").prepend(...messages.map(messageElement));
  state.turns += messages.filter(({ type }) => type === "user_message").length;
  state.itemsAfter = data.has_more ? data.after : null;
  $("earlier").hidden = state.itemsAfter === null;
  return true;
}

async function openThread(thread) {
  setStatus("");
  state.open = thread;
  clearMessages();
  drawThreads();
  drawHeader();
  if (!thread) return;
  if (await loadItems(thread)) {
    scrollDown();
    // From here on new messages are worth reading out; the history was not.
    $("messages").setAttribute("aria-live", "polite");
  }
}

// The chat the address names, also when it is too old to be listed yet; else the newest.
async function openFromHash() {
  const id = hashId();
  if (id === NEW || !state.user) return openThread(null);
  const known = state.threads.find((thread) => thread.id === id);
  if (known || !id) return openThread(known ?? state.threads[0] ?? null);
  const { data } = await getThread(id);
  return openThread(data ?? state.threads[0] ?? null);
}

function startNewChat() {
  closeThreadList();
  history.pushState(null, "", `#${NEW}`);
  openThread(null);
  input.focus();
}

// --- sending

// A message of this browser, with everything needed to try again.
function draft(text) {
  const item = userMessage(text);
  const node = messageElement(item);
  node.classList.add("pending");
  $("messages").setAttribute("aria-live", "polite");
  $("messages").append(node);
  return { item, text, node, thread: state.open, fresh: !state.open, turn: state.turns++ };
}

// undefined when all went well, else the error to show.
async function deliver(message) {
  const session = await ensureSession();
  if (session.error) return session.error;
  state.user = session.data?.user ?? null;
  if (!message.thread) {
    message.threadId ??= newId("thr");
    const made = await createThread(message.threadId, message.text);
    if (made.error) return made.error;
    message.thread = made.data;
    state.threads.unshift(made.data);
    if (message.fresh && message.node.isConnected) {
      state.open = made.data;
      showHash(made.data.id);
    }
    drawThreads();
  }
  const { error } = await addItem(message.thread.id, message.item);
  return error ?? undefined;
}

// The example backend answers what is stored already: the message and its thread are kept by
// this site, with or without it. False: it is not there, or said nothing.
async function backendReply(message) {
  const url = await chatkitUrl();
  if (url === null) return false;
  const node = messageElement(assistantMessage(""));
  const bubble = node.querySelector(".bubble");
  node.setAttribute("aria-busy", "true");
  try {
    const params = { thread_id: message.thread.id, item_id: message.item.id };
    for await (const event of stream({ url, fetch: chatkitFetch }, "threads.retry_after_item", params)) {
      const done = event.type === "thread.item.done" && isMessage(event.item);
      bubble.textContent = done ? itemText(event.item) : bubble.textContent + deltaOf(event);
      if (bubble.textContent !== "" && !node.isConnected && message.node.isConnected) {
        message.node.after(node);
      }
      scrollDown();
    }
  } catch (error) {
    if (bubble.textContent !== "") setStatus(error.message);
  }
  node.removeAttribute("aria-busy");
  return bubble.textContent !== "";
}

async function reply(message) {
  if (await backendReply(message)) return;
  const item = assistantMessage(cannedReply(message.turn, isMember(state.user)));
  const { error } = await addItem(message.thread.id, item);
  if (error) {
    setStatus(`Your message is saved, the automatic reply isn't. ${error.message}`);
  } else if (message.node.isConnected) {
    message.node.after(messageElement(item));
    scrollDown();
  }
}

function setSending(on) {
  sending = on;
  $("send").setAttribute("aria-disabled", String(on));
}

function showUnsent(message, error) {
  message.node.classList.add("failed");
  const again = el("button", { type: "button", class: "quiet small" }, "Try again");
  again.addEventListener("click", () => {
    if (sending) return;
    message.node.classList.remove("failed");
    again.parentElement.remove();
    send(message);
    input.focus();
  });
  message.node.append(el("p", { class: "unsent" }, "Not sent. ", again));
  setStatus(error.status === 401
    ? "You were signed out meanwhile. Reload the page to go on."
    : error.message);
}

async function send(message) {
  setStatus("");
  setSending(true);
  const error = await deliver(message);
  if (error) {
    showUnsent(message, error);
  } else {
    message.node.classList.remove("pending");
    await reply(message);
  }
  setSending(false);
  drawHeader();
}

function fitInput() {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight + 2, 200)}px`;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value.trim();
  if (text === "" || sending) {
    input.focus();
    return;
  }
  input.value = "";
  fitInput();
  const message = draft(text);
  $("welcome").hidden = true;
  scrollDown();
  input.focus();
  send(message);
});

input.addEventListener("keydown", (event) => {
  // While an input method composes, Enter belongs to it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
input.addEventListener("input", fitInput);

// --- buttons

$("new-chat").addEventListener("click", startNewChat);
$("more-threads").addEventListener("click", loadThreads);
$("earlier").addEventListener("click", async () => {
  const before = $("scroll").scrollHeight;
  $("messages").setAttribute("aria-live", "off");
  await loadItems(state.open);
  $("scroll").scrollTop += $("scroll").scrollHeight - before;
  $("messages").setAttribute("aria-live", "polite");
});
$("threads-toggle").addEventListener("click", () => {
  const open = $("threads-panel").classList.toggle("open");
  $("threads-toggle").setAttribute("aria-expanded", String(open));
});
$("threads").addEventListener("click", closeThreadList);
document.querySelector(".threads").addEventListener("keydown", ({ key }) => {
  if (key !== "Escape" || !$("threads-panel").classList.contains("open")) return;
  closeThreadList();
  $("threads-toggle").focus();
});
document.querySelector(".conversation").addEventListener("pointerdown", closeThreadList);
$("starters").addEventListener("click", ({ target }) => {
  const starter = target.closest("button");
  if (!starter) return;
  input.value = starter.textContent;
  fitInput();
  input.focus();
});

$("delete-chat").addEventListener("click", () => $("delete-dialog").showModal());
$("delete-dialog").addEventListener("close", async () => {
  const thread = state.open;
  const choice = $("delete-dialog").returnValue;
  $("delete-dialog").returnValue = "";
  if (choice !== "delete" || !thread) return;
  const { error, status } = await deleteThread(thread.id);
  if (error && status !== 404) {
    setStatus(error.message);
    return;
  }
  state.threads = state.threads.filter(({ id }) => id !== thread.id);
  startNewChat();
  showNote("The chat is deleted.");
});

addEventListener("hashchange", openFromHash);

// --- start

async function start() {
  $("send").disabled = false;
  const { data, error } = await getSession();
  if (error) setStatus(error.message);
  state.user = data?.user ?? null;
  // Without a session there can be no chats, and asking would only be refused.
  if (state.user) await loadThreads();
  // Someone who was quicker than the server is not interrupted.
  if (!state.open && $("messages").childElementCount === 0) await openFromHash();
}

start();
