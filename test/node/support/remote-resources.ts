// The resources of an environment on Cloudflare at the wire of remote bindings: a database, a bucket and a vector index in memory.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { DatabaseSync } from 'node:sqlite';

interface StoredObject {
  readonly bytes: Buffer;
  readonly contentType: string | undefined;
}

interface D1Query {
  readonly sql: string;
  readonly params?: (string | number | null)[];
}

export async function startRemoteResources() {
  const database = new DatabaseSync(':memory:');
  const objects = new Map<string, StoredObject>();
  const vectors = new Map<string, { id: string }>();

  const runQueries = (queries: readonly D1Query[]) => {
    database.exec('begin');
    try {
      const results = queries.map(({ sql, params = [] }) => {
        const statement = database.prepare(sql);
        const columns = statement.columns().map(({ name }) => name);
        const rows = statement.all(...params).map((row) => Object.values(row));
        return { success: true, results: { columns, rows }, meta: {} };
      });
      database.exec('commit');
      return results;
    } catch (error) {
      database.exec('rollback');
      throw error;
    }
  };

  const headOf = (name: string, { bytes, contentType }: StoredObject) => ({
    name,
    version: '1',
    size: bytes.byteLength,
    etag: createHash('md5').update(bytes).digest('hex'),
    uploaded: 0,
    httpFields: contentType === undefined ? {} : { contentType },
    customFields: [],
    checksums: {},
    storageClass: 'Standard',
  });

  const bucket = (command: Record<string, unknown>, value: Buffer) => {
    const name = String(command.object);
    if (command.method === 'put') {
      const fields = command.httpFields as { contentType?: string } | undefined;
      objects.set(name, { bytes: value, contentType: fields?.contentType });
    }
    if (command.method === 'list') {
      const listed = [...objects].sort().map(([key, object]) => headOf(key, object));
      return { head: { objects: listed, truncated: false, delimitedPrefixes: [] } };
    }
    const found = objects.get(name);
    if (found === undefined) return null;
    return { head: headOf(name, found), body: command.method === 'get' ? found.bytes : undefined };
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    const header = (name: string) => String(request.headers[name] ?? '');
    const json = (value: unknown) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (header('mf-binding') === 'DB') {
      const sent = JSON.parse(body.toString()) as D1Query | D1Query[];
      return json(runQueries([sent].flat()));
    }
    if (header('mf-binding') === 'VECTORS') {
      // An upsert has one vector in each line.
      const lines = body.toString().trim().split('\n');
      const sent = lines.map((line) => JSON.parse(line));
      if (header('mf-url').includes('getByIds'))
        return json((sent[0].ids as string[]).flatMap((id) => vectors.get(id) ?? []));
      for (const vector of sent) vectors.set(vector.id, vector);
      return json({ mutationId: '1' });
    }
    const size = Number(header('mf-header-cf-r2-metadata-size'));
    const command =
      size > 0 ? body.subarray(0, size).toString() : header('mf-header-cf-r2-request');
    const result = bucket(JSON.parse(command), body.subarray(size));
    if (result === null)
      return response
        .writeHead(404, {
          'cf-r2-error': JSON.stringify({ version: 1, v4code: 10007, message: 'none' }),
        })
        .end();
    const metadata = Buffer.from(JSON.stringify(result.head));
    return response
      .writeHead(200, { 'cf-r2-metadata-size': String(metadata.byteLength) })
      .end(Buffer.concat([metadata, result.body ?? Buffer.alloc(0)]));
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) =>
      response.writeHead(200).end(JSON.stringify({ success: false, error: error.message })),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    database,
    objects,
    vectors,
    connect: async () => ({
      remoteProxyConnectionString: new URL(`http://127.0.0.1:${port}`) as never,
      dispose: async () => undefined,
    }),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
