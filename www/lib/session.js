// SPDX-License-Identifier: ISC
// Who is here, how they leave, and where they go next.
import { get, post } from "./api.js";

let pending = null;

// Fresh is what the database says, and not the copy that a cookie may keep.
const SESSION = "/api/auth/get-session";
const FRESH_SESSION = `${SESSION}?disableCookieCache=true`;

// One request per page: the header, the chat and the forms all ask.
export function getSession({ fresh = false } = {}) {
  if (fresh || !pending) {
    pending = get(fresh ? FRESH_SESSION : SESSION).then((answer) => {
      if (answer.error) pending = null;
      return answer;
    });
  }
  return pending;
}

export async function getUser(options) {
  const { data } = await getSession(options);
  return data?.user ?? null;
}

export const isMember = (user) => Boolean(user) && user.isAnonymous !== true;

// hasProfile is absent when the operator runs without a questionnaire.
export const lacksProfile = (user) => isMember(user) && user.hasProfile === false;

let guest = null;

// A double click, or a second tab that was faster, must not make two guests.
export function ensureSession() {
  guest ??= startGuest().finally(() => {
    guest = null;
  });
  return guest;
}

async function startGuest() {
  const current = await getSession();
  if (current.error || current.data) return current;
  const made = await post("/api/auth/sign-in/anonymous");
  const already = "ANONYMOUS_USERS_CANNOT_SIGN_IN_AGAIN_ANONYMOUSLY";
  if (made.error && made.error.code !== already) return made;
  return getSession({ fresh: true });
}

export async function signOut() {
  const answer = await post("/api/auth/sign-out");
  if (!answer.error) pending = null;
  return answer;
}

// Only a path of this site. URL parsers drop tabs and newlines and read "\" as "/",
// so "/\t/evil" and "/\evil" would leave the site if they were only tested for "//"; and
// "/.//evil" is "//evil" once it is parsed.
export function safePath(value, fallback = "/") {
  if (typeof value !== "string" || !/^\/(?!\/)/.test(value)) return fallback;
  // eslint-disable-next-line no-control-regex
  if (/[\\\u0000-\u001f\u007f-\u009f]/.test(value)) return fallback;
  const url = new URL(value, location.origin);
  if (url.origin !== location.origin || url.pathname.startsWith("//")) return fallback;
  return url.pathname + url.search + url.hash;
}

export function redirectTarget(fallback = "/") {
  return safePath(new URLSearchParams(location.search).get("redirectTo"), fallback);
}

export function withRedirect(page, target) {
  return target === "/" ? page : `${page}?redirectTo=${encodeURIComponent(target)}`;
}

const NOTE = "postern.note";

// Storage can be switched off in a browser; a note is never worth an error.
export function leaveNote(text) {
  try {
    sessionStorage.setItem(NOTE, text);
  } catch { /* the note is lost, nothing else */ }
}

export function takeNote() {
  try {
    const text = sessionStorage.getItem(NOTE);
    sessionStorage.removeItem(NOTE);
    return text;
  } catch {
    return null;
  }
}

const mergeStatus = (headers) => headers?.get("x-merge-status") ?? "";

// "merged; threads=2" or "failed"; without a guest there is no such header.  What failed is
// asked for once more: the server keeps the guest in a cookie.
export async function mergeText(headers) {
  let value = mergeStatus(headers);
  if (value.startsWith("failed")) value = mergeStatus((await post("/api/chatkit/merge")).headers);
  const count = Number(/threads=(\d+)/.exec(value)?.[1] ?? 0);
  if (value.startsWith("failed")) {
    return "Your visitor chats couldn't join your account this time. They are kept, and your next sign-in tries again.";
  }
  if (count === 0) return "";
  return `${count} ${count === 1 ? "chat" : "chats"} joined your account.`;
}
