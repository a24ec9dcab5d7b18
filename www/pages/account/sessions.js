// SPDX-License-Identifier: ISC
// Where you are signed in, and the ways to end that elsewhere.
import { get, post } from "../../lib/api.js";
import { describeDevice } from "../../lib/device.js";
import { $, el, formatDate, timeElement } from "../../lib/dom.js";
import { setStatus } from "../../lib/forms.js";
import { getSession, signOut } from "../../lib/session.js";
import { isGone, signInAgain } from "./gone.js";

const tell = (text, kind) => setStatus(text, kind, $("sessions-status"));

// The server notes a use about once a day: on the first day there is nothing to add.
function describeTimes({ createdAt, updatedAt }) {
  const again = formatDate(createdAt) !== formatDate(updatedAt);
  return ["Signed in: ", timeElement(createdAt), ...(again ? [", last seen: ", timeElement(updatedAt)] : [])];
}

// As short as it can be written; the server keeps them long, and of some only the network.
function describeAddress(address) {
  if (!address?.includes(":")) return address;
  const url = URL.parse?.(`http://[${address}]`);
  return url ? url.hostname.slice(1, -1) : address;
}

function describeTrace(session) {
  const address = describeAddress(session.ipAddress);
  return [...describeTimes(session), address && address !== "::" ? ` · ${address}` : null];
}

function row(session, current) {
  const device = describeDevice(session.userAgent);
  const here = session.token === current;
  const button = () => el("button", {
    type: "button",
    class: "quiet small",
    "aria-label": `Sign out ${device}, signed in ${formatDate(session.createdAt)}`,
    onclick: ({ currentTarget }) => end(currentTarget, "/api/auth/revoke-session",
      { token: session.token }, `Signed out: ${device}.`),
  }, "Sign out");
  return el("li", {},
    el("div", {},
      el("p", {}, el("strong", {}, device), here ? el("span", { class: "badge good" }, "This device") : null),
      el("p", { class: "hint" }, ...describeTrace(session))),
    here ? null : button());
}

function draw(sessions, current) {
  const time = (session) => (session.token === current ? Infinity : Date.parse(session.updatedAt));
  const sorted = [...sessions].sort((a, b) => time(b) - time(a));
  $("sessions").replaceChildren(...sorted.map((session) => row(session, current)));
  $("sessions").hidden = false;
  $("elsewhere").hidden = sorted.length < 2;
}

// The list needs a session that began not long ago; ending others doesn't.
function drawNotFresh() {
  $("sessions").hidden = true;
  $("not-fresh").hidden = false;
  $("elsewhere").hidden = false;
}

// Fresh when the session of this page may be another one than before.
export async function showSessions(options) {
  const [{ data: current }, { data, error }] = await Promise.all([
    getSession(options), get("/api/auth/list-sessions"),
  ]);
  $("sessions-loading").hidden = true;
  if (!error) draw(data, current?.session.token);
  else if (error.code === "SESSION_NOT_FRESH") drawNotFresh();
  else if (!isGone(error)) tell(error.message);
}

// The button is gone with its row, so the focus goes to the heading.
async function end(button, path, body, text) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  tell("");
  const { error } = await post(path, body);
  button.setAttribute("aria-disabled", "false");
  if (error) {
    if (!isGone(error)) tell(error.message);
    return;
  }
  await showSessions();
  $("sessions-title").focus();
  tell(text, "done");
}

// Out and in again, so that no session is left behind.
async function enterAgain({ currentTarget: button }) {
  button.setAttribute("aria-disabled", "true");
  const { error } = await signOut();
  button.setAttribute("aria-disabled", "false");
  if (error) tell(error.message);
  else signInAgain();
}

$("sign-in-again").addEventListener("click", enterAgain);
$("sign-out-others").addEventListener("click", ({ currentTarget }) =>
  end(currentTarget, "/api/auth/revoke-other-sessions", {}, "You're signed out everywhere else."));
