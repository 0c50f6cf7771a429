import { openPlatform } from '../../platform/cloudflare.ts';
import { newId } from '../../shared/id.ts';
import { selectChannelOfAddress } from '../store.ts';
import { acceptMessages } from './accept.ts';

/** Maximum bytes of an e-mail, as Cloudflare limits it. */
const maxBytes = 25 * 1024 * 1024;

type Incoming = Pick<ForwardableEmailMessage, 'from' | 'to' | 'raw' | 'rawSize'> & {
  setReject(reason: string): void;
};

/** Handles an e-mail that Email Routing delivers. The sender is informed of an address that no channel has. */
export async function receiveEmail(
  message: Incoming,
  env: Env,
  execution: ExecutionContext,
): Promise<void> {
  const platform = openPlatform(env, execution, { request_id: newId('req') });
  // `name+tag@example.com` is an address of `name@example.com`.
  const address = message.to.trim().toLowerCase();
  const plain = address.replace(/\+[^@]*@/, '@');
  const found =
    (await selectChannelOfAddress(platform.db, address).get()) ??
    (await selectChannelOfAddress(platform.db, plain).get());
  if (found === undefined || !found.channel.is_enabled)
    return message.setReject('No such address.');
  if (message.rawSize > maxBytes) return message.setReject('The message is too large.');
  const { channel } = found;
  const actor = { type: 'system', name: 'channel' } as const;
  const ctx = platform.context({ workspace_id: channel.workspace_id, actor });
  const { readMail } = await import('./mail.ts');
  const raw = new Uint8Array(await new Response(message.raw).arrayBuffer());
  const read = await readMail(raw, { own: channel.address ?? '', return_path: message.from });
  if (read !== null) await acceptMessages(ctx, channel, [read]);
}
