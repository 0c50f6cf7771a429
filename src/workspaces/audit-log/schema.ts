import { z } from '@hono/zod-openapi';
import { pageQuery } from '../../http/openapi.ts';
import { dateRange, Id, Time } from '../../http/schema.ts';
import { type AuditRow, contentOf } from './chain.ts';

const actorTypes = ['api_key', 'user', 'end_user', 'share_link', 'root', 'system'] as const;

const filters = {
  action: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Action, such as `agent.activate`; without a dot, all of a kind, such as `agent`')
    .openapi({ example: 'agent.activate' }),
  action_prefix: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Beginning of the action')
    .openapi({ example: 'agent.' }),
  actor_type: z.enum(actorTypes).optional().describe('Kind of the actor'),
  actor_id: z.string().max(128).optional().describe('Id of the actor, such as an API key'),
  target_type: z
    .string()
    .max(64)
    .optional()
    .describe('Kind of the target')
    .openapi({ example: 'api_key' }),
  target_id: z.string().max(128).optional().describe('Id of the target'),
  request_id: z.string().max(64).optional().describe('Id of the request that made the change'),
  ...dateRange,
};

export const AuditQuery = z.strictObject({ ...pageQuery, ...filters });
export type AuditQuery = z.output<typeof AuditQuery>;

export const ExportAuditQuery = z.strictObject({
  format: z
    .enum(['jsonl', 'csv'])
    .default('jsonl')
    .describe('`jsonl`: an entry as JSON on each line'),
  ...filters,
});
export type ExportAuditQuery = z.output<typeof ExportAuditQuery>;

const Sha256 = z.string().openapi({
  example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
});

export const AuditEntry = z
  .object({
    id: Id('aud'),
    sequence: z
      .int()
      .nullable()
      .describe('Place in the chain of the workspace, from 1 without gaps'),
    hash: Sha256.nullable().describe(
      'SHA-256 over the hash of the entry before, a line break, and `action`, `actor_type`, `created_at`, `id`, `personal_digest`, `request_id`, `sequence` and `target_type` as JSON with sorted keys; the first entry follows the id of the workspace. Null until the entry is sealed, about a minute after the change; a deployment without `ENCRYPTION_KEYS` seals none',
    ),
    personal_digest: Sha256.nullable().describe(
      'SHA-256 over `actor_id`, `detail`, `ip`, `salt` and `target_id` as JSON with sorted keys, as they were when the entry was sealed',
    ),
    salt: z
      .string()
      .nullable()
      .describe('Random part of `personal_digest`; null once a person was replaced'),
    redacted_by: z
      .string()
      .nullable()
      .describe(
        'By whose removal a person was replaced in this entry, the last one: an erasure of an end user (`era_…`), or a member who deleted their account (`mem_…`)',
      ),
    actor_type: z.string().openapi({ example: 'api_key' }),
    actor_id: z.string().nullable(),
    action: z.string().openapi({ example: 'agent.activate' }),
    target_type: z.string().openapi({ example: 'agent' }),
    target_id: z.string(),
    detail: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe(
        'Details of the change, never secrets. `changes` has each changed field with its values `before` and `after`; a long value is given as `sha256:` and its hash',
      ),
    request_id: z.string(),
    ip: z.string().nullable(),
    created_at: Time,
  })
  .openapi('AuditEntry');
export type AuditEntry = z.output<typeof AuditEntry>;

type LinkFields = Pick<
  AuditEntry,
  'sequence' | 'hash' | 'personal_digest' | 'salt' | 'redacted_by'
>;

export const toAuditEntry = ({
  sequence,
  hash,
  personal_digest,
  salt,
  redacted_by,
  ...row
}: AuditRow & LinkFields): AuditEntry => ({
  ...contentOf(row),
  ...{ sequence, hash, personal_digest, salt, redacted_by },
});

export const VerifyAuditQuery = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(20_000)
    .default(10_000)
    .describe('Maximum number of entries to check in this request'),
  cursor: z.string().max(2000).optional().describe('`next_cursor` of the previous page'),
  expected_sequence: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('`head.sequence` of an earlier verification, which the log must still contain'),
  expected_hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits.')
    .optional()
    .describe('`head.hash` of that verification'),
});
export type VerifyAuditQuery = z.output<typeof VerifyAuditQuery>;

const breaks = [
  'missing_link',
  'missing_entry',
  'changed_entry',
  'invalid_redaction',
  'changed_seal',
  'invalid_signature',
  'missing_seal',
  'unlinked_entry',
  'other_history',
] as const;

export const AuditVerification = z
  .object({
    result: z
      .enum(['intact', 'broken'])
      .describe('`broken` as soon as one entry does not fit; the page ends there'),
    is_complete: z.boolean().describe('False while there are more entries to check'),
    checked: z.int().describe('Number of sealed entries that this page checked'),
    redacted_count: z
      .int()
      .describe(
        'Number of sealed entries among them in which an erasure has replaced an end user, or the deletion of an account a member. Their `actor_id`, `target_id`, `detail` and `ip` are not compared with what was sealed',
      ),
    redacted_by: z
      .array(z.string())
      .describe('The erasures that have done so, and the members whose accounts were deleted'),
    first_broken: z
      .object({
        sequence: z.int().nullable(),
        entry_id: z.string().nullable(),
        reason: z
          .enum(breaks)
          .describe(
            '`missing_link`: a number of the chain is gone. `missing_entry`: the entry of a link is gone. `changed_entry`: the entry is not the one that was sealed. `invalid_redaction`: the entry is marked as changed by an erasure or a member that the workspace does not have, or whose pseudonym it does not contain. `changed_seal`, `invalid_signature`, `missing_seal`: the seal does not fit, is not signed by the deployment, or is gone. `unlinked_entry`: an entry that is not part of the chain. `other_history`: the expected hash is not at its place',
          ),
      })
      .nullable(),
    checkpoint: z
      .object({
        sequence: z.int(),
        hash: Sha256,
        sealed_at: Time,
        purged_at: Time,
        signature: z.string().nullable(),
      })
      .nullable()
      .describe(
        'End of the entries that were removed by `audit_retention_days`, where the chain begins',
      ),
    head: z
      .object({ sequence: z.int(), hash: Sha256, signature: z.string().nullable() })
      .nullable()
      .describe(
        'Last seal of this page. Keep it elsewhere to detect a log that was cut or rewritten',
      ),
    unsealed: z.int().describe('Entries after the last seal, which the hash does not protect yet'),
    public_keys: z
      .array(z.object({ number: z.int(), public_key: z.string() }))
      .describe('Ed25519 keys of the deployment, raw in base64url'),
    next_cursor: z.string().nullable(),
  })
  .openapi('AuditVerification');
export type AuditVerification = z.output<typeof AuditVerification>;
export type Break = (typeof breaks)[number];
