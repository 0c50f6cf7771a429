import { Link } from 'wouter';
import type { Message } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan } from '../../app/session.tsx';
import { CitedPassage } from '../../chat/cited-passage.tsx';
import { MessageView } from '../../chat/message-view.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { Button } from '../../ui/button.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge } from '../../ui/page.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { VersionName } from '../../ui/version-name.tsx';
import { isGood } from './is-good.ts';
import { KeepAsCase } from './keep-as-case.tsx';
import { ToReview } from './to-review.tsx';

/** A message with its sources, figures, ratings and what can be done with it. */
export function Entry({
  session,
  agent,
  message,
}: {
  readonly session: string;
  readonly agent: string;
  readonly message: Message;
}) {
  const texts = useTexts(sessionTexts);
  const format = useFormat();
  const { run, feedback, siblings, citations, role } = message;
  return (
    <MessageView message={message}>
      {citations.length > 0 && (
        <details className="sources">
          <summary>{texts.sources(citations.length)}</summary>
          <ol>
            {citations.map((one) => (
              <li key={one.number}>
                <CitedPassage citation={one} />
              </li>
            ))}
          </ol>
        </details>
      )}
      <footer className="message-footer">
        <Time value={message.created_at} form="moment" />
        {role === 'assistant' && run !== null && (
          <>
            <span>
              <VersionName agent={agent} id={run.version_id} />
            </span>
            <span>{format.duration(run.latency_ms)}</span>
            <span>{format.money(run.usage.cost_usd)}</span>
            <Link href={`/runs/${run.id}`}>{texts.trace}</Link>
            <KeepAsCase message={message.id} />
            <ToReview message={message.id} />
          </>
        )}
        {feedback.map((one) =>
          one.comment === null ? (
            <Badge key={one.id} tone={isGood(one) ? 'good' : 'bad'}>
              {texts.rated(String(one.rating))}
            </Badge>
          ) : (
            <p key={one.id} className="message-text">
              {`${texts.rated(String(one.rating))}: ${one.comment}`}
            </p>
          ),
        )}
        <BranchSwitch session={session} siblings={siblings} />
      </footer>
    </MessageView>
  );
}

/** The other answers to the same question, or other versions of it: the tree of the conversation. */
function BranchSwitch({
  session,
  siblings,
}: {
  readonly session: string;
  readonly siblings: Message['siblings'];
}) {
  const texts = useTexts(sessionTexts);
  const mayWrite = useCan('sessions:write');
  const select = useAction((active_message_id: string) =>
    client.PATCH('/api/v1/sessions/{session}', {
      params: { path: { session } },
      body: { active_message_id },
    }),
  );
  if (siblings === null || siblings.count < 2) return null;
  const { position, count, previous_id, next_id } = siblings;
  const go = (id: string | null, label: string, sign: string) => (
    <Button
      kind="quiet"
      isSmall
      aria-label={label}
      disabled={id === null || !mayWrite}
      isBusy={select.isRunning}
      onClick={() => id !== null && select.run(id)}
    >
      {sign}
    </Button>
  );
  return (
    <span className="branches">
      {go(previous_id, texts.previousBranch, '‹')}
      {texts.branch(position, count)}
      {go(next_id, texts.nextBranch, '›')}
      <ProblemNote problem={select.problem} />
    </span>
  );
}
