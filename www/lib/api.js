// SPDX-License-Identifier: ISC
// The one place that talks to the server: JSON in, {data, error, status, headers} out.

// Never rejects: a page shows `error.message`, whatever went wrong.
export async function api(path, { method = "GET", body } = {}) {
  const options = { method, credentials: "same-origin", headers: { accept: "application/json" } };
  if (method !== "GET" && method !== "DELETE") {
    options.headers["content-type"] = "application/json";
    // The server refuses a POST without a JSON body, also where it needs nothing from it.
    options.body = JSON.stringify(body ?? {});
  }
  let response;
  let data;
  try {
    response = await fetch(path, options);
    data = parse(await response.text());
  } catch {
    return failure(0, null, {
      code: "NETWORK",
      message: "The server can't be reached. Check your connection and try again.",
    });
  }
  const { ok, status, headers } = response;
  if (ok && data !== undefined) return { data, error: null, status, headers };
  return failure(status, headers, describe(status, headers, data));
}

export const get = (path) => api(path);
export const post = (path, body) => api(path, { method: "POST", body });
export const remove = (path) => api(path, { method: "DELETE" });

function failure(status, headers, error) {
  return { data: null, error: { ...error, status }, status, headers };
}

// undefined means "not JSON": a proxy's HTML error page must not reach the reader.
function parse(text) {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe(status, headers, data) {
  if (status === 429) {
    const seconds = Math.max(1, Number(headers.get("x-retry-after")) || 10);
    const unit = seconds === 1 ? "second" : "seconds";
    return {
      code: "TOO_MANY_REQUESTS",
      message: `That was a few tries in a row. Please wait ${seconds} ${unit} and try again.`,
      retryAfter: seconds,
    };
  }
  if (data && typeof data === "object" && typeof data.message === "string") return data;
  if (status >= 500) {
    return { message: "The server has a problem right now. Please try again in a moment." };
  }
  return { message: `The server gave an answer this page doesn't understand (${status}).` };
}
