// SPDX-License-Identifier: ISC
// The order of a run: both sides on one database server, round by round one after the other.
// usage: run.mjs [--quick] [--json FILE] with BENCH_VAR (a folder) and BENCH_BIN (the built helpers)
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import * as db from './database.mjs';
import {hashes, machine, median, pgbench, summary, wrk, writeData} from './load.mjs';
import {measureGate} from './gate.mjs';
import {measureMerge} from './merge.mjs';
import {execTimes, niceness, ourProcesses, peerProcesses, pythonCheck, total} from './observe.mjs';
import {lookupAlone, print, targets} from './report.mjs';
import {here, startOurs, startPeer, stopAll} from './servers.mjs';

const {BENCH_VAR: folder, BENCH_BIN: bin} = process.env;
const quick = process.argv.includes('--quick');
const jsonAt = process.argv.indexOf('--json');
const jsonFile = jsonAt > 0 ? process.argv[jsonAt + 1] : path.join(here, 'result.json');

// Seconds of one round. Those that hash need longer ones: an answer takes a tenth of a second.
const plan = quick
  ? {rounds: 1, warm: 1, short: 3, hash: 5, turns: 3, storm: 4, look: 3, merges: 3}
  : {rounds: 3, warm: 3, short: 4, hash: 5, turns: 2, storm: 5, look: 4, merges: 7};
const connections = {cheap: 16, hash: 8, storm: 32};
const cookieCount = {small: 10_000, large: 50_000};
const copyCount = 200; // each is asked for by a process of its own

const started = Date.now();
const host = machine();
const problems = [];

function say(text) {
  console.error(`[${String(Math.round((Date.now() - started) / 1000)).padStart(4)} s] ${text}`);
}

// One part that cannot be measured must not cost the others.
async function part(title, body) {
  say(title);
  try {
    return await body();
  } catch (e) {
    problems.push(`${title}: ${e.message.split('\n')[0]}`);
    say(`${title}: ${e.stack}`);
    return undefined;
  }
}

// A round of hashing leaves requests behind that nobody waits for; the next round must not pay for them.
async function hashing(side, operation, seconds, clients) {
  const result = await wrk(side, operation, seconds, clients);
  await sleep(1500);
  return result;
}

// Both sides

async function questionnaireOf(side) {
  const answer = await fetch(`${side.url}/api/user/profile/questionnaire`);
  if (!answer.ok) return undefined;
  const {version, questions} = await answer.json();
  const profile = {};
  for (const {path: where, kind, options} of questions) {
    const groups = where.split('.');
    const name = groups.pop();
    let place = profile;
    for (const group of groups) place = place[group] ??= {};
    place[name] = kind === 'multi' ? [options[0].value] : options[0].value;
  }
  return {version, profile};
}

function prepare(side, count, wanted) {
  side.data = path.join(folder, `${side.name}-${count}.lua`);
  side.users = count;
  writeData(side.data, {
    cookies: db.cookies(wanted, count),
    users: count,
    password: db.password,
    host: side.host,
    jwt: side.jwt,
    profile: side.profile,
  });
}

// A wrong answer can be very fast, so every operation is looked at once before it is measured.
async function check(side) {
  const call = async (url, {body, as} = {}) => {
    const answer = await fetch(side.url + url, {
      method: body ? 'POST' : 'GET',
      body: body && JSON.stringify(body),
      headers: {
        origin: `http://${side.host}`,
        host: side.host,
        ...(body && {'content-type': 'application/json'}),
        ...(as && {cookie: db.cookie(as)}),
      },
    });
    const text = await answer.text();
    if (!answer.ok)
      throw new Error(`${side.name} answers ${url} with ${answer.status} ${text.slice(0, 300)}`);
    return JSON.parse(text);
  };
  const right = (good, what) => {
    if (!good) throw new Error(`${side.name} answers ${what} wrongly`);
  };

  for (const n of [1, Math.floor(side.users / 2), side.users]) {
    const {user} = (await call('/api/auth/get-session', {as: n})) ?? {};
    right(user?.email === `user${n}@example.com`, 'get-session');
  }
  side.jwt = (await call('/api/auth/token', {as: 1})).token;
  right(side.jwt.split('.').length === 3, 'token');
  side.jwks = await call('/api/auth/jwks');
  right(side.jwks.keys.length > 0, 'jwks');
  right(
    (await call('/api/auth/sign-in/email', {body: {email: 'user2@example.com', password: db.password}}))
      .token,
    'sign-in',
  );
  const profile = side.profile && JSON.parse(side.profile);
  const email = `check-${process.pid}-${Date.now()}@example.com`;
  right(
    (await call('/api/auth/sign-up/email', {body: {name: 'Check', email, password: db.password, profile}}))
      .token,
    'sign-up',
  );
  if (profile && side.name !== 'peer') {
    right((await call('/api/user/profile', {body: profile, as: 3})).software_context, 'profile');
  }
}

async function setUp() {
  say('starting Postern');
  const ours = await startOurs(path.join(folder, 'small'));
  const variables = db.databaseOf(ours);
  const own = db.createDatabase(variables, 'bench_peer');
  say('starting the peer');
  const peer = await startPeer(own);
  const questionnaire = await questionnaireOf(ours);
  ours.profile = peer.profile = questionnaire && JSON.stringify(questionnaire.profile);
  say(`filling both with ${db.users.small} users`);
  db.fill(variables, db.users.small, questionnaire);
  db.fill(own.variables, db.users.small, questionnaire);
  for (const side of [ours, peer]) {
    prepare(side, db.users.small, cookieCount.small);
    await check(side);
    prepare(side, db.users.small, cookieCount.small); // once more, with the token
  }
  return {ours, peer, variables, questionnaire};
}

// The rounds

// The peer's code gets faster over its first thousands of calls; neither side is measured cold.
async function warmUp(sides) {
  for (const side of sides) {
    for (const operation of ['get-session', 'token', 'jwks'])
      await wrk(side, operation, plan.warm, connections.cheap);
    await hashing(side, 'sign-in', plan.warm, connections.hash);
  }
}

async function measureOperations(sides) {
  const cheap = ['get-session', 'token', 'jwks'];
  const rounds = Object.fromEntries(
    [...cheap, 'sign-in', 'sign-up', 'profile', 'storm', 'calm'].map((o) => [o, {ours: [], peer: []}]),
  );
  const hash = [];
  const nice = niceness(sides[0], 'signin');
  const note = (operation, side, result) => rounds[operation][side.name].push(result);
  const each = async (operation, body) => {
    for (const side of sides) note(operation, side, await body(side));
  };

  for (let round = 1; round <= plan.rounds; round++) {
    const title = (text) => `round ${round} of ${plan.rounds}: ${text}`;
    for (const operation of cheap) {
      await part(title(operation), () =>
        each(operation, (side) => wrk(side, operation, plan.short, connections.cheap)),
      );
    }
    await part(title('profile'), async () => {
      if (sides[0].profile)
        note('profile', sides[0], await wrk(sides[0], 'profile', plan.short, connections.cheap));
    });
    await part(title('sign-in, and the hash alone'), async () => {
      for (let turn = 0; turn < plan.turns; turn++) {
        const alone = await hashes(bin, plan.hash, nice);
        const ours = await hashing(sides[0], 'sign-in', plan.hash, connections.hash);
        hash.push({alone, sign_in: ours.rps});
        note('sign-in', sides[0], ours);
        note('sign-in', sides[1], await hashing(sides[1], 'sign-in', plan.hash, connections.hash));
      }
    });
    await part(title('sign-up'), () =>
      each('sign-up', (side) => hashing(side, 'sign-up', plan.hash, connections.hash)),
    );
    await part(title('get-session, calm and while 32 clients sign in'), () => measureStorm(sides, note));
  }
  return {rounds, hash};
}

async function measureStorm(sides, note) {
  for (const side of sides) {
    note('calm', side, await wrk(side, 'get-session', plan.storm, connections.cheap));
    const storm = wrk(side, 'sign-in', plan.storm + 3, connections.storm);
    await sleep(1500);
    note('storm', side, await wrk(side, 'get-session', plan.storm, connections.cheap));
    await storm;
    await sleep(3000);
  }
}

function measureMemory({ours, peer}) {
  const programs = {};
  const processes = ourProcesses(ours);
  for (const p of processes) {
    const entry = (programs[p.program] ??= {
      processes: 0,
      workers: 0,
      worker_private_kb: 0,
      private_kb: 0,
      rss_kb: 0,
    });
    entry.processes++;
    entry.workers += p.worker ? 1 : 0;
    if (p.worker) entry.worker_private_kb = Math.max(entry.worker_private_kb, p.private_kb);
    entry.private_kb += p.private_kb;
    entry.rss_kb += p.rss_kb;
  }
  const theirs = peerProcesses(peer);
  const workers = processes.filter((p) => p.worker);
  return {
    ours: {
      programs,
      processes: processes.length,
      private_kb: total(processes, 'private_kb'),
      pss_kb: total(processes, 'pss_kb'),
      largest_worker_private_kb: workers.length ? Math.max(...workers.map((p) => p.private_kb)) : undefined,
    },
    peer: {
      processes: theirs.length,
      private_kb: total(theirs, 'private_kb'),
      pss_kb: total(theirs, 'pss_kb'),
      rss_kb: theirs.map((p) => p.rss_kb),
    },
  };
}

async function measureTokenCheck({ours}) {
  const python = pythonCheck(ours.jwks, ours.jwt, `http://${ours.host}`);
  const whole = await wrk(ours, 'profile-jwt', plan.short, 1);
  if (whole.errors > 0) problems.push(`profile by JWT: ${whole.errors} requests failed`);
  return {python, whole_request: whole.errors > 0 ? undefined : {p50_ms: whole.p50, p99_ms: whole.p99}};
}

// Ten thousand against a million: a second Postern with a database server of its own, measured in turns.
async function measureScale({ours: small, variables, questionnaire}) {
  const large = await startOurs(path.join(folder, 'large'));
  large.profile = small.profile;
  const largeVariables = db.databaseOf(large);
  say(`filling the second with ${db.users.large} users`);
  db.fill(largeVariables, db.users.large, questionnaire);
  prepare(large, db.users.large, cookieCount.large);
  await check(large);
  // The small one has grown by what signed in and up; both now start from a clean slate.
  for (const each of [variables, largeVariables]) db.query(each, 'vacuum analyze');
  for (const each of [variables, largeVariables]) db.query(each, 'checkpoint');

  const script = path.join(folder, 'lookup.sql');
  fs.writeFileSync(
    script,
    db.lookupScript('user.sql', 'user_by_email', `'user' || (:n)::text || '@example.com'`),
  );
  const sizes = [
    ['small', small, variables],
    ['large', large, largeVariables],
  ];
  const kinds = {
    'get-session': (side) => wrk(side, 'get-session', plan.look, connections.cheap).then((r) => r.rps),
    'sign-in': (side) => hashing(side, 'sign-in', plan.hash, connections.hash).then((r) => r.rps),
    [lookupAlone]: (side, database) => pgbench(database, script, side.users, plan.look),
  };
  const found = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, {small: [], large: []}]));
  for (let round = 1; round <= plan.rounds; round++) {
    say(`round ${round} of ${plan.rounds}: both sizes`);
    for (const [kind, measure] of Object.entries(kinds)) {
      for (const [size, side, database] of sizes) found[kind][size].push(await measure(side, database));
    }
  }
  return Object.fromEntries(
    Object.entries(found).map(([name, {small: s, large: l}]) => [
      name,
      {
        small: median(s),
        large: median(l),
        change: median(s.map((x, i) => l[i] / x - 1)),
      },
    ]),
  );
}

function versions() {
  const first = (command, ...args) => {
    try {
      return execFileSync(command, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).split(
        '\n',
      )[0];
    } catch {
      return undefined;
    }
  };
  const {version} = JSON.parse(
    fs.readFileSync(path.join(here, 'peer', 'node_modules', 'better-auth', 'package.json')),
  );
  return {
    'better-auth': version,
    node: process.version,
    postgres: first('psql', '--version'),
    lighttpd: first('lighttpd', '-v'),
  };
}

// The median of the ratios of each round: both sides of one round had the same minute of a busy machine.
function operation(name, {ours, peer}) {
  const ratios = ours.map((r, i) => peer[i] && r.rps / peer[i].rps);
  return {name, ours: summary(ours), peer: summary(peer), ratio: median(ratios)};
}

// A handful of answers a second makes one turn's ratio coarse, hence the ratio of the sums.
function hashShare(turns) {
  const sum = (key) => turns.reduce((total, turn) => total + turn[key], 0);
  return {
    alone_per_second: sum('alone') / turns.length,
    share: turns.length ? sum('sign_in') / sum('alone') : undefined,
    turns,
  };
}

async function main() {
  const both = await setUp();
  const sides = [both.ours, both.peer];
  const exec = await part('cold starts', () => execTimes(both.ours, bin, db.cookie(1), quick ? 10 : 30));
  await part('warming up', () => warmUp(sides));
  const {rounds, hash} = await measureOperations(sides);
  await sleep(3000);
  const memory = await part('memory', () => measureMemory(both));
  const token = await part('checking a token', () => measureTokenCheck(both));
  both.peer.stop();
  const gate = await part('gate', () =>
    measureGate(both.ours, folder, bin, plan, connections.cheap, db.cookies(copyCount, db.users.small)),
  );
  const merge = await part('merge', () => measureMerge(both.ours, both.variables, plan.merges));
  const scale = quick ? undefined : await part('a million users', () => measureScale(both));
  for (const [name, {ours, peer}] of Object.entries(rounds)) {
    const errors = [...ours, ...peer].reduce((sum, r) => sum + r.errors, 0);
    if (errors > 0) problems.push(`${name}: ${errors} requests failed`);
  }
  for (const [name, {many, one}] of Object.entries(gate ?? {})) {
    const errors = many.errors + one.errors;
    if (errors > 0) problems.push(`${name}: ${errors} requests failed`);
  }

  const result = {
    date: new Date(started).toISOString(),
    quick,
    seconds: Math.round((Date.now() - started) / 1000),
    machine: host,
    versions: versions(),
    plan,
    connections,
    users: db.users.small,
    operations: ['get-session', 'token', 'jwks', 'sign-in', 'sign-up', 'profile'].map((name) =>
      operation(name, rounds[name]),
    ),
    storm: {calm: operation('calm', rounds.calm), storm: operation('storm', rounds.storm)},
    hash: hashShare(hash),
    memory,
    exec,
    token,
    gate,
    merge,
    scale,
    problems,
  };
  result.targets = targets(result);
  fs.writeFileSync(jsonFile, `${JSON.stringify(result, null, 2)}\n`);
  print(result);
  console.log(`\nAll figures: ${jsonFile}`);
  return problems.length > 0 ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    stopAll();
    process.exit(130);
  });
}
try {
  process.exitCode = await main();
} catch (e) {
  console.error(`bench: ${e.stack}`);
  process.exitCode = 1;
} finally {
  stopAll();
}
