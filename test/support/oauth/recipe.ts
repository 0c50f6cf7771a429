import type { Workspace } from '../api.ts';
import { newAuthorization, newMcpServer, ProtectedServer } from './client.ts';

/** Creates the authorization of an end user at the server of a workspace. */
export const authorizationRecipe = {
  needs: 'DELETE /api/v1/tools/mcp/{server}/authorizations/{authorization}',
  gives: ['authorization'],
  from: ['server'],
  make: async (workspace: Workspace, { server = '' }: Readonly<Record<string, string>>) => ({
    authorization: await newAuthorization(workspace, server),
  }),
};

/** Returns a server to which end users can sign in. */
export async function newSignInServer(workspace: Workspace): Promise<string> {
  const { url } = await ProtectedServer.start();
  return newMcpServer(workspace, url, { type: 'oauth', per: 'end_user' });
}
