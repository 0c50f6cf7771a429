import type { Ctx } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { isId } from '../../shared/id.ts';
import type { ChannelAdapter, ChannelRequest, OpenChannel } from '../adapter.ts';
import { adapters } from '../adapters/registry.ts';
import { openChannel } from '../open-channel.ts';
import { selectSealedChannel } from '../store.ts';
import { acceptMessages } from './accept.ts';

/** Maximum bytes of a request: an e-mail with its attachments, as providers limit it. */
const maxBytes = 25 * 1024 * 1024;

/**
 * Handles a request of a channel, which has a signature and no key. `contextOf` makes the context of its workspace.
 * Throws `not_found`, `unauthenticated`, `too_large` and `malformed_request`.
 */
export async function receiveRequest(
  ctx: Ctx,
  id: string,
  request: Request,
  contextOf: (workspace_id: string) => Ctx,
): Promise<Response> {
  if (!isId('chn', id)) throw notFound('channel');
  const found = await selectSealedChannel(ctx.db, id).get();
  if (found === undefined) throw notFound('channel');
  const { channel: row, sealed } = found;
  const own = contextOf(row.workspace_id);
  const channel = await openChannel(own, row, sealed);
  const received: ChannelRequest = {
    method: request.method,
    url: new URL(request.url),
    headers: request.headers,
    body: await readBytes(request),
  };
  const adapter = adapters[row.kind];
  if (!(await isVerified(adapter, received, channel, ctx.now())))
    throw new Failure(
      'unauthenticated',
      'The signature of the request is missing, wrong or too old.',
    );
  const result = await adapter.receive(received, channel);
  if (result.type === 'challenge')
    return new Response(result.text, { headers: { 'content-type': 'text/plain; charset=utf-8' } });
  if (row.is_enabled) await acceptMessages(own, row, result.messages);
  return Response.json({ ok: true });
}

/** While credentials are replaced, the service signs with the former or with the new ones. */
async function isVerified(
  adapter: ChannelAdapter,
  request: ChannelRequest,
  channel: OpenChannel,
  now: number,
): Promise<boolean> {
  if (await adapter.verify(request, channel, now)) return true;
  const { former } = channel;
  return former !== null && adapter.verify(request, { ...channel, credentials: former }, now);
}

/** Reads the bytes as they were signed. Throws `too_large` as soon as there are too many. */
async function readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new Failure('too_large', `The body must have at most ${maxBytes} bytes.`);
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body?.values() ?? []) {
    length += chunk.byteLength;
    if (length > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
