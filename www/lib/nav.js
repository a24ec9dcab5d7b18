// SPDX-License-Identifier: ISC
// What every page shares: the header's links, the note a page left for the next one.
import { $, el } from "./dom.js";
import { getUser, isMember, takeNote } from "./session.js";

async function updateNav() {
  const member = isMember(await getUser());
  for (const item of document.querySelectorAll("[data-when]")) {
    item.hidden = (item.dataset.when === "in") !== member;
  }
  document.documentElement.dataset.auth = member ? "in" : "out";
}

export function showNote(text) {
  const place = $("note");
  if (!place || !text) return;
  place.replaceChildren(el("p", {}, text), el("button", {
    type: "button",
    class: "quiet small",
    onclick: () => place.replaceChildren(),
  }, "Dismiss"));
}

// "Back" after a sign-out must not bring a private page out of the browser's memory.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

updateNav();
// Taken now, so that this page can't swallow a note it leaves for the next one itself;
// shown later, because a live region only speaks of what changes once it is there.
const note = takeNote();
setTimeout(() => showNote(note), 150);
