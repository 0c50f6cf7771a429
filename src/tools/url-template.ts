/** A URL with placeholders `{name}` in path segments and query values. */
export interface UrlTemplate {
  readonly origin: string;
  readonly path: string;
  readonly query: readonly QueryPart[];
  /** Names in the path, which are required, and in the query, where a part without a value is omitted. */
  readonly path_names: readonly string[];
  readonly query_names: readonly string[];
}

interface QueryPart {
  readonly name: string;
  readonly value: string;
}

const placeholder = /\{([A-Za-z_][A-Za-z0-9_.-]{0,63})\}/g;
const shape = /^([a-z]+:\/\/[^/?#{}\\\s]+)(\/[^?#]*)?(?:\?([^#]*))?$/i;

const namesIn = (text: string): string[] => [
  ...new Set([...text.matchAll(placeholder)].map(([, name = '']) => name)),
];
const hasBraces = (text: string) => /[{}]/.test(text.replaceAll(placeholder, ''));

/** Returns the template, or what is wrong with it. Does not check whether the URL may be called. */
export function parseUrlTemplate(text: string): UrlTemplate | string {
  const [, origin, path = '/', query] = shape.exec(text) ?? [];
  if (origin === undefined)
    return 'Must be an absolute URL whose host has no placeholder, without a fragment.';
  if (hasBraces(path) || hasBraces(query ?? ''))
    return 'Placeholders are `{name}`: a letter or underscore, then letters, digits, `_`, `-` and `.`.';
  const plain = path.replaceAll(placeholder, 'x');
  const url = URL.parse(origin + plain);
  if (url === null) return 'Must be an absolute URL.';
  if (url.pathname !== plain)
    return `The path must be written as it is sent, as in ${url.pathname}.`;
  const parts = query === undefined ? [] : query.split('&').map(toPart);
  if (parts.some(({ name }) => name === '' || name.includes('{')))
    return 'Placeholders in the query stand for values, as in `?limit={limit}`.';
  return {
    origin: url.origin,
    path,
    query: parts,
    path_names: namesIn(path),
    query_names: namesIn(query ?? ''),
  };
}

const toPart = (text: string): QueryPart => {
  const at = text.indexOf('=');
  return at < 0
    ? { name: text, value: '' }
    : { name: text.slice(0, at), value: text.slice(at + 1) };
};

type Arguments = Readonly<Record<string, unknown>>;

/** A value cannot be placed in the URL. The message is returned to the caller. */
export class UnfitArgument extends Error {
  override readonly name = 'UnfitArgument';
}

/**
 * Returns the URL for these arguments. Values are percent-encoded, and the result must have the origin and
 * path it was built with: no value can leave its segment. Throws `UnfitArgument`.
 */
export function fillUrl(template: UrlTemplate, input: Arguments): string {
  const path = template.path.replaceAll(placeholder, (_, name: string) => {
    const value = encode(name, input[name]);
    if (value === '') throw new UnfitArgument(`${name} must not be empty.`);
    return value;
  });
  if (path.split('/').some(isDots))
    throw new UnfitArgument(`${template.path_names.join(', ')} must not make a path of dots.`);
  const query = template.query.flatMap((part) => fillPart(part, input)).join('&');
  const url = URL.parse(`${template.origin}${path}${query === '' ? '' : `?${query}`}`);
  if (url === null || url.origin !== template.origin || url.pathname !== path || url.hash !== '') {
    throw new UnfitArgument('The arguments do not make a valid URL of this tool.');
  }
  return url.href;
}

const isDots = (segment: string) => /^\.{1,2}$/.test(segment.replaceAll(/%2e/gi, '.'));

/** Omits a part when a placeholder has no value, and repeats it for each item of an array. */
function fillPart({ name, value }: QueryPart, input: Arguments): string[] {
  const names = namesIn(value);
  if (names.some((one) => input[one] === undefined || input[one] === null)) return [];
  const [only = ''] = names;
  const items = input[only];
  if (value === `{${only}}` && Array.isArray(items))
    return items.map((item) => `${name}=${encode(only, item)}`);
  return [`${name}=${value.replaceAll(placeholder, (_, one: string) => encode(one, input[one]))}`];
}

function encode(name: string, value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw new UnfitArgument(`${name} must be a string, a number or a boolean.`);
  }
  const text = String(value);
  if (!text.isWellFormed()) throw new UnfitArgument(`${name} must be well-formed text.`);
  return encodeURIComponent(text);
}
