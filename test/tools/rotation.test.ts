import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { openPlatform } from '../../src/platform/cloudflare.ts';
import type { Ctx } from '../../src/platform/context.ts';
import { rewrapSecrets } from '../../src/secrets/index.ts';
import { newWorkspace } from '../support/api.ts';
import { Site } from '../support/outbound.ts';

const key = (text: string) => new Uint8Array(new TextEncoder().encode(text.padEnd(32, '.')));

it('rotation moves secrets of tools to the newest encryption key once and leaves those it cannot move (R75)', async () => {
  const workspace = await newWorkspace();
  const site = new Site();
  const url = await site.answers('/', { body: 'ok', headers: { 'content-type': 'text/plain' } });
  const secret_headers = { 'X-Own-Key': 'sk-canary-0123456789' };
  const tool = (
    await workspace.post('/tools', {
      name: 'one',
      description: 'One.',
      effect: 'read',
      url,
      input_schema: { type: 'object' },
      secret_headers,
    })
  ).body;
  const ctx = openPlatform(env, createExecutionContext(), { request_id: 'req_test' }).context({
    workspace_id: '',
    actor: { type: 'system', name: 'test' },
  });
  const withKeys = (...extra: (readonly [number, string])[]): Ctx => ({
    ...ctx,
    config: {
      ...ctx.config,
      encryption_keys: new Map([
        ...ctx.config.encryption_keys,
        ...extra.map(([version, text]) => [version, key(text)] as const),
      ]),
    },
  });
  const version = async () =>
    (
      await env.DB.prepare(
        'select s.key_version from secrets s join tool_secrets t on t.id = s.owner_id where t.tool_id = ?',
      )
        .bind(tool.id)
        .first<{ key_version: number }>()
    )?.key_version;
  const newest = Math.max(...ctx.config.encryption_keys.keys());
  expect([await rewrapSecrets(ctx), await version()]).toEqual([0, newest]);
  const next = withKeys([newest + 1, 'next']);
  // And those of other tests.
  expect(await rewrapSecrets(next)).toBeGreaterThan(0);
  expect([await rewrapSecrets(next), await version()]).toEqual([0, newest + 1]);
  // The running deployment does not have that key: the secret is unusable, and rotation does not
  // move it.
  expect((await workspace.post(`/tools/${tool.id}/test`, {})).body.ok).toBe(false);
  expect([await rewrapSecrets(withKeys([newest + 2, 'third'])), await version()]).toEqual([
    0,
    newest + 1,
  ]);
  expect(await site.calls()).toEqual([]);
});
