import { z } from '@hono/zod-openapi';
import type { ErrorForm } from '../../http/error-form.ts';
import {
  Failure,
  type FailureCode,
  failures,
  type Violation,
  versionNotFound,
} from '../../shared/failure.ts';

const types = ['invalid_request_error', 'insufficient_quota', 'requests', 'server_error'] as const;
type ErrorType = (typeof types)[number];

const ErrorEnvelope = z
  .object({
    error: z
      .object({
        message: z.string(),
        type: z.enum(types),
        param: z.string().nullable().describe('The field that is at fault: `messages[0].role`'),
        code: z.string().nullable(),
        errors: z
          .array(z.object({ pointer: z.string(), detail: z.string() }))
          .optional()
          .describe(
            'All that is wrong, where there is more to say than `param` does; pointers are RFC 6901',
          ),
      })
      .loose(),
  })
  .openapi('OpenAIError', {
    example: {
      error: {
        message: 'The model does not exist.',
        type: 'invalid_request_error',
        param: 'model',
        code: 'model_not_found',
      },
    },
  });

/** What OpenAI calls our failures; what it has no name for keeps ours. */
const codes: Partial<Record<FailureCode, string>> = {
  unauthenticated: 'invalid_api_key',
  budget_exceeded: 'insufficient_quota',
  forbidden: 'insufficient_permissions',
  method_not_allowed: 'method_not_supported',
  validation_failed: 'invalid_value',
  rate_limited: 'rate_limit_exceeded',
};

const nameOf = (code: FailureCode): string => codes[code] ?? code;

/** OpenAI answers 400 to what it cannot do; every other status is the same. */
const statusOf = (code: FailureCode): number =>
  failures[code].status === 422 ? 400 : failures[code].status;

function typeOf(code: FailureCode): ErrorType {
  if (code === 'budget_exceeded') return 'insufficient_quota';
  if (code === 'rate_limited') return 'requests';
  return failures[code].status >= 500 || failures[code].status === 424
    ? 'server_error'
    : 'invalid_request_error';
}

/** Errors as OpenAI clients read them. */
export const openAiErrors: ErrorForm = {
  mediaType: 'application/json',
  schema: ErrorEnvelope,
  statusOf,
  nameOf,
  unknown: {
    response: () => unknownResponse(),
    conversation: () => unknownConversation(),
    item: () => unknownConversationItem(),
    upload: () => unknownFileObject(),
  },
  bodyOf({ code, message, options: { errors, extra } }) {
    const first = code === 'validation_failed' ? errors?.[0] : undefined;
    return {
      error: {
        message: first === undefined ? message : messageOf(first),
        type: typeOf(code),
        param: first === undefined ? null : paramOf(first),
        code: first === undefined ? nameOf(code) : kindOf(first),
        ...(errors === undefined ? {} : { errors }),
        ...extra,
      },
    };
  },
};

const messageOf = (first: Violation): string =>
  first.detail === 'Is required.'
    ? `${paramOf(first)} is required.`
    : `${paramOf(first)}: ${first.detail}`;

/** `/messages/0/role` as `messages[0].role`. */
const paramOf = ({ pointer }: Pick<Violation, 'pointer'>): string =>
  pointer
    .replace(/^[/?]/, '')
    .split('/')
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');

function kindOf({ detail }: Violation): string {
  if (/^(?:Unknown|There is no such) (?:field|parameter)/.test(detail)) return 'unknown_parameter';
  if (detail === 'Is required.') return 'missing_required_parameter';
  return detail.includes('not supported') ? 'unsupported_parameter' : nameOf('validation_failed');
}

export const unknownUrl = (method: string, path: string): Failure =>
  new Failure('not_found', `Unknown request URL: ${method} ${path}. See /docs for what there is.`, {
    extra: { code: 'unknown_url' },
  });

/** The same for a model that is not there and one that the key does not cover. */
export const unknownModel = (): Failure =>
  new Failure(
    'not_found',
    'The model does not exist or you do not have access to it. A model is an agent (`slug`, `slug@label` or `slug@7`) or, for keys that ' +
      'may change all agents, a model of a provider (`provider/model`).',
    {
      extra: { param: 'model', code: 'model_not_found' },
    },
  );

/** A version that an agent does not have, said only to who may see the agent. */
export const unknownModelVersion = (version: string): Failure =>
  new Failure('not_found', versionNotFound(version), {
    extra: { param: 'model', code: 'model_not_found' },
  });

export const unknownConversationItem = (): Failure =>
  new Failure('not_found', 'The conversation has no item with this id.');

export const unknownFileObject = (): Failure =>
  new Failure('not_found', 'No such File object.', { extra: { param: 'id' } });

export const unknownResponse = (param: string | null = null): Failure =>
  new Failure('not_found', 'There is no response with this id.', { extra: { param } });

/** As OpenAI says it, also for an id that is malformed. */
export const unknownPreviousResponse = (id: string): Failure =>
  new Failure('validation_failed', `Previous response with id '${id}' not found.`, {
    extra: { param: 'previous_response_id', code: 'previous_response_not_found' },
  });

export const unknownItem = (id: string): Failure =>
  new Failure(
    'not_found',
    `Item with id '${id}' not found. Items of responses with \`store: false\` are not stored; send the item itself.`,
    {
      extra: { param: 'input', code: 'item_not_found' },
    },
  );

/** A file id in a request that stands for no file, or for none that the key may see. */
export const unknownFile = (pointer: string): Failure =>
  new Failure('not_found', 'There is no file with this id. POST /v1/files uploads one.', {
    extra: { param: paramOf({ pointer }) },
  });

export const unknownConversation = (param: string | null = null): Failure =>
  new Failure('not_found', 'There is no conversation with this id.', { extra: { param } });

/** A field that is well-formed and cannot be had. */
export const unsupported = (pointer: string, detail: string): Failure =>
  new Failure('validation_failed', detail, { errors: [{ pointer, detail }] });

export const unknownEmbeddingModel = (): Failure =>
  new Failure(
    'not_found',
    'There is no such embedding model. They are named `provider/model`; GET /v1/models lists them.',
    {
      extra: { param: 'model', code: 'model_not_found' },
    },
  );

/** A failure that comes too late for a status, as it stands in a stream. */
export const envelopeOf = (code: FailureCode, detail: string, run_id: string): object =>
  openAiErrors.bodyOf(new Failure(code, detail, { extra: { run_id } }), '');
