import { publishEvents } from '../notifications/index.ts';
import { type Ctx, coveredAgents } from '../platform/context.ts';
import { type Page, readPage } from '../shared/page.ts';
import { type Anomaly, type AnomalyQuery, toAnomaly } from './anomaly-schema.ts';
import { positionOf, selectAnomalies, selectAnomaly } from './anomaly-store.ts';
import { checkNamedAgent } from './named-agent.ts';

/** Lists anomalies, newest day first. A key that is limited to agents sees only their anomalies. Throws `not_found`. */
export async function listAnomalies(
  ctx: Ctx,
  { limit, cursor, start_date, end_date, ...query }: AnomalyQuery,
): Promise<Page<Anomaly>> {
  const filters = { ...query, from: start_date ?? query.from, to: end_date ?? query.to };
  await checkNamedAgent(ctx, filters.agent);
  const filter = { ...filters, only: coveredAgents(ctx.actor) };
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: 'anomalies',
      filters: { ...filters, only: filter.only?.join() },
    },
    { limit, cursor },
    (after, count) => selectAnomalies(ctx.db, ctx.workspace_id, filter, after, count).all(),
    positionOf,
    toAnomaly,
  );
}

/** Publishes an anomaly as an event, once. The webhook of alerts receives it as `anomaly.alert`. */
export async function publishAnomaly(ctx: Ctx, id: string): Promise<void> {
  const row = await selectAnomaly(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined || row.delivered_at !== null) return;
  const { agent_id, date, measure, value, usual } = row;
  await publishEvents(ctx, [
    {
      workspace_id: ctx.workspace_id,
      type: 'anomaly.detected',
      subject_id: id,
      data: { anomaly_id: id, agent_id, date, measure, value, usual },
      alert_body: { type: 'anomaly.alert', anomaly: toAnomaly(row) },
      created_at: row.created_at,
    },
  ]);
}
