// The services that the agents of the demos call: an order service and the simulated model. They listen on loopback only.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type ChatRequest, type Decision, streamDecision } from './demo-model.ts';

export interface Peer {
  readonly url: string;
  /** Each service refuses requests without its key. */
  readonly order_key: string;
  readonly model_key: string;
  /** The purchases that were received. */
  readonly purchases: readonly unknown[];
  stop(): Promise<void>;
}

const orders = new Map<string, object>([
  [
    '4711',
    {
      order: '4711',
      status: 'on its way',
      location: 'Landquart',
      expected: 'on Thursday before noon',
      content: '6 kg of house blend',
      // Irrelevant to the model: the field list of the tool omits it.
      warehouse: { shelf: 'C-12', picked_by: 'p-0093' },
    },
  ],
]);

type Decide = (request: ChatRequest) => Decision;

/** `decide` is the simulated model. */
export async function startPeer(decide: Decide): Promise<Peer> {
  const order_key = `orders-${crypto.randomUUID()}`;
  const model_key = `model-${crypto.randomUUID()}`;
  const purchases: unknown[] = [];
  const server = createServer((request, response) => {
    answer(request, response, { order_key, model_key, purchases, decide }).catch((error: unknown) =>
      response.destroy(error as Error),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    order_key,
    model_key,
    purchases,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Services extends Pick<Peer, 'order_key' | 'model_key'> {
  readonly purchases: unknown[];
  readonly decide: Decide;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { order_key, model_key, purchases, decide }: Services,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const [, number] = /^\/orders\/(\w+)$/.exec(pathname) ?? [];
  const isModel = request.method === 'POST' && pathname === '/v1/chat/completions';
  const isPurchase = request.method === 'POST' && pathname === '/purchases';
  if (number === undefined && !isModel && !isPurchase)
    return reply(response, 404, { error: { message: 'Not found.' } });
  if (request.headers.authorization !== `Bearer ${isModel ? model_key : order_key}`) {
    return reply(response, 401, { error: { message: 'Invalid key.' } });
  }
  if (number !== undefined) {
    const order = orders.get(number);
    return order === undefined
      ? reply(response, 404, { error: { message: `Order ${number} does not exist.` } })
      : reply(response, 200, order);
  }
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const body = JSON.parse(Buffer.concat(pieces).toString('utf8')) as unknown;
  if (isPurchase) {
    purchases.push(body);
    return reply(response, 201, { purchase: `P-${purchases.length}`, delivered: 'on Friday' });
  }
  const chat = body as ChatRequest;
  if (chat.stream !== true)
    return reply(response, 400, {
      error: { message: 'The simulated model only supports streaming.' },
    });
  const decision = attempt(() => decide(chat));
  if (decision instanceof Error)
    return reply(response, 400, { error: { message: decision.message } });
  streamDecision(response, chat, decision);
}

function attempt<Result>(work: () => Result): Result | Error {
  try {
    return work();
  } catch (error) {
    return error as Error;
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
