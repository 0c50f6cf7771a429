import type { Ctx } from '../platform/context.ts';
import { EgressError } from '../platform/egress.ts';
import { openSecret, type SecretRef } from '../secrets/index.ts';
import { Failure } from '../shared/failure.ts';
import type { Definition } from './definition.ts';
import { redact } from './redact.ts';
import { mapResponse } from './response.ts';
import { fillUrl, parseUrlTemplate, UnfitArgument, type UrlTemplate } from './url-template.ts';

/** Content types that are passed to a model. */
const contentTypes = [
  'text/*',
  'application/json',
  '+json',
  'application/xml',
  '+xml',
  'application/x-ndjson',
  'application/yaml',
];

/** Characters of an error response that are passed to a model. */
const maxErrorText = 2000;

export interface SealedSecret {
  readonly id: string;
  readonly header: string;
  readonly origin: string;
  readonly value: string;
}

export type HttpResult =
  | { readonly ok: true; readonly status: number; readonly output: unknown }
  | { readonly ok: false; readonly status: number | null; readonly error: string };

export type Arguments = Readonly<Record<string, unknown>>;

/** The value of a secret header, by the id of the header's row. */
export const headerValue = (id: string): SecretRef => ({
  owner_type: 'tool_header',
  owner_id: id,
  field: 'value',
  bound_to: null,
});

/**
 * Calls an HTTP tool once, with arguments that are valid under its schema. Does not throw for a
 * fault of the tool, its secrets or the server: the result contains an error without internal
 * addresses.
 */
export async function callHttpTool(
  ctx: Ctx,
  definition: Definition,
  secrets: readonly SealedSecret[],
  input: Arguments,
  signal: AbortSignal,
): Promise<HttpResult> {
  try {
    const template = parseUrlTemplate(definition.url);
    if (typeof template === 'string')
      throw new Error(`invalid URL template in a stored tool: ${template}`);
    const url = fillUrl(template, input);
    const values = await openSecrets(ctx, definition, secrets, template);
    const headers = new Headers(usualHeaders);
    for (const [name, value] of [...Object.entries(definition.headers), ...Object.entries(values)])
      headers.set(name, value);
    const body = bodyOf(definition, template, input, headers);
    const limits = {
      redirects: 3,
      deadline_ms: definition.timeout_ms,
      max_bytes: definition.max_bytes,
      content_types: contentTypes,
    };
    const response = await ctx.egress.request(
      url,
      { method: definition.method, headers, signal, ...(body === null ? {} : { body }) },
      limits,
    );
    return readAnswer(
      definition,
      response.status,
      response.headers,
      redact(await response.text(), Object.values(values)),
    );
  } catch (error) {
    return { ok: false, status: null, error: errorText(error) };
  }
}

function errorText(error: unknown): string {
  if (error instanceof UnfitArgument) return `Invalid arguments: ${error.message}`;
  if (error instanceof EgressError) return `The call failed (${error.reason}): ${error.message}`;
  if (error instanceof Failure) return `The tool cannot be used: ${error.message}`;
  throw error;
}

const usualHeaders = {
  accept: 'application/json, text/*;q=0.9, */*;q=0.1',
  'user-agent': 'AgentGrid',
};

/** Returns secret values by header. Throws for a secret that was saved for another origin, and like `unseal`. */
async function openSecrets(
  ctx: Ctx,
  definition: Definition,
  secrets: readonly SealedSecret[],
  { origin }: UrlTemplate,
) {
  const values: Record<string, string> = {};
  for (const [name, id] of Object.entries(definition.secret_headers)) {
    const secret = secrets.find((one) => one.id === id);
    if (secret === undefined || secret.origin !== origin)
      throw new Failure('credential_unusable', 'A secret header must be saved again.');
    values[name] = await openSecret(ctx, headerValue(id), secret.value);
  }
  return values;
}

function bodyOf(
  { body }: Definition,
  template: UrlTemplate,
  input: Arguments,
  headers: Headers,
): string | null {
  if (body === null) return null;
  const inUrl = new Set([...template.path_names, ...template.query_names]);
  const rest = Object.fromEntries(Object.entries(input).filter(([name]) => !inUrl.has(name)));
  const value = body.argument === null ? rest : rest[body.argument];
  if (value === undefined) return null;
  if (!headers.has('content-type'))
    headers.set(
      'content-type',
      body.type === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
    );
  return body.type === 'json' ? JSON.stringify(value) : formOf(value);
}

function formOf(value: unknown): string {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new UnfitArgument('A form must be an object.');
  const form = new URLSearchParams();
  for (const [name, one] of Object.entries(value)) {
    for (const item of Array.isArray(one) ? one : [one]) {
      if (item !== null && item !== undefined)
        form.append(name, typeof item === 'object' ? JSON.stringify(item) : String(item));
    }
  }
  return form.toString();
}

function readAnswer(
  definition: Definition,
  status: number,
  headers: Headers,
  text: string,
): HttpResult {
  if (status >= 400)
    return {
      ok: false,
      status,
      error: `The server returned HTTP ${status}.${text === '' ? '' : ` ${text.slice(0, maxErrorText).toWellFormed()}`}`,
    };
  const mapped = mapResponse(definition.response, text, headers.get('content-type') ?? '');
  return 'error' in mapped
    ? { ok: false, status, error: mapped.error }
    : { ok: true, status, output: mapped.output };
}
