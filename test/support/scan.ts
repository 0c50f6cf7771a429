import { listDurableObjectIds, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';

const decoder = new TextDecoder('latin1');

const textOf = (value: unknown): string =>
  value instanceof ArrayBuffer || ArrayBuffer.isView(value)
    ? decoder.decode(value as ArrayBuffer)
    : Array.isArray(value)
      ? decoder.decode(Uint8Array.from(value as number[]))
      : typeof value === 'object' && value !== null
        ? JSON.stringify(value)
        : String(value);

/** Every row of every table of the database, those of its indexes of words included. */
async function rowsOfAll(): Promise<Map<string, string>> {
  const { results } = await env.DB.prepare(
    `select name from sqlite_master where type = 'table' and sql not like 'CREATE VIRTUAL%' and name not like '\\_cf%' escape '\\'`,
  ).all<{ name: string }>();
  const all = new Map<string, string>();
  for (const { name } of results) {
    const rows = await env.DB.prepare(`select * from "${name}"`).raw();
    all.set(`table ${name}`, rows.map((row) => row.map(textOf).join(' ')).join('\n'));
  }
  return all;
}

async function objects(): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for (let cursor: string | undefined; ; ) {
    const page = await env.FILES.list(cursor === undefined ? {} : { cursor });
    for (const { key } of page.objects) {
      const object = await env.FILES.get(key);
      if (object === null) continue;
      const body = key.endsWith('.gz')
        ? object.body.pipeThrough(new DecompressionStream('gzip'))
        : object.body;
      all.set(`object ${key}`, `${key} ${await new Response(body).text()}`);
    }
    if (!page.truncated) return all;
    cursor = page.cursor;
  }
}

async function durableObjects(): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for (const [kind, namespace] of [
    ['SESSIONS', env.SESSIONS],
    ['RATE_LIMITER', env.RATE_LIMITER],
  ] as const)
    for (const id of await listDurableObjectIds(namespace as DurableObjectNamespace)) {
      const stub = (namespace as DurableObjectNamespace).get(id);
      const text = await runInDurableObject(stub, async (_object, { storage }) => {
        const pairs = JSON.stringify([...(await storage.list())]);
        const tables = storage.sql
          .exec<{ name: string }>(
            `select name from sqlite_master where type = 'table' and name not like '\\_cf%' escape '\\'`,
          )
          .toArray();
        const rows = tables.map(({ name }) =>
          [...storage.sql.exec(`select * from "${name}"`).raw()]
            .map((row) => row.map(textOf).join(' '))
            .join('\n'),
        );
        return [pairs, ...rows].join('\n');
      });
      all.set(`${kind} ${id}`, text);
    }
  return all;
}

/** Everything that is stored in the database, the file store and the Durable Objects, by place. */
export const scan = async (): Promise<ReadonlyMap<string, string>> =>
  new Map([...(await rowsOfAll()), ...(await objects()), ...(await durableObjects())]);

/** The texts that are found, with the first place of each. */
export const found = (
  places: ReadonlyMap<string, string>,
  texts: readonly string[],
): readonly string[] =>
  texts.flatMap((text) => {
    const place = [...places].find(([, content]) => content.includes(text));
    return place === undefined ? [] : [`${text} in ${place[0]}`];
  });
