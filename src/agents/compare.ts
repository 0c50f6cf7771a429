import { diffLines } from 'diff';
import { createPatch, type Operation } from 'rfc6902';
import { canonicalJson } from '../shared/digest.ts';
import type { AgentConfig } from './config.ts';

export interface LineChange {
  readonly type: 'same' | 'added' | 'removed';
  readonly lines: string[];
}

/** Texts with more changed lines are shown as replaced as a whole, which bounds the work. */
const maxEdits = 1000;
/** Longer arrays are replaced as a whole: a patch compares every item with every other. */
const maxItems = 64;

/** Returns a JSON Patch (RFC 6902) that turns `from` into `to`. */
export const patchBetween = (from: AgentConfig, to: AgentConfig): Operation[] =>
  createPatch(from, to, (input: unknown, output: unknown, pointer) => {
    const isLong =
      Array.isArray(input) &&
      Array.isArray(output) &&
      Math.max(input.length, output.length) > maxItems;
    if (!isLong) return undefined;
    return canonicalJson(input) === canonicalJson(output)
      ? []
      : [{ op: 'replace', path: pointer.toString(), value: output }];
  });

/** Returns runs of lines in the order of the new text, a removed run before its replacement. */
export function compareLines(from: string, to: string): LineChange[] {
  const parts = diffLines(from, to, { maxEditLength: maxEdits });
  if (parts === undefined) return [toChange('removed', from), toChange('added', to)];
  return parts.map(({ added, removed, value }) =>
    toChange(added ? 'added' : removed ? 'removed' : 'same', value),
  );
}

const toChange = (type: LineChange['type'], text: string): LineChange => ({
  type,
  lines: text.replace(/\r?\n$/, '').split(/\r?\n/),
});

/** Returns one readable line for each changed field: `settings.temperature: null -> 0.2`. */
export function summarise(from: AgentConfig, to: AgentConfig): string[] {
  const before = leavesOf(from);
  const after = leavesOf(to);
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .filter(
      (field) =>
        canonicalJson(before.get(field) ?? null) !== canonicalJson(after.get(field) ?? null),
    )
    .map((field) =>
      field === 'instructions'
        ? summariseText(from, to)
        : `${field}: ${show(before.get(field))} -> ${show(after.get(field))}`,
    );
}

const sections = [
  'settings',
  'knowledge',
  'memory',
  'approvals',
  'limits',
] as const satisfies (keyof AgentConfig)[];

const isSection = (field: string) => (sections as readonly string[]).includes(field);

const leavesOf = (config: AgentConfig): Map<string, unknown> =>
  new Map(
    Object.entries(config).flatMap(([field, value]): [string, unknown][] =>
      isSection(field)
        ? Object.entries(value as object).map(([inner, leaf]) => [`${field}.${inner}`, leaf])
        : [[field, value]],
    ),
  );

function summariseText(from: AgentConfig, to: AgentConfig): string {
  const changes = compareLines(from.instructions, to.instructions);
  const count = (type: LineChange['type']) =>
    changes
      .filter((change) => change.type === type)
      .reduce((sum, { lines }) => sum + lines.length, 0);
  return `instructions: ${count('added')} lines added, ${count('removed')} removed`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return text.length > 80 ? `${text.slice(0, 79).toWellFormed()}…` : text;
}
