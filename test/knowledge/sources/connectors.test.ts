import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../../support/api.ts';
import { newBase } from '../../support/files.ts';
import { Site } from '../../support/outbound.ts';
import { isSigned } from './signature.ts';
import { addSource, filesOf, ingested, syncAgain } from './support.ts';

const setUp = async () => {
  const workspace = await newWorkspace();
  return { workspace, base: await newBase(workspace) };
};

const add = (setup: Awaited<ReturnType<typeof setUp>>, settings: Record<string, unknown>) =>
  addSource(setup.workspace, setup.base, { ...settings, delay_ms: undefined });

/** A service that speaks the API of S3: ListObjectsV2 in two parts, and GetObject. */
class Bucket extends Site {
  readonly secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
  readonly settings = {
    type: 's3',
    endpoint: this.origin,
    bucket: 'handbooks',
    prefix: 'docs/',
    region: 'eu-central-1',
    credentials: { access_key_id: 'AKIDEXAMPLE00001', secret_access_key: this.secret },
  };

  async holds(first: Record<string, string>, second: Record<string, string> = {}) {
    const part = (objects: Record<string, string>, next: string | null) => ({
      headers: { 'content-type': 'application/xml' },
      body: `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>handbooks</Name><Prefix>docs/</Prefix><IsTruncated>${next !== null}</IsTruncated>${Object.entries(
        objects,
      )
        .map(
          ([key, text]) =>
            `<Contents><Key>${key.replaceAll('&', '&amp;')}</Key><ETag>&quot;${text.length}${text.slice(0, 8)}&quot;</ETag><Size>${text.length}</Size></Contents>`,
        )
        .join(
          '',
        )}${next === null ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`}</ListBucketResult>`,
    });
    await this.answers('/handbooks', {
      ...part(first, 'to+ken/2='),
      byQuery: { 'continuation-token=': part(second, null) },
    });
    for (const [key, text] of Object.entries({ ...first, ...second }))
      await this.answers(`/handbooks/${key.split('/').map(encodeURIComponent).join('/')}`, {
        body: text,
        headers: { 'content-type': 'binary/octet-stream' },
      });
  }

  reads = async () =>
    (await this.calls())
      .filter(({ url }) => !url.includes('list-type'))
      .map(({ url }) => new URL(url).pathname);
}

describe('a bucket with the API of S3', () => {
  it('reads the objects of a prefix with signed requests, and only those that have changed', async () => {
    const setup = await setUp();
    const bucket = new Bucket();
    await bucket.holds(
      { 'docs/': '', 'docs/a.md': '# A', 'docs/photo.heic': 'x', 'docs/für & über.txt': 'Text.' },
      { 'docs/deep/c.csv': 'a,b\n1,2\n' },
    );
    const source = await add(setup, bucket.settings);
    expect(source).toMatchObject({
      status: 'ready',
      name: 's3://handbooks/docs/',
      counts: { added: 3, failed: 0 },
    });
    await ingested(setup.workspace, setup.base);
    expect(await filesOf(setup.workspace, setup.base)).toMatchObject({
      's3://handbooks/docs/a.md': { name: 'a.md', status: 'ready' },
      's3://handbooks/docs/für & über.txt': { name: 'für & über.txt', status: 'ready' },
      's3://handbooks/docs/deep/c.csv': { name: 'c.csv', status: 'ready' },
    });
    const calls = await bucket.calls();
    expect(await Promise.all(calls.map((call) => isSigned(call, bucket.secret)))).toEqual(
      calls.map(() => true),
    );
    await bucket.holds({ 'docs/a.md': '# A, changed' }, { 'docs/deep/c.csv': 'a,b\n1,2\n' });
    const before = (await bucket.reads()).length;
    expect((await syncAgain(setup.workspace, source.id)).counts).toMatchObject({
      updated: 1,
      unchanged: 1,
      removed: 1,
    });
    expect((await bucket.reads()).slice(before)).toEqual(['/handbooks/docs/a.md']);
  });

  it('returns no credentials, stores them sealed, and replaces them', async () => {
    const setup = await setUp();
    const bucket = new Bucket();
    await bucket.holds({ 'docs/a.md': '# A' });
    const source = await add(setup, bucket.settings);
    expect(source.credentials).toEqual({ access_key_id: '0001', secret_access_key: 'EKEY' });
    const { results } = await env.DB.prepare(
      'select * from knowledge_sources s, secrets x where s.id = ? and x.owner_id = s.id',
    )
      .bind(source.id)
      .all();
    expect(results).toHaveLength(2);
    expect(JSON.stringify([source, results])).not.toContain(bucket.secret);
    const credentials = {
      access_key_id: 'AKIDEXAMPLE00002',
      secret_access_key: 'another secret'.replace(' ', '-'),
    };
    const { status } = await setup.workspace.patch(`/sources/${source.id}`, { credentials });
    expect(status).toBe(200);
    await syncAgain(setup.workspace, source.id);
    expect(
      await isSigned(
        (await bucket.calls()).at(-1) ?? ((await bucket.calls())[0] as never),
        credentials.secret_access_key,
      ),
    ).toBe(true);
    const audit = await setup.workspace.get('/audit-log?limit=100');
    expect(JSON.stringify(audit.body)).not.toContain(credentials.secret_access_key);
    await setup.workspace.delete(`/sources/${source.id}?keep_files=true`);
    const left = await env.DB.prepare('select 1 from secrets where owner_id = ?')
      .bind(source.id)
      .all();
    expect(left.results).toEqual([]);
  });

  it('keeps what is stored when the credentials are refused or the list is no list', async () => {
    const setup = await setUp();
    const bucket = new Bucket();
    await bucket.holds({ 'docs/a.md': '# A' });
    const source = await add(setup, bucket.settings);
    await bucket.answers('/handbooks', {
      status: 403,
      body: '<Error><Code>AccessDenied</Code></Error>',
    });
    expect(await syncAgain(setup.workspace, source.id)).toMatchObject({
      status: 'failed',
      error: { code: 'unauthorized' },
    });
    await bucket.answers('/handbooks', { body: '<html>Sign in</html>' });
    expect(await syncAgain(setup.workspace, source.id)).toMatchObject({
      status: 'failed',
      error: { code: 'no_listing' },
    });
    expect(Object.keys(await filesOf(setup.workspace, setup.base))).toHaveLength(1);
  });

  it.each([
    [{ endpoint: 'http://s3.example.org' }, '/endpoint'],
    [{ endpoint: 'https://s3.example.org/path' }, '/endpoint'],
    [{ bucket: '../other' }, '/bucket'],
    [{ credentials: undefined }, '/credentials'],
  ])('refuses %j', async (wrong, pointer) => {
    const { workspace, base } = await setUp();
    const { status, body } = await workspace.post(`/knowledge-bases/${base}/sources`, {
      ...new Bucket().settings,
      ...wrong,
    });
    expect(status).toBe(422);
    expect(body.errors.map((one: { pointer: string }) => one.pointer)).toContain(pointer);
  });
});

describe('a bucket that is bound to the deployment', () => {
  it('is read where the configuration allows it, and only what has changed is read again', async () => {
    const setup = await setUp();
    const { IMPORT_BUCKET: bucket } = env as unknown as { IMPORT_BUCKET: R2Bucket };
    const prefix = `${crypto.randomUUID()}/`;
    const url = (name: string) => `r2://IMPORT_BUCKET/${prefix}${name}`;
    for (const name of ['a.md', 'deep/b.txt', 'photo.heic']) await bucket.put(prefix + name, name);
    const settings = { type: 'r2', bucket: 'IMPORT_BUCKET', prefix };
    const source = await add(setup, settings);
    expect(source).toMatchObject({ status: 'ready', counts: { added: 2 }, credentials: {} });
    expect(Object.keys(await filesOf(setup.workspace, setup.base)).sort()).toEqual([
      url('a.md'),
      url('deep/b.txt'),
    ]);
    await bucket.put(`${prefix}a.md`, 'changed');
    await bucket.delete(`${prefix}deep/b.txt`);
    await bucket.put(`${prefix}c.md`, '');
    const { counts } = await syncAgain(setup.workspace, source.id);
    expect(counts).toMatchObject({ updated: 1, removed: 1, failed: 1 });
    for (const wrong of ['FILES', 'OTHER']) {
      const path = `/knowledge-bases/${setup.base}/sources`;
      const { status, body } = await setup.workspace.post(path, { ...settings, bucket: wrong });
      expect([status, body.errors[0].pointer]).toEqual([422, '/bucket']);
    }
  });
});

/** GitHub's REST API for one repository. */
class Repository extends Site {
  override readonly origin = 'https://api.github.com';
  readonly name = `octo/${crypto.randomUUID()}`;
  readonly token = 'github_pat_11ABCDEFG0123456789';

  async holds(files: Record<string, string>, truncated = false) {
    const shaOf = (text: string) =>
      [...text]
        .reduce((sum, char) => (sum * 33 + char.charCodeAt(0)) >>> 0, 5)
        .toString(16)
        .padStart(40, '0');
    const tree = Object.entries(files).map(([path, text]) => ({
      path,
      type: 'blob',
      sha: shaOf(text),
      mode: '100644',
    }));
    await this.json('/git/trees/HEAD', {
      sha: 'x',
      tree: [...tree, { path: 'docs', type: 'tree', sha: 'y' }],
      truncated,
    });
    for (const text of Object.values(files))
      await this.answers(`/repos/${this.name}/git/blobs/${shaOf(text)}`, {
        body: text,
        headers: { 'content-type': 'application/vnd.github.raw+json' },
      });
  }

  json(path: string, body: unknown, headers: Record<string, string> = {}) {
    return this.answers(`/repos/${this.name}${path}`, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  }

  async requests() {
    return (await this.calls()).filter(({ url }) => url.includes(this.name));
  }
}

describe('a GitHub repository', () => {
  const issue = (number: number, more: object = {}) => ({
    number,
    title: `Issue ${number}`,
    body: `Body of ${number}.`,
    state: 'open',
    html_url: `https://github.com/octo/r/issues/${number}`,
    updated_at: '2026-11-01T00:00:00Z',
    comments: 0,
    labels: [{ name: 'bug' }],
    ...more,
  });

  it('reads its documents and issues, and only those that have changed', async () => {
    const setup = await setUp();
    const repository = new Repository();
    await repository.holds({
      'README.md': '# Readme',
      'docs/guide.md': '# Guide',
      'src/index.ts': 'code',
      'docs/old.md': '# Old',
    });
    const pull = issue(2, { pull_request: {} });
    await repository.json('/issues', [issue(1, { comments: 1 }), pull]);
    await repository.json('/issues/1', issue(1, { comments: 1 }));
    await repository.json('/issues/1/comments', [{ user: null, body: 'A comment.' }]);
    const source = await add(setup, {
      type: 'github',
      repository: repository.name,
      content: ['documents', 'issues'],
      credentials: { token: repository.token },
    });
    expect(source).toMatchObject({
      status: 'ready',
      counts: { added: 4 },
      credentials: { token: '6789' },
    });
    await ingested(setup.workspace, setup.base);
    const files = await filesOf(setup.workspace, setup.base);
    const blob = (path: string) => `https://github.com/${repository.name}/blob/HEAD/${path}`;
    expect(Object.keys(files).sort()).toEqual(
      [
        blob('README.md'),
        blob('docs/guide.md'),
        blob('docs/old.md'),
        'https://github.com/octo/r/issues/1',
      ].sort(),
    );
    const text = await setup.workspace.get(
      `/files/${files['https://github.com/octo/r/issues/1'].id}/content`,
    );
    expect(text.body).toBe(
      '# Issue 1 (#1)\n\nState: open. Labels: bug\n\nBody of 1.\n\n## Comment of ghost\n\nA comment.',
    );
    for (const { headers } of await repository.requests())
      expect(headers.authorization).toBe(`Bearer ${repository.token}`);
    await repository.holds({ 'README.md': '# Readme, changed', 'docs/guide.md': '# Guide' });
    const before = (await repository.requests()).length;
    expect((await syncAgain(setup.workspace, source.id)).counts).toMatchObject({
      updated: 1,
      unchanged: 2,
      removed: 1,
    });
    expect((await repository.requests()).slice(before)).toHaveLength(3);
  });

  it('reads source code where that is wanted', async () => {
    const setup = await setUp();
    const repository = new Repository();
    await repository.holds({ 'README.md': '# Readme', 'src/index.ts': 'function open() {}' });
    const source = await add(setup, {
      type: 'github',
      repository: repository.name,
      content: ['code'],
    });
    expect(source).toMatchObject({ status: 'ready', counts: { added: 1 } });
    expect(Object.keys(await filesOf(setup.workspace, setup.base))).toEqual([
      `https://github.com/${repository.name}/blob/HEAD/src/index.ts`,
    ]);
  });

  it('removes nothing when GitHub lists only a part, or does not know the repository', async () => {
    const setup = await setUp();
    const repository = new Repository();
    await repository.holds({ 'README.md': '# Readme' });
    const source = await add(setup, { type: 'github', repository: repository.name });
    await repository.holds({}, true);
    expect(await syncAgain(setup.workspace, source.id)).toMatchObject({
      status: 'failed',
      error: { code: 'too_large' },
    });
    await repository.answers(`/repos/${repository.name}/git/trees/HEAD`, { status: 404 });
    expect(await syncAgain(setup.workspace, source.id)).toMatchObject({
      status: 'failed',
      error: { code: 'not_found' },
    });
    expect(Object.keys(await filesOf(setup.workspace, setup.base))).toHaveLength(1);
  });

  it('waits until the rate limit is reset', async () => {
    const setup = await setUp();
    const repository = new Repository();
    const reset = Math.floor(Date.now() / 1000) + 600;
    await repository.answers(`/repos/${repository.name}/git/trees/HEAD`, {
      status: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) },
    });
    const { body } = await setup.workspace.post(`/knowledge-bases/${setup.base}/sources`, {
      type: 'github',
      repository: repository.name,
    });
    for (;;) {
      const job = await env.DB.prepare(
        "select due_at from outbox where workspace_id = ? and job ->> 'source_id' = ? and attempts = 0",
      )
        .bind(setup.workspace.id, body.id)
        .first<{ due_at: number }>();
      if (job !== null && job.due_at > Date.now() + 500_000) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await setup.workspace.get(`/sources/${body.id}`)).body.status).toBe('syncing');
  });
});
