// SPDX-License-Identifier: ISC
// The configurations both servers are compared in: a setting of ours beside the peer's option.

export const SECRET = "peer-secret-0123456789-abcdefghijklmnopqrstuvwxyz";
const PLAIN = { url: "http://localhost:3005", origins: ["http://localhost:3000"] };
const HTTPS = {
  url: "https://auth.example.com",
  origins: ["https://app.example.com", "https://*.example.org", "myapp://"],
};
const cache = (strategy) =>
  ({ session: { cookieCache: { enabled: true, strategy: strategy === "jwks" ? "jwt" : strategy } } });

const TABLE = {
  base: {},
  verified: {
    ours: { REQUIRE_EMAIL_VERIFICATION: "on", VERIFY_ON_SIGN_IN: "on",
      SIGN_IN_ON_VERIFICATION: "on" },
    peer: { emailAndPassword: { requireEmailVerification: true },
      emailVerification: { sendOnSignIn: true, autoSignInAfterVerification: true } },
  },
  sendup: {
    ours: { VERIFY_ON_SIGN_UP: "on" },
    peer: { emailVerification: { sendOnSignUp: true } },
  },
  compact: { ours: { COOKIE_CACHE: "compact" }, peer: cache("compact") },
  jwt: { ours: { COOKIE_CACHE: "jwt" }, peer: cache("jwt") },
  jwe: { ours: { COOKIE_CACHE: "jwe" }, peer: cache("jwe") },
  jwks: { ours: { COOKIE_CACHE: "jwks" }, peer: cache("jwks"), jwt: { sessionCookieCache: true } },
  defer: { ours: { SESSION_DEFER_REFRESH: "on" }, peer: { session: { deferSessionRefresh: true } } },
  confirm: {
    ours: { CHANGE_EMAIL_CONFIRM: "on", DELETE_USER_CONFIRM: "on" },
    mails: ["change", "delete"],
  },
  direct: {
    ours: { CHANGE_EMAIL_UNVERIFIED: "on" },
    peer: { user: { changeEmail: { updateEmailWithoutVerification: true } } },
  },
  closed: {
    ours: { SIGN_UP: "off", CHANGE_EMAIL: "off", DELETE_USER: "off", MAIL: "off" },
    peer: { emailAndPassword: { disableSignUp: true },
      user: { changeEmail: { enabled: false }, deleteUser: { enabled: false } } },
    mails: null,
  },
  mailless: { ours: { MAIL: "off" }, mails: null },
  manual: { ours: { AUTO_SIGN_IN: "off" }, peer: { emailAndPassword: { autoSignIn: false } } },
  https: { ...HTTPS },
  sibling: {
    ...HTTPS,
    ours: { COOKIE_DOMAIN: "example.com" },
    peer: { advanced: { crossSubDomainCookies: { enabled: true, domain: "example.com" } } },
  },
  hashed: {
    ours: { VERIFICATION_IDENTIFIERS: "hashed" },
    peer: { verification: { storeIdentifier: "hashed" } },
  },
  prefix: { ours: { COOKIE_PREFIX: "myapp" }, peer: { advanced: { cookiePrefix: "myapp" } },
    prefix: "myapp" },
  short: {
    ours: { SESSION_EXPIRES: "7200", SESSION_UPDATE_AGE: "1800", SESSION_FRESH_AGE: "600",
      RESET_EXPIRES: "600", VERIFICATION_EXPIRES: "600", JWT_EXPIRES: "300",
      PASSWORD_MIN: "10", PASSWORD_MAX: "64" },
    peer: {
      session: { expiresIn: 7200, updateAge: 1800, freshAge: 600 },
      emailAndPassword: { resetPasswordTokenExpiresIn: 600, minPasswordLength: 10,
        maxPasswordLength: 64 },
      emailVerification: { expiresIn: 600 },
    },
    jwt: { jwt: { expirationTime: "5m" } },
  },
  errorpage: {
    ours: { ERROR_URL: "http://localhost:3000/oops?x=1" },
    peer: { onAPIError: { errorURL: "http://localhost:3000/oops?x=1" } },
  },
  limits: { ours: { RATE_LIMIT: "on" }, peer: { rateLimit: { enabled: true } } },
};

function variant(name, { ours = {}, peer = {}, jwt = {}, mails = [], prefix = "better-auth", ...site }) {
  const { url, origins } = { ...PLAIN, ...site };
  const secure = url.startsWith("https:") ? "__Secure-" : "";
  return { name, ours, peer, jwt, mails, url, origins, cookies: `${secure}${prefix}` };
}

export const variants = Object.fromEntries(
  Object.entries(TABLE).map(([name, row]) => [name, variant(name, row)]));
