import { z } from '@hono/zod-openapi';
import { memberRoles } from '../../db/schema/people.ts';
import { Id, Time } from '../../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import { Email, Password, PersonName, Token } from '../people/schema.ts';
import type { InvitationRow } from './invitation-store.ts';
import type { MemberWithUser } from './store.ts';

const MemberRole = z
  .enum(memberRoles)
  .describe('An `owner` is an `admin` who may also appoint, change and remove owners.');

export const Member = z
  .object({
    id: Id('mem'),
    name: z.string(),
    email: z.string().nullable().describe('Null once the person has deleted their account'),
    role: MemberRole,
    has_two_factor: z.boolean(),
    removed_at: Time.nullable(),
    created_at: Time,
  })
  .openapi('Member');
export type Member = z.output<typeof Member>;

export const toMember = ({ user_name, ...row }: MemberWithUser): Member => ({
  id: row.id,
  name: user_name,
  email: row.is_deleted ? null : row.email,
  role: row.role,
  has_two_factor: row.has_two_factor,
  removed_at: toWireTimeOrNull(row.removed_at),
  created_at: toWireTime(row.created_at),
});

export const RemoveMemberQuery = z.strictObject({
  revoke_keys: z
    .enum(['true', 'false'])
    .default('false')
    .describe('`true` also revokes the API keys that the member has created'),
});

export const UpdateMember = z
  .strictObject({ role: MemberRole })
  .openapi('UpdateMember', { example: { role: 'viewer' } });

export const CreateInvitation = z
  .strictObject({ email: Email, role: MemberRole })
  .openapi('CreateInvitation', { example: { email: 'grace@example.com', role: 'editor' } });
export type CreateInvitation = z.output<typeof CreateInvitation>;

export const Invitation = z
  .object({
    id: Id('inv'),
    email: z.string(),
    role: MemberRole,
    status: z.enum(['open', 'accepted', 'revoked', 'expired']),
    sends: z.int().describe('Mails that were sent; only the link of the latest is valid'),
    member_id: Id('mem').nullable().describe('The member who accepted it'),
    invited_by: z.string().nullable().describe('The member or API key'),
    expires_at: Time,
    created_at: Time,
  })
  .openapi('Invitation');
export type Invitation = z.output<typeof Invitation>;

export const toInvitation = (row: InvitationRow, now: number): Invitation => ({
  id: row.id,
  email: row.email,
  role: row.role,
  status:
    row.accepted_at !== null
      ? 'accepted'
      : row.revoked_at !== null
        ? 'revoked'
        : row.expires_at <= now
          ? 'expired'
          : 'open',
  sends: row.sends,
  member_id: row.accepted_by,
  invited_by: row.invited_by,
  expires_at: toWireTime(row.expires_at),
  created_at: toWireTime(row.created_at),
});

export const InvitationPreview = z
  .object({
    workspace_name: z.string(),
    email: z.string(),
    role: MemberRole,
    has_account: z.boolean().describe('True when the address has an account, which then signs in'),
    expires_at: Time,
  })
  .openapi('InvitationPreview');
export type InvitationPreview = z.output<typeof InvitationPreview>;

export const AcceptInvitation = z
  .strictObject({ token: Token, name: PersonName, password: Password })
  .openapi('AcceptInvitation');
