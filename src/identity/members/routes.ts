import { z } from '@hono/zod-openapi';
import { pageOf, pageQuery } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import {
  createInvitation,
  getInvitation,
  listInvitations,
  revoke,
  sendInvitationAgain,
} from './invitations.ts';
import { CreateInvitation, Invitation, Member, RemoveMemberQuery, UpdateMember } from './schema.ts';
import { getMember, listMembers, removeMember, updateMember } from './service.ts';

const member = z.object({ member: Id('mem') });
const invitation = z.object({ invitation: Id('inv') });
const reading = { access: 'members:read', tag: 'Members' } as const;
const managing = { access: 'members:manage', tag: 'Members' } as const;

export const memberRoutes = new Router()
  .endpoint(
    {
      ...reading,
      method: 'get',
      path: '/members',
      summary: 'List members',
      query: z.strictObject(pageQuery),
      reply: { status: 200, schema: pageOf(Member), description: 'Members, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listMembers(ctx, query),
  )
  .endpoint(
    {
      ...reading,
      method: 'get',
      path: '/members/{member}',
      summary: 'Get a member',
      description: 'Also a member who has been removed.',
      params: member,
      reply: { status: 200, schema: Member, description: 'The member' },
    },
    (ctx, { params }) => getMember(ctx, params.member),
  )
  .endpoint(
    {
      ...managing,
      method: 'patch',
      path: '/members/{member}',
      summary: 'Change the role of a member',
      operationId: 'updateMember',
      description: 'Effective with the next request of the member.',
      params: member,
      body: UpdateMember,
      reply: { status: 200, schema: Member, description: 'The member' },
      failures: ['last_owner', 'conflict'],
    },
    (ctx, { params, body }) => updateMember(ctx, params.member, body.role),
  )
  .endpoint(
    {
      ...managing,
      method: 'delete',
      path: '/members/{member}',
      summary: 'Remove a member',
      description:
        'Effective with the next request of the member, and of the tokens that they issued to end users. What the member created stays, API keys included unless `revoke_keys` is true: the member may still know them.',
      params: member,
      query: RemoveMemberQuery,
      reply: { status: 204, description: 'Removed' },
      failures: ['last_owner'],
    },
    async (ctx, { params, query }) =>
      void (await removeMember(ctx, params.member, { revoke_keys: query.revoke_keys === 'true' })),
  );

export const invitationRoutes = new Router()
  .endpoint(
    {
      ...managing,
      method: 'post',
      path: '/invitations',
      summary: 'Create an invitation',
      description:
        'Sends a link to the address, valid for 7 days, for one use, and for this address only. An API key may invite an owner while there is none.',
      body: CreateInvitation,
      reply: { status: 201, schema: Invitation, description: 'The invitation' },
      failures: ['conflict'],
    },
    (ctx, { body, request }) => createInvitation(ctx, body, request),
  )
  .endpoint(
    {
      ...managing,
      method: 'get',
      path: '/invitations',
      summary: 'List invitations',
      query: z.strictObject(pageQuery),
      reply: { status: 200, schema: pageOf(Invitation), description: 'Invitations, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listInvitations(ctx, query),
  )
  .endpoint(
    {
      ...managing,
      method: 'get',
      path: '/invitations/{invitation}',
      summary: 'Get an invitation',
      params: invitation,
      reply: { status: 200, schema: Invitation, description: 'The invitation' },
    },
    (ctx, { params }) => getInvitation(ctx, params.invitation),
  )
  .endpoint(
    {
      ...managing,
      method: 'post',
      path: '/invitations/{invitation}/resend',
      summary: 'Resend an invitation',
      description:
        'Sends a new link, valid for another 7 days. Links of earlier mails become invalid.',
      params: invitation,
      reply: { status: 200, schema: Invitation, description: 'The invitation' },
      failures: ['conflict'],
    },
    (ctx, { params, request }) => sendInvitationAgain(ctx, params.invitation, request),
  )
  .endpoint(
    {
      ...managing,
      method: 'delete',
      path: '/invitations/{invitation}',
      summary: 'Revoke an invitation',
      params: invitation,
      reply: { status: 204, description: 'Revoked' },
      failures: ['conflict'],
    },
    async (ctx, { params }) => void (await revoke(ctx, params.invitation)),
  );
