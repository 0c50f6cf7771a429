import type { AgentConfig, AgentConfigPatch } from '../../agents/index.ts';

/** Fields that an improvement may change. It never touches models, tools, limits or approvals. */
export const improvable = [
  'instructions',
  'welcome_message',
  'starter_questions',
  'knowledge.scope',
  'knowledge.mode',
  'knowledge.top_k',
  'knowledge.min_score',
  'knowledge.rewrite_query',
  'knowledge.citations',
  'knowledge.no_answer',
  'settings.temperature',
] as const;
export type Improvable = (typeof improvable)[number];

/** A proposed change of one field, with its reason and the ids of the evidence for it. */
export interface Change {
  readonly field: Improvable;
  readonly value: unknown;
  readonly reason: string;
  readonly evidence: readonly string[];
}

export function currentValue(config: AgentConfig, field: Improvable): unknown {
  const [section = '', name] = field.split('.');
  const value = (config as unknown as Record<string, unknown>)[section];
  return name === undefined ? value : (value as Record<string, unknown>)[name];
}

/** Returns changes as a patch; a later one of the same field wins. */
export function toPatch(changes: readonly Change[]): AgentConfigPatch {
  const patch: Record<string, unknown> = {};
  for (const { field, value } of changes) {
    const [section = '', name] = field.split('.');
    patch[section] =
      name === undefined ? value : { ...(patch[section] as object | undefined), [name]: value };
  }
  return patch as AgentConfigPatch;
}
