import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { openPlatform } from '../../src/platform/cloudflare.ts';
import type { Ctx } from '../../src/platform/context.ts';
import { newId } from '../../src/shared/id.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';

/** A context of the system at an instant, with another database if need be. */
export function contextAt(workspace_id: string, at: number, DB: D1Database = env.DB): Ctx {
  const platform = openPlatform({ ...env, DB } as Env, createExecutionContext(), {
    request_id: newId('req'),
  });
  return {
    ...platform.context({ workspace_id, actor: { type: 'system', name: 'test' } }),
    now: () => at,
  };
}

export interface Tenant {
  readonly workspace: Workspace;
  readonly agents: readonly {
    readonly id: string;
    readonly slug: string;
    readonly version_id: string;
  }[];
}

export async function newTenant(agents = 2): Promise<Tenant> {
  const workspace = await newWorkspace();
  const made = [];
  for (let number = 1; number <= agents; number += 1) {
    const { body } = await workspace.post('/agents', { name: `Agent ${number}` });
    made.push({ id: body.id, slug: body.slug, version_id: body.active_version.id });
  }
  return { workspace, agents: made };
}

export interface Call {
  readonly id: string;
  readonly agent_id: string | null;
  readonly version_id: string | null;
  readonly session_id: string | null;
  readonly run_id: string | null;
  readonly api_key_id: string | null;
  readonly end_user_id: string | null;
  readonly provider: string;
  readonly model: string;
  readonly operation: string;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cost_nano_usd: number | null;
  readonly latency_ms: number;
  readonly first_token_ms: number | null;
  readonly status: 'ok' | 'error' | 'aborted';
  readonly created_at: number;
}

export interface Run {
  readonly id: string;
  readonly agent_id: string;
  readonly version_id: string;
  readonly session_id: string;
  readonly is_preview: boolean;
  readonly status: string;
  readonly confidence: number | null;
  readonly coverage: string | null;
  readonly first_token_ms: number | null;
  readonly latency_ms: number | null;
  readonly created_by: string | null;
  readonly created_at: number;
  readonly ended_at: number;
}

export interface Session {
  readonly id: string;
  readonly agent_id: string;
  /** `one_off` stands for runs without a session; nothing is stored of it. */
  readonly kind: 'chat' | 'one_off';
  readonly end_user_id: string | null;
  readonly created_at: number;
}

export interface Rating {
  readonly id: string;
  readonly agent_id: string;
  readonly version_id: string;
  readonly session_id: string;
  readonly message_id: string;
  readonly run_id: string;
  readonly rating: string;
  readonly created_at: number;
}

export interface History {
  readonly sessions: readonly Session[];
  readonly runs: readonly Run[];
  readonly calls: readonly Call[];
  readonly ratings: readonly Rating[];
}

const bulk = (sql: string, workspace_id: string, rows: readonly unknown[], extra = '') =>
  env.DB.prepare(`${sql} from json_each(?2) where ?1 is not null ${extra}`).bind(
    workspace_id,
    JSON.stringify(rows),
  );

/** Rows as the product would have left them; each run has a question and, unless it failed, an answer. */
export async function insertHistory(
  workspace_id: string,
  { sessions, runs, calls, ratings }: History,
): Promise<void> {
  const oneOff = new Set(sessions.filter(({ kind }) => kind === 'one_off').map(({ id }) => id));
  const stored = <Row extends { readonly session_id: string | null }>(rows: readonly Row[]) =>
    rows.map((row) => (oneOff.has(row.session_id ?? '') ? { ...row, session_id: null } : row));
  const inSessions = runs.filter(({ session_id }) => !oneOff.has(session_id));
  const ofOneOff = runs.flatMap((run) => {
    const session = sessions.find(({ id }) => id === run.session_id);
    return session?.kind === 'one_off'
      ? [{ ...run, ...messagesOf(run), end_user_id: session.end_user_id }]
      : [];
  });
  const pick = (...names: string[]) => names.map((name) => `value ->> '${name}'`).join(', ');
  await env.DB.batch([
    bulk(
      `insert into sessions (workspace_id, inputs, metadata, id, agent_id, end_user_id, created_at, updated_at)
      select ?1, '{}', '{}', ${pick('id', 'agent_id', 'end_user_id', 'created_at', 'created_at')}`,
      workspace_id,
      sessions.filter(({ kind }) => kind === 'chat'),
      'on conflict do nothing',
    ),
    bulk(
      `insert into runs (workspace_id, lease_until, id, agent_id, version_id, session_id, is_preview, status, confidence, coverage, first_token_ms, latency_ms, created_by, created_at, ended_at)
      select ?1, 0, ${pick('id', 'agent_id', 'version_id', 'session_id', 'is_preview', 'status', 'confidence', 'coverage', 'first_token_ms', 'latency_ms', 'created_by', 'created_at', 'ended_at')}`,
      workspace_id,
      stored(runs),
    ),
    bulk(
      `insert into run_contents (workspace_id, inputs, metadata, files, question, expires_at, run_id, agent_id, end_user_id, question_id, answer_id, answered_at, created_at)
      select ?1, '{}', '{}', '[]', 'text', 0, ${pick('id', 'agent_id', 'end_user_id', 'user_id', 'assistant_id')}, iif(value ->> 'status' = 'failed', null, 1), ${pick('created_at')}`,
      workspace_id,
      ofOneOff,
    ),
    ...(['user', 'assistant'] as const).map((role) =>
      bulk(
        `insert into messages (workspace_id, role, text, citations, seq, id, session_id, run_id, created_at)
        select ?1, '${role}', 'text', '[]', value ->> '${role}_seq', ${pick(`${role}_id`, 'session_id', 'id', 'created_at')}`,
        workspace_id,
        inSessions.map((run) => ({ ...run, ...messagesOf(run) })),
        role === 'user' ? '' : "and value ->> 'status' <> 'failed'",
      ),
    ),
    bulk(
      `insert into run_steps (workspace_id, name, ordinal, started_at, latency_ms, id, run_id, type, error, cost_nano_usd)
      select ?1, 'look_up', value ->> 'ordinal', 0, 1, ${pick('step_id', 'id', 'type', 'error', 'cost')}`,
      workspace_id,
      runs.flatMap(stepsOf),
    ),
    bulk(
      `insert into usage (workspace_id, call_key, id, agent_id, version_id, session_id, run_id, api_key_id, end_user_id, provider, model, operation, input_tokens, output_tokens, cost_nano_usd, latency_ms, first_token_ms, status, created_at)
      select ?1, ${pick('id', 'id', 'agent_id', 'version_id', 'session_id', 'run_id', 'api_key_id', 'end_user_id', 'provider', 'model', 'operation', 'input_tokens', 'output_tokens', 'cost_nano_usd', 'latency_ms', 'first_token_ms', 'status', 'created_at')}`,
      workspace_id,
      stored(calls),
      'on conflict do nothing',
    ),
    bulk(
      `insert into feedback (workspace_id, end_user_id, tags, id, agent_id, version_id, session_id, message_id, run_id, rating, created_at, updated_at)
      select ?1, '', '[]', ${pick('id', 'agent_id', 'version_id', 'session_id', 'message_id', 'run_id', 'rating', 'created_at', 'created_at')}`,
      workspace_id,
      stored(ratings),
      'on conflict do nothing',
    ),
  ]);
}

const messageIds = new Map<
  string,
  { user_id: string; assistant_id: string; user_seq: number; assistant_seq: number }
>();
export function messagesOf({ id }: Pick<Run, 'id'>) {
  const seq = 2 * messageIds.size;
  const made = messageIds.get(id) ?? {
    user_id: newId('msg'),
    assistant_id: newId('msg'),
    user_seq: seq + 1,
    assistant_seq: seq + 2,
  };
  messageIds.set(id, made);
  return made;
}

/** A model and a tool, which fails where the run does. */
const stepsOf = ({ id, status }: Run) => [
  { id, step_id: newId('step'), ordinal: 1, type: 'model', error: null, cost: 5 },
  {
    id,
    step_id: newId('step'),
    ordinal: 2,
    type: 'tool',
    error: status === 'failed' ? 'broken' : null,
    cost: 3,
  },
];

/** Everything that is rolled up, for comparison. */
export async function rollupsOf(workspace_id: string): Promise<unknown[]> {
  const { results } = await env.DB.prepare(
    'select * from analytics_rollups where workspace_id = ? order by agent_id, dimension, grain, bucket',
  )
    .bind(workspace_id)
    .all();
  return results;
}
