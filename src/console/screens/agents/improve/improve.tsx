import type { Agent, AgentImprovement } from '../../../../client/index.ts';
import { client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { agentImproveTexts } from '../../../texts/agent-improve.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button } from '../../../ui/button.tsx';
import { NumberField } from '../../../ui/field.tsx';
import { Form } from '../../../ui/form.tsx';
import { Empty, Loading } from '../../../ui/states.tsx';
import { useDraft } from '../../../ui/use-draft.ts';
import { Proposal } from './proposal.tsx';

/** `/agents/{agent}/improve`: changes that evidence speaks for, which are taken into the draft. */
export function Improve({ agent }: { readonly agent: Agent }) {
  const texts = useTexts(agentImproveTexts);
  const { value: days, change: setDays } = useDraft<number | null>(`improve.${agent.id}.days`, 30);
  const kept = useDraft<AgentImprovement | null>(`improve.${agent.id}`, null);
  const start = useAction(
    async (_: undefined, header) =>
      (
        await client.POST('/api/v1/agents/{agent}/improve', {
          params: { path: { agent: agent.id }, header },
          body: days === null ? {} : { days },
        })
      ).data,
    {
      refresh: ['/api/v1/agents'],
      onDone: (made) => kept.change(made ?? null),
    },
  );
  const proposal = kept.value;
  return (
    <>
      <p className="muted">{texts.hint}</p>
      <Form problem={start.problem} onSubmit={() => start.run(undefined)}>
        <div className="row-fields">
          <NumberField
            label={texts.days}
            pointer="/days"
            min={1}
            max={90}
            step={1}
            required
            value={days}
            onChange={setDays}
          />
          <Button
            type="submit"
            kind={proposal === null ? 'primary' : 'plain'}
            isBusy={start.isRunning}
          >
            {texts.start}
          </Button>
        </div>
      </Form>
      {start.isRunning ? (
        <Loading>{texts.working}</Loading>
      ) : (
        proposal !== null && <Result agent={agent} proposal={proposal} onForget={kept.discard} />
      )}
    </>
  );
}

function Result({
  agent,
  proposal,
  onForget,
}: {
  readonly agent: Agent;
  readonly proposal: AgentImprovement;
  readonly onForget: () => void;
}) {
  const texts = useTexts(agentImproveTexts);
  const { feedback, weak_answers, failed_questions } = proposal.examined;
  return (
    <>
      <p role="status">{texts.examined(feedback, weak_answers, failed_questions)}</p>
      {proposal.changes.length === 0 && <Empty title={texts.nothing}>{texts.nothingHint}</Empty>}
      {(proposal.changes.length > 0 || proposal.knowledge_gaps.length > 0) && (
        <Proposal agent={agent} proposal={proposal} onForget={onForget} />
      )}
    </>
  );
}
