import { type DocumentProperties, toProperties } from '../../properties/properties.ts';

const block =
  /^(?:---[ \t]*\n([\s\S]{0,20000}?)\n(?:---|\.\.\.)|\+\+\+[ \t]*\n([\s\S]{0,20000}?)\n\+\+\+)[ \t]*(?:\n|$)/;
const yamlField = /^([\w][\w .-]{0,60}):(?:\s+(.*))?$/;
const tomlField = /^["']?([\w][\w.-]{0,60})["']?\s*=\s*(.*)$/;
const firstHeading = /^\s*(?:#\s+(.+)|(\S.*)\n=+[ \t]*(?:\n|$))/;

/**
 * Writes the fields in front of a Markdown document (YAML between `---`, TOML between `+++`) as text: the title as heading
 * unless the document begins with one, other fields as a list. A text that only begins with a rule stays as it is.
 */
export function writeFrontMatter(text: string): string {
  const front = readFront(text);
  if (front === null) return text;
  const { found, fields } = front;
  const body = text.slice(found[0].length).replace(/^\n+/, '');
  const title = fields.get('title') ?? '';
  const heading = firstHeading.exec(body);
  const isTitled =
    heading !== null && (title === '' || plain(heading[1] ?? heading[2] ?? '') === plain(title));
  const hasHeading = heading !== null;
  const lines = [...fields]
    .filter(([name, value]) => value !== '' && !(name === 'title' && (isTitled || !hasHeading)))
    .map(([name, value]) => `- ${name}: ${value}`);
  return [title === '' || hasHeading ? '' : `# ${title}`, lines.join('\n'), body]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Returns what the fields say about the document. */
export function frontMatterProperties(text: string): DocumentProperties {
  const fields = new Map(
    [...(readFront(text)?.fields ?? [])].map(([name, value]) => [name.toLowerCase(), value]),
  );
  const of = (...names: readonly string[]) => names.map((name) => fields.get(name));
  return toProperties({
    title: of('title'),
    author: of('author', 'authors', 'by'),
    dates: of('published_at', 'date', 'published', 'pubdate', 'publishdate', 'created', 'updated'),
    language: of('lang', 'language', 'locale'),
  });
}

function readFront(text: string) {
  const found = block.exec(text);
  const source = found?.[1] ?? found?.[2];
  if (found === null || source === undefined) return null;
  const fields = readFields(source.split('\n'), found[1] === undefined ? tomlField : yamlField);
  return fields === null ? null : { found, fields };
}

const plain = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');

/** Returns the fields in order; null for lines that are none. Nested fields and lists are joined with commas. */
function readFields(lines: readonly string[], field: RegExp): Map<string, string> | null {
  const fields = new Map<string, string>();
  let open: string | null = null;
  for (const line of lines) {
    if (/^\s*(?:#.*)?$/.test(line) || /^\[{1,2}[\w."-]+\]{1,2}\s*$/.test(line)) continue;
    const [, name, value] = field.exec(line) ?? [];
    if (name !== undefined) {
      open = name;
      fields.set(name, readValue(value ?? ''));
    } else if (open !== null && /^(?:\s|-\s|\])/.test(line)) {
      const more = readValue(line.trim().replace(/^-\s+/, ''));
      const former = fields.get(open) ?? '';
      fields.set(open, former === '' || more === '' ? former + more : `${former}, ${more}`);
    } else return null;
  }
  return fields.size === 0 ? null : fields;
}

/** Returns a value without quotes and brackets. A mark of a block text (`|`, `>`) is none. */
function readValue(source: string): string {
  const text = source.trim().replace(/,$/, '');
  if (/^[|>][+-]?$/.test(text) || /^[[\]{}]$/.test(text)) return '';
  const list = /^\[(.*)\]$/.exec(text)?.[1];
  if (list !== undefined)
    return list
      .split(',')
      .map((item) => unquoted(item.trim()))
      .filter(Boolean)
      .join(', ');
  return unquoted(text);
}

const unquoted = (text: string) =>
  /^"(.*)"$|^'(.*)'$/
    .exec(text)
    ?.slice(1)
    .find((inner) => inner !== undefined) ?? text;
