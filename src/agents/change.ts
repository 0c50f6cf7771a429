import type { Statement } from '../db/client.ts';
import { isGuardViolation, isUniqueViolation } from '../db/errors.ts';
import { type AuditEntry, commit } from '../platform/commit.ts';
import { actorId, type Ctx, coversAgent } from '../platform/context.ts';
import type { Job } from '../platform/job.ts';
import { canonicalJson, sha256 } from '../shared/digest.ts';
import { Failure, notFound } from '../shared/failure.ts';
import type { AgentConfig } from './config.ts';
import type { VersionContent } from './fields.ts';
import {
  type AgentChanges,
  type AgentDetailRow,
  changeAgent,
  type Labels,
  selectAgentDetail,
} from './store.ts';
import type { VersionRow } from './version-choice.ts';
import { insertActivation, insertVersion } from './version-store.ts';

/** A version that is not stored yet: its number is given out in the writing statement. */
export type NewVersion = Omit<VersionRow, 'number'>;

/** What to do about an agent, decided on the ground of the row as it was read. */
export interface Plan {
  readonly changes?: AgentChanges;
  readonly version?: NewVersion;
  /** The version to point the agent at, with who and why: the new one or one that is there. */
  readonly activation?: {
    readonly version: NewVersion | VersionRow;
    readonly reason: string | null;
  };
  /** All labels as they are afterwards; `statements` make them so. */
  readonly labels?: Labels;
  /** After the agent and its version, in the same batch. */
  readonly statements?: readonly Statement[];
  readonly audit: Omit<AuditEntry, 'target_type' | 'target_id'>;
  readonly jobs?: readonly Job[];
}

/** With 50 writers at once the unluckiest took about ten. */
const attempts = 30;
const longestPause_ms = 800;

/** The agent with its active configuration; one trip. Throws `not_found`, also for a key that does not cover it. */
export async function readAgent(ctx: Ctx, agent: string): Promise<AgentDetailRow> {
  const row = await selectAgentDetail(ctx.db, ctx.workspace_id, agent).get();
  if (row === undefined || !coversAgent(ctx.actor, row.id)) throw notFound('agent');
  return row;
}

export interface Target {
  readonly agent: string;
  /** The entity tags of `If-Match`, one of which must be the state; null when any will do. */
  readonly ifMatch: readonly string[] | null;
}

/**
 * Reads an agent, lets `decide` say what to do, and does it if the agent has not changed in between;
 * otherwise starts again, or gives `precondition_failed` when the caller named the state it wants to
 * change. `decide` returns null to leave the agent alone. `toReply` makes the wire object of what is then.
 */
export async function withAgent<Reply>(
  ctx: Ctx,
  { agent, ifMatch }: Target,
  decide: (row: AgentDetailRow) => Promise<Plan | null>,
  toReply: (row: AgentDetailRow, plan: Plan | null) => Reply,
): Promise<Reply> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const row = await readAgent(ctx, agent);
    if (ifMatch !== null && !ifMatch.includes(String(row.revision))) throw stale();
    const plan = await decide(row);
    if (plan === null) {
      const reply = toReply(row, null);
      // A request that changes nothing is answered too: its idempotency key must not act later.
      await commit(ctx, { statements: [], reply });
      return reply;
    }
    const now = ctx.now();
    const reply = toReply(applyPlan(row, plan, now), plan);
    if (await isDone(ctx, row, plan, now, reply)) return reply;
    if (ifMatch !== null) throw stale();
    await pause(attempt);
  }
  throw new Failure('unavailable', 'Too many changes of this agent at once; try again.', {
    retryAfter: 1,
  });
}

/** Whether the plan was carried out; false when another change came first. */
async function isDone(
  ctx: Ctx,
  row: AgentDetailRow,
  plan: Plan,
  now: number,
  reply: unknown,
): Promise<boolean> {
  const { version, activation, changes, statements = [], audit, jobs = [] } = plan;
  const all = {
    ...changes,
    ...(activation === undefined ? {} : { active_version_id: activation.version.id }),
  };
  try {
    await commit(ctx, {
      statements: [
        changeAgent(ctx.db, row, all, version === undefined ? 0 : 1, now),
        ...(version === undefined ? [] : [insertVersion(ctx.db, version)]),
        ...(activation === undefined
          ? []
          : activationOf(
              ctx,
              row.id,
              activation.version.id,
              row.active_version_id,
              activation.reason,
            )),
        ...statements,
      ],
      audit: [{ ...audit, target_type: 'agent', target_id: row.id }],
      jobs,
      reply,
    });
    return true;
  } catch (error) {
    // A tool that was named and is gone by now is found missing in the next attempt.
    if (
      isGuardViolation(error, 'agents.revision') ||
      isGuardViolation(error, 'agent_versions.tools')
    )
      return false;
    throw isSlugTaken(error) ? slugTaken() : error;
  }
}

/** The row as it is once the plan is carried out; the guard on the revision makes this certain. */
function applyPlan(row: AgentDetailRow, plan: Plan, now: number): AgentDetailRow {
  const latest_version = row.latest_version + (plan.version === undefined ? 0 : 1);
  const active = plan.activation?.version;
  return {
    ...row,
    ...plan.changes,
    ...(active === undefined
      ? {}
      : { ...toActive(active), number: 'number' in active ? active.number : latest_version }),
    labels: plan.labels ?? row.labels,
    latest_version,
    revision: row.revision + 1,
    updated_at: now,
  };
}

const toActive = ({
  id,
  config,
  config_hash,
  tools,
}: NewVersion): VersionContent & Pick<AgentDetailRow, 'active_version_id' | 'config_hash'> => ({
  active_version_id: id,
  config,
  config_hash,
  tools,
});

/** Twice as long each time up to a limit, and never the same for two that met. */
const pause = (attempt: number) =>
  new Promise((resolve) =>
    setTimeout(resolve, Math.random() * Math.min(longestPause_ms, 10 * 2 ** attempt)),
  );

const stale = () =>
  new Failure('precondition_failed', 'The agent has changed since: read it again.');
export const slugTaken = () =>
  new Failure(
    'slug_taken',
    'Another agent of the workspace has this slug; an archived one keeps its own.',
  );
export const isSlugTaken = (error: unknown) =>
  isUniqueViolation(error, 'agents.workspace_id', 'agents.slug');

export function refuseArchived(row: { readonly archived_at: number | null }): void {
  if (row.archived_at !== null)
    throw new Failure('agent_archived', 'The agent is archived: restore it first.');
}

/** The content of a version, with its configuration checked. */
type NewContent = VersionContent & { readonly config: AgentConfig };

export const newVersion = async (
  ctx: Ctx,
  agent_id: string,
  content: NewContent,
  change_summary: string | null = null,
): Promise<NewVersion> => ({
  id: ctx.newId('ver'),
  workspace_id: ctx.workspace_id,
  agent_id,
  ...content,
  config_hash: await hashConfig(content.config),
  change_summary,
  created_by: actorId(ctx.actor),
  created_at: ctx.now(),
});

export const hashConfig = (config: AgentConfig): Promise<string> => sha256(canonicalJson(config));

/** Who pointed the agent at the version, when and why. In an array, since a statement is thenable. */
export const activationOf = (
  ctx: Ctx,
  agent_id: string,
  version_id: string,
  previous: string | null,
  reason: string | null,
): Statement[] => [
  insertActivation(ctx.db, {
    id: ctx.newId('act'),
    workspace_id: ctx.workspace_id,
    agent_id,
    version_id,
    previous_version_id: previous,
    reason,
    actor_type: ctx.actor.type,
    actor_id: actorId(ctx.actor),
    created_at: ctx.now(),
  }),
];
