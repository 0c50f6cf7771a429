import type { Statement } from '../db/client.ts';
import { isGuardViolation, isUniqueViolation } from '../db/errors.ts';
import { type AuditEntry, commit } from '../platform/commit.ts';
import { actorId, type Ctx, coversAgent } from '../platform/context.ts';
import type { Job } from '../platform/job.ts';
import { canonicalJson, sha256 } from '../shared/digest.ts';
import { Failure, notFound } from '../shared/failure.ts';
import type { AgentConfig } from './config.ts';
import { evaluationsFor } from './evaluations.ts';
import type { VersionContent } from './fields.ts';
import { passGate } from './gate.ts';
import {
  type AgentChanges,
  type AgentDetailRow,
  changeAgent,
  type Labels,
  selectAgentDetail,
} from './store.ts';
import type { VersionRow } from './version-choice.ts';
import { insertActivation, insertVersion } from './version-store.ts';

/** A version before it is stored: the writing statement assigns its number. */
export type NewVersion = Omit<VersionRow, 'number'>;

/** A change of an agent, decided from the row as it was read. */
export interface Plan {
  readonly changes?: AgentChanges;
  readonly version?: NewVersion;
  /** The version to activate, new or existing, and the reason. */
  readonly activation?: {
    readonly version: NewVersion | VersionRow;
    readonly reason: string | null;
    /** Why an admin activates it without the evaluation that the agent requires. */
    readonly override_reason?: string | null;
  };
  /** All labels after the change; `statements` store them. */
  readonly labels?: Labels;
  /** Statements that follow those of the agent and its version in the batch. */
  readonly statements?: readonly Statement[];
  readonly audit?: Omit<AuditEntry, 'target_type' | 'target_id'>;
  /** Entries about other resources that `statements` change. */
  readonly audits?: readonly AuditEntry[];
  readonly jobs?: readonly Job[];
}

/** With 50 concurrent writers, the slowest took about ten attempts. */
const attempts = 30;
const maxPause_ms = 800;

/** Reads an agent with its active configuration, in one round trip. Throws `not_found`, also if the caller's key does not cover it. */
export async function readAgent(ctx: Ctx, agent: string): Promise<AgentDetailRow> {
  const row = await selectAgentDetail(ctx.db, ctx.workspace_id, agent).get();
  if (row === undefined || !coversAgent(ctx.actor, row.id)) throw notFound('agent');
  return row;
}

export interface Target {
  readonly agent: string;
  /** The entity tags of `If-Match`, one of which must match; null without the header. */
  readonly ifMatch: readonly string[] | null;
}

/**
 * Reads an agent, lets `decide` plan a change, and commits it if the agent is still unchanged. Otherwise it
 * starts again, or throws `precondition_failed` when `ifMatch` is given. `decide` returns null for no change.
 * `toReply` builds the response from the row after the change.
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
      // The reply is stored even without a change, so that a replay of the request cannot make one later.
      await commit(ctx, { statements: [], reply });
      return reply;
    }
    const override_reason = await gate(ctx, row, plan);
    const now = ctx.now();
    const reply = toReply(applyPlan(row, plan, now), plan);
    if (await isDone(ctx, row, plan, { now, reply, override_reason })) return reply;
    if (ifMatch !== null) throw stale();
    await pause(attempt);
  }
  throw new Failure('unavailable', 'Too many concurrent changes of this agent. Retry.', {
    retryAfter: 1,
  });
}

/** The guard on the revision makes sure that what the agent requires is still the same when the plan is committed. */
const gate = async (ctx: Ctx, row: AgentDetailRow, { activation }: Plan): Promise<string | null> =>
  activation === undefined
    ? null
    : passGate(ctx, row, activation, await fingerprintOf(activation.version));

/** Commits a plan. Returns false when another change came first. */
async function isDone(
  ctx: Ctx,
  row: AgentDetailRow,
  plan: Plan,
  {
    now,
    reply,
    override_reason,
  }: Readonly<{ now: number; reply: unknown; override_reason: string | null }>,
): Promise<boolean> {
  const { version, activation, changes, statements = [], audit, audits = [], jobs = [] } = plan;
  const all = {
    ...changes,
    ...(activation === undefined ? {} : { active_version_id: activation.version.id }),
  };
  const evaluations = evaluationsFor(ctx, row, activation?.version);
  try {
    await commit(ctx, {
      statements: [
        changeAgent(ctx.db, row, all, version === undefined ? 0 : 1, now),
        ...(version === undefined ? [] : [insertVersion(ctx.db, version)]),
        ...(activation === undefined
          ? []
          : activationOf(ctx, row.id, activation.version.id, row.active_version_id, {
              reason: activation.reason,
              override_reason,
            })),
        ...statements,
        ...evaluations.statements,
      ],
      audit: [
        ...(audit === undefined
          ? []
          : [
              {
                ...withOverride(audit, override_reason),
                ...(changes === undefined ? {} : { changed: { before: row, after: changes } }),
                target_type: 'agent',
                target_id: row.id,
              },
            ]),
        ...audits,
      ],
      jobs: [...jobs, ...evaluations.jobs],
      reply,
    });
    return true;
  } catch (error) {
    // The next attempt reports a tool that was deleted in the meantime.
    if (
      isGuardViolation(error, 'agents.revision') ||
      isGuardViolation(error, 'agent_versions.tools')
    )
      return false;
    throw isSlugTaken(error) ? slugTaken() : error;
  }
}

type OwnAudit = NonNullable<Plan['audit']>;

const withOverride = (audit: OwnAudit, override_reason: string | null): OwnAudit =>
  override_reason === null ? audit : { ...audit, detail: { ...audit.detail, override_reason } };

/** Returns the row after the plan is committed, which the guard on the revision ensures. */
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

/** Waits with exponential backoff and jitter. */
const pause = (attempt: number) =>
  new Promise((resolve) =>
    setTimeout(resolve, Math.random() * Math.min(maxPause_ms, 10 * 2 ** attempt)),
  );

const stale = () =>
  new Failure('precondition_failed', 'The agent has changed. Read it again and retry.');
export const slugTaken = () =>
  new Failure(
    'slug_taken',
    'Another agent of the workspace has this slug. Archived agents keep their slugs.',
  );
export const isSlugTaken = (error: unknown) =>
  isUniqueViolation(error, 'agents.workspace_id', 'agents.slug');

export function refuseArchived(row: { readonly archived_at: number | null }): void {
  if (row.archived_at !== null)
    throw new Failure('agent_archived', 'The agent is archived. Restore it first.');
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

/** Identifies what a version does: its configuration and the pinned revisions of its tools. */
export const fingerprintOf = ({ config, tools }: VersionContent): Promise<string> =>
  sha256(canonicalJson({ config, tools }));

/** Returns the statement that records an activation, in an array since statements are thenable. */
export const activationOf = (
  ctx: Ctx,
  agent_id: string,
  version_id: string,
  previous: string | null,
  why: { readonly reason: string | null; readonly override_reason: string | null },
): Statement[] => [
  insertActivation(ctx.db, {
    id: ctx.newId('act'),
    workspace_id: ctx.workspace_id,
    agent_id,
    version_id,
    previous_version_id: previous,
    ...why,
    actor_type: ctx.actor.type,
    actor_id: actorId(ctx.actor),
    created_at: ctx.now(),
  }),
];
