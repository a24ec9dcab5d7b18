// SPDX-License-Identifier: ISC
// A site of ours for the tests of tokens: a database, our programs, a member with a session.
import pg from "pg";
import { control, migrate, startOurs } from "./ours.mjs";
import { send } from "./wire.mjs";

const { CLUSTER_URL, TMP } = process.env;
export const ALGS = ["EdDSA", "ES256", "ES512", "RS256", "PS256"];
export const URL_OF_SITE = "http://localhost:3005";

export async function openSite(name) {
  const admin = new pg.Client({ connectionString: CLUSTER_URL });
  await admin.connect();
  await admin.query(`CREATE DATABASE "${name}"`);
  await admin.end();
  const url = CLUSTER_URL.replace(/\/\/\/\w+/, `///${name}`);
  const [dir, pool] = [`${TMP}/${name}`, new pg.Pool({ connectionString: url, max: 10 })];
  const variantOf = (settings) => ({ name, url: URL_OF_SITE, origins: [], ours: settings });
  await migrate(variantOf({}), url, dir);
  return {
    pool, dir,
    start: (settings) => startOurs(variantOf(settings), url, dir, pool),
    control: (settings, ...parameters) => control(variantOf(settings), url, dir, ...parameters),
  };
}

export async function get({ port }, path, bearer) {
  const headers = [["host", new URL(URL_OF_SITE).host], ["connection", "keep-alive"],
    ...bearer ? [["authorization", `Bearer ${bearer}`]] : []];
  const { status, headers: list, body } = await send(port, { method: "GET", path, headers });
  return { status, headers: new Headers(list), body, json: body.startsWith("{") ? JSON.parse(body) : null };
}

// The token of a new member's session.
export async function signUp({ port }, email) {
  const { headers, body } = await send(port, {
    method: "POST", path: "/api/auth/sign-up/email",
    headers: [["host", new URL(URL_OF_SITE).host], ["content-type", "application/json"]],
    body: JSON.stringify({ name: "Ann", email, password: "password1234" }),
  });
  const [, session] = headers.find(([name]) => name === "set-auth-token");
  return { session, id: JSON.parse(body).user.id };
}

export const tokenOf = async (ours, session, alg) =>
  (await get(ours, `/api/auth/token${alg ? `?alg=${alg}` : ""}`, session)).json?.token;

// Whom our programs take the bearer for somebody: of an unknown one they ask no profile.
export const isTaken = async (ours, jwt) =>
  (await get(ours, "/api/user/profile", jwt)).json?.code === "PROFILE_NOT_FOUND";
