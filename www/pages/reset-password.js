// SPDX-License-Identifier: ISC
// Where the mail's link leads: a new password for whoever has its token.
import "../lib/nav.js";
import { post } from "../lib/api.js";
import { $ } from "../lib/dom.js";
import { passwordProblem, ready, setBusy, setStatus, showProblems } from "../lib/forms.js";
import { leaveNote } from "../lib/session.js";

const form = $("form");

// Out of the address at once, where it could be read, copied or sent along; this entry of
// the history keeps it, so that the page survives a reload.
function takeToken() {
  const token = new URLSearchParams(location.search).get("token") ?? history.state?.token ?? null;
  history.replaceState(token ? { token } : null, "", location.pathname);
  return token;
}

function showInvalid() {
  history.replaceState(null, "");
  $("entry").hidden = true;
  $("invalid").hidden = false;
  $("title").textContent = "This link doesn't work any more";
  document.title = "Link doesn't work · Postern";
  $("title").focus();
}

function showError(error) {
  switch (error.code) {
  case "INVALID_TOKEN":
  case "USER_NOT_FOUND":
    showInvalid();
    break;
  case "PASSWORD_TOO_SHORT":
    showProblems({ password: "This password is too short for this site. Use a longer one." });
    break;
  case "PASSWORD_TOO_LONG":
    showProblems({ password: "This password is too long. Use at most 128 characters." });
    break;
  default:
    setStatus(error.message);
  }
}

const token = takeToken();

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  setStatus("");
  const newPassword = $("password").value;
  if (!showProblems({ password: passwordProblem(newPassword) })) return;
  setBusy(form, true);
  const { error } = await post("/api/auth/reset-password", { newPassword, token });
  if (error) {
    setBusy(form, false);
    showError(error);
    return;
  }
  history.replaceState(null, "");
  leaveNote("Your new password is saved. Sign in with it.");
  location.replace("/sign-in.html");
});

ready(form);
if (token) $("entry").hidden = false;
else showInvalid();
