// SPDX-License-Identifier: ISC
// The stock client, in a browser of ours: a page of a trusted origin that keeps cookies.
import { createAuthClient } from "better-auth/client";
import { anonymousClient, jwtClient } from "better-auth/client/plugins";
import { send } from "./wire.mjs";

const ADDRESS = "203.0.113.7";

function toResponse({ status, headers, body }) {
  const list = new Headers();
  for (const [name, value] of headers) if (!/^(transfer-encoding|connection)$/.test(name)) list.append(name, value);
  return new Response([204, 304].includes(status) ? null : body, { status, headers: list });
}

// note(request, answer) is told of every request.
export function clientOf(context, tab, server, note) {
  const jar = context.jar(tab);
  const customFetchImpl = async (input, { method = "GET", headers, body } = {}) => {
    const url = new URL(input);
    const sent = {
      method, path: url.pathname + url.search, body: body ?? undefined,
      headers: Object.entries({
        host: url.host, "x-forwarded-for": ADDRESS, "user-agent": "oracle/1",
        ...Object.fromEntries(new Headers(headers)), origin: context.world.variant.origins[0],
        ...jar.header() ? { cookie: jar.header() } : {},
      }),
    };
    const answer = await send(server.port, sent);
    jar.take(answer.headers.filter(([name]) => name === "set-cookie").map(([, value]) => value));
    note(sent, answer);
    return toResponse(answer);
  };
  return createAuthClient({ baseURL: context.world.variant.url,
    plugins: [anonymousClient(), jwtClient()], fetchOptions: { customFetchImpl } });
}
