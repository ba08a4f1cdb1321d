// Compares the public API, which applications rely on, with test/public-api.txt. With --accept, writes that file.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const built = new URL('../dist/', import.meta.url);
const listing = new URL('../test/public-api.txt', import.meta.url);

/** Without comments and empty lines. */
const read = (file) =>
  readFileSync(new URL(file, built), 'utf8')
    .replaceAll(/\/\*.*?\*\//gs, '')
    .replaceAll(/^\s*\n/gm, '');

/** The texts of all declarations by name. Only statements start in the first column. */
const declarations = new Map();
const pattern =
  /^(?:export )?(?:declare )?(?<text>(?:abstract )?(?:class|const|function|interface|type) (?<name>\w+).*)/s;
for (const file of readdirSync(built, { recursive: true, encoding: 'utf8' }))
  for (const statement of file.endsWith('.d.ts') ? read(file).split(/^(?=[a-z])/m) : []) {
    const { name, text } = pattern.exec(statement)?.groups ?? {};
    if (name) declarations.set(name, (declarations.get(name) ?? '') + text);
  }

/** Whether an export is a type only, by name: `new` and `instanceof` need more. */
const exported = new Map();
for (const [, type, names] of read('index.d.ts').matchAll(/^export (type )?\{(.*?)\} from/gms))
  for (const name of names.split(',').map((each) => each.trim()))
    if (name) exported.set(name.replace('type ', ''), Boolean(type) || name.startsWith('type '));

/** The exports, and the declarations that their types refer to. Types start with a capital letter. */
const reached = new Set(exported.keys());
for (const name of reached)
  for (const [word] of declarations.get(name)?.matchAll(/\b[A-Z]\w+|(?<=typeof )\w+/g) ?? [])
    if (declarations.has(word)) reached.add(word);

const lines = [...reached].sort().map((name) => {
  const text = declarations.get(name) ?? assert.fail(`${name} is exported, but not declared.`);
  if (!exported.has(name)) return text;
  const isTypeOnly = exported.get(name) && /^(abstract )?class/.test(text);
  return `export ${isTypeOnly ? 'type ' : ''}${text}`;
});
const api = lines.join('');

if (process.argv.includes('--accept')) writeFileSync(listing, api);
else
  try {
    assert.deepEqual(api.split('\n'), readFileSync(listing, 'utf8').split('\n'));
  } catch ({ message }) {
    console.error(message);
    console.error('The public API has changed. If that is intended: npm run api -- --accept');
    process.exitCode = 1;
  }
