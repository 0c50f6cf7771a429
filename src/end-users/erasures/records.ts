import { sql } from 'drizzle-orm';
import { eraseSubject } from '../../experiments/index.ts';
import { changing, deleting, type Erasing, once, type Step } from './step.ts';

const isTheirs = ({ end_user_id }: Erasing) => sql`end_user_id = ${end_user_id}`;
const quoted = (text: string) => JSON.stringify(text);

/** Selects budgets that count each end user, those of tokens included. */
const countedBudgets = (workspace_id: string) =>
  sql`(select id from budgets where workspace_id = ${workspace_id} and scope = 'end_user')`;
const tokenBudgets = (workspace_id: string) => sql`(budget_id glob ${`end-user:${workspace_id}:*`}
  or (budget_id glob 'token:*' and workspace_id = ${workspace_id}))`;

/** Removes budgets of the end user alone, and pseudonymises what budgets of each end user have counted. */
const budgets = once('budgets', (workspace_id, { end_user_id, pseudonym }) => {
  const own = sql`(select id from budgets where workspace_id = ${workspace_id} and scope = 'end_user' and subject_id = ${end_user_id})`;
  const tables = ['budget_alerts', 'budget_holds', 'budget_counters'].map((name) => sql.raw(name));
  return [
    ...tables.map((table) => sql`delete from ${table} where budget_id in ${own}`),
    sql`delete from budgets where id in ${own}`,
    ...tables.map(
      (table) =>
        sql`update ${table} set subject = ${pseudonym} where budget_id in ${countedBudgets(workspace_id)} and subject = ${end_user_id}`,
    ),
    ...tables.map(
      (table) =>
        sql`delete from ${table} where ${tokenBudgets(workspace_id)} and subject = ${end_user_id}`,
    ),
  ];
});

/** Removes limits of the end user alone, and what is counted. */
const rateLimits: Step = async ({ db, limiter, workspace_id }, { end_user_id }) => {
  const { meta } =
    await db.run(sql`update rate_limits set revision = revision + 1, rules = json_set(rules, '$.end_user.overrides',
      (select json_group_array(json(o.value)) from json_each(rules, '$.end_user.overrides') o where o.value ->> 'id' <> ${end_user_id}))
    where workspace_id = ${workspace_id}
      and exists (select 1 from json_each(rules, '$.end_user.overrides') o where o.value ->> 'id' = ${end_user_id})`);
  await limiter.eraseEndUser(end_user_id);
  return { counts: { rate_limits: meta.changes }, position: null };
};

/** Goes through the agents of the workspace; the empty id stands for the workspace itself. */
const ofEachAgent =
  (kind: string, erase: (...input: [...Parameters<Step>]) => Promise<number>): Step =>
  async (ctx, erasing, agent_id) => {
    const changes = await erase(ctx, erasing, agent_id);
    const next = await ctx.db.get<{ id: string | null }>(
      sql`select min(id) as id from agents where workspace_id = ${ctx.workspace_id} and id > ${agent_id}`,
    );
    return { counts: { [kind]: changes }, position: next?.id ?? null };
  };

/** Pseudonymises the end user among those that cost most (analytics/dimensions.ts). */
const rollups = ofEachAgent(
  'analytics',
  async ({ db, workspace_id }, { end_user_id, pseudonym }, agent_id) => {
    const name = quoted(`user:${end_user_id}`);
    const other = quoted(`user:${pseudonym}`);
    const { meta } =
      await db.run(sql`update analytics_rollups set slices = replace(slices, ${name}, ${other}), quarters = replace(quarters, ${name}, ${other})
      where workspace_id = ${workspace_id} and agent_id = ${agent_id} and dimension = 'top'
        and (instr(slices, ${name}) > 0 or instr(quarters, ${name}) > 0)`);
    return meta.changes;
  },
);

const exposures = ofEachAgent('exposures', (ctx, { end_user_id }, agent_id) =>
  agent_id === '' ? Promise.resolve(0) : eraseSubject(ctx, agent_id, end_user_id),
);

/** Replaces the end user in entries of the audit log; a trigger allows exactly this change. */
const auditLog = changing(
  'audit_entries',
  'audit_log',
  ({ end_user_id, pseudonym }, window) => sql`update audit_log set
    actor_id = iif(actor_id is ${end_user_id} and actor_type = 'end_user', ${pseudonym}, actor_id),
    ip = iif(actor_id is ${end_user_id} and actor_type = 'end_user', null, ip),
    target_id = iif(target_id is ${end_user_id} and target_type = 'end_user', ${pseudonym}, target_id),
    detail = replace(detail, json_quote(${end_user_id}), json_quote(${pseudonym}))
  where ${window} and ((actor_id = ${end_user_id} and actor_type = 'end_user')
    or (target_id = ${end_user_id} and target_type = 'end_user') or instr(detail, json_quote(${end_user_id})) > 0)`,
);

const webhookEvents = changing(
  'webhook_events',
  'webhook_events',
  ({ end_user_id }, window) =>
    sql`delete from webhook_events where ${window} and (instr(data, json_quote(${end_user_id})) > 0 or instr(alert_body, json_quote(${end_user_id})) > 0)`,
);

/** The steps for records outside of conversations, by the name under which an erasure continues. */
export const records: Readonly<Record<string, Step>> = {
  feedback: deleting('feedback', 'feedback', isTheirs),
  memories: deleting('memories', 'memories', isTheirs),
  share_codes: deleting(
    'share_codes',
    'share_codes',
    ({ end_user_id }) =>
      sql`(link_id, email) in (select v.link_id, v.email from share_visitors v where v.workspace_id = share_codes.workspace_id and v.id = ${end_user_id})`,
  ),
  share_visitors: deleting(
    'share_visitors',
    'share_visitors',
    ({ end_user_id }) => sql`id = ${end_user_id}`,
  ),
  approvals: deleting('approvals', 'approvals', isTheirs),
  code_executions: deleting('code_executions', 'code_executions', isTheirs),
  mcp_authorizations: deleting('mcp_authorizations', 'mcp_authorizations', isTheirs),
  schedule_slots: deleting(
    'schedule_slots',
    'schedule_slots',
    ({ end_user_id }) =>
      sql`schedule_id in (select s.id from schedules s where s.workspace_id = schedule_slots.workspace_id and s.end_user_id = ${end_user_id})`,
  ),
  schedules: deleting('schedules', 'schedules', isTheirs),
  webhook_deliveries: deleting(
    'webhook_deliveries',
    'webhook_deliveries',
    ({ end_user_id }) =>
      sql`event_id in (select e.id from webhook_events e where e.workspace_id = webhook_deliveries.workspace_id
        and (instr(e.data, json_quote(${end_user_id})) > 0 or instr(e.alert_body, json_quote(${end_user_id})) > 0))`,
  ),
  webhook_events: webhookEvents,
  budgets,
  rate_limits: rateLimits,
  usage: changing(
    'usage',
    'usage',
    ({ end_user_id, pseudonym }, window) =>
      sql`update usage set end_user_id = ${pseudonym} where ${window} and end_user_id = ${end_user_id}`,
  ),
  analytics: rollups,
  exposures,
  audit_log: auditLog,
  end_users: deleting('end_users', 'end_users', ({ end_user_id }) => sql`id = ${end_user_id}`),
};
