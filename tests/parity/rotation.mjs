// SPDX-License-Identifier: ISC
// Verifiers that keep the keys as long as they are told to, and never look again before, check
// tokens while keys change: by posternctl(8), and by themselves after JWT_ROTATION. The
// programs' clock is a file (libfaketime), which goes on by some seconds while requests are
// under way, and never while nothing happens: so an hour and a half is not waited for.
import { existsSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { get, openSite, signUp, tokenOf, URL_OF_SITE } from "./site.mjs";
import { check, comment, finish } from "./tap.mjs";

const ALGS = ["EdDSA", "ES256"];
const STEP = 4;       // seconds of the programs' clock
const BATCH = 16;     // tokens a step
const VERIFIERS = 4;
const ROTATION = 3600;
const MINUTE = 60000;

function library() {
  for (const dir of readdirSync("/usr/lib").map((name) => `/usr/lib/${name}/faketime`)) {
    if (existsSync(`${dir}/libfaketime.so.1`)) return `${dir}/libfaketime.so.1`;
  }
  return null;
}

class Clock {
  #ahead = 0;
  #file;

  constructor(dir) {
    this.#file = `${dir}/clock`;
    this.advance(0);
  }

  advance(seconds) {
    this.#ahead += seconds;
    writeFileSync(`${this.#file}.new`, `+${this.#ahead}\n`);
    renameSync(`${this.#file}.new`, this.#file);
  }

  now = () => Date.now() + this.#ahead * 1000;

  settings = () => ({
    LD_PRELOAD: library(), FAKETIME_TIMESTAMP_FILE: this.#file, FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  });
}

// Keeps a set of keys for the time that the answer names, whatever tokens come.
class Verifier {
  #until = 0;
  #keys;
  checked = 0;
  fetched = 0;
  failures = [];

  constructor(ours, clock) {
    Object.assign(this, { ours, clock });
  }

  async #refresh(seen) {
    const { headers, json } = await get(this.ours, "/api/auth/jwks");
    const [, age] = /max-age=(\d+)/.exec(headers.get("cache-control"));
    this.#until = this.clock.now() + age * 1000;
    this.#keys = createLocalJWKSet(json);
    this.fetched++;
    for (const { kid } of json.keys) seen.published[kid] ??= this.clock.now();
  }

  async check(token, seen) {
    if (this.clock.now() >= this.#until) await this.#refresh(seen);
    const currentDate = new Date(this.clock.now());
    this.checked++;
    await jwtVerify(token, this.#keys, { issuer: URL_OF_SITE, audience: URL_OF_SITE, currentDate })
      .catch((error) => this.failures.push(`${currentDate.toISOString()} ${error.message} ${token}`));
  }
}

// When each key was first published and first signed, and the last token that it signed.
const newlySeen = () => ({ published: {}, signed: {}, last: {} });

function note(seen, token, now) {
  const { alg, kid } = decodeProtectedHeader(token);
  seen.signed[kid] ??= { alg, at: now };
  seen.last[kid] = token;
}

const liveAt = (now) => (token) => decodeJwt(token).exp * 1000 > now;

// New tokens and, of each key, the last one as long as it lives; the clock goes on meanwhile.
async function step(site, seen, n) {
  const { ours, clock, session, verifiers } = site;
  const asked = Array.from({ length: BATCH }, (_, i) => tokenOf(ours, session, ALGS[i % ALGS.length]));
  clock.advance(STEP);
  const tokens = await Promise.all(asked);
  for (const token of tokens) note(seen, token, clock.now());
  const old = Object.values(seen.last).filter(liveAt(clock.now() + 1000));
  for (const [i, token] of [...tokens, ...old].entries()) {
    await verifiers[(n + i) % VERIFIERS].check(token, seen);
  }
}

// Until each algorithm has changed its key once more.
async function untilChanged(site, seen, patience) {
  const count = () => Object.keys(seen.signed).length;
  const [before, end] = [count(), site.clock.now() + patience];
  for (let n = 0; count() < before + ALGS.length && site.clock.now() < end; n++) await step(site, seen, n);
  return count() === before + ALGS.length;
}

async function forMinutes(site, seen, minutes) {
  const end = site.clock.now() + minutes * MINUTE;
  for (let n = 0; site.clock.now() < end; n++) await step(site, seen, n);
}

async function story(site, seen) {
  await forMinutes(site, seen, 6);
  check(Object.keys(seen.signed).length === ALGS.length, "each algorithm has a key");
  const said = await site.control("keys", "rotate");
  check(said.split("\n").filter((line) => /signs in \d+ minutes/.test(line)).length === ALGS.length, "posternctl keys rotate", said);
  check(await untilChanged(site, seen, 30 * MINUTE), "the new keys sign");
  const changed = Object.values(seen.last).slice(0, ALGS.length);
  await forMinutes(site, seen, 16);
  check(!changed.some(liveAt(site.clock.now())), "what the old ones signed has ended since");
  check(await untilChanged(site, seen, 2 * ROTATION * 1000), "after JWT_ROTATION new keys sign");
  await forMinutes(site, seen, 16);
}

function judge(site, seen, seconds) {
  const { verifiers } = site;
  const failures = verifiers.flatMap((verifier) => verifier.failures);
  const checked = verifiers.reduce((sum, verifier) => sum + verifier.checked, 0);
  comment(`${checked} checks in ${seconds.toFixed(1)} s, sets fetched ${verifiers.map(({ fetched }) => fetched)}`);
  check(failures.length === 0, "every token verified", failures.slice(0, 5).join("\n"));
  check(checked > 10000 && verifiers.every(({ fetched }) => fetched > 10), "there were many, and the sets were fetched again");
  const later = Object.entries(seen.signed).slice(ALGS.length);
  check(later.length === 2 * ALGS.length && later.every(([kid, { at }]) => at - seen.published[kid] >= 5 * MINUTE), "each new key was published for longer than a set is kept, before it signed",
    JSON.stringify(seen));
}

async function open() {
  const site = await openSite("rotation");
  const clock = new Clock(site.dir);
  const settings = { ...clock.settings(), JWT_ALG: ALGS.join(","), JWT_ROTATION: String(ROTATION), WORKERS: "2" };
  const ours = await site.start(settings);
  const { session } = await signUp(ours, "ann@example.com");
  const verifiers = [];
  return { pool: site.pool, ours, clock, session, verifiers,
    control: (...parameters) => site.control(settings, ...parameters) };
}

if (library() === null) {
  console.log("ok 1 - tokens while keys change # SKIP there is no libfaketime (Debian: faketime)\n1..1");
  process.exit(0);
}
const site = await open();
const seen = newlySeen();
try {
  // Each begins at another time.
  for (let i = 0; i < VERIFIERS; i++) {
    const verifier = new Verifier(site.ours, site.clock);
    await verifier.check(await tokenOf(site.ours, site.session), seen);
    site.verifiers.push(verifier);
    site.clock.advance(70);
  }
  const began = performance.now();
  await story(site, seen);
  judge(site, seen, (performance.now() - began) / 1000);
  check(!/level=(error|warn)/.test(site.ours.log()), "the log has no error");
} catch (error) {
  check(false, "goes to its end", error.stack);
}
await site.ours.stop();
await site.pool.end();
process.exit(finish());
