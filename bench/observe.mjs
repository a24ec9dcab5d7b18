// SPDX-License-Identifier: ISC
// What is measured without load: memory, the time of a cold start, the time to check a token.
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {here} from './servers.mjs';
import {median} from './load.mjs';

// Programs that drop their dumpability show their memory to root only.
function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (e) {
    if (e.code !== 'EACCES') return '';
    try {
      return execFileSync('sudo', ['-n', 'cat', file], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    } catch {
      return '';
    }
  }
}

function link(file) {
  try {
    return fs.readlinkSync(file);
  } catch {
    return '';
  }
}

function pids() {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function memory(pid) {
  const rollup = read(`/proc/${pid}/smaps_rollup`);
  if (!rollup) return undefined;
  const kb = (key) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0);
  return {private_kb: kb('Private_Clean') + kb('Private_Dirty'), rss_kb: kb('Rss'), pss_kb: kb('Pss')};
}

// Field of /proc/PID/stat by its number in proc(5); the name in field 2 may hold anything.
function stat(pid, field) {
  return Number(
    read(`/proc/${pid}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ')[field - 3],
  );
}

const parent = (pid) => stat(pid, 4);

// A program that hashes yields to the others; what it is compared with must do so too.
export function niceness(ours, program) {
  const worker = ourProcesses(ours).find((p) => p.program === program && p.worker);
  return worker ? stat(worker.pid, 19) : 0;
}

// Every program has the path of the settings in its environment, so another Postern here is not counted.
export function ourProcesses(ours) {
  const mine = pids().filter((pid) =>
    read(`/proc/${pid}/environ`).split('\0').includes(`POSTERN_CONF=${ours.conf}`),
  );
  const masters = new Set(mine.map(parent));
  const processes = mine.map((pid) => {
    const exe = link(`/proc/${pid}/exe`);
    return {pid, exe, program: path.basename(exe), worker: !masters.has(pid), ...memory(pid)};
  });
  const server = pids().filter(
    (pid) =>
      path.basename(link(`/proc/${pid}/exe`)).startsWith('lighttpd') &&
      read(`/proc/${pid}/cmdline`).includes(`${path.dirname(ours.conf)}/`),
  );
  for (const pid of server) processes.push({pid, program: 'lighttpd', worker: false, ...memory(pid)});
  return processes.filter((p) => p.private_kb !== undefined);
}

export function peerProcesses(peer) {
  return pids()
    .filter((pid) => pid === peer.pid || parent(pid) === peer.pid)
    .map((pid) => ({pid, program: 'node', worker: pid !== peer.pid, ...memory(pid)}));
}

export function total(processes, key) {
  return processes.reduce((sum, p) => sum + p[key], 0);
}

// One request per program: the cheapest that makes it open the database, where it has one; no password is hashed.
const requests = {
  jwks: ['GET', '/api/auth/jwks'],
  session: ['GET', '/api/auth/get-session'],
  profile: ['GET', '/api/user/profile'],
  chat: ['GET', '/api/chatkit/threads'],
  merge: ['GET', '/api/chatkit/merge'],
  signin: ['POST', '/api/auth/sign-in/email', '{"email":"nobody","password":""}'],
  signup: ['POST', '/api/auth/sign-up/email', '{"email":"nobody","password":"","name":""}'],
};

export function cgiEnvironment(ours, cookie, [method, url, body = '']) {
  return {
    PATH: process.env.PATH,
    POSTERN_CONF: ours.conf,
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_PROTOCOL: 'HTTP/1.1',
    SERVER_NAME: 'localhost',
    SERVER_PORT: String(ours.port),
    REMOTE_ADDR: '127.0.0.1',
    REQUEST_METHOD: method,
    REQUEST_URI: url,
    SCRIPT_NAME: url,
    PATH_INFO: '',
    QUERY_STRING: '',
    HTTP_HOST: ours.host,
    HTTP_ORIGIN: `http://${ours.host}`,
    HTTP_COOKIE: cookie,
    CONTENT_TYPE: 'application/json',
    CONTENT_LENGTH: String(Buffer.byteLength(body)),
  };
}

export function execTimes(ours, bin, cookie, runs) {
  const programs = new Map(
    ourProcesses(ours)
      .filter((p) => p.program in requests)
      .map((p) => [p.program, p.exe]),
  );
  const bodyFile = path.join(bin, 'body');
  return [...programs]
    .map(([program, exe]) => {
      fs.writeFileSync(bodyFile, requests[program][2] ?? '');
      const lines = execFileSync(path.join(bin, 'exectime'), [String(runs), bodyFile, exe], {
        env: cgiEnvironment(ours, cookie, requests[program]),
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
        .trim()
        .split('\n');
      const times = lines.slice(0, runs).map(Number);
      return {
        program,
        request: requests[program].slice(0, 2).join(' '),
        answer: lines[runs] ?? '',
        median_ms: median(times),
        max_ms: Math.max(...times),
      };
    })
    .sort((a, b) => a.program.localeCompare(b.program));
}

export function pythonCheck(jwks, token, issuer) {
  const out = execFileSync(process.env.PYTHON ?? '/usr/bin/python3', [path.join(here, 'jwt_check.py')], {
    input: JSON.stringify({jwks, token, issuer}),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return JSON.parse(out);
}
