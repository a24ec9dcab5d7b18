// SPDX-License-Identifier: ISC
// Keys and tokens of every algorithm, made by one server and used by the other, and jose,
// which knows neither; see run.sh.
import { betterAuth } from "better-auth";
import { anonymous, bearer, jwt } from "better-auth/plugins";
import { createLocalJWKSet, createRemoteJWKSet, decodeProtectedHeader, errors, jwtVerify } from "jose";
import { ALGS, get, isTaken, openSite, signUp, tokenOf, URL_OF_SITE } from "./site.mjs";
import { check, finish } from "./tap.mjs";
import { SECRET } from "./variants.mjs";

const ALL = { JWT_ALG: ALGS.join(",") };

// The peer with keys of one algorithm.
function peerOf(pool, alg, { encrypted = true, claims = {} } = {}) {
  const { api, handler } = betterAuth({
    baseURL: URL_OF_SITE, secret: SECRET, database: pool,
    emailAndPassword: { enabled: true }, rateLimit: { enabled: false }, telemetry: { enabled: false },
    plugins: [bearer(), anonymous(), jwt({ jwt: claims,
      jwks: { keyPairConfig: { alg }, disablePrivateKeyEncryption: !encrypted } })],
    logger: { disabled: true },
  });
  const ask = async (path, session) => (await handler(new Request(`${URL_OF_SITE}/api/auth${path}`,
    { headers: session ? { authorization: `Bearer ${session}` } : {} }))).json();
  return {
    token: async (session) => (await ask("/token", session)).token,
    jwks: () => ask("/jwks"),
    verify: async (token) => (await api.verifyJWT({ body: { token } })).payload,
  };
}

// What jose says of a token with the keys of the site: who it is, or why not.
async function jose(jwks, token, alg, more = {}) {
  const rules = { issuer: URL_OF_SITE, audience: URL_OF_SITE, algorithms: [alg],
    requiredClaims: ["sub", "iat", "exp"], ...more };
  try {
    return (await jwtVerify(token, jwks, rules)).payload.sub;
  } catch (error) {
    if (error instanceof errors.JOSEError) return error.code;
    throw error;
  }
}

// One character in the middle of the signature is another.
function changed(token) {
  const at = token.length - 20;
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
}

const kidOf = (token) => decodeProtectedHeader(token).kid;
const others = (alg) => ALGS.filter((other) => other !== alg);

async function madeHere(site) {
  const ours = await site.start(ALL);
  const { session, id } = await signUp(ours, "here@example.com");
  const { json, headers } = await get(ours, "/api/auth/jwks");
  const jwks = createLocalJWKSet(json);
  const remote = createRemoteJWKSet(new URL(`http://127.0.0.1:${ours.port}/.well-known/jwks.json`));
  check(headers.get("content-type").startsWith("application/json") && json.keys.length === ALGS.length, "a key of each algorithm");
  for (const alg of ALGS) {
    const token = await tokenOf(ours, session, alg);
    const peer = peerOf(site.pool, alg);
    check(await jose(jwks, token, alg) === id, `ours, ${alg}: jose verifies it`);
    check(await jose(remote, token, alg) === id, `ours, ${alg}: also with keys that it fetches`);
    check(await jose(jwks, changed(token), alg) === "ERR_JWS_SIGNATURE_VERIFICATION_FAILED", `ours, ${alg}: not a changed one`);
    check((await peer.verify(token))?.sub === id, `ours, ${alg}: the peer's verifyJWT does`);
    check(await peer.verify(changed(token)) === null, `ours, ${alg}: nor it a changed one`);
    const theirs = await peer.token(session);
    check(kidOf(theirs) === kidOf(token), `ours, ${alg}: the peer signs with our key`);
    check(await jose(jwks, theirs, alg) === id && await isTaken(ours, theirs), `ours, ${alg}: and what it signs verifies`);
    const published = (await peer.jwks()).keys.find(({ kid }) => kid === kidOf(token));
    check(JSON.stringify(published) === JSON.stringify(json.keys.find(({ kid }) => kid === kidOf(token))), `ours, ${alg}: it publishes it as we do`, JSON.stringify(published));
  }
  const open = await peerOf(site.pool, "EdDSA", { encrypted: false }).token(session).catch(() => undefined);
  check(open === undefined, "a peer that stores keys in the clear cannot sign with ours, as PARITY.md says");
  await ours.stop();
  return { session, id };
}

// Each algorithm's key is made by a peer of its own, before our programs are started; it makes
// none where one of any algorithm lives.
async function madeByThePeer(site, { session, id }, encrypted) {
  const name = encrypted ? "encrypted" : "in the clear";
  await site.pool.query("DELETE FROM jwks");
  const made = {};
  for (const alg of ALGS) {
    await site.pool.query(`UPDATE jwks SET "expiresAt" = now() - interval '1 hour'`);
    made[alg] = await peerOf(site.pool, alg, { encrypted }).token(session);
  }
  await site.pool.query('UPDATE jwks SET "expiresAt" = NULL');
  const rows = (await site.pool.query('SELECT "privateKey" FROM jwks')).rows;
  check(rows.length === ALGS.length && rows.every(({ privateKey }) => privateKey.startsWith(encrypted ? '"' : '{"')), `the peer's keys are ${name}`);

  const ours = await site.start(ALL);
  const jwks = createLocalJWKSet((await get(ours, "/api/auth/jwks")).json);
  for (const alg of ALGS) {
    const claim = (good, text) => check(good, `theirs ${name}, ${alg}: ${text}`);
    const peer = peerOf(site.pool, alg, { encrypted });
    claim(await isTaken(ours, made[alg]), "our programs take the token");
    claim(!await isTaken(ours, changed(made[alg])), "not a changed one");
    const token = await tokenOf(ours, session, alg);
    claim(token && kidOf(token) === kidOf(made[alg]), "we sign with its key");
    claim((await peer.verify(token))?.sub === id && await jose(jwks, token, alg) === id, "which verifyJWT and jose verify");
    const wrong = await Promise.all(others(alg).map((other) => jose(jwks, token, other)));
    claim(wrong.every((code) => code === "ERR_JOSE_ALG_NOT_ALLOWED"), "as that algorithm alone");
  }
  const { rows: [{ count }] } = await site.pool.query("SELECT count(*)::int FROM jwks");
  check(count === ALGS.length, `theirs ${name}: no key is made beside them`);
  await ours.stop();
}

async function otherClaims(site, { session, id }) {
  const claims = { issuer: "https://issuer.example", audience: ["https://api.example", "https://other.example"] };
  const ours = await site.start({ JWT_ISSUER: claims.issuer, JWT_AUDIENCE: claims.audience.join(",") });
  const peer = peerOf(site.pool, "EdDSA", { encrypted: false, claims });
  const jwks = createLocalJWKSet((await get(ours, "/api/auth/jwks")).json);
  const [mine, theirs] = [await tokenOf(ours, session), await peer.token(session)];
  for (const audience of claims.audience) {
    const good = await jose(jwks, mine, "EdDSA", { issuer: claims.issuer, audience });
    check(good === id, `jose verifies it for ${audience}`, good);
  }
  check(await jose(jwks, mine, "EdDSA") === "ERR_JWT_CLAIM_VALIDATION_FAILED", "and for nobody else");
  check((await peer.verify(mine))?.iss === claims.issuer, "the peer, too, with issuer and audiences");
  check(await isTaken(ours, theirs), "and we its token");
  check(!await isTaken(ours, await peerOf(site.pool, "EdDSA", { encrypted: false }).token(session)), "but none for another audience");
  await ours.stop();
}

const site = await openSite("tokens");
try {
  const member = await madeHere(site);
  await madeByThePeer(site, member, true);
  await madeByThePeer(site, member, false);
  await otherClaims(site, member);
} catch (error) {
  check(false, "goes to its end", error.stack);
}
await site.pool.end();
process.exit(finish());
