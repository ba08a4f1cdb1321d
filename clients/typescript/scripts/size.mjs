// Prints the size of a bundle of everything that the package exports, as a browser loads it.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** In bytes, after gzip. */
const limit = 32_000;

const { outputFiles } = await build({
  stdin: { contents: "export * from './dist/index.js';", resolveDir: '.' },
  bundle: true,
  format: 'esm',
  minify: true,
  platform: 'browser',
  target: 'es2022',
  write: false,
});
const [{ contents }] = outputFiles;
const compressed = gzipSync(contents, { level: 9 }).length;
console.log(`${contents.length} bytes minified, ${compressed} bytes with gzip (limit ${limit})`);
if (compressed > limit) process.exitCode = 1;
