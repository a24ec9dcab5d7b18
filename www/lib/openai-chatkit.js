// SPDX-License-Identifier: ISC
// A stand-in for OpenAI's <openai-chatkit>, which comes from a server of theirs. It takes the
// same options, setOptions({ api: { url, fetch } }), speaks the same protocol and tells of
// "chatkit.thread.change"; of the rest it has threads, messages and streamed answers.
import { isMessage, itemText } from "./chat.js";
import { call, deltaOf, stream } from "./chatkit.js";
import { el } from "./dom.js";

let count = 0;

class ChatKit extends HTMLElement {
  #api = null;
  #thread = null;
  #busy = false;
  #parts = null;

  setOptions({ api }) {
    this.#api = { fetch: (...args) => fetch(...args), ...api };
    this.#draw();
    this.#list();
  }

  #draw() {
    const id = `chatkit-${++count}`;
    const parts = {
      threads: el("ul", {}),
      none: el("p", { class: "muted" }, "Your first message starts one."),
      title: el("h2", {}, "New chat"),
      messages: el("ol", { class: "messages", "aria-live": "polite", "aria-relevant": "additions" }),
      status: el("p", { class: "status", role: "alert" }),
      text: el("textarea", { id, rows: 1, maxlength: 5000, placeholder: "Write a message" }),
    };
    const form = el("form", { class: "composer-row", novalidate: true },
      el("label", { class: "visually-hidden", for: id }, "Message to the assistant"), parts.text,
      el("button", { type: "submit" }, "Send"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(parts.text.value.trim());
    });
    parts.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    this.#parts = parts;
    this.replaceChildren(
      el("nav", { class: "chatkit-threads", "aria-label": "Chats with the assistant" },
        el("button", { type: "button", class: "quiet small", onclick: () => this.#open(null) },
          "New chat"), parts.threads, parts.none),
      el("section", { class: "chatkit-talk", "aria-label": "Conversation" },
        parts.title, parts.messages, parts.status, form));
  }

  #say(text) {
    this.#parts.status.textContent = text;
  }

  // The caller may be nobody yet, and nobody has no threads.
  async #list() {
    try {
      const page = await (await call(this.#api, "threads.list", { limit: 50 })).json();
      this.#parts.threads.replaceChildren(...page.data.map((thread) => el("li", {}, el("button", {
        type: "button",
        class: "quiet bare",
        "aria-current": thread.id === this.#thread?.id ? "true" : null,
        onclick: () => this.#open(thread),
      }, thread.title || "Untitled chat"))));
    } catch (error) {
      // What became of a message is worth more than that the list is an older one.
      if (error.status !== 401 && this.#parts.status.textContent === "") this.#say(error.message);
    }
    this.#parts.none.hidden = this.#parts.threads.childElementCount > 0;
  }

  async #open(thread) {
    if (this.#busy) return;
    this.#say("");
    this.#show(thread);
    this.#parts.messages.replaceChildren();
    if (thread) {
      try {
        const params = { thread_id: thread.id, limit: 100, order: "desc" };
        const page = await (await call(this.#api, "items.list", params)).json();
        if (this.#thread !== thread) return;
        this.#parts.messages.replaceChildren(
          ...page.data.filter(isMessage).reverse().map((item) => this.#message(item)));
      } catch (error) {
        this.#say(error.message);
      }
    }
    this.#parts.text.focus();
  }

  #show(thread) {
    const changed = thread?.id !== this.#thread?.id;
    this.#thread = thread;
    this.#parts.title.textContent = thread ? thread.title || "Untitled chat" : "New chat";
    if (changed) {
      this.dispatchEvent(new CustomEvent("chatkit.thread.change",
        { detail: { threadId: thread?.id ?? null } }));
      this.#list();
    }
  }

  #message(item) {
    const mine = item.type === "user_message";
    return el("li", { class: `message ${mine ? "mine" : "theirs"}` },
      el("p", { class: "who" }, mine ? "You" : "Assistant"),
      el("p", { class: "bubble" }, itemText(item)));
  }

  async #send(text) {
    if (text === "" || this.#busy) return;
    this.#busy = true;
    this.#say("");
    this.#parts.text.value = "";
    const input = { content: [{ type: "input_text", text }], attachments: [], inference_options: {} };
    const seen = { said: false, node: null };
    try {
      const events = this.#thread
        ? stream(this.#api, "threads.add_user_message", { thread_id: this.#thread.id, input })
        : stream(this.#api, "threads.create", { input });
      for await (const event of events) this.#take(event, seen);
    } catch (error) {
      this.#say(error.message);
      // What the server has not taken is not lost.
      if (!seen.said) this.#parts.text.value = text;
    }
    seen.node?.removeAttribute("aria-busy");
    this.#busy = false;
    this.#list();
  }

  #take(event, seen) {
    const { type, item, thread } = event;
    if (type === "thread.created" || type === "thread.updated") {
      this.#show(thread);
    } else if (type === "thread.item.done" && item.type === "user_message") {
      seen.said = true;
      this.#parts.messages.append(this.#message(item));
    } else if (type === "thread.item.added" && item.type === "assistant_message") {
      seen.node = this.#message(item);
      seen.node.setAttribute("aria-busy", "true");
      this.#parts.messages.append(seen.node);
    } else if (type === "thread.item.done" && item.type === "assistant_message" && seen.node) {
      seen.node.querySelector(".bubble").textContent = itemText(item);
    }
    const delta = deltaOf(event);
    if (delta !== "" && seen.node) seen.node.querySelector(".bubble").textContent += delta;
    this.#parts.messages.lastElementChild?.scrollIntoView({ block: "nearest" });
  }
}

// OpenAI's own, where a page has loaded it, comes first.
if (!customElements.get("openai-chatkit")) customElements.define("openai-chatkit", ChatKit);
