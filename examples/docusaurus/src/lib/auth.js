// SPDX-License-Identifier: ISC
// The stock client of Better Auth. Without a base URL it asks the site's own origin, where
// Postern answers; while pages are rendered at build time it asks nobody.
import { createAuthClient } from 'better-auth/react';
import { anonymousClient, jwtClient } from 'better-auth/client/plugins';

export const auth = createAuthClient({ plugins: [anonymousClient(), jwtClient()] });

export const isMember = (user) => Boolean(user) && user.isAnonymous !== true;

const OFFLINE = 'The server did not answer. Is there a connection?';

// What to tell people: the server's own words, where it said something.
export const messageOf = (error) => error?.message || OFFLINE;

// A call of the client that fails without an answer is told like one that was refused.
export async function attempt(call) {
  try {
    return await call();
  } catch {
    return { data: null, error: { message: OFFLINE } };
  }
}
