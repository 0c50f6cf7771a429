import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { publicOrigin } from '../mail/origin.ts';

/** The origin of the pages that use passkeys, and its host, to which passkeys are bound. */
export interface RelyingParty {
  readonly origin: string;
  readonly host: string;
}

/** Returns the relying party of a request. Throws `forbidden` where no browser offers passkeys. */
export function relyingParty(ctx: Pick<Ctx, 'config'>, request: Request): RelyingParty {
  const { origin, protocol, hostname } = new URL(publicOrigin(ctx, request));
  const isAddress = hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
  if (isAddress || (protocol !== 'https:' && hostname !== 'localhost'))
    throw new Failure(
      'forbidden',
      'Passkeys require https and a host name. Plain http is allowed for localhost only.',
    );
  return { origin, host: hostname };
}
