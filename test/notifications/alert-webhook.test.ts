import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { rewrapSecrets } from '../../src/secrets/index.ts';
import { contextOf } from '../llm/support.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { forbiddenUrls } from '../support/forbidden-urls.ts';
import { requestWith } from '../support/worker.ts';

const url = 'https://hooks.example.com/agentgrid';
const path = '/alerts/webhook';
const stored = (workspace: Workspace) =>
  env.DB.prepare(
    "select sealed as secret, key_version from secrets where workspace_id = ? and owner_type = 'alert_webhook'",
  )
    .bind(workspace.id)
    .first<{ secret: string; key_version: number }>();

describe('the webhook of alerts', () => {
  it('is set with a secret that is shown once, and removed', async () => {
    const workspace = await newWorkspace();
    const nothing = { url: null, last_four: null, updated_at: null };
    expect((await workspace.get(path)).body).toEqual(nothing);
    expect((await workspace.delete(path)).status).toBe(404);
    const { status, body } = await workspace.put(path, { url });
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({ url, secret: expect.stringMatching(/^whsec_[\w-]{43}$/) }),
    ]);
    expect(body.last_four).toBe(body.secret.slice(-4));
    const shown = { url, last_four: body.last_four, updated_at: expect.any(String) };
    expect((await workspace.get(path)).body).toEqual(shown);
    expect((await workspace.put(path, { url })).body).toEqual({ ...shown, secret: null });
    expect((await workspace.delete(path)).status).toBe(204);
    expect((await workspace.get(path)).body).toEqual(nothing);
    const audit = (await workspace.get('/audit-log?limit=3')).body;
    expect(audit.data.map(({ action }: { action: string }) => action)).toEqual([
      'alert_webhook.remove',
      'alert_webhook.set',
      'alert_webhook.set',
    ]);
    expect(JSON.stringify(audit)).not.toContain(body.secret);
  });

  it('has another secret at another address, and when it is asked for', async () => {
    const workspace = await newWorkspace();
    const { secret } = (await workspace.put(path, { url })).body;
    const rotated = (await workspace.put(path, { url, rotate_secret: true })).body.secret;
    const moved = (await workspace.put(path, { url: `${url}/2` })).body.secret;
    expect(new Set([secret, rotated, moved, null]).size).toBe(4);
  });

  it('has one secret when it is set twice at once', async () => {
    const workspace = await newWorkspace();
    const replies = await Promise.all([1, 2, 3].map(() => workspace.put(path, { url })));
    const secrets = replies.flatMap(({ body }) => body.secret ?? []);
    expect(secrets).toHaveLength(1);
    expect((await workspace.get(path)).body.last_four).toBe(secrets[0].slice(-4));
  });

  it('keeps the secret sealed, and moves it to the newest key', async () => {
    const workspace = await newWorkspace();
    const first = env.ENCRYPTION_KEYS.split(',')[0] ?? '';
    const { body } = await requestWith(
      { ENCRYPTION_KEYS: first },
      'PUT',
      `/api/v1${path}`,
      workspace.key,
      { json: { url } },
    );
    const before = await stored(workspace);
    expect(before?.secret).not.toContain(body.secret);
    expect(before?.key_version).toBe(1);
    expect(await rewrapSecrets(contextOf(workspace))).toBeGreaterThan(0);
    expect((await stored(workspace))?.key_version).toBe(2);
    expect(await rewrapSecrets(contextOf(workspace))).toBe(0);
    expect((await workspace.put(path, { url })).body).toMatchObject({
      secret: null,
      last_four: body.secret.slice(-4),
    });
  });

  it('is for admins of the whole workspace', async () => {
    const workspace = await newWorkspace();
    const agent = (await workspace.post('/agents', { name: 'One' })).body.id;
    for (const other of [
      await workspace.withRole('editor'),
      await workspace.withRole('admin', [agent]),
    ]) {
      const replies = [
        await other.put(path, { url }),
        await other.get(path),
        await other.delete(path),
      ];
      expect(replies.map(({ status }) => status)).toEqual([403, 403, 403]);
    }
  });

  it('takes no address that may not be called', async () => {
    const workspace = await newWorkspace();
    for (const forbidden of [...forbiddenUrls, 'http://hooks.example.com/', 'hooks.example.com'])
      expect((await workspace.put(path, { url: forbidden })).status, forbidden).toBe(422);
    expect((await workspace.get(path)).body.url).toBeNull();
  });
});
