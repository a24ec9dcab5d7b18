// SPDX-License-Identifier: ISC
// The account's address: verified by a link, changed by a link.
import { post } from "../../lib/api.js";
import { $ } from "../../lib/dom.js";
import { emailProblem, foldable, setBusy, setStatus, showProblems } from "../../lib/forms.js";
import { getSession } from "../../lib/session.js";
import { isGone } from "./gone.js";
import { VERIFIED, changedTo } from "./landing.js";

const form = $("email-form");
const fold = foldable($("change-email"), form);
const tell = (text, kind) => setStatus(text, kind, $("email-status"));

let user = null;

export function showEmail(current) {
  user = current;
  $("address").textContent = user.email;
  $("verified").textContent = user.emailVerified ? "Verified" : "Not verified";
  $("verified").classList.toggle("good", user.emailVerified);
  $("unverified").hidden = user.emailVerified;
}

async function refresh() {
  const { data } = await getSession({ fresh: true });
  if (data?.user) showEmail(data.user);
}

async function sendVerification({ currentTarget: button }) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  tell("");
  const { error } = await post("/api/auth/send-verification-email",
    { email: user.email, callbackURL: VERIFIED });
  button.setAttribute("aria-disabled", "false");
  if (!error) {
    tell(`A mail is on its way to ${user.email}. Open the link in it.`, "done");
  } else if (error.code === "EMAIL_ALREADY_VERIFIED" || error.code === "EMAIL_MISMATCH") {
    await refresh();
    tell("Your address changed or was verified meanwhile. This is how it is now.", "done");
    $("email-title").focus();
  } else if (error.code === "VERIFICATION_EMAIL_NOT_ENABLED") {
    tell("This site sends no mails at the moment.");
  } else if (!isGone(error)) {
    tell(error.message);
  }
}

// The server answers alike whether the address is free or not, and doesn't say which
// mailbox it asks first.
async function tellChange(wanted) {
  const before = user.email;
  await refresh();
  if (user.email === before) {
    tell(`A mail with a link is on its way to ${wanted}, or first to ${before} if that one has to ` +
      "agree. Nothing changes before you open the link.", "done");
  } else {
    tell(`Your e-mail address is now ${user.email}. A mail is on its way there; open the link in it.`,
      "done");
  }
}

function showError(error) {
  if (error.code === "CHANGE_EMAIL_DISABLED") {
    tell("This site doesn't let addresses be changed.");
  } else if (error.code === "VALIDATION_ERROR") {
    showProblems({ "new-email": emailProblem("?") });
  } else if (!isGone(error)) {
    tell(error.message);
  }
}

async function change(event) {
  event.preventDefault();
  tell("");
  const newEmail = $("new-email").value.trim();
  const same = newEmail.toLowerCase() === user.email.toLowerCase();
  const problem = emailProblem(newEmail) || (same ? "This is your address already." : "");
  if (!showProblems({ "new-email": problem })) return;
  setBusy(form, true);
  const { error } = await post("/api/auth/change-email",
    { newEmail, callbackURL: changedTo(newEmail) });
  setBusy(form, false);
  if (error) {
    showError(error);
    return;
  }
  fold();
  await tellChange(newEmail);
}

$("send-verification").addEventListener("click", sendVerification);
$("change-email").addEventListener("click", () => tell(""));
form.addEventListener("submit", change);
