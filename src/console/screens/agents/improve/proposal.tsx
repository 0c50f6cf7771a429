import { useState } from 'react';
import { flushSync } from 'react-dom';
import { useLocation } from 'wouter';
import type { Agent, AgentImprovement } from '../../../../client/index.ts';
import { agentImproveTexts } from '../../../texts/agent-improve.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button, LinkButton } from '../../../ui/button.tsx';
import { CheckField } from '../../../ui/field.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Badge, Section } from '../../../ui/page.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { useAgentDraft } from '../builder/use-agent-draft.ts';
import { Diff } from '../diff.tsx';
import { applyChanges, type Change, isInDraft } from './apply-changes.ts';
import { EvidenceList, OpenConversation } from './evidence.tsx';

/** What was proposed: each change with its reasons, all of them as a difference, and the way into the draft. */
export function Proposal({
  agent,
  proposal,
  onForget,
}: {
  readonly agent: Agent;
  readonly proposal: AgentImprovement;
  readonly onForget: () => void;
}) {
  const texts = useTexts(agentImproveTexts);
  const format = useFormat();
  const toast = useToast();
  const [, go] = useLocation();
  const draft = useAgentDraft(agent);
  const [left, setLeft] = useState<readonly string[]>([]);
  const { by, changes, cost_usd, version, knowledge_gaps, findings } = proposal;
  const chosen = changes.filter(({ field }) => !left.includes(field));
  const after = applyChanges(draft.config, chosen);
  const take = () => {
    // Kept before this screen ends with the draft in its hands.
    flushSync(() => draft.replace(after));
    toast(texts.taken);
    go('/');
  };
  return (
    <>
      {changes.length > 0 && (
        <Section
          title={texts.changes}
          description={`${texts.by(by === 'builtin' ? texts.builtin : by)}${cost_usd === null ? '' : ` · ${format.money(cost_usd)}`}`}
          actions={
            <>
              <Button kind="primary" disabled={chosen.length === 0} onClick={take}>
                {texts.take(chosen.length)}
              </Button>
              <Button onClick={onForget}>{texts.forget}</Button>
            </>
          }
        >
          {changes.map((change) => (
            <Proposed
              key={change.field}
              change={change}
              isReplacing={isInDraft(draft.config, change)}
              isChosen={!left.includes(change.field)}
              onChoose={(isOn) =>
                setLeft(isOn ? left.filter((one) => one !== change.field) : [...left, change.field])
              }
            />
          ))}
          <Diff before={draft.config} after={after} names={[texts.before, texts.after]} />
          {version !== null && (
            <p>
              <LinkButton
                kind="quiet"
                to={`/versions/${agent.active_version.number}/${version.number}`}
              >
                {texts.compare(version.number)}
              </LinkButton>
            </p>
          )}
        </Section>
      )}
      {findings.length > 0 && (
        <Section title={texts.findings}>
          <ul className="plain-list">
            {findings.map(({ rule, pointer, detail }) => (
              <li key={`${rule} ${pointer} ${detail}`}>{detail}</li>
            ))}
          </ul>
        </Section>
      )}
      <Gaps gaps={knowledge_gaps} />
    </>
  );
}

function Proposed({
  change: { field, reason, evidence },
  isChosen,
  isReplacing,
  onChoose,
}: {
  readonly change: Change;
  readonly isChosen: boolean;
  readonly isReplacing: boolean;
  readonly onChoose: (isOn: boolean) => void;
}) {
  const texts = useTexts(agentImproveTexts);
  return (
    <div className="card">
      <CheckField
        label={texts.takeOne(field)}
        hint={reason}
        checked={isChosen}
        onChange={onChoose}
      />
      {isReplacing && (
        <p>
          <Badge tone="warn">{texts.inDraft}</Badge>
        </p>
      )}
      <EvidenceList evidence={evidence} />
    </div>
  );
}

function Gaps({ gaps }: { readonly gaps: AgentImprovement['knowledge_gaps'] }) {
  const texts = useTexts(agentImproveTexts);
  if (gaps.length === 0) return null;
  return (
    <Section title={texts.gaps} description={texts.gapsHint}>
      <ul className="plain-list">
        {gaps.map(({ question, message_ids: [message] }) => (
          <li key={question}>
            {question}{' '}
            {message !== undefined && <OpenConversation message={message} question={question} />}
          </li>
        ))}
      </ul>
    </Section>
  );
}
