import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { type IdPrefix, newId } from '../../src/shared/id.ts';
import { newWorkspace, type Options, request, type Workspace } from './api.ts';
import {
  jsonBodyOf,
  type Operation,
  operationNamed,
  placesIn,
  resolve,
  type Schema,
  typesOf,
} from './document.ts';
import { settled, uploadForm } from './files.ts';
import { created, newEmptyBase, newEvaluation, newMigration } from './knowledge-states.ts';
import { mcpBodies, newServer } from './mcp/seed.ts';
import { authorizationRecipe, newSignInServer } from './oauth/recipe.ts';
import { Site } from './outbound.ts';
import { at, pageOf } from './pdf.ts';
import { playScript } from './provider/client.ts';
import { asks, locate, result, says, tools } from './waiting-script.ts';

/**
 * Creates a resource of each kind. The tests generated from the document take path parameters, ids in
 * bodies and valid bodies from here, and fail for an unknown parameter.
 */
interface Recipe {
  /** The operation that creates it; without it in the document, nothing is created. */
  readonly needs: string;
  /** The path parameters that it provides, and those that it requires. */
  readonly gives: readonly string[];
  readonly from?: readonly string[];
  readonly make: (workspace: Workspace, made: Values) => Promise<Values>;
}
export type Values = Readonly<Record<string, string>>;

const unique = () => crypto.randomUUID().slice(0, 8);

const recipes: readonly Recipe[] = [
  {
    needs: 'GET /api/v1/workspaces/{workspace}',
    gives: ['workspace'],
    // One of its own, since it is also suspended and deleted.
    make: async () => ({ workspace: (await newWorkspace('Managed')).id }),
  },
  {
    needs: 'POST /api/v1/api-keys',
    gives: ['key'],
    make: async (workspace) => ({
      key: (await created(workspace, '/api-keys', { name: 'Seed', role: 'viewer' })).id,
    }),
  },
  {
    needs: 'PUT /api/v1/providers/{provider}',
    gives: ['provider'],
    make: async (workspace) => {
      await workspace.put('/providers/openai', { api_key: `sk-${unique()}` });
      return { provider: 'openai' };
    },
  },
  {
    needs: 'POST /api/v1/budgets',
    gives: ['budget'],
    make: async (workspace) => {
      const about = {
        name: `Budget ${unique()}`,
        scope: 'workspace',
        period: 'month',
        limit_usd: 1000,
      };
      return { budget: (await created(workspace, '/budgets', about)).id };
    },
  },
  {
    needs: 'POST /api/v1/webhooks',
    gives: ['webhook', 'delivery'],
    make: async (workspace) => {
      const url = await new Site().answers('/events', { body: 'ok' });
      const { id } = await created(workspace, '/webhooks', { url, event_types: ['budget.*'] });
      return { webhook: id, delivery: (await created(workspace, `/webhooks/${id}/test`, {})).id };
    },
  },
  {
    needs: 'POST /api/v1/tools',
    gives: ['tool'],
    make: async (workspace) => {
      const url = await new Site().answers('/status', {
        body: '{"up":true}',
        headers: { 'content-type': 'application/json' },
      });
      const input_schema = { type: 'object', properties: { city: { type: 'string' } } };
      const about = {
        name: `tool_${unique()}`,
        description: 'Tells whether it is up.',
        effect: 'read',
      };
      return {
        tool: (
          await created(workspace, '/tools', { ...about, url: `${url}?city={city}`, input_schema })
        ).id,
      };
    },
  },
  {
    needs: 'POST /api/v1/tools/mcp',
    gives: ['server'],
    make: newServer,
  },
  authorizationRecipe,
  {
    needs: 'POST /api/v1/agents',
    gives: ['agent'],
    make: async (workspace) => {
      const agent = await created(workspace, '/agents', {
        name: `Seed ${unique()}`,
        config: { instructions: 'Answer.' },
      });
      return { agent: agent.id };
    },
  },
  {
    needs: 'GET /v1/models/{model}',
    gives: ['model'],
    from: ['agent'],
    make: async (_workspace, { agent = '' }) => ({ model: agent }),
  },
  {
    needs: 'POST /api/v1/agents/{agent}/versions',
    gives: ['version', 'a', 'b'],
    from: ['agent'],
    make: async (workspace, { agent }) => {
      const version = await created(workspace, `/agents/${agent}/versions`, {
        change_summary: 'A draft',
        activate: false,
      });
      return { version: version.id, a: version.id, b: version.id };
    },
  },
  {
    needs: 'PUT /api/v1/agents/{agent}/labels/{label}',
    gives: ['label'],
    from: ['agent', 'version'],
    make: async (workspace, { agent, version }) => {
      const label = `label-${unique()}`;
      await workspace.put(`/agents/${agent}/labels/${label}`, { version });
      return { label };
    },
  },
  {
    needs: 'POST /api/v1/knowledge-bases',
    gives: ['kb'],
    make: async (workspace) => ({
      kb: (await created(workspace, '/knowledge-bases', { name: `Seed ${unique()}` })).id,
    }),
  },
  {
    needs: 'POST /api/v1/knowledge-bases/{kb}/files',
    gives: ['file'],
    from: ['kb'],
    make: async (workspace, { kb }) => {
      const content = pageOf(at(72, 700, `The shop ${unique()} opens at nine.`));
      const part = { name: 'hours.pdf', content, type: 'application/pdf' };
      const { status, body } = await uploadForm(workspace, `/knowledge-bases/${kb}/files`, [part]);
      if (status !== 202) throw new Error(`seeding a file gave ${status}: ${JSON.stringify(body)}`);
      return { file: body.id };
    },
  },
  {
    needs: 'POST /api/v1/files/{file}/chunks',
    gives: ['chunk'],
    from: ['file'],
    make: async (workspace, { file = '' }) => {
      await settled(workspace, file);
      return { chunk: (await workspace.get(`/files/${file}/chunks`)).body.data[0].id };
    },
  },
  {
    needs: 'POST /api/v1/knowledge-bases/{kb}/evaluations',
    gives: ['golden_question', 'evaluation'],
    from: ['kb', 'file'],
    make: async (workspace, { kb, file = '' }) => {
      const path = `/knowledge-bases/${kb}`;
      const data = [{ question: `When does it open ${unique()}?`, expected: [{ file_id: file }] }];
      const questions = await created(workspace, `${path}/golden-questions`, { data });
      const evaluation = await created(workspace, `${path}/evaluations`, {});
      return { golden_question: questions.data[0].id, evaluation: evaluation.id };
    },
  },
  {
    needs: 'GET /api/v1/files/{file}/pages/{page}',
    gives: ['page'],
    from: ['file'],
    make: async (workspace, { file = '' }) => {
      await settled(workspace, file);
      return { page: '1' };
    },
  },
  {
    needs: 'POST /api/v1/knowledge-bases/{kb}/sources',
    gives: ['source'],
    from: ['kb'],
    make: async (workspace, { kb }) => {
      const site = new Site();
      await site.answers('/robots.txt', { status: 404 });
      const headers = { 'content-type': 'text/html' };
      const body = '<title>Hours</title><main>The shop opens at nine.</main>';
      const url = await site.answers('/hours', { body, headers });
      const path = `/knowledge-bases/${kb}/sources`;
      return { source: (await created(workspace, path, { type: 'url', url, delay_ms: 100 })).id };
    },
  },
  {
    needs: 'POST /api/v1/knowledge-bases/{kb}/batches',
    gives: ['batch'],
    from: ['kb'],
    make: async (workspace, { kb }) => {
      const site = new Site();
      await site.answers('/robots.txt', { status: 404 });
      const headers = { 'content-type': 'text/plain' };
      const url = await site.answers('/hours.txt', { body: `Open at nine ${unique()}.`, headers });
      const path = `/knowledge-bases/${kb}/batches`;
      return { batch: (await created(workspace, path, { files: [{ url }] })).id };
    },
  },
  {
    needs: 'POST /api/v1/knowledge-bases/{kb}/embedding-migrations',
    gives: ['migration'],
    from: ['kb'],
    make: async (workspace, { kb }) => {
      const body = { embedding_model: 'builtin/lexical', query_prefix: 'Query: ' };
      const path = `/knowledge-bases/${kb}/embedding-migrations`;
      return { migration: (await created(workspace, path, body)).id };
    },
  },
  {
    needs: 'POST /api/v1/agents/{agent}/sessions',
    gives: ['session'],
    from: ['agent'],
    make: async (workspace, { agent }) => ({
      session: (await created(workspace, `/agents/${agent}/sessions`, {})).id,
    }),
  },
  {
    needs: 'POST /api/v1/sessions/{session}/attachments',
    gives: ['attachment'],
    from: ['session'],
    make: async (workspace, { session }) => {
      const text = `Invoice ${unique()}: one grinder, 89 EUR.`;
      return {
        attachment: (
          await created(workspace, `/sessions/${session}/attachments`, {
            name: 'invoice.txt',
            text,
          })
        ).id,
      };
    },
  },
  {
    needs: 'POST /api/v1/sessions/{session}/messages',
    gives: ['message', 'question', 'run'],
    from: ['session'],
    make: async (workspace, { session }) => {
      const answer = await created(workspace, `/sessions/${session}/messages`, {
        message: 'When does the shop open?',
      });
      return {
        message: answer.id,
        question: answer.parent_id,
        run: answer.run?.id ?? answer.run_id,
      };
    },
  },
  {
    needs: 'POST /v1/responses',
    gives: ['response'],
    from: ['agent'],
    make: async ({ key }, { agent }) => {
      const { body } = await request('POST', '/v1/responses', key, {
        json: { model: agent, input: 'When does the shop open?' },
      });
      return { response: body.id };
    },
  },
  {
    needs: 'POST /v1/files',
    gives: ['upload'],
    make: async ({ key }) => {
      const body = new FormData();
      body.set('purpose', 'user_data');
      body.set('file', new File([`Invoice ${unique()}: one grinder, 89 EUR.`], 'invoice.txt'));
      return { upload: (await request('POST', '/v1/files', key, { body })).body.id };
    },
  },
  {
    needs: 'POST /v1/conversations',
    gives: ['conversation', 'item'],
    make: async ({ key }) => {
      const items = [{ role: 'user', content: 'When does the shop open?' }];
      const conversation = (await request('POST', '/v1/conversations', key, { json: { items } }))
        .body.id;
      const { body } = await request('GET', `/v1/conversations/${conversation}/items`, key);
      return { conversation, item: body.data[0].id };
    },
  },
  {
    needs: 'GET /api/v1/usage/archives/{archive}/content',
    gives: ['archive'],
    make: async (workspace) => {
      const archive = newId('arc');
      await env.FILES.put(archive, 'rows');
      const values = [
        archive,
        workspace.id,
        Date.UTC(2026, 0, 1),
        archive,
        '0'.repeat(64),
        Date.now(),
      ];
      await env.DB.prepare(
        'insert into usage_archives (id, workspace_id, day, part, object_key, row_count, cost_nano_usd, byte_size, sha256, created_at) values (?, ?, ?, 1, ?, 1, 0, 4, ?, ?)',
      )
        .bind(...values)
        .run();
      return { archive };
    },
  },
];

/** Path parameters that are names or numbers and not ids: other workspaces may use the same. */
export const namedParameters: ReadonlySet<string> = new Set(['label', 'provider', 'page']);

/** Which path parameter holds ids of which prefix, for ids inside bodies. */
const parameterOfPrefix: Readonly<Partial<Record<IdPrefix, string>>> = {
  ws: 'workspace',
  agt: 'agent',
  ver: 'version',
  kb: 'kb',
  key: 'key',
  tool: 'tool',
  mcp: 'server',
  mca: 'authorization',
  file: 'file',
  chk: 'chunk',
  gq: 'golden_question',
  rev: 'evaluation',
  src: 'source',
  batch: 'batch',
  emb: 'migration',
  ses: 'session',
  att: 'attachment',
  msg: 'message',
  run: 'run',
  arc: 'archive',
  bud: 'budget',
  whk: 'webhook',
  whd: 'delivery',
  upl: 'upload',
  conv: 'conversation',
};

/** Well-formed ids of nonexistent resources, by parameter. */
export const randomValues = (): Values => ({
  ...Object.fromEntries(
    Object.entries(parameterOfPrefix).map(([prefix, parameter]) => [
      parameter,
      newId(prefix as IdPrefix),
    ]),
  ),
  question: newId('msg'),
  a: newId('ver'),
  b: newId('ver'),
  label: `label-${unique()}`,
  provider: 'openai',
  page: '1',
  model: newId('agt'),
  item: newId('msg'),
  response: newId('run').replace('run_', 'resp_'),
});

/** Bodies for operations whose documented example needs something that only a seed has. */
const bodies: Readonly<Record<string, (own: Values) => unknown>> = {
  'POST /api/v1/knowledge-bases/{kb}/golden-questions': ({ file }) => ({
    data: [
      {
        question: 'When does the shop open?',
        expected: file === undefined ? [] : [{ file_id: file }],
      },
    ],
  }),
  ...mcpBodies,
  'POST /api/v1/end-user-tokens': ({ agent }) => ({
    end_user_id: 'customer-1',
    groups: ['staff'],
    agent_ids: [agent],
  }),
  'POST /api/v1/runs/{run}/actions': () => ({ actions: [result()] }),
  'PUT /api/v1/agents/{agent}/labels/{label}': ({ version }) => ({ version }),
  'POST /v1/chat/completions': ({ agent }) => ({
    model: agent,
    messages: [{ role: 'user', content: 'When does the shop open?' }],
  }),
  'POST /v1/responses/input_tokens': ({ agent }) => ({
    model: agent,
    input: 'When does the shop open?',
  }),
  'POST /v1/responses': ({ agent }) => ({ model: agent, input: 'When does the shop open?' }),
};

export interface Seeded {
  readonly workspace: Workspace;
  readonly values: Values;
}

/** A run that waits for the result of a client tool. */
async function newWaitingRun(workspace: Workspace): Promise<string> {
  const { base_url, api_key } = await playScript({ rounds: [asks(locate), says] });
  await workspace.put('/providers/openai-compatible', { base_url: base_url.compatible, api_key });
  const model = 'openai-compatible/scripted';
  // The budget of the seed refuses calls without a price.
  await workspace.put('/prices', { overrides: [{ model, input: 0, output: 0 }] });
  const config = { model, knowledge: { base_ids: [] } };
  const agent = await created(workspace, '/agents', { name: `Waits ${unique()}`, config });
  const message = { message: 'Where am I?', tools };
  return (await created(workspace, `/agents/${agent.id}/runs`, message)).run_id;
}

/** A batch that stays in progress, since its host asks to wait. */
async function newWaitingBatch(workspace: Workspace): Promise<string> {
  const { id } = await created(workspace, '/knowledge-bases', { name: `Waits ${unique()}` });
  const site = new Site();
  await site.answers('/robots.txt', { status: 404 });
  const headers = { 'retry-after': '3600' };
  const url = await site.answers('/hours.txt', { status: 429, headers });
  const batch = await created(workspace, `/knowledge-bases/${id}/batches`, { files: [{ url }] });
  await vi.waitUntil(
    async () =>
      (await env.DB.prepare(
        "select 1 from outbox where workspace_id = ? and job ->> 'batch_id' = ? and due_at > ?",
      )
        .bind(workspace.id, batch.id, Date.now() + 600_000)
        .first()) !== null,
    { timeout: 60_000, interval: 50 },
  );
  return batch.id;
}

/** The values for one request of an operation; resources that a request uses up are created for it. */
export const valuesFor = async (
  operation: Operation,
  { workspace, values }: Seeded,
): Promise<Values> => {
  switch (operation.name) {
    case 'POST /api/v1/runs/{run}/actions':
      return { ...values, run: await newWaitingRun(workspace) };
    case 'POST /api/v1/tools/mcp/{server}/authorizations':
      return { ...values, server: await newSignInServer(workspace) };
    case 'POST /api/v1/batches/{batch}/cancel':
      return { ...values, batch: await newWaitingBatch(workspace) };
    case 'POST /api/v1/end-user-tokens': {
      const about = { name: `Seed ${unique()}` };
      return { ...values, agent: values.agent ?? (await created(workspace, '/agents', about)).id };
    }
    case 'POST /api/v1/knowledge-bases/{kb}/evaluations':
      return { ...values, kb: (await newEvaluation(workspace)).kb };
    case 'POST /api/v1/knowledge-bases/{kb}/evaluations/{evaluation}/cancel':
      return { ...values, ...(await newEvaluation(workspace)) };
    case 'POST /api/v1/knowledge-bases/{kb}/embedding-migrations':
      // The provider of the example.
      await workspace.put('/providers/openai', { api_key: `sk-${unique()}` });
      return { ...values, ...(await newEmptyBase(workspace)) };
    case 'POST /api/v1/embedding-migrations/{migration}/switch':
    case 'POST /api/v1/embedding-migrations/{migration}/cancel':
      return { ...values, migration: await newMigration(workspace, 'ready') };
    case 'POST /api/v1/embedding-migrations/{migration}/switch-back':
    case 'POST /api/v1/embedding-migrations/{migration}/complete':
      return { ...values, migration: await newMigration(workspace, 'switched') };
    case 'POST /api/v1/embedding-migrations/{migration}/resume':
      return { ...values, migration: await newMigration(workspace, 'failed') };
    default:
      return values;
  }
};

/** A workspace at rest, with one of everything, or of what the given path parameters need. */
export async function seed(name: string, parameters?: readonly string[]): Promise<Seeded> {
  const workspace = await newWorkspace(name);
  const wanted = new Set(parameters);
  // Backwards, since a recipe needs only resources of earlier ones.
  const chosen = recipes.toReversed().filter(({ gives, from = [] }) => {
    const isWanted = parameters === undefined || gives.some((parameter) => wanted.has(parameter));
    for (const parameter of isWanted ? from : []) wanted.add(parameter);
    return isWanted;
  });
  let values: Values = {};
  for (const { needs, make } of chosen.toReversed()) {
    if (operationNamed(needs) !== undefined)
      values = { ...values, ...(await make(workspace, values)) };
  }
  await atRest(workspace.id);
  return { workspace, values };
}

/** Waits until no job of the workspace is left. */
export const atRest = (workspace_id: string) =>
  vi.waitUntil(
    async () =>
      (await env.DB.prepare('select 1 from outbox where workspace_id = ? limit 1')
        .bind(workspace_id)
        .first()) === null,
    { timeout: 60_000, interval: 50 },
  );

/** Returns a valid body with ids of the given workspace; undefined if the operation has no body. */
export function validBody(operation: Operation, own: Values): unknown {
  const schema = jsonBodyOf(operation);
  if (schema === undefined) return undefined;
  const known = bodies[operation.name];
  if (known !== undefined) return known(own);
  return withOwnIds(exampleOf(schema), own);
}

/** Returns a valid body: JSON, or a form if the operation accepts only that. `more` is added to JSON. */
export function validOptions(
  operation: Operation,
  own: Values,
  more: Readonly<Record<string, unknown>> = {},
): Options {
  const body = validBody(operation, own);
  if (body !== undefined) return { json: { ...(body as object), ...more } };
  if (operation.requestBody?.content['multipart/form-data'] === undefined) return {};
  const form = new FormData();
  form.set('purpose', 'user_data');
  form.set('file', new File(['One grinder, 89 EUR.'], 'invoice.txt'));
  return { body: form };
}

/** Returns the documented example; without one, examples and defaults of required properties. */
export function exampleOf(schema: Schema): unknown {
  const target = resolve(schema);
  const [documented] = [
    target.example,
    ...(target.examples ?? []),
    target.default,
    target.const,
    ...(target.enum ?? []),
  ].filter((value) => value !== undefined);
  if (documented !== undefined) return documented;
  const [choice] = target.anyOf ?? target.oneOf ?? [];
  if (choice !== undefined) return exampleOf(choice);
  const [type] = typesOf(target);
  if (type === 'string')
    return 'text'.padEnd(target.minLength ?? 0, '.').slice(0, target.maxLength);
  if (type === 'number' || type === 'integer') return target.minimum ?? 1;
  if (type === 'boolean') return true;
  if (type === 'array') return target.minItems === undefined ? [] : [exampleOf(target.items ?? {})];
  return Object.fromEntries(
    (target.required ?? []).map((name) => [name, exampleOf(target.properties?.[name] ?? {})]),
  );
}

function withOwnIds(value: unknown, own: Values): unknown {
  return JSON.parse(JSON.stringify(value), (_key, inner: unknown) => {
    const prefix =
      typeof inner === 'string'
        ? (/^([a-z]{2,5})_[0-9a-z]{26}$/.exec(inner)?.[1] as IdPrefix | undefined)
        : undefined;
    const parameter = prefix === undefined ? undefined : parameterOfPrefix[prefix];
    return (parameter === undefined ? undefined : own[parameter]) ?? inner;
  });
}

/** Where a body may carry ids: paths with the parameter that names the same kind of thing. */
export const idsInBody = (schema: Schema | undefined) =>
  [...placesIn(schema)].flatMap(({ path, schema: { pattern = '' } }) => {
    const parameter = parameterOfPrefix[/^\^([a-z]{2,5})_/.exec(pattern)?.[1] as IdPrefix];
    return parameter === undefined ? [] : [{ path, parameter }];
  });

/** A copy with one place set; objects and arrays on the way are made. */
export function withValueAt(
  value: unknown,
  path: readonly (string | number)[],
  inner: unknown,
): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return inner;
  // Other properties of an item may determine the member of a union.
  if (typeof first === 'number')
    return [withValueAt(Array.isArray(value) ? value[0] : undefined, rest, inner)];
  const object =
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  return { ...object, [first]: withValueAt(object[first], rest, inner) };
}
