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
        param: z.string().nullable().describe('The invalid field: `messages[0].role`'),
        code: z.string().nullable(),
        errors: z
          .array(z.object({ pointer: z.string(), detail: z.string() }))
          .optional()
          .describe('All invalid fields, with JSON pointers (RFC 6901)'),
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

/** OpenAI's names of failure codes. Codes that are not listed are sent unchanged. */
const codes: Partial<Record<FailureCode, string>> = {
  unauthenticated: 'invalid_api_key',
  budget_exceeded: 'insufficient_quota',
  forbidden: 'insufficient_permissions',
  method_not_allowed: 'method_not_supported',
  validation_failed: 'invalid_value',
  rate_limited: 'rate_limit_exceeded',
};

const nameOf = (code: FailureCode): string => codes[code] ?? code;

/**
 * Returns the HTTP status of a failure: 400 for a validation error as OpenAI uses it, otherwise the
 * status of the failure.
 */
const statusOf = (code: FailureCode): number =>
  failures[code].status === 422 ? 400 : failures[code].status;

function typeOf(code: FailureCode): ErrorType {
  if (code === 'budget_exceeded') return 'insufficient_quota';
  if (code === 'rate_limited') return 'requests';
  return failures[code].status >= 500 || failures[code].status === 424
    ? 'server_error'
    : 'invalid_request_error';
}

/** The error format of OpenAI's API. */
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

/** Converts a JSON pointer to OpenAI's notation: `/messages/0/role` becomes `messages[0].role`. */
const paramOf = ({ pointer }: Pick<Violation, 'pointer'>): string =>
  pointer
    .replace(/^[/?]/, '')
    .split('/')
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');

function kindOf({ detail }: Violation): string {
  if (/^(?:There is no such|Unknown) (?:field|parameter)/.test(detail)) return 'unknown_parameter';
  if (detail === 'Is required.') return 'missing_required_parameter';
  return detail.includes('not supported') ? 'unsupported_parameter' : nameOf('validation_failed');
}

export const unknownUrl = (method: string, path: string): Failure =>
  new Failure(
    'not_found',
    `Unknown request URL: ${method} ${path}. See /docs for the supported operations.`,
    {
      extra: { code: 'unknown_url' },
    },
  );

/** Returns the same failure for a model that does not exist and for one that the key may not use. */
export const unknownModel = (): Failure =>
  new Failure(
    'not_found',
    'The model does not exist or you do not have access to it. Name an agent (`slug`, `slug@label` or `slug@7`) or, with a key that ' +
      'may change all agents, a model of a provider (`provider/model`).',
    {
      extra: { param: 'model', code: 'model_not_found' },
    },
  );

/** Returns the failure for a version that does not exist. Use it only if the caller may see the agent. */
export const unknownModelVersion = (version: string): Failure =>
  new Failure('not_found', versionNotFound(version), {
    extra: { param: 'model', code: 'model_not_found' },
  });

export const unknownConversationItem = (): Failure =>
  new Failure('not_found', 'This item does not exist in the conversation.');

export const unknownFileObject = (): Failure =>
  new Failure('not_found', 'No such File object.', { extra: { param: 'id' } });

export const unknownResponse = (param: string | null = null): Failure =>
  new Failure('not_found', 'The response does not exist.', { extra: { param } });

/** Returns the failure that OpenAI sends for an unknown or malformed id of a previous response. */
export const unknownPreviousResponse = (id: string): Failure =>
  new Failure('validation_failed', `Previous response with id '${id}' not found.`, {
    extra: { param: 'previous_response_id', code: 'previous_response_not_found' },
  });

export const unknownItem = (id: string): Failure =>
  new Failure(
    'not_found',
    `Item with id '${id}' not found. Items of responses with \`store: false\` are not stored: send the item itself. Those of a response that waits for approvals are stored once it has continued.`,
    {
      extra: { param: 'input', code: 'item_not_found' },
    },
  );

/** Returns the failure for a file id that does not exist or that the key may not see. */
export const unknownFile = (pointer: string): Failure =>
  new Failure('not_found', 'The file does not exist. Upload files with `POST /v1/files`.', {
    extra: { param: paramOf({ pointer }) },
  });

export const unknownConversation = (param: string | null = null): Failure =>
  new Failure('not_found', 'The conversation does not exist.', { extra: { param } });

/** Returns the failure for a field whose value is well-formed but not supported. */
export const unsupported = (pointer: string, detail: string): Failure =>
  new Failure('validation_failed', detail, { errors: [{ pointer, detail }] });

export const unknownEmbeddingModel = (): Failure =>
  new Failure(
    'not_found',
    'The embedding model does not exist. List the models (`provider/model`) with `GET /v1/models`.',
    {
      extra: { param: 'model', code: 'model_not_found' },
    },
  );

/** Returns the error body of a failure that is sent within a stream. */
export const envelopeOf = (code: FailureCode, detail: string, run_id: string): object =>
  openAiErrors.bodyOf(new Failure(code, detail, { extra: { run_id } }), '');
