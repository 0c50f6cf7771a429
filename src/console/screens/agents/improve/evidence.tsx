import { useLocation } from 'wouter';
import type { ImprovementEvidence } from '../../../../client/index.ts';
import { client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { placeOf } from '../../../app/places.ts';
import { useCan } from '../../../app/session.tsx';
import { agentImproveTexts } from '../../../texts/agent-improve.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button } from '../../../ui/button.tsx';
import { Badge } from '../../../ui/page.tsx';
import { ProblemNote } from '../../../ui/states.tsx';

/** What happened that speaks for a change. */
export function EvidenceList({ evidence }: { readonly evidence: readonly ImprovementEvidence[] }) {
  const texts = useTexts(agentImproveTexts);
  return (
    <details>
      <summary className="more-title">{texts.evidence(evidence.length)}</summary>
      <ul className="plain-list more-body">
        {evidence.map(({ source, id, question }) => (
          <li key={id}>
            <Badge>{texts.sources[source]}</Badge> {question || texts.noQuestion}{' '}
            {source !== 'evaluation' && <OpenConversation message={id} question={question} />}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Leads to the conversation of a message. */
export function OpenConversation({
  message,
  question,
}: {
  readonly message: string;
  readonly question: string;
}) {
  const texts = useTexts(agentImproveTexts);
  const [, go] = useLocation();
  const mayRead = useCan('messages:read');
  const open = useAction(
    async () =>
      (await client.GET('/api/v1/messages/{message}', { params: { path: { message } } })).data,
    {
      refresh: [],
      onDone: (found) => {
        if (found?.session_id != null) go(placeOf(`/sessions/${found.session_id}`));
        else if (found?.run_id != null) go(placeOf(`/sessions/runs/${found.run_id}`));
      },
    },
  );
  if (!mayRead) return null;
  return (
    <>
      <Button
        isSmall
        kind="quiet"
        aria-label={texts.open(question)}
        isBusy={open.isRunning}
        onClick={() => open.run()}
      >
        {texts.show}
      </Button>
      <ProblemNote problem={open.problem} />
    </>
  );
}
