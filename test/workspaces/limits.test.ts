import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { newSigningKey } from '../support/issuer.ts';
import { newAddress } from '../support/people.ts';

/** Copies a row until there are `count` more, with other values of some columns. */
async function multiply(
  table: string,
  id: string,
  count: number,
  changed: Readonly<Record<string, string>>,
): Promise<void> {
  const { results } = await env.DB.prepare(`select name from pragma_table_info('${table}')`).all<{
    name: string;
  }>();
  const names = results.map(({ name }) => name);
  const values = names.map((name) => changed[name] ?? `r."${name}"`);
  await env.DB.prepare(
    `insert into ${table} (${names.map((name) => `"${name}"`).join(', ')})
      with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
      select ${values.join(', ')} from n join ${table} r on r.id = ?`,
  )
    .bind(id)
    .run();
}

/** Whatever a workspace can add without a quota, with its maximum, how it is added, and what tells rows apart. */
const growing = [
  {
    table: 'channels',
    max: 100,
    unique: { id: `'chn_' || i` },
    path: (agent: string) => `/agents/${agent}/channels`,
    body: async () => ({
      ...{ kind: 'webhook', name: 'Own', is_enabled: false },
      ...{
        settings: { api_url: 'https://example.com/a' },
        credentials: { secret: 'x'.repeat(32) },
      },
    }),
  },
  {
    table: 'share_links',
    max: 1000,
    unique: { id: `'shl_' || i || r.id`, address: `'address' || i || r.address` },
    path: (agent: string) => `/agents/${agent}/share-links`,
    body: async () => ({ name: 'Site', enabled: false }),
  },
  {
    table: 'token_issuers',
    max: 50,
    unique: { id: `'tki_' || i || r.id` },
    path: () => '/token-issuers',
    body: async (agent: string) => ({
      ...{ name: 'Own', issuer: 'https://login.example.com/', audience: 'chat', enabled: false },
      ...{ agent_ids: [agent], jwks: { keys: [(await newSigningKey()).jwk] } },
    }),
  },
  {
    table: 'invitations',
    max: 200,
    unique: { id: `'inv_' || i || r.id`, email: `'i' || i || r.email` },
    path: () => '/invitations',
    body: async () => ({ email: newAddress(), role: 'viewer' }),
  },
];

describe('the number of', () => {
  it.each(growing)(
    '$table in a workspace is limited, also for requests at once (R32)',
    async (kind) => {
      const { table, max, unique, path, body } = kind;
      const workspace = await newWorkspace();
      const agent = (await workspace.post('/agents', { name: 'A' })).body.id;
      const add = async () => workspace.post(path(agent), await body(agent));
      const first = await add();
      expect(first.status, JSON.stringify(first.body)).toBe(201);
      await multiply(table, first.body.id, max - 2, unique);
      const last = await Promise.all([add(), add(), add()]);
      expect(last.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      const refused = last.find(({ status }) => status === 409);
      expect(refused?.body.code).toBe('conflict');
      expect((await (await newWorkspace()).post('/agents', { name: 'A' })).status).toBe(201);
    },
  );
});
