// SPDX-License-Identifier: ISC
// What the links of mails have to say when they lead to the account page.

// Where the links of this page's mails lead. The address comes back to be compared, never
// to be shown: anybody can write such a link.
export const VERIFIED = "/account.html?verified=1";
export const DELETED = "/account.html?deleted=1";
export const changedTo = (address) => `/account.html?${new URLSearchParams({ address })}`;

const FAILURES = {
  TOKEN_EXPIRED: "This link is too old.",
  INVALID_TOKEN: "This link doesn't hold: it isn't whole, or it was for another address.",
  USER_NOT_FOUND: "The account that this link was for isn't there any more.",
  INVALID_USER: "This link is for another account than the one signed in here. " +
    "Sign out, and open it again.",
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: "Somebody else has this address by now. " +
    "Your account keeps the one it has.",
};

// Taken out of the address, so that a reload doesn't say it again.
export function takeLanding() {
  const query = new URLSearchParams(location.search);
  const landing = {
    verified: query.has("verified"),
    deleted: query.has("deleted"),
    address: query.get("address"),
    error: query.get("error"),
  };
  if (!Object.values(landing).some(Boolean)) return null;
  history.replaceState(null, "", location.pathname + location.hash);
  return landing;
}

const failure = (text) => ({ text, kind: "error" });
const success = (text) => ({ text, kind: "done" });

function describeFailure({ error, verified, address }, user) {
  const text = FAILURES[error] ?? "This link didn't work.";
  if (error !== "TOKEN_EXPIRED" && error !== "INVALID_TOKEN") return failure(text);
  if (user?.emailVerified && verified) return success(`Your address is verified already. ${text}`);
  const what = address ? "ask for the change again" : "have another link sent";
  return failure(`${text} You can ${what} ${user ? "below" : "once you're signed in"}.`);
}

// user is null for who isn't signed in here, as on a phone that only reads mails.
export function describeLanding(landing, user) {
  if (landing.error) return describeFailure(landing, user);
  if (landing.deleted) return user ? null : success("Your account is deleted, with all that was in it.");
  if (landing.address) {
    if (!user) return success("The link worked. Sign in to see your address.");
    return landing.address.toLowerCase() === user.email.toLowerCase()
      ? success(`Your e-mail address is now ${user.email}.`)
      : success("Thank you. One more mail is on its way, to the new address. Its link makes the change.");
  }
  if (user && !user.emailVerified) return null;
  return success("Your e-mail address is verified. Thank you.");
}
