// SPDX-License-Identifier: ISC
// One conversation of the stock client. It is held with the peer alone, then with a server that
// changes after every call: whoever talks must not notice.
import { PASSWORD } from "./scene.mjs";
import { get } from "./script.mjs";

const NEW = "New password 1";
const says = (jar, client) => ({ jar, client });
const me = (tab, query) => says(tab, (client) => client.getSession({ query }));

// Every call is followed by a look at the session.
const talking = (tab, ...calls) => calls.flatMap((call) => [
  typeof call === "function" ? says(tab, call) : { jar: tab, ...call },
  me(tab, call === link ? { disableCookieCache: true } : undefined)]);
const link = get((c) => c.link);
const user = { name: "Carol", email: "carol@example.com", password: PASSWORD };

export const talk = [
  ...talking("first",
    (client) => client.getSession(),
    (client) => client.signUp.email({ ...user, image: "https://example.com/c.png" }),
    (client) => client.token(),
    (client) => client.updateUser({ name: "Carola" }),
    (client) => client.listSessions(),
    (client) => client.listAccounts(),
    (client) => client.changePassword({ currentPassword: PASSWORD, newPassword: NEW, revokeOtherSessions: true })),
  ...talking("second",
    (client) => client.signIn.email({ email: user.email, password: PASSWORD }),
    (client) => client.signIn.email({ email: "CAROL@example.com", password: NEW, rememberMe: false }),
    (client) => client.listSessions(),
    (client) => client.token(),
    (client) => client.updateUser({ name: "Carla", image: null })),
  ...talking("first",
    (client) => client.sendVerificationEmail({ email: user.email, callbackURL: "/verified" }),
    link,
    (client) => client.sendVerificationEmail({ email: user.email }),
    (client) => client.changeEmail({ newEmail: "caroline@example.com", callbackURL: "/changed" }),
    link,
    (client) => client.signIn.email({ email: user.email, password: NEW }),
    (client) => client.signIn.email({ email: "caroline@example.com", password: "wrong password" })),
  ...talking("third",
    (client) => client.requestPasswordReset({ email: "caroline@example.com", redirectTo: "/reset" }),
    link,
    (client, c) => client.resetPassword({ newPassword: PASSWORD, token: c.secret }),
    (client, c) => client.resetPassword({ newPassword: PASSWORD, token: c.secret }),
    (client) => client.signIn.email({ email: "caroline@example.com", password: PASSWORD }),
    (client) => client.signOut(),
    (client) => client.signIn.anonymous(),
    (client) => client.token(),
    (client) => client.signIn.anonymous(),
    (client) => client.signIn.email({ email: "caroline@example.com", password: PASSWORD })),
  me("first"),
  ...talking("first",
    (client) => client.signIn.email({ email: "caroline@example.com", password: PASSWORD }),
    (client, c) => client.revokeSession({ token: c.tokenOf("third") }),
    (client) => client.revokeOtherSessions()),
  me("third"), me("second"),
  ...talking("second",
    (client) => client.signIn.email({ email: "caroline@example.com", password: PASSWORD }),
    (client) => client.revokeSessions()),
  me("first"),
  ...talking("third",
    (client) => client.signIn.email({ email: "caroline@example.com", password: PASSWORD }),
    (client) => client.deleteUser({ password: "wrong password" }),
    (client) => client.deleteUser({ password: PASSWORD }),
    (client) => client.signIn.email({ email: "caroline@example.com", password: PASSWORD }),
    (client) => client.signIn.anonymous(),
    (client) => client.deleteAnonymousUser()),
];
