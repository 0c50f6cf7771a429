import type { Ctx } from '../../../platform/context.ts';
import { Failure } from '../../../shared/failure.ts';
import { toWireTime } from '../../../shared/time.ts';
import type { ToolOutcome } from '../../tool.ts';
import { accessToken } from './access-token.ts';
import { AuthorizationFault, SignInRequired } from './fault.ts';
import { startSignIn } from './sign-in.ts';
import { type Server, selectServer } from './store.ts';

type Refusal = Extract<ToolOutcome, { ok: false }>;

/**
 * Returns the result of a call that was not made for want of a sign-in. Where end users sign in for themselves it has
 * the page for it; the model does not read the address, since whoever opens it connects an account.
 */
export async function signInOutcome(
  ctx: Ctx,
  server: Server,
  end_user_id: string | null,
): Promise<Refusal> {
  const { name, auth } = server;
  if (auth.type !== 'oauth' || auth.per === 'workspace' || end_user_id === '')
    return refusal(`The workspace has to sign in to the MCP server ${name} first.`);
  if (end_user_id === null)
    return refusal(
      `The tools of ${name} act for the person who has signed in there, and this run has no end user.`,
    );
  try {
    const page = await startSignIn(ctx, server, end_user_id, null);
    const url_expires_at = toWireTime(page.expires_at);
    return {
      ...refusal(`The person has to sign in to ${name} first.`),
      sign_in: { server_id: server.id, server_name: name, url: page.url, url_expires_at },
    };
  } catch (error) {
    if (error instanceof AuthorizationFault || error instanceof Failure)
      return refusal(
        `The person has to sign in to ${name}, which is not possible: ${error.message}`,
      );
    throw error;
  }
}

const refusal = (error: string): Refusal => ({ ok: false, error });

/**
 * Returns false if calls of the tools of the server need a sign-in of the end user first. Where end users no longer sign
 * in, there is none to complete: the call is refused when the run resumes.
 */
export async function isSignedIn(
  ctx: Ctx,
  server_id: string,
  end_user_id: string | null,
): Promise<boolean> {
  const server = await selectServer(ctx.db, ctx.workspace_id, server_id).get();
  if (server?.auth.type !== 'oauth' || server.auth.per === 'workspace') return true;
  if (end_user_id === null) return false;
  try {
    await accessToken(ctx, server, end_user_id);
    return true;
  } catch (error) {
    if (error instanceof SignInRequired) return false;
    // The call itself reports a fault of the authorization server.
    if (error instanceof AuthorizationFault) return true;
    throw error;
  }
}
