import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';

interface Removal {
  readonly table: string;
  /** Selects the rows of the workspace. */
  readonly of: (workspace_id: string) => SQL;
}

const own = (workspace_id: string) => sql`workspace_id = ${workspace_id}`;
const through = (column: string, parent: string) => (workspace_id: string) =>
  sql`${sql.raw(column)} in (select id from ${sql.raw(parent)} where workspace_id = ${workspace_id})`;

/**
 * The tables of a workspace that are deleted after its sessions and files, children first.
 * `analytics_state` precedes the tables whose triggers would mark late hours. The last three before
 * `budgets` have no index on the workspace.
 */
const removals: readonly Removal[] = [
  ...[
    'channel_deliveries',
    'channel_messages',
    'channel_threads',
    'channels',
    'hand_overs',
    'schedules',
    'schedule_slots',
    'share_codes',
    'share_visitors',
    'share_links',
    'token_issuers',
    'analytics_state',
    'outbox',
    'dead_letters',
    'idempotency_keys',
    'feedback',
    'memories',
    'memory_cursors',
    'session_events',
    'experiment_subjects',
    'experiment_totals',
    'experiment_late_facts',
    'experiment_entries',
    'experiment_variants',
    'experiments',
    'answer_scores',
    'online_scorers',
    'replay_turns',
    'replays',
    'evaluation_results',
    'evaluations',
    'judge_scores',
    'judge_revisions',
    'judges',
    'review_scans',
    'review_rules',
    'review_verdicts',
    'review_items',
    'dataset_revisions',
    'dataset_cases',
    'datasets',
  ].map((table) => ({ table, of: own })),
  { table: 'run_steps', of: through('run_id', 'runs') },
  { table: 'suspended_runs', of: through('run_id', 'runs') },
  ...['code_executions', 'generated_files', 'approvals', 'run_contents', 'run_files', 'runs'].map(
    (table) => ({ table, of: own }),
  ),
  { table: 'agent_labels', of: through('agent_id', 'agents') },
  { table: 'file_contents', of: through('base_id', 'knowledge_bases') },
  { table: 'knowledge_revisions', of: through('base_id', 'knowledge_bases') },
  { table: 'former_originals', of: own },
  ...[
    'architect_messages',
    'architect_sessions',
    'agent_activations',
    'agent_versions',
    'chunk_vectors',
    'retrieval_results',
    'retrieval_evaluations',
    'golden_questions',
    'batch_entries',
    'file_batches',
    'vectors',
    'vector_blocks',
    'vector_lists',
    'embedding_migrations',
    'source_pages',
    'knowledge_sources',
    'source_hosts',
    'knowledge_bases',
    'tool_secrets',
    'tool_revisions',
    'tools',
    'mcp_authorizations',
    'mcp_oauth_clients',
    'mcp_tools',
    'mcp_servers',
  ].map((table) => ({ table, of: own })),
  { table: 'conversation_items', of: through('conversation_id', 'conversations') },
  ...['conversations', 'uploads', 'budget_alerts', 'budget_holds', 'budget_counters'].map(
    (table) => ({ table, of: own }),
  ),
  ...[
    'budgets',
    'provider_credentials',
    'search_providers',
    'search_failures',
    'search_cache',
    'price_overrides',
    'webhook_deliveries',
    'webhook_events',
    'webhook_event_queue',
    'webhooks',
    'telemetry',
    'secrets',
    'telemetry_runs',
    'rate_limits',
  ].map((table) => ({ table, of: own })),
  ...[
    'anomalies',
    'usage',
    'usage_archives',
    'analytics_marks',
    'analytics_rollups',
    'end_users',
    'end_user_exports',
    'erasures',
    'agents',
    'api_keys',
    'members',
    'invitations',
    // Links first: the task that seals reports a link without its entry.
    'audit_links',
    'audit_log',
    'audit_seals',
    'invoices',
    'workspace_exports',
    'quotas',
  ].map((table) => ({ table, of: own })),
];

/** Rows that one statement deletes. */
export const rowsAtOnce = 2000;

export const removalsOf = (db: Db, workspace_id: string) =>
  removals.map(
    ({ table, of }) =>
      () =>
        db.run(sql`
          delete from ${sql.raw(table)} where rowid in (select rowid from ${sql.raw(table)} where ${of(workspace_id)} limit ${rowsAtOnce})`),
  );

export const deleteWorkspaceRow = (db: Db, workspace_id: string) =>
  db.run(sql`delete from workspaces where id = ${workspace_id} and deleted_at is not null`);

export const selectArchives = (db: Db, workspace_id: string, after: string, limit: number) =>
  db.all<{ id: string; object_key: string }>(sql`
    select id, object_key from usage_archives where workspace_id = ${workspace_id} and id > ${after} order by id limit ${limit}`);

/**
 * Deletes the rows of a deleted agent besides its sessions and its knowledge base, children first.
 */
export const agentRemovals = (db: Db, workspace_id: string, agent_id: string) => {
  const own = sql`workspace_id = ${workspace_id} and agent_id = ${agent_id}
    and exists (select 1 from agents a where a.id = ${agent_id} and a.deleted_at is not null)`;
  return [
    // Cases that people have written outlive the agent.
    db.run(sql`update datasets set agent_id = null where ${own}`),
    db.run(
      sql`delete from review_verdicts where item_id in (select id from review_items where ${own})`,
    ),
    db.run(
      sql`delete from evaluation_results where evaluation_id in (select id from evaluations where ${own})`,
    ),
    db.run(sql`delete from replay_turns where replay_id in (select id from replays where ${own})`),
    ...['share_codes', 'share_visitors'].map((table) =>
      db.run(
        sql`delete from ${sql.raw(table)} where link_id in (select id from share_links where ${own})`,
      ),
    ),
    db.run(
      sql`update api_keys set revoked_at = (select a.deleted_at from agents a where a.id = ${agent_id})
        where id in (select id from share_links where ${own}) and revoked_at is null`,
    ),
    ...[
      'memories',
      'share_links',
      'channels',
      'answer_scores',
      'online_scorers',
      'replays',
      'evaluations',
      'review_items',
      'review_rules',
      'review_scans',
      'agent_labels',
      'agent_activations',
      'agent_versions',
      'anomalies',
    ].map((table) => db.run(sql`delete from ${sql.raw(table)} where ${own}`)),
  ];
};

/**
 * Adds a job that repeats the erasure when no write can be in progress any longer. It belongs to no
 * workspace, since it must outlive this one.
 */
export const insertSecondPass = (
  db: Db,
  id: string,
  workspace_id: string,
  due_at: number,
  now: number,
) => {
  const job = JSON.stringify({ type: 'workspace.delete', workspace_id, is_again: true });
  return db.run(sql`
    insert into outbox (id, workspace_id, job, due_at, created_at) values (${id}, '', ${job}, ${due_at}, ${now}) on conflict do nothing`);
};
