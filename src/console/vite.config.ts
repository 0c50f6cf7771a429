import { join } from 'node:path';
import { defineConfig } from 'vite';

/** The console, as files below /console/build. The page itself is made by the Worker (src/http/console-page.ts). */
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/build/',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'react' } },
  build: {
    outDir: join(import.meta.dirname, '../../dist/assets/console/build'),
    emptyOutDir: true,
    manifest: 'manifest.json',
    target: ['es2023', 'chrome123', 'firefox128', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Packages mark their modules for servers that render React.
      checks: { moduleLevelDirective: false },
      input: join(import.meta.dirname, 'main.tsx'),
      output: {
        entryFileNames: '[name]-[hash].js',
        chunkFileNames: '[name]-[hash].js',
        assetFileNames: '[name]-[hash][extname]',
      },
    },
  },
  logLevel: 'warn',
});
