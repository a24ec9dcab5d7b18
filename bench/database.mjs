// SPDX-License-Identifier: ISC
// The database server that start.sh made: its databases, and the people in them.
import {execFileSync} from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {here, root, secret, setting} from './servers.mjs';

export const password = 'correct horse battery';
const users = {small: 10_000, large: 1_000_000};

// With DATABASE_URL=postgresql:///postern?host=/socket/folder&user=postern.
export function databaseOf(ours) {
  const url = new URL(setting(ours.conf, 'DATABASE_URL').replace(/^(postgres(?:ql)?):\/\/\//, '$1://unix/'));
  return {
    PGHOST: url.searchParams.get('host') ?? url.hostname,
    PGPORT: url.searchParams.get('port') ?? (url.port || '5432'),
    PGUSER: url.searchParams.get('user') ?? url.username,
    PGDATABASE: url.pathname.slice(1),
  };
}

// start.sh lets the one who started it in as the superuser too.
function psql(variables, args, input) {
  return execFileSync('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', ...args], {
    env: {...process.env, ...variables, PGUSER: 'postgres'},
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  }).trim();
}

export function query(variables, text) {
  return psql(variables, ['-c', text]);
}

export function createDatabase(variables, name) {
  query(variables, `create database ${name} owner ${variables.PGUSER}`);
  return {variables: {...variables, PGDATABASE: name}};
}

// The peer's format: hexadecimal salt, as text, and key.
function passwordHash() {
  const salt = crypto.randomBytes(16).toString('hex');
  const key = crypto.scryptSync(password, salt, 64, {N: 16384, r: 16, p: 1, maxmem: 64 << 20});
  return `${salt}:${key.toString('hex')}`;
}

export function fill(variables, count, questionnaire) {
  psql(variables, [
    '-v',
    `users=${count}`,
    '-v',
    `password=${passwordHash()}`,
    '-v',
    `profile=${JSON.stringify(questionnaire?.profile ?? {})}`,
    '-v',
    `version=${questionnaire?.version ?? 1}`,
    '-f',
    path.join(here, 'fill.sql'),
  ]);
}

const md5 = (text) => crypto.createHash('md5').update(text).digest('hex');

export function cookie(number) {
  const token = md5(`token${number}`);
  const signature = crypto.createHmac('sha256', secret).update(token).digest('base64');
  return `better-auth.session_token=${encodeURIComponent(`${token}.${signature}`)}`;
}

// Cookies of people all over the tables, for wrk.
export function cookies(wanted, count) {
  const step = count / wanted;
  return Array.from({length: wanted}, (_, i) => cookie(1 + Math.floor(i * step)));
}

// The statement as the program prepares it, with its parameter drawn anew each time.
export function lookupScript(file, name, value) {
  const text = fs.readFileSync(path.join(root, 'sql', 'queries', file), 'utf8');
  const statement = text.split(/^-- name: /m).find((part) => part.startsWith(`${name} `));
  if (!statement) throw new Error(`no statement ${name} in ${file}`);
  return `\\set n random(1, :users)\n${statement.replace(/^.*\n/, '').split(';')[0].replaceAll('$1', value)};\n`;
}

export {users};
