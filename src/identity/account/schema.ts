import { z } from '@hono/zod-openapi';
import { memberRoles } from '../../db/schema/people.ts';
import { Id, Time } from '../../http/schema.ts';
import { Identity } from '../identities/schema.ts';
import { Passkey } from '../passkeys/schema.ts';
import { UserSession } from '../people/session-schema.ts';

export const DeleteAccountQuery = z.strictObject({
  delete_workspaces: z
    .enum(['true', 'false'])
    .default('false')
    .describe('`true` also deletes the workspaces of which the person is the only member'),
});

const PastMembership = z
  .object({
    workspace_id: Id('ws'),
    workspace_name: z.string(),
    member_id: Id('mem'),
    role: z.enum(memberRoles),
    joined_at: Time,
    left_at: Time.nullable(),
  })
  .openapi('PastMembership');

export const AccountExport = z
  .object({
    id: Id('usr'),
    email: z.string(),
    name: z.string(),
    created_at: Time,
    updated_at: Time,
    has_password: z.boolean(),
    two_factor_since: Time.nullable(),
    recovery_codes: z.int().describe('Codes that have not been used'),
    identities: z.array(Identity),
    passkeys: z.array(Passkey),
    sessions: z.array(UserSession).describe('Sessions that have not ended, at most 1000'),
    memberships: z
      .array(PastMembership)
      .describe('Present and former memberships, oldest first, at most 1000'),
    exported_at: Time,
  })
  .openapi('AccountExport');
export type AccountExport = z.output<typeof AccountExport>;
