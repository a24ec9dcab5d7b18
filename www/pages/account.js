// SPDX-License-Identifier: ISC
// The account: who you are, your chats, your answers, your token, and the way out. What
// keeps it safe has a file each in account/.
import "../lib/nav.js";
import { get } from "../lib/api.js";
import { countThreads } from "../lib/chat.js";
import { $, el, formatDate } from "../lib/dom.js";
import { ready, setBusy, setStatus } from "../lib/forms.js";
import {
  createQuestionnaire, describeAnswers, loadProfile, loadQuestionnaire, saveProfile,
} from "../lib/questionnaire.js";
import { getSession, isMember, leaveNote, signOut, withRedirect } from "../lib/session.js";
import { decodeToken } from "../lib/token.js";
import "./account/deletion.js";
import { showEmail } from "./account/email.js";
import { describeLanding, takeLanding } from "./account/landing.js";
import { showPassword } from "./account/password.js";
import { showSessions } from "./account/sessions.js";

const SIGN_IN = withRedirect("/sign-in.html", "/account.html");
const form = $("form");
let questions = null;
let profile = null;
let questionnaire = null;

const pairs = (list) => list.flatMap(({ label, answer }) =>
  [el("dt", {}, label), el("dd", {}, answer)]);

// Also for who isn't signed in here: a mail may be read on another device.
function arrive(landing, user) {
  const found = describeLanding(landing, user);
  if (found) setStatus(found.text, found.kind);
  return found !== null;
}

function offerSignIn({ deleted }) {
  $("loading").hidden = true;
  $("onwards").hidden = false;
  $("onwards").replaceChildren(deleted
    ? el("a", { class: "button", href: "/" }, "To the chat")
    : el("a", { class: "button", href: SIGN_IN }, "Sign in"));
}

async function start() {
  const landing = takeLanding();
  const { data, error } = await getSession({ fresh: landing !== null });
  if (error) {
    $("loading").hidden = true;
    setStatus(error.message);
    return;
  }
  if (!isMember(data?.user)) {
    if (landing && arrive(landing, null)) offerSignIn(landing);
    else location.replace(SIGN_IN);
    return;
  }
  const { user } = data;
  $("you").replaceChildren(...pairs([
    { label: "Name", answer: user.name || "No name" },
    { label: "Member since", answer: formatDate(user.createdAt) },
  ]));
  $("loading").hidden = true;
  $("account").hidden = false;
  showEmail(user);
  showPassword(user);
  if (landing) arrive(landing, user);
  await Promise.all([showSessions(), showCount(), showAnswers(user)]);
}

async function showCount() {
  const { count, more, error } = await countThreads();
  const text = count === 0 ? "No chats yet."
    : `${count}${more ? " or more" : ""} ${count === 1 ? "chat" : "chats"} in your account.`;
  $("chat-count").textContent = error ? error.message : text;
}

// hasProfile tells before we ask: a missing profile is no error worth a failed request.
async function showAnswers(user) {
  if (user.hasProfile === undefined) {
    $("answers").replaceChildren(el("p", { class: "muted" }, "This site asks no questions."));
    return;
  }
  const [asked, known] = await Promise.all([
    loadQuestionnaire(),
    user.hasProfile ? loadProfile() : { data: null },
  ]);
  if (asked.error || known.error) {
    $("answers").replaceChildren(el("p", { class: "error" }, (asked.error ?? known.error).message));
    return;
  }
  questions = asked.data;
  profile = known.data;
  drawAnswers();
}

function drawAnswers() {
  $("edit").hidden = false;
  $("edit").textContent = profile ? "Edit" : "Answer";
  $("edit").setAttribute("aria-label", profile ? "Edit your answers" : "Answer the questions");
  $("answers").replaceChildren(profile
    ? el("dl", {}, ...pairs(describeAnswers(questions, profile)))
    : el("p", {}, "You haven't answered the questions yet."));
}

function openEditor() {
  questionnaire = createQuestionnaire(questions, profile ?? {});
  $("questions").replaceChildren(...questionnaire.groups.flatMap(({ title, element }) =>
    [el("h3", {}, title), element]));
  form.hidden = false;
  $("answers").hidden = true;
  $("edit").hidden = true;
  $("answers-title").focus();
}

function closeEditor() {
  form.hidden = true;
  $("answers").hidden = false;
  drawAnswers();
  $("edit").focus();
}

async function save(event) {
  event.preventDefault();
  setStatus("");
  const missing = questionnaire.check();
  if (missing) {
    missing.focus();
    return;
  }
  setBusy(form, true);
  const { data, error } = await saveProfile(questionnaire.collect());
  setBusy(form, false);
  if (!error) {
    profile = data;
    closeEditor();
    $("answers-status").textContent = "Your answers are saved.";
    return;
  }
  const { first, rest } = questionnaire.showErrors(error.errors ?? []);
  first?.focus();
  setStatus(first ? rest.join(" ") : error.message);
}

async function toggleToken() {
  const button = $("show-token");
  const open = button.getAttribute("aria-expanded") === "true";
  if (open) {
    $("token").hidden = true;
  } else {
    button.disabled = true;
    const { data, error } = await get("/api/auth/token");
    button.disabled = false;
    button.focus();
    drawToken(data, error);
  }
  button.setAttribute("aria-expanded", String(!open));
  button.textContent = open ? "Show token" : "Hide token";
}

function drawToken(data, error) {
  $("token").hidden = false;
  if (error) {
    $("token").replaceChildren(el("p", { class: "error" }, error.message));
    return;
  }
  const { header, payload } = decodeToken(data.token);
  const block = (title, value) => [
    el("h3", {}, title),
    el("pre", { tabindex: "0", role: "region", "aria-label": title },
      JSON.stringify(value, null, 2)),
  ];
  $("token").replaceChildren(
    ...block("Header", header),
    ...block("Claims", payload),
    el("p", { class: "hint" },
      `Valid until ${new Date(payload.exp * 1000).toLocaleTimeString()}.`));
}

async function leave() {
  $("sign-out").disabled = true;
  const { error } = await signOut();
  if (error) {
    $("sign-out").disabled = false;
    setStatus(error.message);
    return;
  }
  leaveNote("You're signed out.");
  location.assign("/");
}

$("edit").addEventListener("click", openEditor);
$("cancel").addEventListener("click", closeEditor);
form.addEventListener("submit", save);
$("show-token").addEventListener("click", toggleToken);
$("sign-out").addEventListener("click", leave);
ready(form);
start();
