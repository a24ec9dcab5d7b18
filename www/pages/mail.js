// SPDX-License-Identifier: ISC
// The mails of development. Their text is shown as text; only its links become elements.
import "../lib/nav.js";
import { $, el, timeElement } from "../lib/dom.js";
import { parseMail } from "../lib/eml.js";

const PAUSE_MS = 2000;
const shown = new Map();

async function read(path) {
  const response = await fetch(path, { cache: "no-store" });
  if (!response.ok) throw new Error(`${path} answers ${response.status}`);
  return response;
}

const linked = (text) => text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?])/)
  .map((piece, i) => (i % 2 ? el("a", { href: piece }, piece) : piece));

function card(name, mail) {
  const id = `mail-${name.replace(/[^0-9A-Za-z]/g, "-")}`;
  return el("article", { class: "card mail", "aria-labelledby": id },
    el("div", { class: "card-head" },
      el("h2", { id }, mail.subject),
      timeElement(new Date(mail.date).toISOString())),
    el("dl", {},
      el("dt", {}, "To"), el("dd", {}, mail.to),
      el("dt", {}, "From"), el("dd", {}, mail.from)),
    el("p", { class: "mail-text" }, ...linked(mail.text)),
    el("p", { class: "hint" },
      el("a", { href: `/mail/${name}`, download: name }, "The message as a file")));
}

// A mail that has been removed meanwhile is not worth a word.
async function load(name) {
  try {
    const text = await (await read(`/mail/${name}`)).text();
    shown.set(name, card(name, parseMail(text)));
  } catch {
    shown.set(name, null);
  }
}

function show(names) {
  const cards = names.map((name) => shown.get(name)).filter(Boolean);
  const place = $("mails");
  // What stays is not moved: a reader may have something selected, or be within a link.
  for (const old of [...place.children]) if (!cards.includes(old)) old.remove();
  cards.forEach((one, i) => {
    if (place.children[i] !== one) place.insertBefore(one, place.children[i] ?? null);
  });
  const n = cards.length;
  const text = n === 0 ? "None yet." : n === 1 ? "1 mail." : `${n} mails.`;
  if ($("count").textContent !== text) $("count").textContent = text;
}

async function refresh() {
  try {
    const names = await (await read("/mail/index.json")).json();
    await Promise.all(names.filter((name) => !shown.has(name)).map(load));
    show(names);
    $("status").textContent = "";
  } catch {
    $("status").textContent = "The mails cannot be read now. This page goes on trying.";
  }
}

async function watch() {
  if (document.visibilityState === "visible") await refresh();
  setTimeout(watch, PAUSE_MS);
}

watch();
