// SPDX-License-Identifier: ISC
// How many requests are too many; every case has a caller of its own.
import { email } from "../scene.mjs";
import { get, post } from "../script.mjs";

const times = (n, step) => Array.from({ length: n }, () => step);
let caller = 0;
const by = () => ({ headers: { "x-forwarded-for": `198.51.100.${++caller}` } });

const wrong = (options) => post("/sign-in/email", { email: email("alice"), password: "wrong password" }, options);
const cases = [
  ["sign-in", (by) => [...times(4, wrong(by)), get("/get-session", by), post("/sign-in/anonymous", {}, by)]],
  ["sign-in and sign-up", (by) => [...times(2, wrong(by)), ...times(4, post("/sign-up/email", {}, by))]],
  ["reset", (by) => times(4, post("/request-password-reset", { email: "nobody@example.com" }, by))],
  ["verification", (by) => times(4, post("/send-verification-email", {}, by))],
  ["change", (by) => times(4, post("/change-password", {}, by))],
  ["malformed", (by) => times(4, post("/sign-in/email", "{", by))],
  ["unknown below sign-in", (by) => times(4, post("/sign-in/nope", {}, by))],
];
const long = [
  ["anything else", (by) => times(102, get("/get-session", by))],
  ["unknown", (by) => times(102, get("/nope", by))],
];

const apart = (list) => list.map(([name, steps]) => [name, ...steps(by())]);
export const limits = [
  { name: "limits", variants: ["limits"], cases: apart(cases) },
  { name: "a hundred", variants: ["limits"], sample: 2, cases: apart(long) },
];
