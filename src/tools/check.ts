import type { Ctx } from '../platform/context.ts';
import { Failure, type Violation } from '../shared/failure.ts';
import { builtIns } from './builtin/registry.ts';
import type { Definition } from './definition.ts';
import { headerProblem } from './headers.ts';
import { argumentNames, requiredNames } from './input-schema.ts';
import { parseUrlTemplate, type UrlTemplate } from './url-template.ts';

const maxHeaders = 30;
/** Names of tools that are part of the deployment, or are reserved for it. */
const reservedNames = new Set([...builtIns.map(({ name }) => name), 'agent', 'run_code']);

export interface Draft extends Omit<Definition, 'secret_headers'> {
  readonly name: string;
}

/**
 * Checks constraints between fields. `secrets` has the new values of secret headers, and '' for
 * those kept. Throws `validation_failed` or `url_not_allowed`, with a pointer for each fault.
 */
export function checkDraft(
  ctx: Ctx,
  draft: Draft,
  secrets: Readonly<Record<string, string>>,
): UrlTemplate {
  const template = parseUrlTemplate(draft.url);
  if (typeof template === 'string') throw invalidWith([{ pointer: '/url', detail: template }]);
  checkAddress(ctx, draft.url);
  const errors = [
    ...(reservedNames.has(draft.name)
      ? [{ pointer: '/name', detail: `${draft.name} is the name of a built-in tool.` }]
      : []),
    ...placeholderProblems(draft, template),
    ...bodyProblems(draft, template),
    ...headerProblems(draft, secrets),
    ...(Object.keys(secrets).length > 0 &&
    template.origin.startsWith('http:') &&
    !ctx.config.allow_private_network
      ? [{ pointer: '/url', detail: 'A tool with secret headers must use https.' }]
      : []),
  ];
  if (errors.length > 0) throw invalidWith(errors);
  return template;
}

const invalidWith = (errors: readonly Violation[]) =>
  new Failure('validation_failed', 'The tool is inconsistent.', { errors });

/** Checks the whole URL, since an origin does not contain credentials. */
function checkAddress(ctx: Ctx, url: string): void {
  try {
    ctx.egress.check(url.replaceAll(/[{}]/g, ''));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.code, error.message, {
      errors: [{ pointer: '/url', detail: error.message }],
    });
  }
}

function placeholderProblems(
  { input_schema }: Draft,
  { path_names, query_names }: UrlTemplate,
): Violation[] {
  const declared = argumentNames(input_schema);
  const required = requiredNames(input_schema);
  const unknown = [...new Set([...path_names, ...query_names])].filter(
    (name) => !declared.includes(name),
  );
  const optional = path_names.filter((name) => declared.includes(name) && !required.includes(name));
  return [
    ...unknown.map((name) => ({
      pointer: '/url',
      detail: `{${name}} is not declared in input_schema.`,
    })),
    ...optional.map((name) => ({
      pointer: '/input_schema',
      detail: `${name} is part of the path, so it must be required.`,
    })),
  ];
}

function bodyProblems(
  { method, body, input_schema }: Draft,
  { path_names, query_names }: UrlTemplate,
): Violation[] {
  if (method === 'GET' && body !== null)
    return [
      { pointer: '/body', detail: 'A GET request has no body. Use the arguments in the URL.' },
    ];
  const rest = argumentNames(input_schema).filter(
    (name) => !path_names.includes(name) && !query_names.includes(name),
  );
  if (body !== null && body.argument === null) return [];
  if (body !== null && body.argument !== null && !rest.includes(body.argument)) {
    return [
      {
        pointer: '/body/argument',
        detail: `${body.argument} is not declared, or is already used in the URL.`,
      },
    ];
  }
  const unused = rest.filter((name) => name !== body?.argument);
  return unused.map((name) => ({
    pointer: '/input_schema',
    detail: `${name} is not used. Use it in the URL or send a body.`,
  }));
}

function headerProblems(
  { headers }: Draft,
  secrets: Readonly<Record<string, string>>,
): Violation[] {
  const all = [
    ...Object.entries(headers).map(([name, value]) => ({ field: 'headers', name, value })),
    ...Object.entries(secrets).map(([name, value]) => ({
      field: 'secret_headers',
      name,
      value: value === '' ? 'kept' : value,
    })),
  ];
  const pointer = (field: string, name: string) =>
    `/${field}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const seen = new Set<string>();
  const errors = all.flatMap(({ field, name, value }) => {
    const isTwice = seen.has(name.toLowerCase());
    seen.add(name.toLowerCase());
    const detail = isTwice
      ? 'Duplicate header.'
      : headerProblem(name, value, field === 'secret_headers');
    return detail === null ? [] : [{ pointer: pointer(field, name), detail }];
  });
  return all.length > maxHeaders
    ? [{ pointer: '/headers', detail: `At most ${maxHeaders} headers.` }]
    : errors;
}
