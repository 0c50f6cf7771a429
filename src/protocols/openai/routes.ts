import { z } from '@hono/zod-openapi';
import { Router } from '../../http/router.ts';
import { createChatCompletion } from './chat.ts';
import { ChatCompletion, CreateChatCompletion } from './chat-schema.ts';
import { inlineBodyLimit } from './common-schema.ts';
import { createEmbeddings } from './embeddings.ts';
import { openAiErrors } from './errors.ts';
import { chatCompletionChunk, responseStreamEvent } from './event-schema.ts';
import { getModel, listModels } from './models.ts';
import { DeletedResponse, OpenAiResponse, ResponseId } from './response-object-schema.ts';
import { cancelResponse, createResponse, deleteResponse, streamResponse } from './responses.ts';
import { CreateResponse, ResponseQuery } from './responses-schema.ts';
import { CreateEmbeddings, Embeddings, Model, ModelList, ModelName } from './schema.ts';
import { getResponse } from './stored-response.ts';

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
        'Lists the agents of the key, newest first. Roles that may read models also see embedding models; roles that may change agents ' +
        'also see the language models of providers, including those listed by the workspace’s own server. The list has one page.',
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
      description:
        'Returns one model. Slashes in the name of a provider’s model may be percent-encoded.',
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
        'Computes vectors of texts with an embedding model of this workspace. The call is metered and subject to budgets.',
      body: CreateEmbeddings,
      reply: {
        status: 200,
        schema: Embeddings,
        description: 'One vector per text, in the order of the input',
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
        'An agent answers the conversation in `messages`. Its instructions precede yours; its version determines knowledge, tools and limits. ' +
        'A call of one of your `tools` ends the answer with `tool_calls`. Citations are `annotations` of type `url_citation`; ' +
        '`agentgrid.citations` also has their quotes. Send images and files by URL, inline (at most 10 MB) or by `file_id`.',
      body: CreateChatCompletion,
      bodyLimit: inlineBodyLimit,
      alsoProduces: ['text/event-stream'],
      events: chatCompletionChunk,
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
        'An agent answers in a session. `previous_response_id` continues an earlier response; a response can be continued several times. ' +
        'An `item_reference` references an item of a stored response. Results of tool calls can be sent in several requests. ' +
        '`stream` sends the events of Open Responses, each with a `sequence_number`. `background` returns immediately while the run continues.',
      body: CreateResponse,
      bodyLimit: inlineBodyLimit,
      alsoProduces: ['text/event-stream'],
      events: responseStreamEvent,
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
        'Returns the current state of a response. `stream=true` streams its events, live or replayed; `starting_after` skips earlier events.',
      params: response,
      query: ResponseQuery,
      alsoProduces: ['text/event-stream'],
      events: responseStreamEvent,
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
        'Cancels a response that is in progress and keeps its partial output. A finished response is unchanged.',
      params: response,
      reply: {
        status: 200,
        schema: OpenAiResponse,
        description: 'The response after the cancellation',
      },
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
        'Erases the input and output of a response. Later responses, usage and cost are kept.',
      params: response,
      reply: { status: 200, schema: DeletedResponse, description: 'The response was erased' },
    },
    (ctx, { params }) => deleteResponse(ctx, params.response),
  );
