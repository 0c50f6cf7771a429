import { Router } from '../../http/router.ts';
import { deleteAccount } from './delete-account.ts';
import { exportAccount } from './export-account.ts';
import { AccountExport, DeleteAccountQuery } from './schema.ts';

const about = { path: '/me', access: 'person', tag: 'Account' } as const;

export const accountRoutes = new Router()
  .endpoint(
    {
      ...about,
      method: 'delete',
      summary: 'Delete the account',
      operationId: 'deleteAccount',
      description:
        'Ends all sessions and memberships and removes everything that signs in, at once. Then name, addresses and IP addresses are replaced in the audit logs of the workspaces. What the person has created stays in the workspaces, as that of a former member. 409 `last_owner` names the workspaces that would be left without an owner. Requires a recent sign-in. Cannot be undone.',
      query: DeleteAccountQuery,
      reply: { status: 204, description: 'Deleted' },
      failures: ['recent_sign_in_required', 'last_owner'],
    },
    (ctx, { query, request }) =>
      deleteAccount(ctx, request, { delete_workspaces: query.delete_workspaces === 'true' }),
  )
  .endpoint(
    {
      ...about,
      method: 'get',
      path: '/me/export',
      summary: 'Export the account',
      operationId: 'exportAccount',
      description:
        'Everything that the deployment knows of the person. Data of workspaces is exported by their admins.',
      reply: { status: 200, schema: AccountExport, description: 'The account' },
    },
    (ctx, { request }) => exportAccount(ctx, request),
  );
