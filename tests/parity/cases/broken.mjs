// SPDX-License-Identifier: ISC
// Requests that no client sends: how they are refused counts, and that they are.
import { PASSWORD, email, sign, token } from "../scene.mjs";
import { get, post, request } from "../script.mjs";

const GOOD = JSON.stringify({ email: email("alice"), password: PASSWORD });
const JSON_TYPE = { "content-type": "application/json" };
const signIn = (body, headers = JSON_TYPE) => post("/sign-in/email", body, { headers });
const bytes = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));

const TYPES = ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", " application/json ",
  "application/json;charset=latin1", "application/json,text/plain", "text/plain", "text/json", "application/jsonx",
  "application/ld+json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json", "",
  ";", "application/json;", "application/json ; x", "application /json", "*/*", "a\"b", "application/x-www-form-urlencoded; charset=utf-8"];
const types = TYPES.flatMap((type) => [
  [`sign-in as ${JSON.stringify(type)}`, signIn(GOOD, { "content-type": type })],
  [`sign-out as ${JSON.stringify(type)}`, post("/sign-out", "{}", { as: "alice", headers: { "content-type": type } })],
  [`delete-user as ${JSON.stringify(type)}`, post("/delete-user", "{}", { headers: { "content-type": type } })],
]).concat([
  ["no type", signIn(GOOD, {}), post("/sign-out", "{}", { as: "alice" }), post("/sign-out", undefined, { as: "alice" })],
  ["no type, empty", signIn("", {})],
  ["two types", signIn(GOOD, { "content-type": ["application/json", "text/plain"] })],
]);

const form = (text) => signIn(text, { "content-type": "application/x-www-form-urlencoded" });
const forms = [
  ["good", form(`email=alice%40example.com&password=${PASSWORD}`)],
  ["rememberMe", form(`email=alice%40example.com&password=${PASSWORD}&rememberMe=false`)],
  ["callbackURL", form(`email=alice%40example.com&password=${PASSWORD}&callbackURL=/in`)],
  ["twice", form(`email=x&email=alice%40example.com&password=${PASSWORD}`)],
  ["plus and percent", form("email=a+b%40example.com&password=%zz%20+x")],
  ["empty", form(""), form("&&="), form("email"), form("=x")],
  ["sign-up", post("/sign-up/email", "name=a+b&email=f%40example.com&password=password1234",
    { headers: { "content-type": "application/x-www-form-urlencoded" } })],
  ["another site's form", post("/sign-in/email", "email=alice%40example.com&password=password1234", { headers: {
    "content-type": "application/x-www-form-urlencoded", "origin": "https://evil.example",
    "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" } })],
];

const json = [
  ["duplicate keys", signIn(`{"email":"x","email":"${email("alice")}","password":"wrong","password":"${PASSWORD}"}`)],
  ["duplicate keys, the last bad", signIn(`{"email":"${email("alice")}","password":"${PASSWORD}","password":5}`)],
  ["__proto__", signIn(`{"__proto__":{"rememberMe":false},"email":"${email("alice")}","password":"${PASSWORD}"}`)],
  ["__proto__ instead", signIn(`{"__proto__":{"email":"${email("alice")}","password":"${PASSWORD}"}}`)],
  ["constructor", signIn(`{"constructor":{"prototype":{"a":1}},"email":"${email("alice")}","password":"${PASSWORD}"}`)],
  ["BOM", signIn(`\ufeff${GOOD}`)],
  ["two BOMs", signIn(`\ufeff\ufeff${GOOD}`)],
  ["BOM at the end", signIn(`${GOOD}\ufeff`)],
  ["spaces around", signIn(` \n\t\r${GOOD} \n`)],
  ["a form feed around", signIn(`\f${GOOD}`)],
  ["no-break space around", signIn(`\u00a0${GOOD}`)],
  ["garbage behind", signIn(`${GOOD}x`), signIn(`${GOOD}{}`), signIn(`${GOOD},`)],
  ["a NUL behind", signIn(`${GOOD}\u0000`)],
  ["comments", signIn(`/* */${GOOD}`), signIn(`${GOOD}// x`)],
  ["single quotes", signIn(GOOD.replaceAll("\"", "'"))],
  ["escapes", signIn(GOOD.replace("alice", "\\u0061lic\\u0065"))],
  ["bad escapes", signIn(GOOD.replace("alice", "\\x61lice")), signIn(GOOD.replace("alice", "\\u00zz")), signIn(GOOD.replace("alice", "\\"))],
  ["half a character", signIn(`{"email":"a\\ud800@b.co","password":"x"}`), signIn(`{"email":"a@b.co","password":"\\udc00\\ud800"}`)],
  ["a control character", signIn("{\"email\":\"a\n@b.co\",\"password\":\"x\"}"), signIn("{\"email\":\"a\u0001@b.co\",\"password\":\"x\"}")],
  ["DEL", signIn("{\"email\":\"a\u007f@b.co\",\"password\":\"x\"}")],
  ["bytes that are no UTF-8", signIn(bytes("{\"email\":\"a@b.co\",\"password\":\"", [0xff, 0xfe], "\"}"))],
  ["an overlong slash", signIn(bytes("{\"email\":\"a@b.co\",\"password\":\"", [0xc0, 0xaf], "\"}"))],
  ["UTF-16", signIn(Buffer.from(GOOD, "utf16le"))],
  ["latin-1", signIn(Buffer.from(GOOD.replace(PASSWORD, "pässword"), "latin1"))],
  ["numbers", ...["1e999", "-0", "1E5", "01", "1.", ".5", "+1", "0x10", "Infinity", "1e-999", "123456789012345678901234567890"]
    .map((number) => signIn(`{"email":"a@b.co","password":"x","rememberMe":${number}}`))],
  ["deep", signIn(`{"email":"a@b.co","password":"x","a":${"[".repeat(60)}${"]".repeat(60)}}`)],
  ["deeper", signIn(`{"email":"a@b.co","password":"x","a":${"[".repeat(500)}${"]".repeat(500)}}`)],
  ["much", signIn(`{"email":"a@b.co","password":"x","a":"${"x".repeat(60000)}"}`)],
  ["too much", signIn(`{"email":"a@b.co","password":"x","a":"${"x".repeat(70000)}"}`)],
  ["many keys", signIn(`{${Array.from({ length: 2000 }, (_, i) => `"k${i}":${i}`).join()},"email":"a@b.co","password":"x"}`)],
  ["empty key", signIn(`{"":1,"email":"${email("alice")}","password":"${PASSWORD}"}`)],
  ["keys in capitals", signIn("{\"Email\":\"a@b.co\",\"PASSWORD\":\"x\"}")],
];

const COOKIES = {
  "quoted": (c) => `${c.cookie("session_token")}="${c.session("alice")}"`,
  "not encoded": (c) => `${c.cookie("session_token")}=${sign(token("alice"))}`,
  "encoded twice": (c) => `${c.cookie("session_token")}=${encodeURIComponent(c.session("alice"))}`,
  "twice, good first": (c) => `${c.cookie("session_token")}=${c.session("alice")}; ${c.cookie("session_token")}=${c.session("vera")}`,
  "twice, bad first": (c) => `${c.cookie("session_token")}=x; ${c.cookie("session_token")}=${c.session("alice")}`,
  "spaces": (c) => `  ${c.cookie("session_token")}  =  ${c.session("alice")}  `,
  "no space": (c) => `a=b;${c.cookie("session_token")}=${c.session("alice")};c=d`,
  "tabs": (c) => `a=b;\t${c.cookie("session_token")}=${c.session("alice")}`,
  "commas": (c) => `a=b, ${c.cookie("session_token")}=${c.session("alice")}`,
  "capitals": (c) => `${c.cookie("session_token").toUpperCase()}=${c.session("alice")}`,
  "another prefix": (c) => `__Secure-${c.cookie("session_token")}=${c.session("alice")}`,
  "host prefix": (c) => `__Host-${c.cookie("session_token")}=${c.session("alice")}`,
  "old name": (c) => `better-auth-session_token=${c.session("alice")}`,
  "bad percent": (c) => `${c.cookie("session_token")}=${c.session("alice")}%zz`,
  "no value": (c) => `${c.cookie("session_token")}`,
  "empty value": (c) => `${c.cookie("session_token")}=`,
  "empty": () => "",
  "semicolons": () => ";;;",
  "a dot": (c) => `${c.cookie("session_token")}=.`,
  "no signature": (c) => `${c.cookie("session_token")}=${token("alice")}`,
  "empty signature": (c) => `${c.cookie("session_token")}=${token("alice")}.`,
  "signature cut": (c) => `${c.cookie("session_token")}=${c.session("alice").slice(0, -4)}`,
  "url-safe signature": (c) => `${c.cookie("session_token")}=${sign(token("alice")).replaceAll("+", "-").replaceAll("/", "_")}`,
  "signature of another": (c) => `${c.cookie("session_token")}=${token("alice")}.${sign(token("vera")).split(".")[1]}`,
  "another secret": (c) => `${c.cookie("session_token")}=${encodeURIComponent(sign(token("alice"), "x".repeat(32)))}`,
  "a NUL": (c) => `${c.cookie("session_token")}=${encodeURIComponent(sign(`${token("alice")}\u0000`))}`,
  "signed nothing": (c) => `${c.cookie("session_token")}=${encodeURIComponent(sign(""))}`,
  "signed dots": (c) => `${c.cookie("session_token")}=${encodeURIComponent(sign("a.b"))}`,
  "latin-1": (c) => `ä=ö; ${c.cookie("session_token")}=${c.session("alice")}`,
  "many": (c) => `${Array.from({ length: 150 }, (_, i) => `c${i}=v`).join("; ")}; ${c.cookie("session_token")}=${c.session("alice")}`,
  "long": (c) => `x=${"y".repeat(8000)}; ${c.cookie("session_token")}=${c.session("alice")}`,
};
const cookies = Object.entries(COOKIES).flatMap(([name, cookie]) => [
  [name, get("/get-session", { cookie })],
  [`${name}, to a guarded one`, get("/list-accounts", { cookie })],
  [`${name}, by POST`, post("/update-user", { name: "B" }, { cookie })],
]);

const PATHS = ["/ok", "/ok/", "//ok", "/OK", "/%6fk", "/ok%20", "/ok?", "/ok?a=%zz", "/ok?a=%00", "/ok?a=ä".replace("ä", "%E4"),
  "/ok;x=1", "/get-session/", "/get-session?disableRefresh=1&disableRefresh=2", "/get-session?a=1&a=2", "/get-session?disableCookieCache",
  "/get-session?disableCookieCache[]=1", "/sign-in/email/", "/sign-in//email", "/list-sessions?x", "/error?error=a&error=b",
  "/verify-email?token=x&x=y", "/verify-email?TOKEN=x", "/delete-user/callback?token=", "/verify-email?callbackURL=/x", "/jwks?x=1", "/.well-known/openid-configuration"];
const paths = [
  ...PATHS.map((path) => [path, get(path, { as: "alice" })]),
  ...["!/api/auth", "!/api/auth/", "!/api/authx/ok", "!/api", "!/api/auth?x"].map((path) => [path, get(path)]),
  ...PATHS.slice(0, 8).map((path) => [`POST ${path}`, post(path, {}, { as: "alice" })]),
];

const errors = ["state_mismatch", "a b", "<script>", "x".repeat(300), "", "a-b_c'd", "ä", "%00", "please_restart_the_process"]
  .map((code) => [JSON.stringify(code.slice(0, 40)), get(`/error?error=${encodeURIComponent(code)}`),
    get(`/error?error=${encodeURIComponent(code)}&error_description=${encodeURIComponent("<b>&\"' ä")}`)]);

const ADDRESSES = ["203.0.113.7", " 203.0.113.7 ", "2001:db8:1:2:3:4:5:6", "::ffff:203.0.113.9", "::1", "[2001:db8::1]", "unknown", "203.0.113.7:80", "",
  "300.1.1.1", "1.2.3", "0x7f.1", "203.0.113.7,"];
const addresses = ADDRESSES.map((address) => [JSON.stringify(address), signIn(GOOD, { ...JSON_TYPE, "x-forwarded-for": address })]);
const AGENTS = ["", "a\tb", "ü".repeat(20), "x".repeat(500), "Mozilla/5.0 (X11; Linux x86_64) \"quoted\" \\"];
const agents = AGENTS.map((agent) => [JSON.stringify(agent.slice(0, 30)), signIn(GOOD, { ...JSON_TYPE, "user-agent": agent })])
  .concat([["none", signIn(GOOD, { ...JSON_TYPE, "user-agent": null })]]);

const hosts = ["evil.example", "localhost:3005", "127.0.0.1:9"].map((host) => [JSON.stringify(host),
  post("/request-password-reset", { email: email("alice"), redirectTo: "/x" }, { headers: { host, "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" } }),
  post("/sign-in/email", { email: email("alice"), password: PASSWORD }, { headers: { host, origin: `http://${host}` } })]);

const bodiless = ["/sign-out", "/sign-in/anonymous", "/revoke-sessions", "/delete-user", "/update-user"].flatMap((path) => [
  [`${path} nothing`, post(path, undefined, { as: "alice" })],
  [`${path} a type and nothing`, post(path, "", { as: "alice", headers: JSON_TYPE })],
  [`PUT ${path}`, request("PUT", path, "{}", { as: "alice", headers: JSON_TYPE })],
]).concat([["get-session with a body", request("GET", "/get-session", "{}", { as: "alice", headers: JSON_TYPE })],
  ["POST get-session", post("/get-session", {}, { as: "alice" }), post("/get-session", {}), post("/get-session", "x", { as: "alice" })]]);

export const broken = [
  { name: "content types", cases: types },
  { name: "forms", cases: forms },
  { name: "JSON", cases: json },
  { name: "cookies", cases: cookies },
  { name: "paths", cases: paths },
  { name: "error pages", variants: ["base", "errorpage"], cases: errors },
  { name: "addresses of callers", cases: addresses },
  { name: "user agents", cases: agents },
  { name: "hosts", cases: hosts },
  { name: "bodiless", variants: ["base", "defer"], cases: bodiless },
];
