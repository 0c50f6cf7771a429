import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { newId } from '../../src/shared/id.ts';
import { newWorkspace, request, type Workspace } from './api.ts';
import { evaluationRecipes } from './evaluation-recipes.ts';
import { newExperiment } from './experiments.ts';
import { addText, settled, uploadForm } from './files.ts';
import { created, newArchitectSession } from './knowledge-states.ts';
import { newServer } from './mcp/seed.ts';
import { authorizationRecipe } from './oauth/recipe.ts';
import { Site } from './outbound.ts';
import { at, pageOf } from './pdf.ts';
import { newAddress, newMember } from './people.ts';
import { playScript } from './provider/client.ts';
import { replayRecipes } from './replay-recipes.ts';
import { asks, locate, says, tools } from './waiting-script.ts';

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

export const newInvitation = async (workspace: Workspace): Promise<string> =>
  (await created(workspace, '/invitations', { email: newAddress(), role: 'viewer' })).id;

export const unique = () => crypto.randomUUID().slice(0, 8);

export const recipes: readonly Recipe[] = [
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
    needs: 'POST /api/v1/invitations',
    gives: ['invitation', 'member'],
    make: async (workspace) => ({
      invitation: await newInvitation(workspace),
      member: (await newMember(workspace, 'viewer')).member_id,
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
    needs: 'PUT /api/v1/search-providers/{search_provider}',
    gives: ['search_provider'],
    make: async (workspace) => {
      await workspace.put('/search-providers/brave', { api_key: `brave-${unique()}` });
      return { search_provider: 'brave' };
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
    needs: 'POST /api/v1/end-users/{end_user}/exports',
    gives: ['end_user', 'export'],
    make: async (workspace) => {
      const end_user = `seed-${unique()}`;
      await workspace.post(`/end-users/${end_user}/revoke-tokens`, {});
      const made = await created(workspace, `/end-users/${end_user}/exports`, {});
      return { end_user, export: made.id };
    },
  },
  {
    needs: 'DELETE /api/v1/end-users/{end_user}',
    gives: ['erasure'],
    // One that is completed: a running one has a job for a second pass, 15 minutes later.
    make: async (workspace) => {
      const erasure = newId('era');
      await env.DB.prepare(
        `insert into erasures (id, workspace_id, subject_hash, pseudonym, status, step, counts, created_at, completed_at)
         values (?, ?, 'x', ?, 'completed', 'end', '{}', 1, 1)`,
      )
        .bind(erasure, workspace.id, erasure)
        .run();
      return { erasure };
    },
  },
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
  ...evaluationRecipes,
  ...replayRecipes,
  {
    needs: 'POST /api/v1/end-users/{end_user}/memories',
    gives: ['memory'],
    from: ['agent', 'end_user'],
    make: async (workspace, { agent: agent_id, end_user }) => {
      const about = { agent_id, text: `Likes coffee ${unique()}.` };
      const { id: memory } = await created(workspace, `/end-users/${end_user}/memories`, about);
      return { memory };
    },
  },
  {
    needs: 'POST /api/v1/agents/{agent}/channels',
    gives: ['channel'],
    from: ['agent'],
    make: async (workspace, { agent }) => {
      const api_url = await new Site().answers('/answers', { body: 'ok' });
      const about = {
        ...{ kind: 'webhook', name: `Seed ${unique()}`, settings: { api_url } },
        credentials: { secret: `secret-${unique()}` },
      };
      return { channel: (await created(workspace, `/agents/${agent}/channels`, about)).id };
    },
  },
  {
    needs: 'POST /api/v1/agents/{agent}/schedules',
    gives: ['schedule'],
    from: ['agent'],
    make: async (workspace, { agent }) => {
      const about = { name: `Seed ${unique()}`, cron: '0 8 * * *', message: 'Report.' };
      return { schedule: (await created(workspace, `/agents/${agent}/schedules`, about)).id };
    },
  },
  {
    needs: 'POST /api/v1/agents/{agent}/share-links',
    gives: ['share_link', 'shared', 'citation'],
    from: ['agent'],
    make: async (workspace, { agent }) => {
      // Whoever requests a code has to verify an address.
      const about = { access: 'verified', allowed_addresses: ['@example.com'] };
      const link = await created(workspace, `/agents/${agent}/share-links`, {
        name: `Seed ${unique()}`,
        ...about,
      });
      return { share_link: link.id, shared: link.url.slice(-22), citation: '1' };
    },
  },
  {
    needs: 'POST /api/v1/token-issuers',
    gives: ['token_issuer'],
    from: ['agent'],
    make: async (workspace, { agent }) => {
      const about = { issuer: 'https://login.example.com/', audience: 'chat', agent_ids: [agent] };
      const jwks_url = 'https://login.example.com/keys';
      const given = { name: `Seed ${unique()}`, ...about, jwks_url };
      return { token_issuer: (await created(workspace, '/token-issuers', given)).id };
    },
  },
  {
    needs: 'POST /api/v1/agents/{agent}/experiments',
    gives: ['experiment', 'variant'],
    make: (workspace) => newExperiment(workspace, 'draft'),
  },
  {
    needs: 'POST /api/v1/code-executions',
    gives: ['code_execution', 'generated_file'],
    make: async (workspace) => {
      const code = "writeFile('rows.csv', 'a')";
      const execution = await created(workspace, '/code-executions', { code });
      return { code_execution: execution.id, generated_file: execution.files[0].id };
    },
  },
  {
    needs: 'POST /api/v1/architect/sessions',
    gives: ['architect_session'],
    make: async (workspace) => ({ architect_session: await newArchitectSession(workspace) }),
  },
  {
    needs: 'POST /api/v1/judges',
    gives: ['judge'],
    make: async (workspace) => ({ judge: await newJudge(workspace) }),
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
    needs: 'GET /api/v1/invoices/{month}',
    gives: ['month'],
    make: async () => ({ month: new Date().toISOString().slice(0, 7) }),
  },
  {
    needs: 'POST /api/v1/workspace/exports',
    gives: ['workspace_export'],
    make: async (workspace) => {
      const { id } = await created(workspace, '/workspace/exports', undefined);
      await vi.waitUntil(
        async () => (await workspace.get(`/workspace/exports/${id}`)).body.status === 'completed',
        { timeout: 150_000 },
      );
      return { workspace_export: id };
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

/** A judge whose model gives every answer the same score. */
export async function newJudge(workspace: Workspace): Promise<string> {
  const text = [JSON.stringify({ reason: 'It is right.', score: 4 })];
  const { base_url, api_key } = await playScript({ rounds: [{ text }], repeat: true });
  await workspace.put('/providers/openai-compatible', { base_url: base_url.compatible, api_key });
  const model = 'openai-compatible/scripted';
  // The budget of the seed refuses calls without a price.
  await workspace.put('/prices', { overrides: [{ model, input: 0, output: 0 }] });
  const about = { name: `Seed ${unique()}`, model, rubric: 'The answer is right.' };
  return (await created(workspace, '/judges', about)).id;
}

/** A share link that whoever has it may open; its address. */
export async function newPublicLink(workspace: Workspace): Promise<string> {
  const agent = (await created(workspace, '/agents', { name: `Seed ${unique()}` })).id;
  const { url } = await created(workspace, `/agents/${agent}/share-links`, { name: 'Public' });
  return url.slice(-22);
}

/** An answer that cites a file. */
export async function newCitingMessage(workspace: Workspace): Promise<string> {
  const { id: agent, base_id } = await created(workspace, '/agents', {
    name: `Seed ${unique()}`,
  });
  const config = { model: 'builtin/extractive', knowledge: { base_ids: [base_id] } };
  await workspace.patch(`/agents/${agent}`, { config });
  await addText(workspace, base_id, 'hours.txt', `The shop ${unique()} opens at ten.`);
  const session = (await created(workspace, `/agents/${agent}/sessions`, {})).id;
  const question = { message: 'When does the shop open?' };
  const { id, citations } = await created(workspace, `/sessions/${session}/messages`, question);
  if (citations.length === 0) throw new Error('the answer cites nothing');
  return id;
}

/** A run that waits for the result of a client tool. */
export async function newWaitingRun(workspace: Workspace): Promise<string> {
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
export async function newWaitingBatch(workspace: Workspace): Promise<string> {
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
    { timeout: 150_000, interval: 50 },
  );
  return batch.id;
}
