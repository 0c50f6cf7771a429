import type { AgentConfig, AgentImprovement } from '../../../../client/index.ts';
import { isSame } from '../../../ui/is-same.ts';

export type Change = AgentImprovement['changes'][number];

/** Returns the configuration with some of the proposed changes. */
export function applyChanges(config: AgentConfig, changes: readonly Change[]): AgentConfig {
  const made: Record<string, unknown> = { ...config };
  for (const { field, after } of changes) {
    const [section = '', name] = field.split('.');
    made[section] = name === undefined ? after : { ...Object(made[section]), [name]: after };
  }
  return made as unknown as AgentConfig;
}

/** True where a draft has another value than the one that was examined, which the proposal would replace. */
export function isInDraft(config: AgentConfig, { field, before, after }: Change): boolean {
  const [section = '', name] = field.split('.');
  const value: unknown = config[section as keyof AgentConfig];
  const mine = name === undefined ? value : (value as Readonly<Record<string, unknown>>)[name];
  return !isSame(mine, before) && !isSame(mine, after);
}
