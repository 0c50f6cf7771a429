import { z } from '@hono/zod-openapi';

export const Health = z
  .object({ status: z.literal('ok') })
  .openapi('Health', { example: { status: 'ok' } });

const Check = z.enum(['ok', 'failed']);

export const Readiness = z
  .object({
    status: z.literal('ok'),
    checks: z.object({ database: Check, files: Check, queue: Check, encryption: Check }),
  })
  .openapi('Readiness', {
    example: {
      status: 'ok',
      checks: { database: 'ok', files: 'ok', queue: 'ok', encryption: 'ok' },
    },
  });
export type Readiness = z.output<typeof Readiness>;
