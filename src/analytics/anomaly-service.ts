import { tellWebhook, toWebhook } from '../alerts/index.ts';
import { batch } from '../db/client.ts';
import { type Ctx, coveredAgents } from '../platform/context.ts';
import { type Page, readPage } from '../shared/page.ts';
import { type Anomaly, type AnomalyQuery, toAnomaly } from './anomaly-schema.ts';
import { noteDelivery, positionOf, selectAnomalies, selectAnomaly } from './anomaly-store.ts';
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

/** Sends an anomaly to the workspace's webhook, unless it has been accepted. Throws when delivery fails. */
export async function deliverAnomaly(ctx: Ctx, id: string): Promise<void> {
  const [[row], [hook]] = await batch(ctx.db, selectAnomaly(ctx.db, ctx.workspace_id, id));
  if (row === undefined || hook === undefined || row.delivered_at !== null) return;
  await tellWebhook(ctx, toWebhook(hook), { type: 'anomaly.alert', anomaly: toAnomaly(row) });
  await noteDelivery(ctx.db, ctx.workspace_id, id, ctx.now()).run();
}
