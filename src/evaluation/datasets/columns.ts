import type { CaseContent } from './case.ts';

/** Fields of a case that a table has as columns. */
export const caseFields = [
  'input',
  'conversation',
  'inputs',
  'answer',
  'facts',
  'refuses',
  'citations',
  'tool_calls',
  'tags',
] as const;
export type CaseField = (typeof caseFields)[number];

/** Other names of columns, in lower case. */
const synonyms: Readonly<Partial<Record<CaseField, readonly string[]>>> = {
  input: ['question', 'prompt'],
  answer: ['expected', 'expected_answer', 'reference'],
};

const expectations: ReadonlySet<CaseField> = new Set([
  'answer',
  'facts',
  'refuses',
  'citations',
  'tool_calls',
]);

const plain = (name: string) => name.trim().toLowerCase();

/** Returns the field of each column, by the given names, else by its own name; null for other columns. */
export function fieldsOf(
  names: readonly string[],
  columns: Readonly<Partial<Record<CaseField, string>>>,
): (CaseField | null)[] {
  const given = new Map(
    Object.entries(columns).map(([field, name]) => [name.trim(), field as CaseField]),
  );
  const chosen = names.map((name) => given.get(name.trim()) ?? null);
  for (const field of caseFields) {
    if (columns[field] !== undefined) continue;
    const own = [field, ...(synonyms[field] ?? [])];
    // The name of the field precedes its synonyms.
    const [at] = own
      .map((one) => names.findIndex((name, index) => plain(name) === one && chosen[index] === null))
      .filter((index) => index >= 0);
    if (at !== undefined) chosen[at] = field;
  }
  return chosen;
}

/** Returns the input of a case from the values of its fields. */
export function inputOf(values: ReadonlyMap<CaseField, unknown>): Record<string, unknown> {
  const expected: Record<string, unknown> = {};
  const input: Record<string, unknown> = {};
  for (const [field, value] of values) (expectations.has(field) ? expected : input)[field] = value;
  return { ...input, expected };
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses the text with the form of the field.
    return text;
  }
};

/** A list in JSON, or separated by `separator`. */
function listOf(text: string, separator: RegExp): unknown {
  const value = text.trimStart().startsWith('[') ? jsonOf(text) : null;
  if (Array.isArray(value)) return value;
  return text
    .split(separator)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

const flags: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', '1'].map((text) => [text, true] as const),
  ...['false', 'no', '0'].map((text) => [text, false] as const),
]);

/** Returns the value of a cell that is not empty. */
export function readCell(field: CaseField, text: string): unknown {
  switch (field) {
    case 'input':
    case 'answer':
      return text;
    case 'facts':
      return listOf(text, /\r?\n/);
    case 'tags':
      return listOf(text, /[,;\n]/);
    case 'refuses':
      return flags.get(plain(text)) ?? text;
    default:
      return jsonOf(text);
  }
}

/** Returns the text of each cell, as `readCell` reads it; empty for a field that the case does not have. */
export function cellsOf(content: CaseContent): string[] {
  const values: Readonly<Partial<Record<CaseField, unknown>>> = {
    ...content,
    ...content.expected,
    ...(content.tags.length === 0 ? { tags: undefined } : {}),
  };
  return caseFields.map((field) => {
    const value = values[field];
    if (value === undefined) return '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}
