import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { type IdPrefix, newId } from '../../src/shared/id.ts';
import { newWorkspace, type Options, type Workspace } from './api.ts';
import {
  jsonBodyOf,
  type Operation,
  operationNamed,
  placesIn,
  resolve,
  type Schema,
  typesOf,
} from './document.ts';
import { freshEvaluation } from './evaluation-recipes.ts';
import { newExperiment } from './experiments.ts';
import {
  created,
  newArchitectSession,
  newEmptyBase,
  newEvaluation,
  newMigration,
} from './knowledge-states.ts';
import { mcpBodies } from './mcp/seed.ts';
import { newSignInServer } from './oauth/recipe.ts';
import { newAddress } from './people.ts';
import {
  newCitingMessage,
  newInvitation,
  newJudge,
  newPublicLink,
  newWaitingBatch,
  newWaitingRun,
  recipes,
  unique,
  type Values,
} from './recipes.ts';
import { freshReplay, replayBodies } from './replay-recipes.ts';
import { result } from './waiting-script.ts';

export type { Values } from './recipes.ts';

/** Path parameters that are names or numbers and not ids: other workspaces may use the same. */
export const namedParameters: ReadonlySet<string> = new Set([
  'label',
  'provider',
  'search_provider',
  'page',
  'end_user',
  'month',
  'citation',
]);

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
  sch: 'schedule',
  fact: 'memory',
  shl: 'share_link',
  tki: 'token_issuer',
  exp: 'experiment',
  var: 'variant',
  att: 'attachment',
  msg: 'message',
  run: 'run',
  exec: 'code_execution',
  gen: 'generated_file',
  arc: 'archive',
  wex: 'workspace_export',
  bud: 'budget',
  whk: 'webhook',
  whd: 'delivery',
  upl: 'upload',
  conv: 'conversation',
  ars: 'architect_session',
  ds: 'dataset',
  eval: 'eval',
  case: 'case',
  rvw: 'review_item',
  rvr: 'review_rule',
  rpl: 'replay',
  osc: 'online_scorer',
  jdg: 'judge',
  era: 'erasure',
  eux: 'export',
  mem: 'member',
  inv: 'invitation',
  chn: 'channel',
};

/** The form of the address of a share link. */
const newLinkAddress = () => crypto.randomUUID().replaceAll('-', '').slice(0, 22);

/** Well-formed ids of nonexistent resources, by parameter. */
export const randomValues = (): Values => ({
  ...Object.fromEntries(
    Object.entries(parameterOfPrefix).map(([prefix, parameter]) => [
      parameter,
      newId(prefix as IdPrefix),
    ]),
  ),
  shared: newLinkAddress(),
  passkey: newId('psk'),
  shadow: newId('rpl'),
  question: newId('msg'),
  a: newId('ver'),
  b: newId('ver'),
  label: `label-${unique()}`,
  provider: 'openai',
  end_user: `nobody-${unique()}`,
  page: '1',
  month: '1999-01',
  citation: '1',
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
  'POST /api/v1/invitations': ({ email = newAddress() }) => ({ email, role: 'viewer' }),
  ...mcpBodies,
  'POST /api/v1/agents/{agent}/experiments': () => ({
    name: 'Shorter answers',
    primary_metric: { metric: 'success' },
    variants: [
      { name: 'control', version: 1, weight: 50, is_control: true },
      { name: 'short', version: 1, weight: 50 },
    ],
  }),
  ...replayBodies,
  'POST /api/v1/datasets/{dataset}/evaluations': ({ agent }) => ({
    agent,
    scorers: [{ type: 'contains', texts: ['ten'] }],
  }),
  'POST /api/v1/agents/plan': () => ({
    manifest: {
      kind: 'agentgrid.agent',
      format: 1,
      agent: { name: 'Planned', slug: 'planned' },
      config: {},
    },
  }),
  'POST /api/v1/end-user-tokens': ({ agent }) => ({
    end_user_id: 'customer-1',
    groups: ['staff'],
    agent_ids: [agent],
  }),
  'POST /api/v1/token-issuers': ({ agent }) => ({
    name: `Seed ${agent}`,
    issuer: 'https://login.example.com/',
    audience: 'support-chat',
    jwks_url: 'https://login.example.com/.well-known/jwks.json',
    agent_ids: [agent],
  }),
  'POST /api/v1/runs/{run}/actions': () => ({ actions: [result()] }),
  // Changes nothing, so that it needs no plan.
  'POST /api/v1/agents/{agent}/plan/apply': () => ({ config: {}, plan_hash: '0'.repeat(64) }),
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

/** The values for one request of an operation; resources that a request uses up are created for it. */
export const valuesFor = async (
  operation: Operation,
  { workspace, values }: Seeded,
): Promise<Values> => {
  switch (operation.name) {
    case 'POST /api/v1/runs/{run}/actions':
      return { ...values, run: await newWaitingRun(workspace) };
    case 'POST /api/v1/sessions/{session}/hand-over':
    case 'POST /api/v1/sessions/{session}/replies':
    case 'POST /api/v1/sessions/{session}/hand-back':
    case 'PATCH /api/v1/inbox/{session}': {
      const agent = (await created(workspace, '/agents', { name: `Seed ${unique()}` })).id;
      const { id } = await created(workspace, `/agents/${agent}/sessions`, {});
      await created(workspace, `/sessions/${id}/hand-over`, {});
      return { ...values, session: id };
    }
    case 'POST /api/v1/shared/{shared}/visitors':
      return { ...values, shared: await newPublicLink(workspace) };
    case 'GET /api/v1/messages/{message}/citations/{citation}':
      return { ...values, message: await newCitingMessage(workspace) };
    case 'POST /api/v1/tools/mcp/{server}/authorizations':
      return { ...values, server: await newSignInServer(workspace) };
    case 'POST /api/v1/invitations':
      return { ...values, email: newAddress() };
    case 'POST /api/v1/invitations/{invitation}/resend':
      return { ...values, invitation: await newInvitation(workspace) };
    case 'POST /api/v1/batches/{batch}/cancel':
      return { ...values, batch: await newWaitingBatch(workspace) };
    case 'POST /api/v1/architect/sessions/{architect_session}/create-agent':
    case 'POST /api/v1/architect/sessions/{architect_session}/messages':
    case 'POST /api/v1/architect/sessions/{architect_session}/test':
      return { ...values, architect_session: await newArchitectSession(workspace) };
    case 'POST /api/v1/token-issuers':
    case 'POST /api/v1/end-user-tokens': {
      const about = { name: `Seed ${unique()}` };
      return { ...values, agent: values.agent ?? (await created(workspace, '/agents', about)).id };
    }
    case 'POST /api/v1/knowledge-bases/{kb}/evaluations':
      return { ...values, kb: (await newEvaluation(workspace)).kb };
    case 'POST /api/v1/knowledge-bases/{kb}/evaluations/{evaluation}/cancel':
      return { ...values, ...(await newEvaluation(workspace)) };
    case 'POST /api/v1/judges':
      // The provider of the example.
      await workspace.put('/providers/openai', { api_key: `sk-${unique()}` });
      return values;
    case 'POST /api/v1/judges/{judge}/test':
      return { ...values, judge: await newJudge(workspace) };
    case 'POST /api/v1/knowledge-bases/{kb}/embedding-migrations':
      // The provider of the example.
      await workspace.put('/providers/openai', { api_key: `sk-${unique()}` });
      return { ...values, ...(await newEmptyBase(workspace)) };
    case 'POST /api/v1/experiments/{experiment}/start':
      return { ...values, ...(await newExperiment(workspace, 'draft')) };
    case 'GET /api/v1/experiments/{experiment}/results':
    case 'GET /api/v1/experiments/{experiment}/export':
    case 'POST /api/v1/experiments/{experiment}/pause':
    case 'POST /api/v1/experiments/{experiment}/stop':
    case 'POST /api/v1/experiments/{experiment}/conclude':
    case 'POST /api/v1/experiments/{experiment}/variants/{variant}/stop':
      return { ...values, ...(await newExperiment(workspace, 'running')) };
    case 'POST /api/v1/experiments/{experiment}/resume':
      return { ...values, ...(await newExperiment(workspace, 'paused')) };
    case 'POST /api/v1/embedding-migrations/{migration}/switch':
    case 'POST /api/v1/embedding-migrations/{migration}/cancel':
      return { ...values, migration: await newMigration(workspace, 'ready') };
    case 'POST /api/v1/embedding-migrations/{migration}/switch-back':
    case 'POST /api/v1/embedding-migrations/{migration}/complete':
      return { ...values, migration: await newMigration(workspace, 'switched') };
    case 'POST /api/v1/embedding-migrations/{migration}/resume':
      return { ...values, migration: await newMigration(workspace, 'failed') };
    default:
      return {
        ...values,
        ...(await freshEvaluation(operation.name, workspace, values)),
        ...(await freshReplay(operation.name, workspace)),
      };
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
    { timeout: 150_000, interval: 50 },
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
