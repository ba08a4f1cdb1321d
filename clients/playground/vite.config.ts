import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { stackPlugin } from './stack-plugin.ts';

export default defineConfig({
  // Unknown paths are not found.
  appType: 'mpa',
  plugins: [stackPlugin()],
  resolve: {
    alias: {
      '@atpkeyserver/client': fileURLToPath(new URL('../typescript/src/index.ts', import.meta.url)),
    },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { modulePreload: { polyfill: false }, target: 'es2023' },
});
