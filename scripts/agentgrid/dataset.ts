import type { Api } from './api.ts';
import { CommandError, exits } from './exit.ts';
import { digestOf, type EvaluationSettings, isObject } from './manifests.ts';

interface Dataset {
  readonly id: string;
  readonly name: string;
}

/** Makes the dataset of a manifest what its file says. Cases that are not in the file are deleted. */
export async function syncDataset(api: Api, { name, cases }: EvaluationSettings): Promise<string> {
  const found = await api.list<Dataset>(`/datasets?q=${encodeURIComponent(name)}`);
  const same = found.filter((one) => one.name === name);
  if (same.length > 1)
    throw new CommandError(
      exits.usage,
      `${same.length} datasets are named "${name}". Rename all but one, or set "evaluation.name".`,
    );
  const { id } =
    same[0] ??
    (await api.call<Dataset>('POST', '/datasets', {
      json: { name, description: 'From a file; do not change it by hand.' },
      idempotencyKey: `dataset-${digestOf(name).slice(0, 32)}`,
    }));
  const wanted = new Map(linesOf(cases).map((line) => [digestOfCase(line), tagsOf(line)]));
  const path = `/datasets/${id}/cases`;
  const stored = await api.list<Record<string, unknown>>(path);
  const known = new Set(stored.map(digestOfCase));
  // First, so that a file with an error changes nothing.
  if ([...wanted.keys()].some((digest) => !known.has(digest)))
    await api.call('POST', `/datasets/${id}/import`, {
      json: { format: 'jsonl', content: cases },
    });
  for (const one of stored) {
    const tags = wanted.get(digestOfCase(one));
    if (tags === undefined) await api.find('DELETE', `${path}/${one.id}`);
    else if (digestOf(tags) !== digestOf(tagsOf(one)))
      await api.call('PATCH', `${path}/${one.id}`, { json: { tags } });
  }
  return id;
}

function linesOf(cases: string): Record<string, unknown>[] {
  return cases
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((line, index) => {
      if (line.trim() === '') return [];
      try {
        const value = JSON.parse(line) as unknown;
        if (isObject(value)) return [value as Record<string, unknown>];
      } catch {
        // Reported below.
      }
      throw new CommandError(exits.usage, `Line ${index + 1} of the dataset is not a JSON object.`);
    });
}

const synonyms: Readonly<Record<string, string>> = {
  question: 'input',
  prompt: 'input',
  expected_answer: 'answer',
  reference: 'answer',
};
const expectations = new Set(['answer', 'facts', 'refuses', 'citations', 'tool_calls']);

const tagsOf = ({ tags }: Record<string, unknown>): unknown[] =>
  Array.isArray(tags) ? [...new Set(tags)] : [];

/** Identifies a case by what it says besides its tags, in the form of a line, or of the API. */
function digestOfCase(line: Record<string, unknown>): string {
  const { expected, ...rest } = line;
  const given = Object.entries(rest).map(([name, value]) => [synonyms[name] ?? name, value]);
  const parts = {
    ...(typeof expected === 'string' ? { answer: expected } : isObject(expected) ? expected : {}),
    ...Object.fromEntries(given),
  } as Record<string, unknown>;
  const names = ['input', 'conversation', 'inputs', ...expectations];
  const said = names.flatMap((name) => {
    const value = parts[name];
    const isEmpty =
      value === undefined ||
      value === null ||
      (Array.isArray(value) && value.length === 0) ||
      (isObject(value) && Object.keys(value).length === 0);
    return isEmpty ? [] : [[name, value]];
  });
  return digestOf(said);
}
