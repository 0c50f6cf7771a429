import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../agents/index.ts';
import { anomalyMeasures } from '../db/schema/analytics.ts';
import { pageQuery } from '../http/openapi.ts';
import { Id, Time } from '../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';
import type { AnomalyRow } from './anomaly-store.ts';
import { LocalDate } from './schema.ts';

export const AnomalyQuery = z.strictObject({
  ...pageQuery,
  agent: AgentParameter.optional(),
  measure: z
    .enum(anomalyMeasures)
    .optional()
    .describe('Measure that was far above the days before; of `online_score`, far below'),
  start_date: LocalDate.optional().describe('First day'),
  end_date: LocalDate.optional().describe('Last day, inclusive'),
  from: LocalDate.optional()
    .describe('Deprecated: `start_date`')
    .openapi({ param: { deprecated: true } }),
  to: LocalDate.optional()
    .describe('Deprecated: `end_date`')
    .openapi({ param: { deprecated: true } }),
});
export type AnomalyQuery = z.output<typeof AnomalyQuery>;

export const Anomaly = z
  .object({
    id: Id('anm'),
    agent_id: Id('agt'),
    date: z.iso
      .date()
      .describe('Date in the time zone of the workspace')
      .openapi({ example: '2026-11-20' }),
    measure: z.enum(anomalyMeasures),
    value: z
      .number()
      .describe(
        'Value at the time of detection: US dollars, the share of failed runs, or the mean score of online scorers, 0..1',
      )
      .openapi({ example: 12.5 }),
    usual: z.number().describe('Median of up to 28 days before').openapi({ example: 1.1 }),
    found_at: Time,
    delivered_at: Time.nullable().describe(
      'Time at which the webhook accepted the alert; null before',
    ),
  })
  .openapi('Anomaly');
export type Anomaly = z.output<typeof Anomaly>;

/** The payload of the workspace's webhook. */
export const AnomalyAlertEvent = z
  .object({ type: z.literal('anomaly.alert'), anomaly: Anomaly, workspace_id: Id('ws') })
  .openapi('AnomalyAlertEvent');

export const toAnomaly = (row: AnomalyRow): Anomaly => ({
  id: row.id,
  agent_id: row.agent_id,
  date: row.date,
  measure: row.measure,
  value: row.value,
  usual: row.usual,
  found_at: toWireTime(row.created_at),
  delivered_at: toWireTimeOrNull(row.delivered_at),
});
