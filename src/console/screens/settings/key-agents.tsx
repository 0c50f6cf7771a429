import { Fragment } from 'react';
import type { ApiKey } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { keyAgentTexts } from '../../texts/key-agents.ts';
import { AgentChecks } from '../../ui/agent-checks.tsx';
import { AgentName } from '../../ui/agent-filter.tsx';

/** The agents that a key may use. */
export function KeyAgents({ apiKey: { agent_ids } }: { readonly apiKey: ApiKey }) {
  const texts = useTexts(keyAgentTexts);
  if (agent_ids === null) return texts.all;
  return agent_ids.map((id, index) => (
    <Fragment key={id}>
      {index > 0 && ', '}
      <AgentName id={id} />
    </Fragment>
  ));
}

/** Chooses the agents of a new key. */
export function KeyAgentsField({
  chosen,
  onChange,
}: {
  readonly chosen: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}) {
  const texts = useTexts(keyAgentTexts);
  return <AgentChecks label={texts.agents} hint={texts.hint} chosen={chosen} onChange={onChange} />;
}

export const useKeyAgentsName = (): string => useTexts(keyAgentTexts).agents;
