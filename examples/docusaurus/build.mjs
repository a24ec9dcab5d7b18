// SPDX-License-Identifier: ISC
// Builds every edition into build/: node build.mjs. One after another, because what
// Docusaurus generates on the way is in one folder.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, 'build');
const EDITIONS = ['public', 'beginner', 'intermediate', 'advanced'];

function build(edition) {
  const { status } = spawnSync(
    join(here, 'node_modules/.bin/docusaurus'), ['build', '--out-dir', join(out, edition)],
    { cwd: here, stdio: 'inherit', env: { ...process.env, EDITION: edition, NO_UPDATE_NOTIFIER: '1' } },
  );
  if (status !== 0) process.exit(1);
}

// The hashes of the scripts that stand in the pages, for a policy that allows no others.
function scriptHashes() {
  const hashes = new Set();
  for (const name of readdirSync(out, { recursive: true }).filter((one) => one.endsWith('.html'))) {
    const html = readFileSync(join(out, name), 'utf8');
    for (const [, text] of html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)) {
      hashes.add(`'sha256-${createHash('sha256').update(text).digest('base64')}'`);
    }
  }
  return [...hashes].sort().join(' ');
}

rmSync(out, { recursive: true, force: true });
EDITIONS.forEach(build);
cpSync(join(here, 'edition.lua'), join(out, 'edition.lua'));
writeFileSync(join(out, 'policy.conf'), `var.scripts = "${scriptHashes()}"\n`);
