import type { AgentConfig, AgentConfigPatch } from '../../../client/index.ts';
import { isRecord, isSame } from '../../ui/is-same.ts';

const sections = [
  'settings',
  'knowledge',
  'memory',
  'approvals',
  'web',
  'hand_over',
  'limits',
] as const;

export type Section = (typeof sections)[number];

const isSection = (name: string): boolean => (sections as readonly string[]).includes(name);

/** Returns the fields that differ, as the API merges them: tools that are not named keep their pinned revisions. */
export function patchOf(active: AgentConfig, wanted: AgentConfig): AgentConfigPatch {
  const changed = (before: Record<string, unknown>, after: Record<string, unknown>) =>
    Object.entries(after).filter(([name, value]) => !isSame(before[name], value));
  const entries = changed({ ...active }, { ...wanted }).map(([name, value]) => {
    const before: unknown = active[name as keyof AgentConfig];
    return isSection(name) && isRecord(before) && isRecord(value)
      ? [name, Object.fromEntries(changed(before, value))]
      : [name, value];
  });
  return Object.fromEntries(entries) as AgentConfigPatch;
}

/** Applies to `theirs` what `mine` changed since `base`; where both changed the same field, `mine` stays. */
export function mergeConfigs(
  base: AgentConfig,
  mine: AgentConfig,
  theirs: AgentConfig,
): AgentConfig {
  return merge(base, mine, theirs) as AgentConfig;
}

function merge(base: unknown, mine: unknown, theirs: unknown): unknown {
  if (isSame(mine, base)) return theirs;
  if (!isRecord(mine) || !isRecord(theirs) || !isRecord(base)) return mine;
  return Object.fromEntries(
    Object.keys({ ...theirs, ...mine }).map((key) => [
      key,
      merge(base[key], mine[key], theirs[key]),
    ]),
  );
}

export interface FieldChange {
  /** JSON Pointer within the configuration. */
  readonly pointer: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Returns the fields that differ; lists and schemas are compared as a whole. */
export function fieldChanges(before: AgentConfig, after: AgentConfig): FieldChange[] {
  const [old, now] = [leavesOf({ ...before }), leavesOf({ ...after })];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((pointer) => !isSame(old.get(pointer), now.get(pointer)))
    .map((pointer) => ({ pointer, before: old.get(pointer), after: now.get(pointer) }));
}

const leavesOf = (config: Record<string, unknown>): Map<string, unknown> =>
  new Map(
    Object.entries(config).flatMap(([name, value]) =>
      isSection(name) && isRecord(value)
        ? Object.entries(value).map(([field, inner]) => [`/${name}/${field}`, inner] as const)
        : [[`/${name}`, value] as const],
    ),
  );

/** A value of a configuration as text. */
export const textOf = (value: unknown): string =>
  value === undefined || value === null
    ? '–'
    : typeof value === 'string'
      ? value
      : Array.isArray(value) && value.every((one) => typeof one === 'string')
        ? value.join(', ') || '–'
        : JSON.stringify(value, null, 2);

/** Names in `{{…}}`, in their order, each once. */
export const variablesIn = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g)].map(([, name = '']) => name),
  ),
];
