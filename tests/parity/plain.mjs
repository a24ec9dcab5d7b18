// SPDX-License-Identifier: ISC
// Makes the answers of two servers comparable: what is random becomes a number by first
// appearance, a time becomes its distance from now, and what is signed or encrypted is opened.
import { createDecipheriv, createHash, createHmac, createPublicKey, hkdfSync, verify } from "node:crypto";
import { SECRET } from "./variants.mjs";

const hmac = (text, encoding) => createHmac("sha256", SECRET).update(text).digest(encoding);
const sha256 = (text) => createHash("sha256").update(text).digest("base64url");
const json = (part) => Buffer.from(part, "base64url").toString();

// RFC 7516 with the key that the cookie cache uses.
function openJwe(text) {
  const [head, , iv, sealed, tag] = text.split(".");
  const key = Buffer.from(hkdfSync("sha256", SECRET, "better-auth-session",
    "BetterAuth.js Generated Encryption Key", 64));
  const aad = Buffer.from(head);
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(aad.length * 8));
  const ivBytes = Buffer.from(iv, "base64url");
  const bytes = Buffer.from(sealed, "base64url");
  const mac = createHmac("sha512", key.subarray(0, 32))
    .update(Buffer.concat([aad, ivBytes, bytes, length])).digest().subarray(0, 32);
  if (mac.toString("base64url") !== tag) return "wrong tag";
  const cipher = createDecipheriv("aes-256-cbc", key.subarray(32), ivBytes);
  return cipher.update(bytes, undefined, "utf8") + cipher.final("utf8");
}

function openCompact(text) {
  let whole;
  try {
    whole = JSON.parse(json(text));
  } catch {
    return `no JSON: ${json(text)}`;
  }
  const signed = JSON.stringify({ ...whole.session, expiresAt: whole.expiresAt });
  const good = hmac(signed, "base64url") === whole.signature;
  return json(text).replace(whole.signature, good ? "good" : "wrong");
}

const ID = "[A-Za-z0-9]{32}";
const edges = (inner) => `(?<![A-Za-z0-9_-])${inner}(?![A-Za-z0-9_-])`;
const alphabet = (text) => /[A-Z]/.test(text) ? "mixed" : "lower";

export class Plain {
  #numbers = new Map();
  #names = new Map();
  #keys = [];
  #times = new Map();
  #now = 0;
  #call = 0;

  // names: {text: name} of what is known; keys: the rows of jwks
  constructor(names = {}) {
    for (const [value, name] of Object.entries(names)) this.#names.set(value, name);
  }

  at(now, keys) {
    this.#now = now;
    this.#call++;
    this.#keys = keys;
    for (const [i, { id, publicKey }] of keys.entries()) {
      this.#names.set(id, `key ${i + 1}`);
      this.#names.set(JSON.parse(publicKey).x, `public key ${i + 1}`);
    }
  }

  #number(kind, value) {
    if (this.#names.has(value)) return `<${this.#names.get(value)}>`;
    const known = [...this.#numbers.keys()].length;
    if (!this.#numbers.has(value)) this.#numbers.set(value, known + 1);
    return `<${kind} ${this.#numbers.get(value)}>`;
  }

  // Lives are whole minutes, so a time is told from the call it is first seen in. What has no
  // more than seconds would be seen in calls before its own.
  #time(kind, ms) {
    const minutes = Math.round((ms - this.#now) / 60000);
    const distance = `${minutes < 0 ? "" : "+"}${minutes}min`;
    if (kind === "s") return `<s now${distance}>`;
    if (!this.#times.has(ms)) this.#times.set(ms, `call ${this.#call}${distance}`);
    return `<${kind} of ${this.#times.get(ms)}>`;
  }

  #verified([head, body, signature], { alg, kid }) {
    if (alg === "HS256") return hmac(`${head}.${body}`, "base64url") === signature;
    const row = this.#keys.find(({ id }) => id === kid);
    if (!row || alg !== "EdDSA") return false;
    const key = createPublicKey({ key: JSON.parse(row.publicKey), format: "jwk" });
    return verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, "base64url"));
  }

  #jwt(text) {
    const parts = text.split(".");
    let head;
    try {
      head = JSON.parse(json(parts[0]));
    } catch {
      return `<no jwt ${text}>`;
    }
    const word = this.#verified(parts, head) ? "jwt" : "FORGED jwt";
    return `<${word} ${json(parts[0])} ${this.#claims(json(parts[1]))}>`;
  }

  #claims(text) {
    return this.text(text.replace(/"(iat|exp)":(\d{10})\b/g, (whole, name, seconds) =>
      `"${name}":${this.#time("s", seconds * 1000)}`));
  }

  #signed(value, signature, how) {
    const good = hmac(value, "base64") === decodeURIComponent(signature);
    return `${this.text(value)}.<${good ? "signature" : "WRONG signature"}${how}>`;
  }

  #rules = [
    [/\b[0-9a-f]{32}:[0-9a-f]{128}\b/g, () => "<scrypt>"],
    [/\beyJ[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+/g, (whole) => `<jwe ${json(whole.split(".")[0])} ${
      this.#claims(openJwe(whole))}>`],
    [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, (whole) => this.#jwt(whole)],
    [/\beyJzZXNzaW9uIjp7[\w-]+/g, (whole) => `<compact ${this.#claims(openCompact(whole))}>`],
    [new RegExp(`\\b(${ID}|true)\\.((?:[A-Za-z0-9]|%2B|%2F){43}%3D)`, "g"), (whole, value, signature) =>
      this.#signed(value, signature, " encoded")],
    [new RegExp(`\\b(${ID}|true)\\.([A-Za-z0-9+/]{43}=)`, "g"), (whole, value, signature) =>
      this.#signed(value, signature, "")],
    [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)/g, (whole, fraction = "", zone) =>
      this.#time(fraction.length > 4 || zone === "Z" && fraction.length !== 4
        ? `${fraction.length - 1} digits` : "t", Date.parse(whole))],
    [/(?<="(?:updatedAt|expiresAt)":)\d{13}\b/g, (whole) => this.#time("ms", Number(whole))],
    [new RegExp(edges("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "g"), () => "<uuid>"],
    [/\\?"[0-9a-f]{300,}\\?"/g, (whole) => whole.replace(/[0-9a-f]+/, "<sealed>")],
    [/\b[0-9a-f]{300,}\b/g, () => "<sealed>"],
    [/(?<=delete-account-)[0-9a-z]{32}\b/g, (whole) => this.#number("lower id", whole)],
    [new RegExp(edges(ID), "g"), (whole) => this.#number(`${alphabet(whole)} id`, whole)],
    [new RegExp(edges("[A-Za-z0-9]{24}"), "g"), (whole) => this.#number(`${alphabet(whole)} token`, whole)],
    [new RegExp(edges("[\\w-]{43}"), "g"), (whole) => this.#number("hash", whole)],
  ];

  text(text) {
    // What a rule made is left alone by those after it.
    const made = [];
    const out = this.#rules.reduce((now, [pattern, replace]) => now.replace(pattern, (...match) =>
      `\u0001${made.push(replace(...match)) - 1}\u0002`), text);
    const unfold = (part) => part.replace(/\u0001(\d+)\u0002/g, (whole, i) => unfold(made[i]));
    return unfold(out);
  }
}

export const hashed = sha256;
