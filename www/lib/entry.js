// SPDX-License-Identifier: ISC
// What sign-up and sign-in share before their forms: who is here already, links, hints.
import { $, el } from "./dom.js";
import { getUser, isMember, redirectTarget, signOut, withRedirect } from "./session.js";
import { setStatus } from "./forms.js";

// No jump onwards for someone who is signed in: if a gate sent them here because it
// doesn't accept that session, gate and page would send them to and fro forever.
export async function prepareEntry(otherLink) {
  const target = redirectTarget();
  const link = $(otherLink);
  link.href = withRedirect(link.getAttribute("href"), target);
  const user = await getUser();
  if (isMember(user)) {
    offerToGoOn(user, target);
    return;
  }
  $("guest-hint").hidden = !user;
}

function offerToGoOn(user, target) {
  const leave = el("button", { type: "button", class: "quiet" }, "Use another account");
  leave.addEventListener("click", async () => {
    leave.disabled = true;
    const { error } = await signOut();
    if (!error) {
      location.reload();
      return;
    }
    leave.disabled = false;
    setStatus(error.message);
  });
  $("signed-in").replaceChildren(
    el("p", { class: "lead" }, `You're signed in as ${user.name || user.email}.`),
    el("div", { class: "actions" }, el("a", { class: "button", href: target }, "Continue"), leave),
  );
  $("signed-in").hidden = false;
  $("entry").hidden = true;
}
