// SPDX-License-Identifier: ISC
// Who has signed in on one server must be signed in on the other.
import { createPublicKey, verify } from "node:crypto";

export const PASSWORD = "password1234";
export const emailOf = (name) => `${name}@example.com`;

export async function signUp(server, name, jar) {
  const answer = await server.post("/sign-up/email",
    { name, email: emailOf(name), password: PASSWORD }, jar);
  return { name, email: emailOf(name), jar: { session_token: answer.cookies.session_token }, answer };
}

export async function signIn(server, { name, password = PASSWORD, ...more }) {
  const answer = await server.post("/sign-in/email", { email: emailOf(name), password, ...more });
  return { name, email: emailOf(name), jar: answer.cookies, answer };
}

export async function guest(server) {
  const answer = await server.post("/sign-in/anonymous", {});
  return { name: "guest", email: answer.json?.user.email, jar: answer.cookies, answer };
}

// Bearer tokens of a session: as the server hands them out, and the bare one.
export const bearers = ({ name, email, answer }) =>
  [answer.headers.get("set-auth-token"), answer.json.token].map((bearer, i) =>
    ({ name: `${name}, ${i === 0 ? "signed" : "bare"} bearer`, email, jar: { bearer } }));

export async function isSignedIn(server, { email, jar }) {
  const { status, json } = await server.get("/get-session", { jar });
  return status === 200 && json?.user?.email === email;
}

// Names of those who are not signed in any more.
export async function loggedOut(server, people) {
  const out = [];
  for (const person of people) if (!await isSignedIn(server, person)) out.push(person.name);
  return out;
}

export async function token(server, { jar }) {
  const { json } = await server.get("/token", { jar });
  return json?.token;
}

const part = (jwt, i) => JSON.parse(Buffer.from(jwt.split(".")[i], "base64url"));
export const kidOf = (jwt) => part(jwt, 0).kid;

// Signed by a key that the server publishes.
export async function isVouchedFor(server, jwt) {
  const { json } = await server.get("/jwks");
  const key = json.keys.find(({ kid }) => kid === kidOf(jwt));
  if (!key) return false;
  const [text, signature] = [jwt.slice(0, jwt.lastIndexOf(".")), jwt.split(".")[2]];
  const jwk = createPublicKey({ key, format: "jwk" });
  return verify(null, Buffer.from(text), jwk, Buffer.from(signature, "base64url"));
}
