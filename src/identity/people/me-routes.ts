import { z } from '@hono/zod-openapi';
import { pageOf, pageQuery } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { acceptAsPerson } from '../members/accept.ts';
import { leaveWorkspace, transferOwnership } from '../members/service.ts';
import { withCookie } from '../sessions/new-session.ts';
import { changePassword } from './change-password.ts';
import { endOtherSessions, endSession, getPerson, listSessions, updatePerson } from './me.ts';
import { readPerson } from './person.ts';
import { ChangePassword, Person, Token, UpdatePerson } from './schema.ts';
import { UserSession } from './session-schema.ts';

const about = { access: 'person', tag: 'Account' } as const;
const person = { status: 200, schema: Person, description: 'The person' } as const;

export const personRoutes = new Router()
  .endpoint(
    {
      ...about,
      method: 'get',
      path: '/me',
      summary: 'Get the signed-in person',
      operationId: 'getPerson',
      reply: person,
    },
    (ctx) => getPerson(ctx),
  )
  .endpoint(
    {
      ...about,
      method: 'patch',
      path: '/me',
      summary: 'Update the signed-in person',
      operationId: 'updatePerson',
      body: UpdatePerson,
      reply: person,
    },
    (ctx, { body }) => updatePerson(ctx, body),
  )
  .endpoint(
    {
      ...about,
      method: 'post',
      path: '/me/password',
      summary: 'Change the password',
      description:
        'Ends all other sessions of the person, and a change of the address that was requested. The session of the request gets a new cookie. An account without a password requires a recent sign-in.',
      body: ChangePassword,
      reply: { status: 204, description: 'Changed' },
      failures: ['recent_sign_in_required'],
    },
    async (ctx, { body, request }) =>
      withCookie(null, (await changePassword(ctx, request, body)).cookie),
  )
  .endpoint(
    {
      ...about,
      method: 'get',
      path: '/me/sessions',
      summary: 'List sign-in sessions',
      query: z.strictObject(pageQuery),
      reply: { status: 200, schema: pageOf(UserSession), description: 'Sessions, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listSessions(ctx, query),
  )
  .endpoint(
    {
      ...about,
      method: 'delete',
      path: '/me/sessions',
      summary: 'End other sign-in sessions',
      reply: { status: 204, description: 'All sessions but this one have ended' },
    },
    async (ctx) => void (await endOtherSessions(ctx)),
  )
  .endpoint(
    {
      ...about,
      method: 'delete',
      path: '/me/sessions/{user_session}',
      summary: 'End a sign-in session',
      params: z.object({ user_session: Id('ssn') }),
      reply: { status: 204, description: 'Ended, from the next request on' },
    },
    async (ctx, { params }) => void (await endSession(ctx, params.user_session)),
  )
  .endpoint(
    {
      ...about,
      method: 'post',
      path: '/me/invitations',
      summary: 'Accept an invitation as the signed-in person',
      operationId: 'acceptOwnInvitation',
      description:
        'The invitation must be for the address of the person. The session gets a new cookie.',
      body: z.strictObject({ token: Token }).openapi('AcceptOwnInvitation'),
      reply: person,
      failures: ['invalid_token', 'conflict'],
    },
    async (ctx, { body, request }) => {
      const { user_id, session, workspace_id } = await acceptAsPerson(ctx, request, body.token);
      const one = { id: session.session_id, last_workspace_id: workspace_id };
      return withCookie(await readPerson(ctx, user_id, one), session.cookie);
    },
  )
  .endpoint(
    {
      ...about,
      method: 'delete',
      path: '/me/workspaces/{workspace}',
      summary: 'Leave a workspace',
      params: z.object({ workspace: Id('ws') }),
      reply: { status: 204, description: 'Left' },
      failures: ['last_owner'],
    },
    async (ctx, { params }) => void (await leaveWorkspace(ctx, params.workspace)),
  )
  .endpoint(
    {
      ...about,
      method: 'post',
      path: '/me/workspaces/{workspace}/transfer-ownership',
      summary: 'Transfer ownership',
      description: 'Makes another member an owner and the signed-in owner an admin.',
      params: z.object({ workspace: Id('ws') }),
      body: z.strictObject({ member_id: Id('mem') }).openapi('TransferOwnership'),
      reply: { status: 204, description: 'Transferred' },
      failures: ['conflict', 'last_owner'],
    },
    async (ctx, { params, body }) =>
      void (await transferOwnership(ctx, params.workspace, body.member_id)),
  );
