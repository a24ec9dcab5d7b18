// SPDX-License-Identifier: ISC
// Reading a JWT for display. Nothing here verifies it: that is the server's work.

function decodePart(part) {
  const binary = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

export function decodeToken(token) {
  const [header, payload] = token.split(".");
  return { header: decodePart(header), payload: decodePart(payload) };
}
