// SPDX-License-Identifier: ISC
// The way out for good.
import { post } from "../../lib/api.js";
import { $ } from "../../lib/dom.js";
import { foldable, setBusy, setStatus, showProblems } from "../../lib/forms.js";
import { getUser, leaveNote } from "../../lib/session.js";
import { isGone } from "./gone.js";
import { DELETED } from "./landing.js";

const form = $("delete-form");
const fold = foldable($("delete-account"), form);
const tell = (text, kind) => setStatus(text, kind, $("delete-status"));

function showError(error) {
  if (error.code === "INVALID_PASSWORD" || error.code === "PASSWORD_TOO_LONG") {
    showProblems({ "delete-password": "This is not your password." });
  } else if (error.code === "CREDENTIAL_ACCOUNT_NOT_FOUND") {
    tell("This account has no password yet. Get one by “Forgot your password?”, then come back.");
  } else if (error.status === 404) {
    tell("This site doesn't let accounts be deleted here. Please ask the people who run it.");
  } else if (!isGone(error)) {
    tell(error.message);
  }
}

async function leave(event) {
  event.preventDefault();
  tell("");
  const password = $("delete-password").value;
  if (!showProblems({ "delete-password": password === "" ? "Enter your password." : "" })) return;
  setBusy(form, true);
  const { error } = await post("/api/auth/delete-user", { password, callbackURL: DELETED });
  if (error) {
    setBusy(form, false);
    showError(error);
    return;
  }
  // Where a mail asks first, the account is still there.
  const user = await getUser({ fresh: true });
  setBusy(form, false);
  if (user) {
    fold();
    tell(`A mail is on its way to ${user.email}. Opening its link deletes the account.`, "done");
    return;
  }
  leaveNote("Your account is deleted.");
  location.replace("/");
}

$("delete-account").addEventListener("click", () => tell(""));
form.addEventListener("submit", leave);
