import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rewrapSecrets } from '../../src/secrets/index.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { playScript } from '../support/provider/client.ts';
import type { Script } from '../support/provider/script.ts';
import { requestWith } from '../support/worker.ts';
import { contextOf, step } from './support.ts';

// The keys of the deployment are wrapped by keys that only this file has.
afterAll(async () => {
  await env.DB.prepare("delete from secrets where workspace_id = ''").run();
});

const canary = 'sk-canary-0123456789-7f3a';
const script: Script = {
  rounds: [{ text: ['ok'], usage: { input_tokens: 5, output_tokens: 1 } }],
  repeat: true,
};
const rowOf = (workspace: Workspace, provider = 'openai') =>
  env.DB.prepare(
    "select *, sealed as api_key from secrets where workspace_id = ? and owner_type = 'provider' and owner_id = ?",
  )
    .bind(workspace.id, provider)
    .first<Record<string, string>>();

describe('provider credentials', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await newWorkspace();
  });

  it('are write-only: responses contain last four and fingerprint, the database a sealed value (R46, R74, R76)', async () => {
    const { status, body } = await workspace.put('/providers/openai', { api_key: canary });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: 'openai',
      usable: true,
      key_source: 'workspace',
      base_url: 'https://api.openai.com/v1',
      api_key: { last_four: '7f3a' },
    });
    const got = await workspace.get('/providers/openai');
    expect(got.body).toEqual(body);
    const row = await rowOf(workspace);
    expect(row?.api_key).toMatch(/^v1\.2\./);
    const audit = await workspace.get('/audit-log?target_id=openai');
    expect(audit.body.data[0]).toMatchObject({
      action: 'provider.set',
      detail: { last_four: '7f3a', has_new_key: true },
    });
    for (const seen of [body, row, audit.body, (await workspace.get('/providers')).body])
      expect(JSON.stringify(seen)).not.toContain('canary');
    const [same, other] = [await newWorkspace(), await newWorkspace()];
    await same.put('/providers/openai', { api_key: canary });
    await other.put('/providers/openai', { api_key: canary });
    expect((await same.get('/providers/openai')).body.api_key.fingerprint).not.toBe(
      body.api_key.fingerprint,
    );
  });

  it('are kept while the base URL is unchanged and deleted when it changes (R37)', async () => {
    const own = await newWorkspace();
    const put = async (json: unknown) => (await own.put('/providers/openai-compatible', json)).body;
    expect((await put({ api_key: canary, base_url: 'https://one.example.com/v1/' })).base_url).toBe(
      'https://one.example.com/v1',
    );
    const sealed = (await rowOf(own, 'openai-compatible'))?.api_key;
    expect((await put({ base_url: 'https://one.example.com/v1' })).api_key).toMatchObject({
      last_four: '7f3a',
    });
    expect((await rowOf(own, 'openai-compatible'))?.api_key).toBe(sealed);
    expect((await put({ base_url: 'https://two.example.com/v1' })).api_key).toBeNull();
    expect((await put({ base_url: 'https://one.example.com/v1' })).api_key).toBeNull();
    // A change in the database does not open the key either: the seal contains the base URL.
    await put({ api_key: canary, base_url: 'https://one.example.com/v1' });
    await env.DB.prepare(
      "update provider_credentials set base_url = 'https://evil.example.com/v1' where workspace_id = ?",
    )
      .bind(own.id)
      .run();
    expect((await step(contextOf(own), ['openai-compatible/m'])).result.failure?.code).toBe(
      'credential_unusable',
    );
  });

  it('are sent only to public URLs without credentials or a query (R34, R37)', async () => {
    for (const base_url of [
      'http://localhost:11434/v1',
      'https://10.0.0.1/v1',
      'https://user:pw@llm.example.com/v1',
      'ftp://llm.example.com',
    ]) {
      const { status, body } = await workspace.put('/providers/openai-compatible', {
        base_url,
        api_key: canary,
      });
      expect([status, body.code], base_url).toEqual([422, 'url_not_allowed']);
    }
    for (const json of [
      { base_url: 'https://llm.example.com/v1?key=x' },
      {},
      { api_key: 'two\nlines' },
      { api_key: '' },
    ]) {
      expect(
        (await workspace.put('/providers/openai-compatible', json)).status,
        JSON.stringify(json),
      ).toBe(422);
    }
  });

  it('are sent over http only when private networks are allowed (R37)', async () => {
    const own = await newWorkspace();
    const base_url = 'http://api.openai.com/v1';
    for (const json of [{ base_url, api_key: canary }, { base_url }]) {
      const { status, body } = await own.put('/providers/openai-compatible', json);
      expect([status, body.code]).toEqual([422, 'url_not_allowed']);
    }
    const path = '/api/v1/providers/openai-compatible';
    const inside = await requestWith(
      { ALLOW_PRIVATE_NETWORK: 'true' } as never,
      'PUT',
      path,
      own.key,
      { json: { base_url } },
    );
    expect([inside.status, inside.body.usable]).toEqual([200, true]);
    // A base URL stored earlier is not called either.
    expect((await own.get('/providers/openai-compatible')).body.usable).toBe(false);
    expect((await step(contextOf(own), ['openai-compatible/m'])).result.failure?.code).toBe(
      'provider_not_configured',
    );
  });

  it.each([
    [
      'openai/gpt-5-mini',
      'OpenAI has no usable credential in this workspace. Set one with `PUT /providers/openai`.',
    ],
    [
      'openai-compatible/m',
      'OpenAI-compatible server has no base URL in this workspace. Set `base_url` with `PUT /providers/openai-compatible`.',
    ],
    [
      'workers-ai/@cf/m',
      'Workers AI is not available on this server. It is available on Cloudflare only.',
    ],
    [
      'ollama/llama3.2',
      'Ollama cannot be called at http://localhost:11434/v1. The port must be 80 or 443. ' +
        'A local server allows it when started with `--var ALLOW_PRIVATE_NETWORK:true`.',
    ],
  ])('say what %s needs before it can be called', async (model, detail) => {
    const own = await newWorkspace();
    const [provider = '', name] = model.split(/\/(.*)/);
    const tested = await own.post(`/providers/${provider}/test`, { model: name });
    expect(tested.body.error).toEqual({ code: 'provider_not_configured', detail });
  });

  it('reach a local Ollama only when private networks are allowed', async () => {
    expect((await workspace.get('/providers/ollama')).body).toMatchObject({
      usable: false,
      base_url: 'http://localhost:11434/v1',
    });
    const allowed = await requestWith(
      { ALLOW_PRIVATE_NETWORK: 'true' } as never,
      'GET',
      '/api/v1/providers/ollama',
      workspace.key,
    );
    expect(allowed.body.usable).toBe(true);
  });

  it('can be changed by admins only and read by nobody (R9, R76)', async () => {
    for (const role of ['viewer', 'editor'] as const) {
      const other = await workspace.withRole(role);
      expect((await other.put('/providers/openai', { api_key: canary })).status).toBe(403);
      expect((await other.get('/providers/openai')).status).toBe(200);
    }
    const { body } = await workspace.get('/providers');
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining(['builtin', 'openai', 'anthropic', 'workers-ai', 'ollama']),
    );
    expect(body.data.find(({ id }: { id: string }) => id === 'workers-ai')).toMatchObject({
      usable: false,
      configurable: false,
    });
    for (const path of ['/providers/nobody', '/providers/OPENAI'])
      expect((await workspace.get(path)).status).toBe(404);
    for (const listed of body.data)
      expect((await workspace.get(`/providers/${listed.id}`)).body).toEqual(listed);
  });

  it('are rejected for providers that are part of the deployment, which can be tested', async () => {
    for (const id of ['builtin', 'workers-ai']) {
      for (const json of [{ api_key: canary }, { base_url: 'https://llm.example.com/v1' }, {}]) {
        const { status, body } = await workspace.put(`/providers/${id}`, json);
        expect([status, body.code, body.detail], id).toEqual([
          422,
          'validation_failed',
          expect.stringContaining('part of the deployment'),
        ]);
      }
      expect((await workspace.delete(`/providers/${id}`)).status).toBe(404);
    }
    expect(
      (await workspace.post('/providers/builtin/test', { model: 'extractive' })).body,
    ).toMatchObject({ ok: true, cost_usd: 0 });
    expect(
      (await workspace.post('/providers/builtin/test', { model: 'nothing' })).body,
    ).toMatchObject({ ok: false });
    expect(
      (await workspace.post('/providers/workers-ai/test', { model: '@cf/x' })).body,
    ).toMatchObject({ ok: false });
  });

  it('cannot be opened after a move to another workspace (R74)', async () => {
    const thief = await newWorkspace();
    await thief.put('/providers/openai', { api_key: 'another-key-altogether' });
    const stolen = await rowOf(workspace);
    await env.DB.prepare(
      "update secrets set sealed = ? where workspace_id = ? and owner_type = 'provider'",
    )
      .bind(stolen?.api_key, thief.id)
      .run();
    const { result } = await step(contextOf(thief), ['openai/gpt-5-mini']);
    expect(result.failure).toMatchObject({ code: 'credential_unusable', status: 409 });
    expect(result.usage).toEqual([]);
  });

  it('are deleted with the provider configuration', async () => {
    const own = await newWorkspace();
    const scripted = await playScript(script);
    await own.put('/providers/openai', { api_key: scripted.api_key });
    expect((await step(contextOf(own), ['openai/gpt-5-mini'])).result.failure).toBeNull();
    expect((await own.delete('/providers/openai')).status).toBe(204);
    expect((await own.delete('/providers/openai')).status).toBe(404);
    expect((await step(contextOf(own), ['openai/gpt-5-mini'])).result.failure).toMatchObject({
      code: 'provider_not_configured',
      status: 424,
    });
  });

  it('can be tested with a billed call', async () => {
    const own = await newWorkspace();
    const none = await own.post('/providers/openai/test', { model: 'gpt-5-mini' });
    expect(none.body).toMatchObject({
      ok: false,
      cost_usd: 0,
      error: { code: 'provider_not_configured' },
    });
    const scripted = await playScript(script);
    await own.put('/providers/openai', { api_key: scripted.api_key });
    const { status, body } = await own.post(
      '/providers/openai/test',
      { model: 'gpt-5-mini' },
      { headers: { 'idempotency-key': 'once' } },
    );
    expect([status, body.ok, body.error]).toEqual([200, true, null]);
    expect(body.cost_usd).toBeGreaterThan(0);
    await own.post(
      '/providers/openai/test',
      { model: 'gpt-5-mini' },
      { headers: { 'idempotency-key': 'once' } },
    );
    const [sent, ...more] = await scripted.requests();
    expect(more).toEqual([]);
    expect(sent?.headers.authorization).toBe(`Bearer ${scripted.api_key}`);
    expect(sent?.url).toBe('https://api.openai.com/v1/responses');
    expect(sent?.body.store).toBe(false);
    const { results } = await env.DB.prepare(
      'select operation, status from usage where workspace_id = ?',
    )
      .bind(own.id)
      .all();
    expect(results).toEqual([{ operation: 'provider_test', status: 'ok' }]);
    await own.put('/providers/openai', { api_key: 'sk-unknown-key-0123456789' });
    const refused = await own.post('/providers/openai/test', { model: 'gpt-5-mini' });
    expect(refused.body).toMatchObject({ ok: false, error: { code: 'provider_auth' } });
    expect(JSON.stringify(refused.body)).not.toContain('sk-unknown');
  });
});

describe("the deployment's own keys", () => {
  const shared = (api_key: string, on: string) => ({
    OPENAI_API_KEY: api_key,
    SHARED_PROVIDER_KEYS: on,
  });

  it('serve workspaces without their own key when shared, at the default base URL only (R37)', async () => {
    const own = await newWorkspace();
    const scripted = await playScript(script);
    const bindings = shared(scripted.api_key, 'true');
    expect(
      (await step(contextOf(own, shared(scripted.api_key, 'false')), ['openai/gpt-5-mini'])).result
        .failure?.code,
    ).toBe('provider_not_configured');
    expect((await step(contextOf(own, bindings), ['openai/gpt-5-mini'])).text).toBe('ok');
    const elsewhere = await playScript(script);
    await own.put('/providers/openai', { base_url: elsewhere.base_url.openai });
    expect((await step(contextOf(own, bindings), ['openai/gpt-5-mini'])).result.failure?.code).toBe(
      'provider_not_configured',
    );
    expect(await elsewhere.requests()).toEqual([]);
  });

  it('report a rejected key as a provider error, not as an error of the workspace (R49)', async () => {
    const own = await newWorkspace();
    const { result } = await step(contextOf(own, shared('sk-nobody-knows-this-one', 'true')), [
      'openai/gpt-5-mini',
    ]);
    expect(result.failure).toMatchObject({ code: 'provider_error', status: 502 });
    expect(result.cost_nano_usd).toBe(0);
  });
});

describe('rotation of the encryption key', () => {
  const keys = (...letters: string[]) =>
    letters.map((letter, index) => `${index + 11}:${btoa(letter.repeat(32))}`).join(',');
  const old = () =>
    env.DB.prepare('select count(*) as n from secrets where key_version < 12').first<{
      n: number;
    }>();

  it('re-encrypts every key, continues after an interruption, and no longer needs the old key (R75)', async () => {
    await env.DB.prepare('delete from secrets').run();
    const own = await newWorkspace();
    for (const provider of ['openai', 'anthropic', 'groq']) {
      const put = await requestWith(
        { ENCRYPTION_KEYS: keys('a') } as never,
        'PUT',
        `/api/v1/providers/${provider}`,
        own.key,
        {
          json: { api_key: canary },
        },
      );
      expect(put.status).toBe(200);
    }
    await env.DB.prepare("update secrets set sealed = 'v1.11.x.y' where owner_id = 'groq'").run();
    expect((await old())?.n).toBe(3);
    const both = contextOf(own, { ENCRYPTION_KEYS: keys('a', 'b') });
    expect(await rewrapSecrets(both)).toBe(2);
    expect((await old())?.n).toBe(1);
    await own.put('/providers/groq', { api_key: canary });
    await env.DB.prepare("delete from provider_credentials where provider = 'groq'").run();
    expect(await rewrapSecrets(both)).toBe(0);
    expect((await old())?.n).toBe(0);
    const newest = keys('a', 'b').split(',')[1] ?? '';
    const scripted = await playScript(script);
    const { result } = await step(contextOf(own, { ENCRYPTION_KEYS: newest }), [
      'openai/gpt-5-mini',
    ]);
    // The key can be opened, although the provider rejects it.
    expect(result.failure?.code).toBe('provider_auth');
    expect(await scripted.requests()).toEqual([]);
  });

  it('reports a missing old key and keeps the stored values (R75)', async () => {
    const own = await newWorkspace();
    await requestWith(
      { ENCRYPTION_KEYS: keys('a') } as never,
      'PUT',
      '/api/v1/providers/openai',
      own.key,
      { json: { api_key: canary } },
    );
    const lost = contextOf(own, { ENCRYPTION_KEYS: keys('a', 'b').split(',')[1] });
    expect(await rewrapSecrets(lost)).toBe(0);
    expect((await step(lost, ['openai/gpt-5-mini'])).result.failure).toMatchObject({
      code: 'unavailable',
      status: 503,
    });
    expect((await rowOf(own))?.api_key).toMatch(/^v1\.11\./);
    const none = await requestWith(
      { ENCRYPTION_KEYS: '' } as never,
      'PUT',
      '/api/v1/providers/openai',
      own.key,
      {
        json: { api_key: canary },
      },
    );
    expect([none.status, none.body.code]).toEqual([503, 'unavailable']);
  });
});
