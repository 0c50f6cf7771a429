import { z } from '@hono/zod-openapi';
import { Id } from '../http/schema.ts';
import { Run } from '../sessions/index.ts';

/** What AgentGrid says besides what OpenAI's wire has a place for; clients pass over what they do not know. */
export const Extras = z
  .object({
    run_id: Id('run'),
    cost_usd: Run.shape.usage.shape.cost_usd,
    confidence: Run.shape.confidence,
    downgrade: Run.shape.downgrade,
  })
  .openapi('OpenAIExtras');
export type Extras = z.output<typeof Extras>;

export const extrasOf = ({ id, usage, confidence, downgrade }: Run): Extras => ({
  run_id: id,
  cost_usd: usage.cost_usd,
  confidence,
  downgrade,
});
