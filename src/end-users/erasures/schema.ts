import { z } from '@hono/zod-openapi';
import { erasureStatuses } from '../../db/schema/end-users.ts';
import { Id, Time } from '../../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import type { ErasureRow } from './store.ts';

const Counts = z
  .record(z.string(), z.int())
  .describe('Numbers of erased or pseudonymised rows and objects, by kind')
  .openapi({ example: { sessions: 3, messages: 24, attachments: 1, usage: 31 } });

export const Erasure = z
  .object({
    id: Id('era'),
    status: z
      .enum(erasureStatuses)
      .describe(
        '`running` until everything was erased and, after 15 minutes, looked through a second time. `failed`: request it again',
      ),
    subject_hash: z
      .string()
      .describe('SHA-256 of this id, a line feed and the id of the end user, in hexadecimal'),
    pseudonym: z.string().describe('Stands for the end user in usage and the audit log'),
    is_known: z
      .boolean()
      .nullable()
      .describe(
        'False when the end user had no session, run or rating when the erasure was requested: what else may name them, such as a budget or an entry of the audit log, is erased anyway. Check the id for a typing error. Null for erasures of earlier releases',
      ),
    removed: Counts,
    receipt: z
      .string()
      .nullable()
      .describe(
        'Signed receipt, a compact JSON Web Signature (EdDSA) whose key `GET /erasure-keys` lists. Null before the end',
      ),
    created_at: Time,
    completed_at: Time.nullable(),
  })
  .openapi('Erasure');
export type Erasure = z.output<typeof Erasure>;

export const toErasure = (row: ErasureRow): Erasure => ({
  id: row.id,
  status: row.status,
  subject_hash: row.subject_hash,
  pseudonym: row.pseudonym,
  is_known: row.is_known,
  removed: row.counts,
  receipt: row.receipt,
  created_at: toWireTime(row.created_at),
  completed_at: toWireTimeOrNull(row.completed_at),
});

export const VerifyReceipt = z
  .strictObject({ receipt: z.string().min(1).max(20_000) })
  .openapi('VerifyErasureReceipt', { example: { receipt: 'eyJhbGciOiJFZERTQSJ9.e30.c2ln' } });

export const VerifiedReceipt = z
  .object({
    is_valid: z.boolean(),
    kid: z
      .string()
      .nullable()
      .describe('The key that has signed the receipt; null if it is invalid'),
    payload: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('The statements of the receipt; null if it is invalid'),
  })
  .openapi('VerifiedErasureReceipt');
export type VerifiedReceipt = z.output<typeof VerifiedReceipt>;

export const ErasureKeys = z
  .object({
    keys: z.array(
      z.object({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        alg: z.literal('EdDSA'),
        use: z.literal('sig'),
        kid: z.string(),
        x: z.string(),
      }),
    ),
  })
  .openapi('ErasureKeys', { description: 'A JSON Web Key Set (RFC 7517)' });
export type ErasureKeys = z.output<typeof ErasureKeys>;
