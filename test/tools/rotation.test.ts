import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, expect, it } from 'vitest';
import { openPlatform } from '../../src/platform/cloudflare.ts';
import type { Ctx } from '../../src/platform/context.ts';
import { rewrapSecrets } from '../../src/secrets/index.ts';
import { newWorkspace } from '../support/api.ts';
import { newMcpServer, ProtectedServer, signIn } from '../support/oauth/client.ts';
import { Site } from '../support/outbound.ts';

// The keys of the deployment are wrapped by keys that only this file has.
afterAll(async () => {
  await env.DB.prepare("delete from secrets where workspace_id = ''").run();
});

const key = (text: string) => new Uint8Array(new TextEncoder().encode(text.padEnd(32, '.')));

/** The deployment, and the same with further encryption keys. */
function platform() {
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
  return { ctx, withKeys };
}

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
  const { ctx, withKeys } = platform();
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

it('rotation moves headers, client secrets and tokens of MCP servers (R75, R76)', async () => {
  const workspace = await newWorkspace();
  const header = { type: 'header', header: 'X-Own-Key', value: 'sk-canary-0123456789' };
  await newMcpServer(workspace, (await ProtectedServer.start()).url, header);
  // One that registers a client with a secret, with a sign-in that is complete and one that is under way.
  const server = await ProtectedServer.start({ registration: 'confidential' });
  const id = await newMcpServer(workspace, server.url, { type: 'oauth', per: 'end_user' });
  await signIn(workspace, id, { end_user_id: 'ann' });
  await workspace.post(`/tools/mcp/${id}/authorizations`, { end_user_id: 'bob' });
  const versions = async () =>
    (
      await env.DB.prepare(
        'select owner_type, field, key_version from secrets where workspace_id = ? order by 1, 2, 3',
      )
        .bind(workspace.id)
        .all<{ owner_type: string; field: string; key_version: number }>()
    ).results;
  const before = await versions();
  expect(new Set(before.map(({ owner_type }) => owner_type))).toEqual(
    new Set(['mcp_authorization', 'mcp_oauth_client', 'mcp_server']),
  );
  const { ctx, withKeys } = platform();
  const key_version = Math.max(...ctx.config.encryption_keys.keys()) + 5;
  await rewrapSecrets(withKeys([key_version, 'fifth']));
  expect(await versions()).toEqual(before.map((row) => ({ ...row, key_version })));
});
