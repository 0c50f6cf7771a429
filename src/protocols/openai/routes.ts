import { z } from '@hono/zod-openapi';
import { Router } from '../../http/router.ts';
import { createChatCompletion } from './chat.ts';
import { ChatCompletion, CreateChatCompletion } from './chat-schema.ts';
import { inlineBodyLimit } from './common-schema.ts';
import { createEmbeddings } from './embeddings.ts';
import { openAiErrors } from './errors.ts';
import { ChatCompletionChunk, ResponseStreamEvent } from './event-schema.ts';
import { getModel, listModels } from './models.ts';
import { DeletedResponse, OpenAiResponse, ResponseId } from './response-object-schema.ts';
import {
  cancelResponse,
  createResponse,
  deleteResponse,
  getResponse,
  streamResponse,
} from './responses.ts';
import { CreateResponse, ResponseQuery } from './responses-schema.ts';
import { CreateEmbeddings, Embeddings, Model, ModelList, ModelName } from './schema.ts';

const tag = 'OpenAI-compatible';
const response = z.object({ response: ResponseId });

const runFailures = [
  'not_found',
  'budget_exceeded',
  'run_cancelled',
  'run_interrupted',
  'session_busy',
  'session_closed',
  'structured_output_failed',
  'provider_auth',
  'provider_not_configured',
  'rate_limited',
  'provider_error',
  'provider_timeout',
] as const;

export const openAiRoutes = new Router(openAiErrors)
  .endpoint(
    {
      method: 'get',
      path: '/models',
      access: 'sessions:read',
      tag,
      summary: 'List OpenAI models',
      description:
        'The agents of the key, newest first; for roles that may see those, the embedding models; and for roles that may change agents, ' +
        'the providers’ language models. A server of the workspace’s own is asked for its list. All on one page.',
      reply: { status: 200, schema: ModelList, description: 'The models' },
    },
    (ctx) => listModels(ctx),
  )
  .endpoint(
    {
      method: 'get',
      path: '/models/{model}',
      access: 'sessions:read',
      tag,
      summary: 'Get an OpenAI model',
      description: 'The name of a provider’s model has slashes; they may be escaped or not.',
      params: z.object({ model: ModelName }),
      rest: 'model',
      reply: { status: 200, schema: Model, description: 'The model' },
    },
    (ctx, { params }) => getModel(ctx, params.model),
  )
  .endpoint(
    {
      method: 'post',
      path: '/embeddings',
      access: 'sessions:write',
      tag,
      summary: 'Create embeddings',
      description:
        'Texts as vectors, by an embedding model that this workspace can call. Metered, and subject to budgets, like every call.',
      body: CreateEmbeddings,
      reply: {
        status: 200,
        schema: Embeddings,
        description: 'One vector for each text, in their order',
      },
      failures: [
        'not_found',
        'budget_exceeded',
        'provider_auth',
        'provider_not_configured',
        'rate_limited',
        'provider_error',
        'provider_timeout',
      ],
    },
    (ctx, { body }) => createEmbeddings(ctx, body),
  )
  .endpoint(
    {
      method: 'post',
      path: '/chat/completions',
      access: 'sessions:write',
      tag,
      summary: 'Create a chat completion',
      description:
        'An agent answers a conversation that you keep. Its own instructions come before yours; its knowledge, tools and limits are ' +
        'as in its version. A call of one of your `tools` ends the answer with `tool_calls`. Citations are `annotations` of type `url_citation`, ' +
        'and with their quotes in `agentgrid.citations`. Images and files of at most 10 MB inside the request, by URL, or larger ones by `file_id`.',
      body: CreateChatCompletion,
      bodyLimit: inlineBodyLimit,
      alsoProduces: ['text/event-stream'],
      events: ChatCompletionChunk,
      reply: { status: 200, schema: ChatCompletion, description: 'The answer, or its chunks' },
      failures: runFailures,
      ownsIdempotency: true,
    },
    (ctx, { body, request }) => createChatCompletion(ctx, body, new URL(request.url).origin),
  )
  .endpoint(
    {
      method: 'post',
      path: '/responses',
      access: 'sessions:write',
      tag,
      summary: 'Create a response',
      description:
        'An agent answers in a session: `previous_response_id` goes on from an earlier response, which may have several that follow it. ' +
        'An `item_reference` stands for an item of a stored response; results may be given for some of the calls, and for the others later. ' +
        'Streams the events of Open Responses, each with a `sequence_number`. In the `background` it answers at once, and goes on.',
      body: CreateResponse,
      bodyLimit: inlineBodyLimit,
      alsoProduces: ['text/event-stream'],
      events: ResponseStreamEvent,
      reply: { status: 200, schema: OpenAiResponse, description: 'The response, or its events' },
      failures: runFailures,
      ownsIdempotency: true,
    },
    (ctx, { body }) => createResponse(ctx, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/responses/{response}',
      access: 'messages:read',
      tag,
      summary: 'Get a response',
      description:
        'As it stands. With `stream=true` its events, live while it is being made; `starting_after` leaves out those before.',
      params: response,
      query: ResponseQuery,
      alsoProduces: ['text/event-stream'],
      events: ResponseStreamEvent,
      reply: { status: 200, schema: OpenAiResponse, description: 'The response, or its events' },
      failures: ['events_gone'],
    },
    (ctx, { params, query }) =>
      query.stream
        ? streamResponse(ctx, params.response, query)
        : getResponse(ctx, params.response),
  )
  .endpoint(
    {
      method: 'post',
      path: '/responses/{response}/cancel',
      access: 'sessions:write',
      tag,
      summary: 'Cancel a response',
      description:
        'Stops one that is being made; what it has said stays. One that has ended stays as it is.',
      params: response,
      reply: { status: 200, schema: OpenAiResponse, description: 'The response as it has ended' },
    },
    (ctx, { params }) => cancelResponse(ctx, params.response),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/responses/{response}',
      access: 'sessions:write',
      tag,
      summary: 'Delete a response',
      description:
        'Erases what was asked and answered. Responses that follow it stay; what it cost stays counted.',
      params: response,
      reply: { status: 200, schema: DeletedResponse, description: 'It is erased' },
    },
    (ctx, { params }) => deleteResponse(ctx, params.response),
  );
