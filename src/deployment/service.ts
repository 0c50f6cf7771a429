import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { hour, minute, toWireTime, toWireTimeOrNull } from '../shared/time.ts';
import { addSigningKey } from '../workspaces/index.ts';
import type { AuditKey, DeploymentHealth } from './schema.ts';
import { readFigures } from './store.ts';

/** Age from which a job, an unsealed entry or a task is a problem. */
const late = { '* * * * *': 10 * minute, '7 * * * *': 3 * hour, job: hour };

/** Returns a summary of the whole deployment. Root key only. */
export async function getDeploymentHealth(ctx: Ctx): Promise<DeploymentHealth> {
  const { workspaces, jobs, dead, ticks, secrets, audit } = await readFigures(ctx.db);
  const now = ctx.now();
  const versions = [...ctx.config.encryption_keys.keys()];
  const tasks = ticks.flatMap(({ cron, succeeded }) =>
    Object.entries(JSON.parse(succeeded) as Record<string, number>).map(([task, at]) => ({
      ...{ cron, task, at },
      isLate: now - at > (cron in late ? late[cron as keyof typeof late] : 3 * hour),
    })),
  );
  const oldestJob = jobs?.oldest_at ?? null;
  const oldestEntry = audit?.oldest ?? null;
  const missing = secrets.filter(({ key_version }) => !versions.includes(key_version));
  const problems = [
    ...(ticks.length === 0 ? ['No periodic task has run yet.'] : []),
    ...tasks
      .filter(({ isLate }) => isLate)
      .map(({ task }) => `The periodic task ${task} has not succeeded lately.`),
    ...(oldestJob !== null && now - oldestJob > late.job
      ? ['A background job is older than an hour.']
      : []),
    ...((dead?.count ?? 0) > 0 ? ['There are dead letters.'] : []),
    ...missing.map(
      ({ key_version }) => `ENCRYPTION_KEYS lacks version ${key_version}, which secrets need.`,
    ),
    ...(oldestEntry !== null && now - oldestEntry > late['* * * * *']
      ? ['Entries of the audit log are not sealed.']
      : []),
  ];
  return {
    status: problems.length === 0 ? 'ok' : 'degraded',
    problems,
    workspaces: workspaces ?? { active: 0, suspended: 0, deleting: 0 },
    jobs: {
      unfinished: jobs?.unfinished ?? 0,
      oldest_at: toWireTimeOrNull(oldestJob),
      dead_letters: dead?.count ?? 0,
    },
    tasks: tasks.map(({ cron, task, at }) => ({
      ...{ cron, task },
      succeeded_at: at === 0 ? null : toWireTime(at),
    })),
    secrets: secrets.map(({ key_version, count }) => ({
      ...{ key_version, count },
      is_newest: key_version === Math.max(...versions),
      is_configured: versions.includes(key_version),
    })),
    audit_log: {
      unsealed: audit?.unsealed ?? 0,
      oldest_unsealed_at: toWireTimeOrNull(oldestEntry),
    },
    is_previous_root_key_set: ctx.config.previous_root_key !== null,
  };
}

/** Adds a key that signs audit logs. Throws `unavailable` without `ENCRYPTION_KEYS`. */
export async function addAuditKey(ctx: Ctx): Promise<AuditKey> {
  const reply = { number: await addSigningKey(ctx) };
  await commit(ctx, {
    statements: [],
    audit: [{ action: 'audit_key.add', target_type: 'audit_key', target_id: String(reply.number) }],
    reply,
  });
  return reply;
}
