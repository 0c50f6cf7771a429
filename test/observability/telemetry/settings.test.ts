import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { openPlatform } from '../../../src/platform/cloudflare.ts';
import { rewrapSecrets } from '../../../src/secrets/index.ts';
import { newWorkspace, request, type Workspace } from '../../support/api.ts';
import { newChat } from '../../support/chat.ts';
import { forbiddenUrls } from '../../support/forbidden-urls.ts';
import { collecting, exportNow, makeDue } from './support.ts';

const endpoint = 'https://collector.example.com/v1/traces';
const secret = 'Bearer canary-of-the-collector-4711';
const stored = (workspace: Workspace) =>
  env.DB.prepare(
    "select sealed as headers, key_version from secrets where workspace_id = ? and owner_type = 'telemetry'",
  )
    .bind(workspace.id)
    .first<{ headers: string; key_version: number }>();

describe('the telemetry export', () => {
  it('is off until it is set, and after it is removed', async () => {
    const workspace = await newWorkspace();
    const off = {
      enabled: false,
      endpoint: null,
      state: 'off',
      waiting_runs: 0,
      include_content: false,
    };
    expect((await workspace.get('/telemetry')).body).toMatchObject(off);
    expect((await workspace.delete('/telemetry')).status).toBe(404);
    expect((await workspace.put('/telemetry', { enabled: true, endpoint })).body).toMatchObject({
      enabled: true,
      endpoint,
      include_content: false,
      state: 'ok',
    });
    expect((await workspace.delete('/telemetry')).status).toBe(204);
    expect((await workspace.get('/telemetry')).body).toMatchObject(off);
    const { data } = (await workspace.get('/audit-log?limit=2')).body;
    expect(data.map(({ action }: { action: string }) => action)).toEqual([
      'telemetry.remove',
      'telemetry.set',
    ]);
  });

  it('returns names and last characters of its headers, and stores them sealed', async () => {
    const workspace = await newWorkspace();
    const set = await workspace.put('/telemetry', {
      enabled: true,
      endpoint,
      headers: { authorization: secret, 'x-short': 'short' },
    });
    const hints = [
      { name: 'authorization', last_four: '4711' },
      { name: 'x-short', last_four: null },
    ];
    for (const { body } of [set, await workspace.get('/telemetry')]) {
      expect(body.headers).toEqual(hints);
      expect(JSON.stringify(body)).not.toContain('canary');
    }
    expect((await stored(workspace))?.headers).toMatch(/^v1\./);
    expect(JSON.stringify((await workspace.get('/audit-log')).body)).not.toContain('canary');
  });

  it('keeps headers for the same endpoint only (R37)', async () => {
    const workspace = await newWorkspace();
    await workspace.put('/telemetry', {
      enabled: true,
      endpoint,
      headers: { authorization: secret },
    });
    expect(
      (await workspace.put('/telemetry', { enabled: false, endpoint })).body.headers,
    ).toHaveLength(1);
    expect(
      (await workspace.put('/telemetry', { enabled: true, endpoint, headers: {} })).body.headers,
    ).toEqual([]);
    await workspace.put('/telemetry', {
      enabled: true,
      endpoint,
      headers: { authorization: secret },
    });
    const moved = await workspace.put('/telemetry', {
      enabled: true,
      endpoint: 'https://elsewhere.example.com/v1/traces',
    });
    expect(moved.body.headers).toEqual([]);
    expect(await stored(workspace)).toBeNull();
  });

  it('rotates headers to the newest encryption key and still opens them', async () => {
    const chat = await newChat({ rounds: [{ text: ['Hello.'] }], repeat: true });
    const first = env.ENCRYPTION_KEYS.split(',')[0] ?? '';
    const { requestWith } = await import('../../support/worker.ts');
    const collector = await collecting(chat.workspace);
    const json = {
      enabled: true,
      endpoint: collector.endpoint,
      headers: { authorization: secret },
    };
    await requestWith({ ENCRYPTION_KEYS: first }, 'PUT', '/api/v1/telemetry', chat.workspace.key, {
      json,
    });
    expect((await stored(chat.workspace))?.key_version).toBe(1);
    const platform = openPlatform(env, { waitUntil: () => undefined }, { request_id: 'test' });
    await rewrapSecrets(
      platform.context({ workspace_id: '', actor: { type: 'system', name: 'test' } }),
    );
    expect((await stored(chat.workspace))?.key_version).toBe(2);
    await chat.send({ message: 'Hello' });
    await exportNow(chat.workspace);
    expect((await collector.site.calls())[0]?.headers.authorization).toBe(secret);
  });

  it('reports headers that cannot be opened, and sends nothing without them', async () => {
    const chat = await newChat({ rounds: [{ text: ['Hello.'] }], repeat: true });
    const collector = await collecting(chat.workspace, { headers: { authorization: secret } });
    await env.DB.prepare(
      "update secrets set sealed = 'v1.2.a.b' where workspace_id = ? and owner_type = 'telemetry'",
    )
      .bind(chat.workspace.id)
      .run();
    await chat.send({ message: 'Hello' });
    await exportNow(chat.workspace);
    expect(await collector.site.calls()).toEqual([]);
    const { body } = await chat.workspace.get('/telemetry');
    expect(body).toMatchObject({
      state: 'retrying',
      waiting_runs: 1,
      last_error: { detail: expect.stringContaining('Save it again') },
    });
  });

  it('rejects endpoints and headers that are not allowed', async () => {
    const workspace = await newWorkspace();
    for (const url of [...forbiddenUrls, 'http://collector.example.com/v1/traces']) {
      const { status } = await workspace.put('/telemetry', { enabled: true, endpoint: url });
      expect(status, url).toBe(422);
    }
    for (const headers of [
      { host: 'x' },
      { 'x-forwarded-for': '1.1.1.1' },
      { 'a b': 'c' },
      { a: 'b\r\nc: d' },
      { cookie: 'a=b' },
    ]) {
      expect((await workspace.put('/telemetry', { enabled: true, endpoint, headers })).status).toBe(
        422,
      );
    }
    expect((await workspace.get('/telemetry')).body.endpoint).toBeNull();
  });

  it('is reported by the metrics while it fails (R84)', async () => {
    const chat = await newChat({ rounds: [{ text: ['Hello.'] }], repeat: true });
    const metric = async (name: string) =>
      Number(
        new RegExp(`^agentgrid_${name} (.+)$`, 'm').exec(
          (await request('GET', '/metrics', chat.workspace.key)).body,
        )?.[1] ?? Number.NaN,
      );
    expect(await metric('telemetry_failures')).toBeNaN();
    const collector = await collecting(chat.workspace);
    await collector.answer({ status: 503 });
    await chat.send({ message: 'Hello' });
    expect([await metric('telemetry_runs_waiting'), await metric('telemetry_failures')]).toEqual([
      1, 0,
    ]);
    await exportNow(chat.workspace);
    await env.DB.prepare(
      'update telemetry_runs set queued_at = queued_at - 3600000 where workspace_id = ?',
    )
      .bind(chat.workspace.id)
      .run();
    expect(await metric('telemetry_failures')).toBe(1);
    expect(await metric('telemetry_oldest_age_seconds')).toBeGreaterThanOrEqual(3600);
    await collector.answer({ status: 401 });
    await makeDue(chat.workspace);
    await exportNow(chat.workspace);
    expect(await metric('telemetry_suspended')).toBe(1);
    await chat.workspace.put('/telemetry', { enabled: true, endpoint: collector.endpoint });
    await collector.answer({ status: 400 });
    await exportNow(chat.workspace);
    expect([
      await metric('telemetry_runs_dropped_total'),
      await metric('telemetry_runs_waiting'),
    ]).toEqual([1, 0]);
  });
});
