/** An address with `{name}` in path segments and query values, which arguments fill in. */
export interface UrlTemplate {
  readonly origin: string;
  readonly path: string;
  readonly query: readonly QueryPart[];
  /** Names in the path, which must be given, and in the query, whose part is left out when they are not. */
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

/** The template, or what is wrong with it. Says nothing about whether the address may be called. */
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

/** A value that cannot stand where it is to go; the message is for whoever gave it. */
export class UnfitArgument extends Error {
  override readonly name = 'UnfitArgument';
}

/**
 * The address for these arguments. Every value is percent-encoded, and what comes out must have the
 * origin and the path that were put together: no value can climb out of its segment. Throws `UnfitArgument`.
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
    throw new UnfitArgument('The arguments do not make an address of this tool.');
  }
  return url.href;
}

const isDots = (segment: string) => /^\.{1,2}$/.test(segment.replaceAll(/%2e/gi, '.'));

/** A part is left out when one of its placeholders has no value, and repeated for each item of an array. */
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
    throw new UnfitArgument(`${name} must be a text, a number or true or false.`);
  }
  const text = String(value);
  if (!text.isWellFormed()) throw new UnfitArgument(`${name} must be well-formed text.`);
  return encodeURIComponent(text);
}
