import { z } from 'zod';
import type { Ctx } from '../../platform/context.ts';
import { checkSecureUrl } from '../../platform/secure-url.ts';
import { withoutInvisible } from '../../shared/invisible.ts';
import { redact } from '../redact.ts';
import type { AskedInput, GivenInput, ToolOutcome } from '../tool.ts';
import { McpFault } from './fault.ts';
import type { SealedServer } from './store.ts';

/** How often a server may ask for one call. */
export const maxRounds = 4;
const maxQuestions = 5;
const maxFields = 30;
const maxChoices = 100;
const maxMessage = 4000;
const maxSchemaChars = 20_000;
const maxStateChars = 100_000;
const pauseMs = 250;

type Question = AskedInput['questions'][number];

/** A result in place of which the server wants answers, or to be called again (protocol version 2026-07-28). */
interface Asking {
  readonly resultType: 'input_required';
  readonly inputRequests?: Readonly<Record<string, unknown>>;
  readonly requestState?: string;
}

export const isAsking = (result: object): result is Asking =>
  'resultType' in result && result.resultType === 'input_required';

const label = z.string().max(1000).optional();
const about = { title: label, description: label };
const value = z.string().max(1000);
const values = z.array(value).min(1).max(maxChoices);
const titled = z
  .array(z.object({ const: value, title: value }))
  .min(1)
  .max(maxChoices);
const text = z.object({ type: z.literal('string'), ...about, default: value.optional() });
const count = z.int().min(0).optional();

/** The kinds of fields of the protocol: primitives, and choices. What else a field has is left out. */
const Field = z.union([
  text.extend({ enum: values, enumNames: values.optional() }),
  text.extend({ oneOf: titled }),
  text.extend({
    ...{ enum: z.never().optional(), oneOf: z.never().optional() },
    ...{ minLength: count, maxLength: count },
    format: z.enum(['email', 'uri', 'date', 'date-time']).optional(),
  }),
  z.object({
    ...{ type: z.literal('array'), ...about, minItems: count, maxItems: count },
    items: z.union([
      z.object({ type: z.literal('string'), enum: values }),
      z.object({ anyOf: titled }),
    ]),
    default: values.optional(),
  }),
  z.object({ type: z.literal('boolean'), ...about, default: z.boolean().optional() }),
  z.object({
    ...{ type: z.enum(['number', 'integer']), ...about, default: z.number().optional() },
    ...{ minimum: z.number().optional(), maximum: z.number().optional() },
  }),
]);

const message = z.string().max(maxMessage);
const Form = z.object({
  mode: z.literal('form').optional(),
  message,
  requestedSchema: z.object({
    type: z.literal('object'),
    properties: z
      .record(z.string().min(1).max(200), Field)
      .refine((fields) => Object.keys(fields).length <= maxFields),
    required: z.array(z.string()).default([]),
  }),
});
const Page = z.object({ mode: z.literal('url'), message, url: z.string().max(4000) });
const Elicitation = z.object({
  method: z.literal('elicitation/create'),
  params: z.union([Page, Form]),
});

/**
 * Reads what a server asks, within limits, without invisible text and without its credentials. No questions mean that
 * the call is to be made again with the state. Throws `McpFault`, and `url_not_allowed` for a page that is not public.
 */
export function readQuestions(
  ctx: Ctx,
  { inputRequests = {}, requestState: state = '' }: Asking,
  secrets: readonly string[],
): { readonly questions: readonly Question[]; readonly state: string } {
  const requests = Object.entries(inputRequests);
  if (requests.length > maxQuestions || state.length > maxStateChars)
    throw refusal(`more than ${maxQuestions} things at once, or keeps too much with the client`);
  const questions = requests.map(([key, request]) => toQuestion(ctx, key, request, secrets));
  return { questions, state };
}

const refusal = (what: string) => new McpFault('input_required', `The server asks for ${what}.`);

function toQuestion(ctx: Ctx, key: string, request: unknown, secrets: readonly string[]): Question {
  const clean = withoutInvisible(JSON.parse(redact(JSON.stringify(request), secrets)));
  const { data, error } = Elicitation.safeParse(clean);
  if (error !== undefined || key.length > 1000)
    throw refusal('something that is not a form of a few plain fields or a page');
  const { params } = data;
  if ('url' in params) {
    const page = checkSecureUrl(ctx, params.url, 'A page that a server shows must use https.');
    return { key, message: params.message, requested_schema: null, url: page.href };
  }
  const { properties, required } = params.requestedSchema;
  const requested_schema = {
    ...{ type: 'object', properties, additionalProperties: false },
    required: required.filter((name) => Object.hasOwn(properties, name)),
  };
  if (JSON.stringify(requested_schema).length > maxSchemaChars)
    throw refusal(`a form of more than ${maxSchemaChars} characters`);
  return { key, message: params.message, requested_schema, url: null };
}

interface Asked extends Pick<AskedInput, 'questions' | 'round'> {
  readonly server: Pick<SealedServer, 'id' | 'name'>;
  readonly state: string;
  readonly can_ask: boolean;
}

/** Returns the outcome of a call that waits for answers, or the error for the model where nobody can give them. */
export function askFor({ server, questions, state, round, can_ask }: Asked): ToolOutcome {
  if (!can_ask) throw refusal('the input of a person, for which this call cannot wait');
  const { id: server_id, name: server_name } = server;
  return {
    ok: false,
    error: `${server_name} asks for the input of a person first.`,
    asked: {
      ...{ server_id, server_name, questions, round },
      ...(state === '' ? {} : { state }),
    },
  };
}

/** The parameters with which a call is made again. */
export const retryOf = ({ asked: { questions, state }, answers }: GivenInput) => ({
  inputResponses: Object.fromEntries(
    questions.map(({ key }, index) => [key, answers[index] ?? { action: 'cancel' }]),
  ),
  ...(state === undefined ? {} : { requestState: state }),
});

export const untilRetry = (): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, pauseMs));
