// SPDX-License-Identifier: ISC
// A session that ended while the page was open: ended elsewhere, or too old.
import { leaveNote, withRedirect } from "../../lib/session.js";

export const signInAgain = () => location.assign(withRedirect("/sign-in.html", "/account.html"));

// True when it was that, and the page is on its way to sign-in.
export function isGone({ status }) {
  if (status !== 401) return false;
  leaveNote("You were signed out meanwhile. Please sign in again.");
  signInAgain();
  return true;
}
