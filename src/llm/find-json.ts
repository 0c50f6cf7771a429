/** A JSON document found in a text, and its parsed value. */
export interface FoundJson {
  readonly json: string;
  readonly value: unknown;
}

/** Maximum number of positions of a text that are tried. */
const maxTries = 20;

/**
 * Yields the JSON documents in an answer, the likeliest first: the whole answer, the contents of code
 * fences, then objects and arrays within other text. A byte order mark and invisible characters around
 * the answer are ignored.
 */
export function* findJson(text: string): Generator<FoundJson> {
  const whole = text.replace(/^[\s\u200b\u2060\ufeff]+|[\s\u200b\u2060\ufeff\0]+$/g, '');
  const all = read(whole);
  if (all !== null) return yield all;
  for (const [, fenced = ''] of whole.matchAll(
    /^[ \t]*(?:```|~~~)[^\n`]*\n([\s\S]*?)\n?[ \t]*(?:```|~~~)[ \t]*$/gm,
  )) {
    const found = read(fenced.trim());
    if (found !== null) yield found;
  }
  let from = 0;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const start = nextStart(whole, from);
    if (start === -1) return;
    const end = endOf(whole, start);
    const found = end === -1 ? null : read(whole.slice(start, end));
    if (found !== null) yield found;
    from = found === null ? start + 1 : end;
  }
}

function nextStart(text: string, from: number): number {
  const at = text.slice(from).search(/[[{]/);
  return at === -1 ? -1 : from + at;
}

/** Returns the index after the bracket that closes the one at `start`; -1 when it is not closed. */
function endOf(text: string, start: number): number {
  let depth = 0;
  let isInString = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (isInString) {
      if (character === '\\') at += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

function read(json: string): FoundJson | null {
  try {
    return { json, value: JSON.parse(json) };
  } catch {
    return null;
  }
}
