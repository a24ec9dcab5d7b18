// SPDX-License-Identifier: ISC
// Reading the messages that mailer writes: their headers, and the part that is plain text.

const utf8 = new TextDecoder();
const bytesOf = (binary) => Uint8Array.from(binary, (c) => c.charCodeAt(0));

function decodeQuoted(text) {
  const binary = text
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return utf8.decode(bytesOf(binary));
}

// A character may not be divided between two encoded words (RFC 2047 section 5).
const decodeValue = (value) => value
  .replace(/\?=\s+=\?/g, "?==?")
  .replace(/=\?UTF-8\?B\?([^?]*)\?=/g, (_, base64) => utf8.decode(bytesOf(atob(base64))));

function splitHead(text) {
  const end = text.indexOf("\r\n\r\n");
  const lines = text.slice(0, end).replace(/\r\n[ \t]+/g, " ").split("\r\n");
  const headers = new Map(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), decodeValue(line.slice(colon + 1).trim())];
  }));
  return { headers, body: text.slice(end + 4) };
}

function partsOf({ headers, body }) {
  const boundary = /boundary="([^"]*)"/.exec(headers.get("content-type") ?? "")?.[1];
  if (boundary === undefined) return [{ headers, body }];
  return body.split(`--${boundary}`).slice(1, -1)
    .map((part) => splitHead(part.replace(/^\r\n/, "")));
}

const bare = (address = "") => address.replace(/^<(.*)>$/, "$1");

export function parseMail(text) {
  const whole = splitHead(text);
  const plain = partsOf(whole)
    .find(({ headers }) => headers.get("content-type")?.startsWith("text/plain"));
  return {
    subject: whole.headers.get("subject") ?? "",
    to: bare(whole.headers.get("to")),
    from: bare(whole.headers.get("from")),
    date: whole.headers.get("date"),
    text: plain ? decodeQuoted(plain.body).trim() : "",
  };
}
