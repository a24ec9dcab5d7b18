// SPDX-License-Identifier: ISC
// The peer: Better Auth in this process, its mails kept in a list.
import { once } from "node:events";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { betterAuth } from "better-auth";
import { anonymous, bearer, jwt } from "better-auth/plugins";
import { SECRET } from "./variants.mjs";

// Objects are merged, anything else replaces.
function merge(a, b) {
  const plain = (x) => x?.constructor === Object;
  if (!plain(a) || !plain(b)) return b === undefined ? a : b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(a[key], b[key])]));
}

// The peer has one callback for two mails; the token's type tells which.
function verification({ token }) {
  const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  return claims.requestType === "change-email-verification" ? claims.requestType : "verify-email";
}

function mailing(mails, which) {
  const send = (template) => async ({ user, url, newEmail, token }) => {
    const name = typeof template === "string" ? template : template({ token });
    const other = name === "change-email-verification" ? user.email : newEmail;
    mails.push({ template: name, to: user.email, name: user.name, newEmail: other, url });
  };
  return which === null ? {} : {
    emailAndPassword: { sendResetPassword: send("reset-password") },
    emailVerification: { sendVerificationEmail: send(verification) },
    user: {
      changeEmail: which.includes("change")
        ? { sendChangeEmailConfirmation: send("change-email-confirmation") } : {},
      deleteUser: which.includes("delete")
        ? { sendDeleteAccountVerification: send("delete-account") } : {},
    },
  };
}

const options = (variant, pool, mails, log) => [mailing(mails, variant.mails), variant.peer].reduce(merge, {
  baseURL: variant.url,
  secret: SECRET,
  database: pool,
  trustedOrigins: variant.origins,
  emailAndPassword: { enabled: true, revokeSessionsOnPasswordReset: true },
  user: { changeEmail: { enabled: true }, deleteUser: { enabled: true } },
  plugins: [jwt(variant.jwt), bearer(), anonymous()],
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { log: (level, ...words) => log.push(`${level}: ${words.map(String).join(" ")}`) },
});

// As the adapters that people run do it: a POST always has a body.
function toRequest(incoming) {
  const { method, headers, rawHeaders, url } = incoming;
  const list = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) list.append(rawHeaders[i], rawHeaders[i + 1]);
  const bodiless = method === "GET" || method === "HEAD";
  return new Request(`http://${headers.host}${url}`, {
    method, headers: list, ...bodiless ? {} : { body: Readable.toWeb(incoming), duplex: "half" },
  });
}

async function answer(handler, incoming, outgoing) {
  const response = await handler(toRequest(incoming));
  const headers = [...response.headers].filter(([name]) => name !== "set-cookie");
  const cookies = response.headers.getSetCookie().map((value) => ["set-cookie", value]);
  outgoing.writeHead(response.status, [...headers, ...cookies].flat());
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

export async function startPeer(variant, pool) {
  const [mails, log] = [[], []];
  const { handler } = betterAuth(options(variant, pool, mails, log));
  const server = createServer({ maxHeaderSize: 65536 }, (incoming, outgoing) => {
    answer(handler, incoming, outgoing).catch((error) => {
      log.push(`error: ${error.stack}`);
      outgoing.writeHead(500).end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    name: "peer",
    port: server.address().port,
    log: () => log.splice(0).join("\n"),
    // A mail may be written just after the answer.
    async mails() {
      await new Promise((resolve) => { setTimeout(resolve, 2); });
      return mails.splice(0);
    },
    stop: () => server.close(),
  };
}
