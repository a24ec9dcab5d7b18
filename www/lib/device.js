// SPDX-License-Identifier: ISC
// A user agent in plain words: "Firefox on Linux". A guess, as all reading of these is.

// First match wins: most browsers also name those they descend from.
const BROWSERS = [
  [/Edg(e|A|iOS)?\//, "Edge"],
  [/OPR\/|Opera/, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\/|Chromium\//, "Chrome"],
  [/Safari\//, "Safari"],
];

const SYSTEMS = [
  [/iPhone/, "on an iPhone"],
  [/iPad/, "on an iPad"],
  [/Android/, "on Android"],
  [/CrOS/, "on ChromeOS"],
  [/Windows/, "on Windows"],
  [/Macintosh|Mac OS X/, "on a Mac"],
  [/Linux|X11/, "on Linux"],
];

const find = (table, text) => table.find(([pattern]) => pattern.test(text))?.[1];

export function describeDevice(userAgent) {
  const text = userAgent ?? "";
  const browser = find(BROWSERS, text);
  const system = find(SYSTEMS, text);
  if (browser || system) return [browser ?? "A browser", system].filter(Boolean).join(" ");
  // curl/8.5, python-requests/2.31: programs name themselves first.
  const program = /^(?!Mozilla)[\w.+-]{1,40}/.exec(text)?.[0];
  return program ? `A program (${program})` : "An unknown device";
}
