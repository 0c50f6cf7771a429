import { anthropic } from './anthropic.ts';
import { bedrock } from './bedrock.ts';
import {
  answerBedrockEmbeddings,
  answerCohereEmbeddings,
  answerEmbeddings,
  answerGoogleEmbeddings,
  rejectionOf,
} from './embeddings.ts';
import { bodyOf, ConnectionReset, pause, streamOf } from './fault.ts';
import { google } from './google.ts';
import { listModels } from './models.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import { type Call, credentialOf, type Protocol, type WireEvent } from './protocol.ts';
import { answerReranking } from './reranking.ts';
import type { Fault, Round, Script } from './script.ts';

/** A received request. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
  readonly body: any;
  /** True if the client disconnected before the end of the response. */
  aborted: boolean;
}

interface Play {
  readonly script: Script;
  readonly requests: RecordedRequest[];
  readonly released: PromiseWithResolvers<void>;
  round: number;
  embedding: number;
}

export interface Provider {
  /** Responds as the service would; throws `ConnectionReset` to send no response. */
  handle(request: Request): Promise<Response>;
}

/** Hosts of the services' own base URLs, and one for all others. */
export const providerHosts: ReadonlySet<string> = new Set([
  'provider.example.com',
  'api.openai.com',
  'api.anthropic.com',
  'generativelanguage.googleapis.com',
  'api.groq.com',
  'api.deepseek.com',
  'api.mistral.ai',
  'api.cohere.com',
  'api.voyageai.com',
  'api.x.ai',
  'openrouter.ai',
  'api.together.xyz',
  'api.fireworks.ai',
  'scripted.openai.azure.com',
  'bedrock-runtime.us-east-1.amazonaws.com',
  'bedrock-runtime.eu-central-1.amazonaws.com',
  'aiplatform.googleapis.com',
]);

/**
 * One scripted model behind every wire protocol. A request finds its script by the first segment of
 * its path, `/<script>/…`, or by its key, `sk-<script>` with anything behind a dot: so real base
 * URLs work too. `PUT /_scripts/<script>` registers one, POST releases what it holds, GET returns its requests, and GET
 * without a script returns the requests that no script answered.
 */
export function createProvider(): Provider {
  const plays = new Map<string, Play>();
  const unexpected: RecordedRequest[] = [];
  const find = ({ pathname }: URL, headers: Headers) =>
    plays.get(pathname.split('/')[1] ?? '') ??
    plays.get(/^sk-([\w-]+)/.exec(credentialOf(headers) ?? '')?.[1] ?? '');

  return {
    async handle(request) {
      const url = new URL(request.url);
      const [, root, id = ''] = url.pathname.split('/');
      if (root === '_scripts') return control(request, id, plays, unexpected);
      const recorded = await record(request);
      const play = find(url, request.headers);
      play?.requests.push(recorded);
      const credential = credentialOf(request.headers);
      const released = play?.released.promise ?? Promise.resolve();
      const context = { url, recorded, signal: request.signal, credential, released };
      if (play !== undefined) return answer(play, context, () => unexpected.push(recorded));
      unexpected.push(recorded);
      return failed(protocolOf(url) ?? openaiChat({ compatible: true }), 401, callOf(context), {});
    },
  };
}

async function control(
  request: Request,
  id: string,
  plays: Map<string, Play>,
  unexpected: readonly RecordedRequest[],
): Promise<Response> {
  if (request.method === 'PUT') {
    plays.set(id, {
      ...{ script: await request.json<Script>(), requests: [], round: 0, embedding: 0 },
      released: Promise.withResolvers<void>(),
    });
    return new Response(null, { status: 204 });
  }
  if (request.method === 'POST') {
    plays.get(id)?.released.resolve();
    return new Response(null, { status: 204 });
  }
  return Response.json(id === '' ? unexpected : (plays.get(id)?.requests ?? []));
}

async function record(request: Request): Promise<RecordedRequest> {
  const text = await request.text();
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // Invalid JSON is kept as text.
  }
  return {
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(request.headers),
    body,
    aborted: false,
  };
}

interface Context {
  readonly url: URL;
  readonly recorded: RecordedRequest;
  readonly signal: AbortSignal;
  readonly credential: string | null;
  readonly released: Promise<void>;
}

let calls = 0;

function callOf({ url, recorded, credential }: Context): Call {
  calls += 1;
  const named = /\/models?\/([^/:]+)[:/]/.exec(url.pathname)?.[1];
  const body = typeof recorded.body === 'object' ? recorded.body : {};
  const id = calls.toString(16).padStart(16, '0');
  return {
    id,
    model: named ?? body.model ?? 'unnamed',
    created: Math.floor(Date.now() / 1000),
    body: { ...body, credential },
  };
}

function protocolOf({ hostname, pathname }: URL): Protocol | null {
  if (pathname.endsWith('/chat/completions')) {
    return openaiChat({
      compatible: hostname !== 'api.openai.com' && !pathname.includes('/openai/'),
    });
  }
  if (pathname.endsWith('/responses')) return openaiResponses;
  if (pathname.endsWith('/messages')) return anthropic;
  if (/\/converse(-stream)?$/.test(pathname)) return bedrock;
  return /:(generateContent|streamGenerateContent)$/.test(pathname) ? google : null;
}

async function answer(play: Play, context: Context, onUnexpected: () => void): Promise<Response> {
  const { url, recorded } = context;
  const call = callOf(context);
  if (recorded.method === 'GET' && url.pathname.endsWith('/models')) {
    const service = recorded.headers['anthropic-version']
      ? 'anthropic'
      : url.pathname.includes('/v1beta/')
        ? 'google'
        : 'openai';
    return Response.json(listModels(service, ['scripted-large', 'scripted-small']));
  }
  if (url.pathname.endsWith('/embeddings')) {
    const rejection = rejectionOf(call, play.script.embedding);
    if (rejection !== null)
      return Response.json({ error: { message: rejection } }, { status: 400 });
    const fault = play.script.embedding_faults?.[play.embedding++] ?? undefined;
    return respond(
      openaiChat({ compatible: false }),
      [JSON.stringify(answerEmbeddings(call, play.script.embedding))],
      'application/json',
      {
        call,
        fault,
        context,
      },
    );
  }
  if (url.pathname.endsWith('/embed')) return Response.json(answerCohereEmbeddings(call));
  if (/:(batchEmbedContents|embedContent)$/.test(url.pathname))
    return Response.json(answerGoogleEmbeddings(call));
  if (/embed[^/]*\/invoke$/.test(url.pathname)) return Response.json(answerBedrockEmbeddings(call));
  if (url.pathname.endsWith('/rerank')) {
    const service = url.hostname === 'api.voyageai.com' ? 'voyage' : 'cohere';
    return Response.json(answerReranking(call, service, play.script.reranking));
  }
  const protocol = protocolOf(url);
  const { rounds, repeat } = play.script;
  const round = rounds[play.round++] ?? (repeat === true ? rounds.at(-1) : undefined);
  if (protocol === null || round === undefined) {
    onUnexpected();
    return failed(
      protocol ?? openaiChat({ compatible: true }),
      protocol === null ? 404 : 400,
      call,
      {},
    );
  }
  return playRound(protocol, round, { call, fault: round.fault, context });
}

interface Answering {
  readonly call: Call;
  readonly fault: Fault | undefined;
  readonly context: Context;
}

function playRound(protocol: Protocol, given: Round, answering: Answering): Promise<Response> {
  const { call, fault, context } = answering;
  const { usage = { input_tokens: 1, output_tokens: 1 }, ...rest } = given;
  const round = fault?.kind === 'missing-usage' ? rest : { ...rest, usage };
  const streams =
    call.body.stream === true ||
    /(:streamGenerateContent|\/converse-stream)$/.test(context.url.pathname);
  return streams
    ? respond(
        protocol,
        protocol.stream(round, call),
        protocol.stream_type ?? 'text/event-stream; charset=utf-8',
        answering,
      )
    : respond(
        protocol,
        [JSON.stringify(protocol.answer(round, call))],
        'application/json',
        answering,
      );
}

async function respond(
  protocol: Protocol,
  events: readonly WireEvent[],
  type: string,
  answering: Answering,
): Promise<Response> {
  const { call, fault, context } = answering;
  if (fault?.kind === 'reset') throw new ConnectionReset('The script gives no answer.');
  if (fault?.kind === 'status')
    return failed(
      protocol,
      fault.status,
      call,
      fault.retry_after === undefined ? {} : { 'retry-after': fault.retry_after },
    );
  if (fault?.kind === 'redirect')
    return new Response(null, { status: fault.status, headers: { location: fault.location } });
  if (fault?.kind === 'slow-headers') await pause(fault.ms, context.signal);
  const moves = bodyOf({
    events,
    fault,
    failureEvent: (position) => protocol.failureEvent(call, position),
  });
  const plain = streamOf(moves, context.released, () => {
    context.recorded.aborted = true;
  });
  const headers = {
    'content-type': type,
    'cache-control': 'no-cache',
    [protocol.request_id_header]: `req_${call.id}`,
  };
  if (fault?.kind !== 'gzip') return new Response(plain, { headers });
  const body = plain.pipeThrough(new CompressionStream('gzip'));
  return new Response(body, { headers: { ...headers, 'content-encoding': 'gzip' } });
}

const failed = (
  protocol: Protocol,
  status: number,
  call: Call,
  headers: Record<string, string>,
): Response =>
  Response.json(protocol.failure(status, call), {
    status,
    headers: { ...headers, [protocol.request_id_header]: `req_${call.id}` },
  });
