// SPDX-License-Identifier: ISC
// The load generators, each for one short round.
import {execFile} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import {here} from './servers.mjs';

const run = promisify(execFile);
let rounds = 0;

// Lua's long brackets need no escapes; JSON of ours never holds "]==]".
export function writeData(file, {cookies, copies = [], users, password, profile, host, jwt}) {
  const text = (value) => (value === undefined ? 'nil' : `[==[${value}]==]`);
  const list = (all) => all.map((c) => `"${c}"`).join(',\n');
  fs.writeFileSync(
    file,
    `return {users=${users}, password=${text(password)}, profile=${text(profile)}, ` +
      `host=${text(host)}, jwt=${text(jwt)}, cookies={\n${list(cookies)}},\n` +
      `copies={\n${list(copies)}}}\n`,
  );
}

export async function wrk(side, operation, seconds, connections) {
  const name = `bench-${process.pid}-${++rounds}`;
  const {stdout} = await run(
    'wrk',
    [
      '-t1',
      `-c${connections}`,
      `-d${seconds}s`,
      '--timeout',
      '60s',
      '-s',
      path.join(here, 'wrk.lua'),
      side.url,
      '--',
      operation,
      side.data,
      name,
      String(process.pid + rounds),
    ],
    {maxBuffer: 1 << 24},
  );
  const last = JSON.parse(stdout.trim().split('\n').at(-1));
  const none = last.requests === 0;
  return {
    rps: last.requests / last.seconds,
    p50: none ? undefined : last.p50_ms,
    p99: none ? undefined : last.p99_ms,
    max: last.max_ms,
    errors: last.bad_status + last.socket_errors,
  };
}

export async function hashes(bin, seconds, niceness) {
  const {stdout} = await run('nice', ['-n', String(niceness), path.join(bin, 'hash'), String(seconds)]);
  return Number(stdout);
}

export async function pgbench(variables, script, users, seconds) {
  const {stdout} = await run(
    'pgbench',
    [
      '-n',
      '-M',
      'prepared',
      '-c',
      '4',
      '-j',
      '2',
      '-T',
      String(seconds),
      '-D',
      `users=${users}`,
      '-f',
      script,
    ],
    {env: {...process.env, ...variables, PATH: `${process.env.PATH}:${pgBin()}`}},
  );
  return Number(/^tps = ([\d.]+)/m.exec(stdout)[1]);
}

// Debian keeps pgbench out of PATH.
function pgBin() {
  const base = '/usr/lib/postgresql';
  const versions = fs.existsSync(base) ? fs.readdirSync(base) : [];
  return versions
    .sort((a, b) => b - a)
    .map((v) => path.join(base, v, 'bin'))
    .join(path.delimiter);
}

export function median(values) {
  const sorted = values.filter((v) => v !== undefined).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function summary(list) {
  if (list.length === 0) return undefined;
  const of = (key) => median(list.map((r) => r[key]));
  return {
    rps: of('rps'),
    p50_ms: of('p50'),
    p99_ms: of('p99'),
    max_ms: Math.max(...list.map((r) => r.max)),
    errors: list.reduce((sum, r) => sum + r.errors, 0),
    rounds: list.map((r) => Math.round(r.rps * 100) / 100),
  };
}

export function machine() {
  const cpus = os.cpus();
  return {
    cpus: cpus.length,
    model: cpus[0]?.model,
    memory_mb: Math.round(os.totalmem() / 1048576),
    kernel: os.release(),
    load_average: os.loadavg()[0],
  };
}
