// Runs all tests in one process, which is much faster than one for each file.
import { readdirSync } from 'node:fs';

const folder = new URL('../../test/', import.meta.url);

for (const name of readdirSync(folder))
  if (name.endsWith('.test.ts')) await import(`./${name.replace(/ts$/, 'js')}`);
