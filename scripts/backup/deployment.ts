// Opens the data of a deployment: the state directory of `npm start`, or an environment on Cloudflare through remote bindings.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buildSync } from 'esbuild';
import { type RemoteProxySession, startRemoteProxySession, unstable_readConfig } from 'wrangler';
import type { Answer, ListedObject, ObjectPage, Query, StoredVector } from './protocol.ts';

// The miniflare of wrangler, so that both keep the data in the same files.
const { Miniflare, convertV4MiniflareOptions } = createRequire(import.meta.resolve('wrangler'))(
  'miniflare',
) as typeof import('miniflare');

const root = join(import.meta.dirname, '..', '..');

/** An environment of wrangler.toml, or the state directory of `npm start`. */
export type Place = { readonly environment: string } | { readonly directory: string };

export interface Deployment {
  /** Shown to people. */
  readonly name: string;
  /** True when vectors are in Vectorize; otherwise they are rows of the database. */
  readonly hasVectorize: boolean;
  /** Runs statements in one transaction and returns their rows. */
  run(queries: readonly Query[]): Promise<readonly Answer['rows'][]>;
  /** Runs one statement. */
  query<Row>(sql: string, params?: Query['params']): Promise<readonly Row[]>;
  listObjects(): AsyncIterable<ListedObject>;
  /** Returns null when the object does not exist. */
  readObject(key: string): Promise<Readable | null>;
  putObject(object: ListedObject & { readonly sha256: string }, body: Readable): Promise<void>;
  readVectors(ids: readonly string[]): Promise<readonly StoredVector[]>;
  writeVectors(vectors: readonly StoredVector[]): Promise<void>;
  /** Builds a part of the keyword indexes. Returns 0 once they are complete. */
  rebuildKeywords(): Promise<number>;
  close(): Promise<void>;
}

/** Connects bindings with the resources of an account. Replaced by tests. */
type Connect = (
  bindings: Parameters<typeof startRemoteProxySession>[0],
  options: Parameters<typeof startRemoteProxySession>[1],
) => Promise<Pick<RemoteProxySession, 'remoteProxyConnectionString' | 'dispose'>>;

/** Opens a deployment. The caller holds the lock of a local one. */
export async function openDeployment(
  place: Place,
  connect: Connect = startRemoteProxySession,
): Promise<Deployment> {
  const environment = 'environment' in place ? place.environment : undefined;
  const config = unstable_readConfig({
    config: join(root, 'wrangler.toml'),
    ...(environment === undefined ? {} : { env: environment }),
  });
  const [database] = config.d1_databases;
  const [bucket] = config.r2_buckets;
  const [index] = config.vectorize;
  if (database?.database_id === undefined || bucket?.bucket_name === undefined)
    throw new Error('wrangler.toml has no database or no bucket.');
  const { database_id } = database;
  const { bucket_name } = bucket;
  const vectors =
    index === undefined
      ? {}
      : { VECTORS: { type: 'vectorize', index_name: index.index_name, remote: true } as const };
  const session =
    environment === undefined
      ? null
      : await connect(
          {
            DB: { type: 'd1', database_id, remote: true },
            FILES: { type: 'r2_bucket', bucket_name, remote: true },
            ...vectors,
          },
          { workerName: `${config.name}-backup` },
        );
  const remote =
    session === null ? {} : { remoteProxyConnectionString: session.remoteProxyConnectionString };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: buildWorker(),
      cf: false,
      compatibilityDate: config.compatibility_date ?? '',
      d1Databases: { DB: { id: database.database_id, ...remote } },
      r2Buckets: { FILES: { id: bucket.bucket_name, ...remote } },
      ...(index === undefined || session === null
        ? {}
        : { vectorize: { VECTORS: { index_name: index.index_name, ...remote } } }),
      ...('directory' in place ? { resourcePersistencePath: join(place.directory, 'v3') } : {}),
    } as never),
  );
  const close = async () => {
    await miniflare.dispose();
    await session?.dispose();
  };
  const name = 'directory' in place ? place.directory : place.environment;
  return {
    ...clientOf(
      (path, init) => miniflare.dispatchFetch(`http://backup${path}`, init as never) as never,
    ),
    name,
    hasVectorize: index !== undefined && session !== null,
    close,
  };
}

type Send = (path: string, init?: RequestInit & { duplex?: 'half' }) => Promise<Response>;

/** Calls the Worker of scripts/backup/worker.ts. */
function clientOf(send: Send): Omit<Deployment, 'name' | 'hasVectorize' | 'close'> {
  const post = async <Result>(path: string, body: unknown): Promise<Result> => {
    const response = await send(path, { method: 'POST', body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return (text === '' ? undefined : JSON.parse(text)) as Result;
  };
  const run = async (queries: readonly Query[]) =>
    queries.length === 0 ? [] : (await post<Answer[]>('/sql', queries)).map(({ rows }) => rows);
  return {
    run,
    async query<Row>(sql: string, params: Query['params'] = []) {
      const [rows = []] = await run([{ sql, params }]);
      return rows as readonly Row[];
    },
    async *listObjects() {
      for (let next: string | null = ''; next !== null; ) {
        const query: string = next === '' ? '' : `?cursor=${encodeURIComponent(next)}`;
        const response = await send(`/objects${query}`);
        if (!response.ok) throw new Error(await response.text());
        const page = (await response.json()) as ObjectPage;
        yield* page.objects;
        next = page.next;
      }
    },
    async readObject(key) {
      const response = await send(`/object?key=${encodeURIComponent(key)}`);
      if (response.status === 404) return null;
      if (!response.ok) throw new Error(await response.text());
      return response.body === null ? Readable.from([]) : Readable.fromWeb(response.body as never);
    },
    async putObject({ key, size, content_type, metadata, sha256 }, body) {
      const response = await send(`/object?key=${encodeURIComponent(key)}`, {
        method: 'PUT',
        body: Readable.toWeb(body) as never,
        duplex: 'half',
        headers: {
          'x-size': String(size),
          'x-sha256': sha256,
          'x-metadata': JSON.stringify(metadata),
          ...(content_type === null ? {} : { 'x-content-type': content_type }),
        },
      });
      if (!response.ok) throw new Error(`${key}: ${await response.text()}`);
      await response.text();
    },
    readVectors: (ids) => post('/vectors/read', ids),
    writeVectors: (vectors) => post('/vectors/write', vectors),
    rebuildKeywords: () => post('/keywords', null),
  };
}

function buildWorker(): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(root, 'scripts', 'backup', 'worker.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'import'],
    external: ['cloudflare:*', 'node:*'],
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}
