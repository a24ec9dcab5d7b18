// SPDX-License-Identifier: ISC
// The peer: Better Auth with the plugins that answer the same endpoints, as its documentation sets it up.
//   server.mjs migrate    makes its tables
//   server.mjs            serves, PROCESSES of them on PORT
import cluster from 'node:cluster';
import {serve} from '@hono/node-server';
import {betterAuth} from 'better-auth';
import {getMigrations} from 'better-auth/db/migration';
import {anonymous, bearer, jwt} from 'better-auth/plugins';
import {Hono} from 'hono';
import pg from 'pg';

const {PORT = '3005', BASE_URL = `http://localhost:${PORT}`, PROCESSES = '2'} = process.env;

// The database comes by PGHOST, PGPORT, PGUSER, PGDATABASE.
const options = {
  baseURL: BASE_URL,
  secret: process.env.BETTER_AUTH_SECRET,
  database: new pg.Pool(),
  emailAndPassword: {enabled: true},
  plugins: [jwt(), bearer(), anonymous()],
  rateLimit: {enabled: false},
  telemetry: {enabled: false},
};

async function migrate() {
  const {runMigrations} = await getMigrations(options);
  await runMigrations();
  await options.database.end();
}

function listen() {
  const auth = betterAuth(options);
  const app = new Hono();
  app.on(['GET', 'POST'], '/api/auth/*', (c) => auth.handler(c.req.raw));
  const server = serve({fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1'});
  process.on('SIGTERM', () => {
    server.close();
    process.exit(0);
  });
}

function supervise() {
  for (let i = 0; i < Number(PROCESSES); i++) cluster.fork();
  cluster.on('exit', () => process.exit(1));
  process.on('SIGTERM', () => process.exit(0));
}

if (process.argv[2] === 'migrate') await migrate();
else if (cluster.isPrimary) supervise();
else listen();
