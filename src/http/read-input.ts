import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  Failure,
  notFound,
  unknownVersion,
  type Violation,
  validationFailed,
} from '../shared/failure.ts';
import type { AppEnv } from './authorize.ts';
import { defaultBodyLimit, parseJson, readMediaType, readText } from './body.ts';
import type { ErrorForm } from './error-form.ts';
import { type AnyRoute, isBodyOptional } from './route.ts';
import { bodyViolations, queryViolations } from './violations.ts';

/** Returns the path parameters. Throws the 404 of an unknown resource for a malformed id. */
export function parseParams(
  schema: z.ZodType | undefined,
  values: Record<string, string>,
  { unknown }: ErrorForm,
): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const name = String(result.error.issues[0]?.path[0]);
  if (versionParameters.has(name)) throw unknownVersion(values[name] ?? '');
  throw unknown?.[name]?.(values[name] ?? '') ?? notFound(nameOfParameter(name));
}

const versionParameters: ReadonlySet<string> = new Set(['version', 'a', 'b']);

const parameterNames: Readonly<Record<string, string>> = {
  architect_session: 'architect session',
  code_execution: 'code execution',
  end_user: 'end user',
  eval: 'evaluation',
  generated_file: 'generated file',
  workspace_export: 'export',
  golden_question: 'golden question',
  review_item: 'review item',
  review_rule: 'review rule',
  share_link: 'share link',
  shared: 'link',
  token_issuer: 'token issuer',
  kb: 'knowledge base',
  migration: 'embedding migration',
  question: 'message',
  key: 'API key',
  month: 'invoice',
  server: 'MCP server',
  online_scorer: 'online scorer',
  provider: 'model provider',
  search_provider: 'search provider',
  user_session: 'sign-in session',
};

/** Returns the kind of resource that a path parameter names. */
const nameOfParameter = (parameter: string) =>
  parameterNames[parameter] ?? (/^[a-z]{3,}$/.test(parameter) ? parameter : 'resource');

/** Returns the query. Throws `validation_failed` for unknown, repeated and invalid parameters. */
export function parseQuery(schema: z.ZodType | undefined, search: URLSearchParams): unknown {
  const errors: Violation[] = [];
  const values: Record<string, string> = {};
  for (const [name, value] of search) {
    // OpenAI clients repeat the name for each item of a list.
    if (name in values && name.endsWith('[]')) values[name] += `,${value}`;
    else if (name in values)
      errors.push({ pointer: `?${name}`, detail: 'The parameter must not be repeated.' });
    else if (value.includes('\0') || !value.isWellFormed())
      errors.push({
        pointer: `?${name}`,
        detail: 'Text must be well-formed and must not contain NUL.',
      });
    else values[name] = value;
  }
  if (schema === undefined)
    errors.push(
      ...Object.keys(values).map((name) => ({
        pointer: `?${name}`,
        detail: 'Unknown parameter.',
      })),
    );
  const result = schema?.safeParse(values);
  if (schema !== undefined && result?.error !== undefined)
    errors.push(...queryViolations(schema, result.error, values));
  if (errors.length > 0) throw validationFailed(errors);
  return result?.data;
}

/**
 * Returns the parsed body with its text, which is part of the idempotency fingerprint; null for a
 * body that the handler reads itself. Throws 400, 413, 415 and 422.
 */
export async function readBody(
  c: Context<AppEnv>,
  route: AnyRoute,
): Promise<{ body: unknown; text: string | null }> {
  if (route.method === 'get' || (route.body === undefined && route.otherBodies === undefined))
    return { body: undefined, text: '' };
  const others = Object.keys(route.otherBodies ?? {});
  const limit = route.bodyLimit ?? defaultBodyLimit;
  if (
    c.req.header('content-type') === undefined &&
    isBodyOptional(route) &&
    (await readText(c.req.raw, limit)) === ''
  ) {
    return readJson(route, '{}');
  }
  const media = readMediaType(c.req.raw.headers, [
    ...(route.body === undefined ? [] : ['application/json']),
    ...others,
  ]);
  if (others.includes(media)) return { body: undefined, text: null };
  const text = await readText(c.req.raw, limit);
  return readJson(route, text === '' && isBodyOptional(route) ? '{}' : text);
}

function readJson(route: AnyRoute, text: string): { body: unknown; text: string } {
  const given = parseJson(text);
  const result = (route.body as z.ZodType).safeParse(given);
  if (result.success) return { body: result.data, text };
  throw validationFailed(bodyViolations(route.body as z.ZodType, result.error, given));
}

/**
 * Returns the strong tags of `If-Match`; null when absent or `*`. A weak tag matches nothing (RFC
 * 9110, 13.1.1). Throws `precondition_failed` for a malformed header.
 */
export function readIfMatch(c: Context<AppEnv>): readonly string[] | null {
  const header = c.req.header('if-match');
  if (header === undefined || header.trim() === '*') return null;
  if (!entityTags.test(header))
    throw new Failure(
      'precondition_failed',
      'If-Match must be `*` or a list of quoted entity tags.',
    );
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].flatMap(([, weak, tag = '']) =>
    weak === undefined ? [tag] : [],
  );
}

const entityTags = /^[ \t,]*(?:W\/)?"[^"]*"[ \t]*(?:,[ \t]*(?:(?:W\/)?"[^"]*"[ \t]*)?)*$/;
