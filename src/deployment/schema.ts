import { z } from '@hono/zod-openapi';
import { Time } from '../http/schema.ts';

export const AuditKey = z
  .object({ number: z.int().min(1).describe('Number of the key; the highest signs') })
  .openapi('AuditKey', { example: { number: 2 } });
export type AuditKey = z.output<typeof AuditKey>;

export const DeploymentHealth = z
  .object({
    status: z.enum(['ok', 'degraded']).describe('`degraded` when `problems` is not empty'),
    problems: z.array(z.string()).describe('What needs attention, as text'),
    workspaces: z.object({ active: z.int(), suspended: z.int(), deleting: z.int() }),
    jobs: z.object({
      unfinished: z.int(),
      oldest_at: Time.nullable(),
      dead_letters: z.int().describe('Jobs whose attempts are exhausted'),
    }),
    tasks: z
      .array(
        z.object({
          cron: z.string().openapi({ example: '* * * * *' }),
          task: z.string().openapi({ example: 'outbox' }),
          succeeded_at: Time.nullable().describe('Time of the last success; null for never'),
        }),
      )
      .describe('Periodic tasks'),
    secrets: z
      .array(
        z.object({
          key_version: z.int(),
          count: z.int(),
          is_newest: z.boolean(),
          is_configured: z.boolean().describe('False when `ENCRYPTION_KEYS` lacks the version'),
        }),
      )
      .describe(
        'Stored secrets by version of `ENCRYPTION_KEYS`. A version can be removed when it is not listed any more',
      ),
    audit_log: z.object({ unsealed: z.int(), oldest_unsealed_at: Time.nullable() }),
    is_previous_root_key_set: z
      .boolean()
      .describe('True while `ROOT_KEY_PREVIOUS` is accepted as well'),
  })
  .openapi('DeploymentHealth');
export type DeploymentHealth = z.output<typeof DeploymentHealth>;
