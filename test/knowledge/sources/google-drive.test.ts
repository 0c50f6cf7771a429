import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { fromBase64Url } from '../../../src/shared/digest.ts';
import { newWorkspace } from '../../support/api.ts';
import { docxParts, makeZip, paragraph } from '../../support/documents.ts';
import { newBase } from '../../support/files.ts';
import { Site } from '../../support/outbound.ts';
import type { Reply } from '../../support/outbound-service.ts';
import { addSource, filesOf, ingested, syncAgain } from './support.ts';

const json = (body: object, status = 200): Reply => ({
  status,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json; charset=UTF-8' },
});
const google = (kind: string) => `application/vnd.google-apps.${kind}`;
const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
const newId = () => crypto.randomUUID().replaceAll('-', '');
const openUrl = (id: string) => `https://drive.google.com/open?id=${id}`;

interface Item {
  readonly id: string;
  readonly name: string;
  readonly mimeType: string;
  readonly content?: string;
  readonly version?: number;
  readonly shortcutDetails?: object;
}

/** Folders of Google Drive, as version 3 of its API shows them. */
class Drive extends Site {
  override readonly origin = 'https://www.googleapis.com';
  readonly folder = newId();
  readonly secret = `secret-${newId()}`;
  readonly credentials = {
    client_id: 'client.apps.googleusercontent.com',
    client_secret: this.secret,
    refresh_token: `1//${newId()}`,
  };

  token = (reply: Reply = json({ access_token: `ya29.${this.secret}`, expires_in: 3599 })) =>
    new (class extends Site {
      override readonly origin = 'https://oauth2.googleapis.com';
    })().answers('/token', reply);

  fields = ({ id, name, mimeType, content, version = 1, shortcutDetails }: Item) => ({
    ...(shortcutDetails === undefined ? {} : { shortcutDetails }),
    id,
    name,
    mimeType,
    modifiedTime: `2026-11-0${version}T00:00:00.000Z`,
    ...(content === undefined || mimeType.startsWith('application/vnd.google')
      ? {}
      : { md5Checksum: `md5-${content}` }),
  });

  /** Lists the items of each folder; the first folder comes in two parts. */
  async holds(folders: Readonly<Record<string, readonly Item[]>>) {
    const byQuery: Record<string, Reply> = {};
    for (const [folder, items] of Object.entries(folders)) {
      const files = items.map(this.fields);
      const asked = `q=%27${folder}%27+in+parents`;
      if (folder === this.folder && files.length > 1) {
        byQuery['pageToken=second'] = json({ files: files.slice(1) });
        byQuery[asked] = json({ files: files.slice(0, 1), nextPageToken: 'second' });
      } else byQuery[asked] = json({ files });
      for (const item of items) await this.serves(item);
    }
    await this.answers('/drive/v3/files', {
      ...json({ error: { code: 404, message: 'File not found: .' } }, 404),
      byQuery,
    });
  }

  async serves(item: Item) {
    const path = `/drive/v3/files/${item.id}`;
    const media = { 'alt=media': { body: item.content ?? '' } };
    await this.answers(path, { ...json(this.fields(item)), byQuery: media });
  }

  reads = async () =>
    (await this.calls())
      .filter(
        ({ headers, url }) =>
          headers.authorization?.includes(this.secret) && /alt=media|export/.test(url),
      )
      .map(({ url }) => new URL(url).pathname.replace('/drive/v3/files/', ''));
}

const tokenCalls = () =>
  new (class extends Site {
    override readonly origin = 'https://oauth2.googleapis.com';
  })().calls();

const setUp = async () => {
  const workspace = await newWorkspace();
  const base = await newBase(workspace);
  const drive = new Drive();
  await drive.token();
  const add = (settings: object = {}) =>
    addSource(workspace, base, {
      type: 'google_drive',
      folder_id: drive.folder,
      credentials: drive.credentials,
      ...settings,
      delay_ms: undefined,
    });
  return { workspace, base, drive, add };
};

describe('a folder of Google Drive', () => {
  it('reads its files and documents, also of folders below, and later only those that have changed', async () => {
    const { workspace, base, drive, add } = await setUp();
    const [notes, report, doc, photo, below, linked] = [
      newId(),
      newId(),
      newId(),
      newId(),
      newId(),
      newId(),
    ];
    const text = { id: notes, name: 'notes.md', mimeType: 'text/markdown', content: '# Notes' };
    const old = { id: report, name: 'report.txt', mimeType: 'text/plain', content: 'Report.' };
    const document = { id: doc, name: 'Plan 2026/27', mimeType: google('document') };
    const shortcut = {
      id: newId(),
      name: 'linked.txt',
      mimeType: google('shortcut'),
      shortcutDetails: { targetId: linked, targetMimeType: 'text/plain' },
    };
    await drive.holds({
      [drive.folder]: [
        text,
        { id: below, name: 'Below', mimeType: google('folder') },
        { id: photo, name: 'photo.heic', mimeType: 'image/heic', content: 'x' },
        shortcut,
      ],
      [below]: [old, document, { id: newId(), name: 'Survey', mimeType: google('form') }],
    });
    await drive.serves({
      id: linked,
      name: 'linked.txt',
      mimeType: 'text/plain',
      content: 'Linked.',
    });
    const docx = base64(await makeZip(docxParts(paragraph('The plan.'))));
    await drive.answers(`/drive/v3/files/${doc}/export`, { body: docx, isBase64: true });
    const source = await add();
    expect(source).toMatchObject({ status: 'ready', counts: { added: 4, skipped: 0, failed: 0 } });
    await ingested(workspace, base);
    const files = await filesOf(workspace, base);
    expect(Object.keys(files).sort()).toEqual([notes, report, doc, linked].map(openUrl).sort());
    expect(files[openUrl(doc)]).toMatchObject({
      name: 'Plan 2026-27.docx',
      status: 'ready',
      metadata: { title: 'Below/Plan 2026/27', url: openUrl(doc) },
    });
    expect(source.credentials).toMatchObject({ client_secret: drive.secret.slice(-4) });
    const exported = (await drive.calls()).find(({ url }) => url.includes(`${doc}/export`));
    expect(new URL(exported?.url ?? '').searchParams.get('mimeType')).toContain('wordprocessingml');
    // One file changes, one is put into the trash.
    await drive.holds({
      [drive.folder]: [
        { ...text, content: '# Notes, changed', version: 2 },
        { id: below, name: 'Below', mimeType: google('folder') },
      ],
      [below]: [old],
    });
    const before = (await drive.reads()).length;
    expect((await syncAgain(workspace, source.id)).counts).toMatchObject({
      updated: 1,
      unchanged: 1,
      removed: 2,
    });
    expect((await drive.reads()).slice(before)).toEqual([notes]);
  });

  it('signs in as a service account, and reads a shared drive', async () => {
    const { drive, add } = await setUp();
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const keys = (await crypto.subtle.generateKey(
      { ...algorithm, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
      true,
      ['sign', 'verify'],
    )) as CryptoKeyPair;
    const der = new Uint8Array(
      (await crypto.subtle.exportKey('pkcs8', keys.privateKey)) as ArrayBuffer,
    );
    const lines = base64(der).replaceAll(/.{64}/g, '$&\n');
    const drive_id = newId();
    const file = { id: newId(), name: 'a.txt', mimeType: 'text/plain', content: 'Shared.' };
    await drive.serves(file);
    await drive.answers('/drive/v3/files', {
      ...json({}, 404),
      byQuery: { [`driveId=${drive_id}`]: json({ files: [drive.fields(file)] }) },
    });
    const client_email = `${newId()}@project.iam.gserviceaccount.com`;
    const source = await add({
      folder_id: null,
      drive_id,
      credentials: {
        client_email,
        private_key: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`,
      },
    });
    expect(source).toMatchObject({ status: 'ready', counts: { added: 1 } });
    const listing = (await drive.calls()).find(({ url }) => url.includes(drive_id));
    const query = new URL(listing?.url ?? '').searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      corpora: 'drive',
      supportsAllDrives: 'true',
      includeItemsFromAllDrives: 'true',
      q: 'trashed = false',
    });
    const assertions = (await tokenCalls()).flatMap(
      ({ body }) => new URLSearchParams(body).get('assertion') ?? [],
    );
    const own = assertions
      .map((jwt) => jwt.split('.') as [string, string, string])
      .filter(([, claims]) =>
        new TextDecoder().decode(fromBase64Url(claims)).includes(client_email),
      );
    // One for the step that lists, one for the steps that read.
    expect(own.length).toBeGreaterThan(0);
    for (const [head, claims, signature] of own) {
      const content = new TextEncoder().encode(`${head}.${claims}`);
      expect(
        await crypto.subtle.verify(algorithm, keys.publicKey, fromBase64Url(signature), content),
      ).toBe(true);
    }
  });

  it('keeps what is stored while Google refuses, and tells why', async () => {
    const { workspace, base, drive, add } = await setUp();
    const [file, sheet] = [newId(), newId()];
    await drive.holds({
      [drive.folder]: [
        { id: file, name: 'a.txt', mimeType: 'text/plain', content: 'A.' },
        { id: sheet, name: 'Budget', mimeType: google('spreadsheet') },
      ],
    });
    const refusal = (reason: string, message: string) =>
      json({ error: { code: 403, message, errors: [{ domain: 'global', reason, message }] } }, 403);
    await drive.answers(
      `/drive/v3/files/${sheet}/export`,
      refusal('exportSizeLimitExceeded', 'This file is too large to be exported.'),
    );
    const source = await add();
    expect(source).toMatchObject({ status: 'ready', counts: { added: 1, failed: 1 } });
    const failed = await workspace.get(`/sources/${source.id}/pages?state=failed`);
    expect(failed.body.data).toMatchObject([{ error: { code: 'too_large' } }]);
    await drive.token(
      json({ error: 'invalid_grant', error_description: 'Token has been revoked.' }, 400),
    );
    expect(await syncAgain(workspace, source.id)).toMatchObject({
      status: 'failed',
      error: {
        code: 'unauthorized',
        detail: 'Google refused the credentials: invalid_grant Token has been revoked.',
      },
    });
    await drive.token();
    await drive.answers('/drive/v3/files', refusal('userRateLimitExceeded', 'Rate limit'));
    const asked = Date.now();
    await workspace.post(`/sources/${source.id}/sync`);
    const isPutOff = async () => {
      const job = await env.DB.prepare(
        "select due_at from outbox where workspace_id = ? and job ->> 'type' = 'source.sync' and attempts = 0",
      )
        .bind(workspace.id)
        .first<{ due_at: number }>();
      return job !== null && job.due_at > asked + 40_000;
    };
    await expect.poll(isPutOff).toBe(true);
    expect(Object.keys(await filesOf(workspace, base))).toEqual([openUrl(file)]);
  });

  it.each([
    [{ folder_id: "x' or '1'='1" }, '/folder_id'],
    [{ credentials: { client_email: 'a@b.example.com', private_key: 'no key' } }, '/credentials'],
    [{ credentials: undefined }, '/credentials'],
  ])('refuses %j', async (wrong, pointer) => {
    const { workspace, base, drive } = await setUp();
    const { status, body } = await workspace.post(`/knowledge-bases/${base}/sources`, {
      type: 'google_drive',
      credentials: drive.credentials,
      ...wrong,
    });
    expect(status).toBe(422);
    expect(body.errors.map((one: { pointer: string }) => one.pointer).join()).toContain(pointer);
  });
});
