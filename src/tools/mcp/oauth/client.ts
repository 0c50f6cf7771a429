import { batch, type Statement } from '../../../db/client.ts';
import type { Ctx } from '../../../platform/context.ts';
import { openSecret, putSecret, removeSecret, sealSecret } from '../../../secrets/index.ts';
import { day, second } from '../../../shared/time.ts';
import { type Discovery, discover } from './discover.ts';
import { AuthorizationFault, toFault } from './fault.ts';
import { authorizationFetch } from './fetch.ts';
import { documentUrl } from './public-urls.ts';
import { clientSecret } from './secrets.ts';
import {
  type ClientRow,
  deleteClient,
  putClient,
  type Server,
  selectClient,
  selectGivenSecret,
  selectServer,
} from './store.ts';

/** The deployment as a client of an authorization server, as the library takes it. */
export interface OAuthClient {
  readonly row: ClientRow;
  readonly information: {
    readonly client_id: string;
    readonly client_secret?: string;
    readonly token_endpoint_auth_method?: string;
  };
}

/** Metadata and registrations are read again after this. */
const keptFor = day;

const maxClientId = 2000;

const givenClientId = ({ auth }: Server): string | null =>
  'client_id' in auth ? auth.client_id : null;

/** Returns the client with which tokens were issued; null if there is none for these settings. */
export async function readClient(ctx: Ctx, server: Server): Promise<OAuthClient | null> {
  const stored = await selectClient(ctx.db, server.workspace_id, server.id).get();
  if (stored === undefined || !fits(stored.row, server)) return null;
  const { row } = stored;
  if (row.origin === 'given') return { row, information: await withGivenSecret(ctx, server, row) };
  const client_secret =
    stored.secret === null
      ? null
      : await openSecret(ctx, clientSecret(server, row.issuer), stored.secret);
  return { row, information: informationOf(row, client_secret) };
}

const fits = (row: ClientRow, server: Server): boolean => {
  const given = givenClientId(server);
  return (
    row.url === server.url &&
    (given === null ? row.origin !== 'given' : row.origin === 'given' && row.client_id === given)
  );
};

const informationOf = ({ client_id, auth_method }: ClientRow, client_secret: string | null) => ({
  client_id,
  ...(client_secret === null ? {} : { client_secret }),
  ...(auth_method === null ? {} : { token_endpoint_auth_method: auth_method }),
});

async function withGivenSecret(ctx: Ctx, server: Server, row: ClientRow) {
  const sealed =
    server.sealed?.client_secret ??
    (await selectGivenSecret(ctx.db, server.workspace_id, server.id).get())?.sealed ??
    null;
  const ref = {
    ...{ owner_type: 'mcp_server' as const, owner_id: server.id, field: 'client_secret' },
    bound_to: new URL(server.url).origin,
  };
  return informationOf(row, sealed === null ? null : await openSecret(ctx, ref, sealed));
}

/**
 * Returns a client that may sign people in with this redirect URI, empty for none. Takes the one of the settings, else
 * the metadata document of the deployment, else registers one. Throws `AuthorizationFault`.
 */
export async function ensureClient(
  ctx: Ctx,
  server: Server,
  redirect_uri: string,
): Promise<OAuthClient> {
  const known = await readClient(ctx, server);
  if (known !== null && isFresh(ctx, known.row) && known.row.redirect_uri === redirect_uri)
    return known;
  const found = await discover(ctx, server.url);
  if (known?.row.origin === 'given') await refuseOtherIssuer(ctx, server, known.row, found);
  const about = {
    ...{ server_id: server.id, workspace_id: server.workspace_id, url: server.url },
    ...{ issuer: found.metadata.issuer, metadata: found.metadata },
    ...{ resource: found.resource, scope: found.scope, redirect_uri, discovered_at: ctx.now() },
  };
  // A registration stays valid while only its metadata was read again.
  if (known !== null && isUsable(ctx, known.row, about)) {
    const row = { ...known.row, ...about };
    await putClient(ctx.db, row);
    return { ...known, row };
  }
  const made = await makeClient(ctx, server, found, redirect_uri);
  const row: ClientRow = { ...about, ...made.row };
  const { client_secret } = made;
  const ref = clientSecret(server, row.issuer);
  const sealed =
    client_secret === null
      ? removeSecret(ctx.db, server.workspace_id, ref)
      : putSecret(ctx.db, await sealSecret(ctx, ref, client_secret));
  if (await isStored(ctx, server)) await batch(ctx.db, [putClient(ctx.db, row), sealed]);
  const information =
    row.origin === 'given'
      ? await withGivenSecret(ctx, server, row)
      : informationOf(row, client_secret);
  return { row, information };
}

/** False while a server is being created. */
export const isStored = async (ctx: Ctx, { workspace_id, id }: Server): Promise<boolean> =>
  (await selectServer(ctx.db, workspace_id, id).get()) !== undefined;

/**
 * A server that names another authorization server would receive the secret of the settings there. It is sent to the
 * issuer it was first used at, until it is saved again.
 */
async function refuseOtherIssuer(
  ctx: Ctx,
  server: Server,
  row: ClientRow,
  { metadata }: Discovery,
): Promise<void> {
  if (row.issuer === metadata.issuer) return;
  const found = await selectGivenSecret(ctx.db, server.workspace_id, server.id).get();
  const saved_at = found?.saved_at ?? null;
  if (saved_at === null || saved_at > row.discovered_at) return;
  throw new AuthorizationFault(
    'The MCP server names another authorization server than before. Save `client_secret` again to accept it.',
  );
}

const isFresh = (ctx: Ctx, row: ClientRow): boolean =>
  row.discovered_at > ctx.now() - keptFor && isUnexpired(ctx, row);

const isUnexpired = (ctx: Ctx, { secret_expires_at }: ClientRow): boolean =>
  secret_expires_at === null || secret_expires_at > ctx.now();

const isUsable = (
  ctx: Ctx,
  row: ClientRow,
  { issuer, redirect_uri }: Pick<ClientRow, 'issuer' | 'redirect_uri'>,
): boolean => row.issuer === issuer && row.redirect_uri === redirect_uri && isUnexpired(ctx, row);

interface Made {
  readonly row: Pick<ClientRow, 'client_id' | 'origin' | 'auth_method' | 'secret_expires_at'>;
  readonly client_secret: string | null;
}

async function makeClient(
  ctx: Ctx,
  server: Server,
  found: Discovery,
  redirect_uri: string,
): Promise<Made> {
  const given = givenClientId(server);
  const document = documentUrl(redirect_uri);
  const plain = { auth_method: null, secret_expires_at: null };
  if (given !== null)
    return { row: { client_id: given, origin: 'given', ...plain }, client_secret: null };
  if (found.takes_documents && document !== null)
    return {
      row: { client_id: document, origin: 'document', ...plain, auth_method: 'none' },
      client_secret: null,
    };
  return register(ctx, found, redirect_uri);
}

async function register(ctx: Ctx, found: Discovery, redirect_uri: string): Promise<Made> {
  if (found.registration_endpoint === null)
    throw new AuthorizationFault(
      'The authorization server does not register clients. Register one there and set `client_id`.',
    );
  const { registerClient } = await import('./sdk.ts');
  const metadata = { ...found.metadata, registration_endpoint: found.registration_endpoint };
  const made = await registerClient(found.metadata.issuer, {
    metadata: metadata as never,
    clientMetadata: clientMetadata(redirect_uri, authMethod(found.metadata)),
    ...(found.scope === null ? {} : { scope: found.scope }),
    fetchFn: authorizationFetch(ctx),
  }).catch(async (error: unknown) => {
    throw await toFault('The registration of a client', error);
  });
  if (made.client_id.length > maxClientId)
    throw new AuthorizationFault(
      'The authorization server has issued a client id that is too long.',
    );
  const expires_at = made.client_secret_expires_at ?? 0;
  return {
    row: {
      client_id: made.client_id,
      origin: 'registered',
      auth_method: made.token_endpoint_auth_method ?? null,
      secret_expires_at: expires_at === 0 ? null : expires_at * second,
    },
    client_secret: made.client_secret ?? null,
  };
}

/** The deployment can keep a secret, so it takes one where the server has them. */
function authMethod({
  token_endpoint_auth_methods_supported: supported = ['client_secret_basic'],
}: Discovery['metadata']): string {
  const known = ['client_secret_basic', 'client_secret_post', 'none'];
  return known.find((method) => supported.includes(method)) ?? 'none';
}

/** The metadata of the deployment as a client, in a registration and in its metadata document. */
export const clientMetadata = (redirect_uri: string, token_endpoint_auth_method: string) => ({
  client_name: 'AgentGrid',
  redirect_uris: [redirect_uri],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method,
  application_type: new URL(redirect_uri).protocol === 'https:' ? 'web' : 'native',
});

/** The authorization server does not know the client any longer: the next sign-in registers another. */
export const forgetClient = (ctx: Ctx, { row }: OAuthClient): Statement[] =>
  row.origin === 'given' ? [] : [deleteClient(ctx.db, row.workspace_id, row.server_id)];
