// SPDX-License-Identifier: ISC
// The stock client, set up as its documentation says.
import { createAuthClient } from "better-auth/react";
import { anonymousClient, jwtClient } from "better-auth/client/plugins";

export const auth = createAuthClient({
  baseURL: document.querySelector("meta[name=auth-url]").content,
  plugins: [jwtClient(), anonymousClient()],
});
