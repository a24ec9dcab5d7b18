// SPDX-License-Identifier: ISC
// A new password for who knows the old one.
import { post } from "../../lib/api.js";
import { $ } from "../../lib/dom.js";
import { foldable, passwordProblem, setBusy, setStatus, showProblems } from "../../lib/forms.js";
import { isGone } from "./gone.js";
import { showSessions } from "./sessions.js";

const form = $("password-form");
const fold = foldable($("change-password"), form);
const tell = (text, kind) => setStatus(text, kind, $("password-status"));

// For password managers: whose password this is.
export const showPassword = (user) => $("username").setAttribute("value", user.email);

function showError(error) {
  switch (error.code) {
  case "INVALID_PASSWORD":
    showProblems({ "current-password": "This is not your current password." });
    break;
  case "PASSWORD_TOO_SHORT":
    showProblems({ "new-password": "This password is too short for this site. Use a longer one." });
    break;
  case "PASSWORD_TOO_LONG":
    showProblems({ "new-password": "This password is too long. Use at most 128 characters." });
    break;
  case "CREDENTIAL_ACCOUNT_NOT_FOUND":
    tell("This account has no password yet. “Forgot your password?” gets you one by mail.");
    break;
  default:
    if (!isGone(error)) tell(error.message);
  }
}

async function save(event) {
  event.preventDefault();
  tell("");
  const currentPassword = $("current-password").value;
  const newPassword = $("new-password").value;
  const revokeOtherSessions = $("revoke").checked;
  const fine = showProblems({
    "current-password": currentPassword === "" ? "Enter your current password." : "",
    "new-password": passwordProblem(newPassword),
  });
  if (!fine) return;
  setBusy(form, true);
  const { error } = await post("/api/auth/change-password",
    { currentPassword, newPassword, revokeOtherSessions });
  setBusy(form, false);
  if (error) {
    showError(error);
    return;
  }
  fold();
  tell(`Your new password is saved.${revokeOtherSessions ? " You're signed out everywhere else." : ""}`,
    "done");
  if (revokeOtherSessions) await showSessions({ fresh: true });
}

$("change-password").addEventListener("click", () => tell(""));
form.addEventListener("submit", save);
