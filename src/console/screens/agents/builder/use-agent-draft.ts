import { useCallback, useMemo } from 'react';
import type {
  Agent,
  AgentConfig,
  AgentConfigPatch,
  VersionReference,
} from '../../../../client/index.ts';
import { isSame } from '../../../ui/is-same.ts';
import { useDraft } from '../../../ui/use-draft.ts';
import { mergeConfigs, patchOf } from '../config.ts';

interface Draft {
  /** The version that the draft was made from. */
  readonly base: VersionReference;
  readonly base_config: AgentConfig;
  readonly config: AgentConfig;
}

export interface AgentDraft {
  readonly config: AgentConfig;
  /** What differs from the active version. */
  readonly patch: AgentConfigPatch;
  readonly base: VersionReference;
  readonly isChanged: boolean;
  /** True when another version was activated since the draft was begun. */
  readonly isOutdated: boolean;
  readonly change: (changes: Partial<AgentConfig>) => void;
  /** Replaces the configuration as a whole. */
  readonly replace: (config: AgentConfig) => void;
  /** Begins a new draft on top of the active version. */
  readonly begin: (config: AgentConfig) => void;
  readonly discard: () => void;
  /** Brings the changes of the active version into the draft. */
  readonly rebase: () => void;
}

/** The unsaved configuration of an agent, which survives reload, on top of the active version. */
export function useAgentDraft(agent: Agent): AgentDraft {
  const { active_version, config: active } = agent;
  const fresh = useMemo<Draft>(
    () => ({ base: active_version, base_config: active, config: active }),
    [active_version, active],
  );
  const draft = useDraft<Draft>(`agent.${agent.id}`, fresh);
  const isChanged = !isSame(draft.value.config, draft.value.base_config);
  // A draft without changes follows the active version.
  const value = isChanged ? draft.value : fresh;
  const { change: write } = draft;
  const replace = useCallback(
    (config: AgentConfig) =>
      write((before) => {
        const from = isSame(before.config, before.base_config) ? fresh : before;
        return { ...from, config };
      }),
    [write, fresh],
  );
  const change = useCallback(
    (changes: Partial<AgentConfig>) =>
      write((before) => {
        const from = isSame(before.config, before.base_config) ? fresh : before;
        return { ...from, config: { ...from.config, ...changes } };
      }),
    [write, fresh],
  );
  const begin = useCallback((config: AgentConfig) => write({ ...fresh, config }), [write, fresh]);
  const rebase = useCallback(
    () =>
      write(({ base_config, config }) => ({
        ...fresh,
        config: mergeConfigs(base_config, config, fresh.config),
      })),
    [write, fresh],
  );
  const patch = useMemo(() => patchOf(active, value.config), [active, value.config]);
  return {
    ...{ config: value.config, patch, base: value.base, isChanged, change, replace, begin, rebase },
    isOutdated: isChanged && value.base.id !== active_version.id,
    discard: draft.discard,
  };
}
