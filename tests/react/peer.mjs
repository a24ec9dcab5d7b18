// SPDX-License-Identifier: ISC
// The peer, Better Auth itself behind hono with its CORS: what holds for us must hold for it.
//   peer.mjs migrate    makes its tables, and the one its mails go to
//   peer.mjs            serves on PORT, by our settings, until standard input ends; says its
//                       address once it answers
import { once } from "node:events";
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { anonymous, bearer, jwt } from "better-auth/plugins";
import { Hono } from "hono";
import { cors } from "hono/cors";
import pg from "pg";

const { PORT, DATABASE_URL, BETTER_AUTH_SECRET, BETTER_AUTH_TRUSTED_ORIGINS = "" } = process.env;
const base = `http://localhost:${PORT}`;
const on = (name) => process.env[name] === "on";
const database = new pg.Pool({ connectionString: DATABASE_URL });

const mail = (template, to = ({ user }) => user.email) => async (about) => {
  await database.query(
    "INSERT INTO postern.outbox (template, recipient, data) VALUES ($1, $2, $3)",
    [template, to(about), { name: about.user.name, url: about.url }]);
};

const options = {
  baseURL: base,
  secret: BETTER_AUTH_SECRET,
  database,
  emailAndPassword: {
    enabled: true,
    requireEmailVerification: on("REQUIRE_EMAIL_VERIFICATION"),
    revokeSessionsOnPasswordReset: true,
    sendResetPassword: mail("reset"),
  },
  emailVerification: {
    sendVerificationEmail: mail("verify"),
    sendOnSignIn: on("VERIFY_ON_SIGN_IN"),
    autoSignInAfterVerification: on("SIGN_IN_ON_VERIFICATION"),
  },
  user: {
    changeEmail: {
      enabled: true,
      ...on("CHANGE_EMAIL_CONFIRM") && { sendChangeEmailConfirmation: mail("change") },
    },
    deleteUser: {
      enabled: true,
      ...on("DELETE_USER_CONFIRM") && { sendDeleteAccountVerification: mail("delete") },
    },
  },
  session: {
    deferSessionRefresh: on("SESSION_DEFER_REFRESH"),
    ...process.env.COOKIE_CACHE &&
      { cookieCache: { enabled: true, strategy: process.env.COOKIE_CACHE } },
  },
  plugins: [jwt(), bearer(), anonymous()],
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
};

async function migrate() {
  const { runMigrations } = await getMigrations(options);
  await runMigrations();
  await database.query(`CREATE SCHEMA postern; CREATE TABLE postern.outbox (
    template text, recipient text, data jsonb, created_at timestamptz DEFAULT clock_timestamp())`);
  await database.end();
}

// No exposeHeaders: hono's would replace Better Auth's own.
async function listen() {
  const auth = betterAuth(options);
  const app = new Hono();
  app.use("/api/auth/*", cors({
    origin: BETTER_AUTH_TRUSTED_ORIGINS.split(","), credentials: true,
    allowHeaders: ["Content-Type", "Authorization"], allowMethods: ["POST", "GET", "OPTIONS"],
  }));
  app.on(["GET", "POST"], "/api/auth/*", (c) => auth.handler(c.req.raw));
  const server = createServer(getRequestListener(app.fetch)).listen(Number(PORT), "127.0.0.1");
  await once(server, "listening");
  process.stdin.resume().on("end", () => process.exit(0));
  console.log(base);
}

if (process.argv[2] === "migrate") await migrate();
else await listen();
