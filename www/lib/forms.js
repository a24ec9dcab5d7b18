// SPDX-License-Identifier: ISC
// Errors beside their fields, for eyes and for screen readers, and a form's busy state.
import { $, el } from "./dom.js";

// The server's own rule for addresses, so that a form never promises what it refuses.
const EMAIL = new RegExp(
  "^(?!\\.)(?!.*\\.\\.)[A-Za-z0-9_'+.-]*[A-Za-z0-9_+-]" +
  "@([A-Za-z0-9][A-Za-z0-9-]*\\.)+[A-Za-z]{2,}$",
);

export function emailProblem(value) {
  if (value === "") return "Enter your e-mail address.";
  if (!EMAIL.test(value)) return "Enter an e-mail address like name@example.com.";
  return "";
}

// Length in UTF-16 units, which is what the server counts too.
export function passwordProblem(value) {
  if (value === "") return "Choose a password.";
  if (value.length < 8) return "Use at least 8 characters.";
  if (value.length > 128) return "Use at most 128 characters.";
  return "";
}

function describedBy(input, id, on) {
  const ids = new Set((input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  if (on) ids.add(id);
  else ids.delete(id);
  if (ids.size) input.setAttribute("aria-describedby", [...ids].join(" "));
  else input.removeAttribute("aria-describedby");
}

export function showFieldError(input, message) {
  const id = `${input.id}-error`;
  const holder = $(id) ?? el("p", { id, class: "error" });
  if (!holder.isConnected) (input.closest(".field") ?? input.parentElement).append(holder);
  holder.textContent = message;
  input.setAttribute("aria-invalid", "true");
  describedBy(input, id, true);
}

export function clearFieldError(input) {
  $(`${input.id}-error`)?.remove();
  input.removeAttribute("aria-invalid");
  describedBy(input, `${input.id}-error`, false);
}

// problems: {inputId: "message" or ""}. Focuses the first bad field; true when all is well.
export function showProblems(problems) {
  let first = null;
  for (const [id, message] of Object.entries(problems)) {
    if (!message) {
      clearFieldError($(id));
      continue;
    }
    showFieldError($(id), message);
    first ??= $(id);
  }
  first?.focus();
  return first === null;
}

// A corrected field should not keep accusing.
export function clearOnInput(form) {
  form.addEventListener("input", ({ target }) => {
    if (target.id && target.getAttribute("aria-invalid")) clearFieldError(target);
  });
}

export function setStatus(text, kind = "error", box = $("status")) {
  box.textContent = text;
  box.className = text ? `status status-${kind}` : "status";
}

// aria-disabled, because a disabled button drops the keyboard's focus on the floor.
export function setBusy(form, busy) {
  form.setAttribute("aria-busy", String(busy));
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-disabled", String(busy));
  }
}

function refuseWhileBusy(event) {
  if (event.currentTarget.getAttribute("aria-busy") !== "true") return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

function reveal(button, show) {
  $(button.dataset.reveal).type = show ? "text" : "password";
  button.textContent = show ? "Hide" : "Show";
  button.setAttribute("aria-label",
    button.getAttribute("aria-label").replace(/^\w+/, button.textContent));
}

const toggleReveal = ({ currentTarget: button }) =>
  reveal(button, $(button.dataset.reveal).type === "password");

// The buttons wait in the HTML, disabled, until this page's script can answer them:
// a form sent before that would put the password into a request nobody expects.
export function ready(form) {
  form.addEventListener("submit", refuseWhileBusy, { capture: true });
  clearOnInput(form);
  for (const button of form.querySelectorAll("button")) button.disabled = false;
  for (const button of form.querySelectorAll("[data-reveal]")) {
    button.addEventListener("click", toggleReveal);
  }
}

function empty(form) {
  form.reset();
  for (const input of form.querySelectorAll("[aria-invalid]")) clearFieldError(input);
  for (const button of form.querySelectorAll("[data-reveal]")) reveal(button, false);
}

// A form that `opener` unfolds. Returns what folds it again, as Cancel and Escape do;
// nothing typed stays in it.
export function foldable(opener, form) {
  const fold = () => {
    if (form.hidden) return;
    form.hidden = true;
    opener.hidden = false;
    empty(form);
    opener.focus();
  };
  const giveUp = () => {
    if (form.getAttribute("aria-busy") !== "true") fold();
  };
  opener.addEventListener("click", () => {
    opener.hidden = true;
    form.hidden = false;
    form.querySelector("input:not([hidden])").focus();
  });
  form.querySelector("[data-cancel]").addEventListener("click", giveUp);
  form.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") giveUp();
  });
  ready(form);
  return fold;
}

// "[body.email] Invalid email address; [body.name] ..." as {email: "...", name: "..."}.
export function validationMessages(message) {
  const found = {};
  for (const [, field, text] of message.matchAll(/\[body\.([\w]+)\] ([^[]*?)(?=; \[|$)/g)) {
    found[field] = text;
  }
  return found;
}
