import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { bundle } from '../../bench/workerd.ts';

const { Miniflare, convertV4MiniflareOptions } = createRequire(import.meta.resolve('wrangler'))(
  'miniflare',
) as typeof import('miniflare');

/** Records the message of every error, from before the Worker is evaluated. */
const recorder = `globalThis.made = [];
globalThis.Error = class extends Error {
  constructor(...args) {
    super(...args);
    globalThis.made.push(this.message);
  }
};`;
const entry = `import './recorder.js';
import './worker.js';
export default { fetch: () => Response.json(globalThis.made) };`;

// The stack of an error contains the top level of the bundle, whose source position is expensive to find (docs/decisions/0051-start-up.md).
it('creates no error while the Worker starts', async () => {
  const modules = [
    { type: 'ESModule' as const, path: 'entry.js', contents: entry },
    { type: 'ESModule' as const, path: 'recorder.js', contents: recorder },
    ...bundle(['--env', 'production']),
  ];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules,
      compatibilityDate: '2026-10-20',
      compatibilityFlags: ['enable_request_signal'],
      cf: false,
    }),
  );
  try {
    const response = await miniflare.dispatchFetch('http://startup.test');
    expect(await response.json()).toEqual([]);
  } finally {
    await miniflare.dispose();
  }
});
