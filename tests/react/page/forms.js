// SPDX-License-Identifier: ISC
// What a person can ask for: one form per call of the client. A field left empty is not sent.
import { auth } from "./auth.js";

const text = (name, label = name) => ({ name, label, type: "text" });
const secret = (name, label = name) => ({ name, label, type: "password" });
const box = (name, label = name) => ({ name, label, type: "checkbox" });
const bearer = (token) => ({ credentials: "omit", headers: { authorization: `Bearer ${token}` } });

// "null" typed into a field is null: some calls clear a column by it.
const asGiven = (values) => Object.fromEntries(Object.entries(values)
  .map(([key, value]) => [key, value === "null" ? null : value]));

const remembering = ({ forget, ...values }) => (forget ? { ...values, rememberMe: false } : values);

export const FORMS = [
  { name: "Sign up",
    fields: [text("name"), text("email"), secret("password"), box("forget"), text("callbackURL")],
    call: (values, options) => auth.signUp.email(remembering({ name: "", ...values }), options) },
  { name: "Sign in",
    fields: [text("email"), secret("password"), box("forget"), text("callbackURL")],
    call: (values, options) => auth.signIn.email(remembering(values), options) },
  { name: "Enter as a guest", fields: [],
    call: (_, options) => auth.signIn.anonymous({ fetchOptions: options }) },
  { name: "Delete the guest", fields: [],
    call: (_, options) => auth.deleteAnonymousUser({ fetchOptions: options }) },
  { name: "Sign out", fields: [],
    call: (_, options) => auth.signOut({ fetchOptions: options }) },
  { name: "Get session", fields: [box("disableCookieCache")],
    call: (query, options) => auth.getSession({ query, fetchOptions: options }) },
  { name: "Get session by token", fields: [text("token")],
    call: ({ token }, options) =>
      auth.getSession({ fetchOptions: { ...options, ...bearer(token) } }) },
  { name: "List sessions", fields: [],
    call: (_, options) => auth.listSessions({ fetchOptions: options }) },
  { name: "Revoke session", fields: [text("token")],
    call: (values, options) => auth.revokeSession(values, options) },
  { name: "Revoke other sessions", fields: [],
    call: (_, options) => auth.revokeOtherSessions({ fetchOptions: options }) },
  { name: "Revoke sessions", fields: [],
    call: (_, options) => auth.revokeSessions({ fetchOptions: options }) },
  { name: "Change password",
    fields: [secret("currentPassword"), secret("newPassword"), box("revokeOtherSessions")],
    call: (values, options) => auth.changePassword(values, options) },
  { name: "Update user", fields: [text("name"), text("image"), text("email")],
    call: (values, options) => auth.updateUser(asGiven(values), options) },
  { name: "Change address", fields: [text("newEmail"), text("callbackURL")],
    call: (values, options) => auth.changeEmail(values, options) },
  { name: "Delete account",
    fields: [secret("password"), text("token"), text("callbackURL")],
    call: (values, options) => auth.deleteUser(values, options) },
  { name: "Forgot password", fields: [text("email"), text("redirectTo")],
    call: (values, options) => auth.requestPasswordReset(values, options) },
  { name: "Reset password", fields: [secret("newPassword"), text("token")],
    call: (values, options) => auth.resetPassword(values, options) },
  { name: "Send verification", fields: [text("email"), text("callbackURL")],
    call: (values, options) => auth.sendVerificationEmail(values, options) },
  { name: "Verify address", fields: [text("token"), text("callbackURL")],
    call: (query, options) => auth.verifyEmail({ query, fetchOptions: options }) },
  { name: "Get token", fields: [],
    call: (_, options) => auth.token({ fetchOptions: options }) },
];
