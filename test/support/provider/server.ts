import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { ConnectionReset } from './fault.ts';
import { createProvider } from './provider.ts';

export type Handler = (request: Request) => Promise<Response>;

export interface Server {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a handler on loopback with real sockets, so that resets are real. Port 0 takes any free port. */
export async function serve(handle: Handler, port = 0): Promise<Server> {
  const server = createServer(nodeHandler(handle));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** The handler for `node:http`, and for Miniflare's `outboundService: { node }`, which does not pass on the scheme. */
export const nodeHandler =
  (handle: Handler, scheme: 'http' | 'https' = 'http') =>
  async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    outgoing.on('close', () => gone.abort());
    try {
      await write(await handle(toRequest(incoming, scheme, gone.signal)), outgoing, gone.signal);
    } catch (error) {
      if (!(error instanceof ConnectionReset)) console.error(error);
      outgoing.socket?.resetAndDestroy();
    }
  };

function toRequest(incoming: IncomingMessage, scheme: string, signal: AbortSignal): Request {
  const { method = 'GET', url = '/' } = incoming;
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).filter(([name]) => !name.startsWith('mf-')),
  );
  const body =
    method === 'GET' || method === 'HEAD' ? {} : { body: Readable.toWeb(incoming), duplex: 'half' };
  const init = { method, headers: headers as Record<string, string>, signal, ...body };
  return new Request(
    new URL(url, `${scheme}://${headers.host ?? 'localhost'}`).href,
    init as unknown as RequestInit,
  );
}

/** Writes the response chunk by chunk, so that chunks of the script are separate packets. */
async function write(
  response: Response,
  outgoing: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  outgoing.socket?.setNoDelay(true);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.flushHeaders();
  if (response.body === null) return void outgoing.end();
  const reader = response.body.getReader();
  gone.addEventListener('abort', () => void reader.cancel().catch(() => {}));
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!outgoing.write(value))
      await new Promise((resolve) => outgoing.once('drain', resolve).once('close', resolve));
  }
  outgoing.end();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await serve(createProvider().handle, Number(process.env.PORT ?? 0));
  console.log(url);
}
