import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Problem, RequiredAction } from '../../client/index.ts';
import { placeOf } from '../app/places.ts';
import { useTexts } from '../texts/catalogue.ts';
import { chatTexts } from '../texts/chat.ts';
import { Button } from '../ui/button.tsx';
import { useFormat } from '../ui/format.ts';
import { ProblemNote } from '../ui/states.tsx';
import { BudgetWay } from './budget-way.tsx';
import { CitedText } from './cited-text.tsx';
import type { LiveAnswer, LiveCall } from './live-answer.ts';
import type { Turn } from './use-conversation.ts';

/** A turn of a conversation that is not stored: question, answer with its calls and citations, and what it took. */
export function TurnView({
  turn: { question, answer, problem },
  onDecide,
  isQuestionHidden = false,
}: {
  readonly turn: Turn;
  readonly onDecide?: (decision: 'approve' | 'reject') => void;
  readonly isQuestionHidden?: boolean;
}) {
  const texts = useTexts(chatTexts);
  return (
    <>
      {!isQuestionHidden && (
        <article className="message message-user">
          <p className="message-text">{question}</p>
        </article>
      )}
      <article className="message message-assistant" aria-label={texts.answer}>
        {answer.calls.map((call) => (
          <CallView key={call.id} call={call} />
        ))}
        {answer.reasoning !== '' && (
          <details className="tool-call">
            <summary>{texts.reasoning}</summary>
            <p className="message-text muted">{answer.reasoning}</p>
          </details>
        )}
        <AnswerText answer={answer} />
        {onDecide !== undefined && answer.status === 'waiting' && (
          <Waiting required={answer.required} onDecide={onDecide} />
        )}
        {answer.status === 'cancelled' && <p className="muted small">{texts.stopped}</p>}
        {answer.error !== null && (
          <p className="note note-bad" role="alert">
            {answer.error}
          </p>
        )}
        <ProblemNote problem={problem} />
        {problem?.code === 'budget_exceeded' && <BudgetWay id={budgetOf(problem)} />}
        {problem !== null && problem.violations.length > 1 && (
          <ul className="small">
            {problem.violations.map((one) => (
              <li key={one.pointer + one.detail}>
                <code>{one.pointer}</code> {one.detail}
              </li>
            ))}
          </ul>
        )}
        <Took answer={answer} />
      </article>
    </>
  );
}

/** The budget that refused, as the problem names it. */
const budgetOf = ({ details: { budget } }: Problem): string | null =>
  (budget as { readonly id: string } | undefined)?.id ?? null;

function AnswerText({
  answer: { text, citations, status, calls },
}: {
  readonly answer: LiveAnswer;
}) {
  const texts = useTexts(chatTexts);
  if (text === '')
    return status === 'streaming' ? (
      <p className="muted" role="status">
        {calls.some((call) => call.status === 'running') ? texts.callingTools : texts.thinking}
      </p>
    ) : null;
  return <CitedText text={text} citations={citations} hasSources />;
}

function CallView({ call: { name, input, output, error, status } }: { readonly call: LiveCall }) {
  const texts = useTexts(chatTexts);
  return (
    <details className="tool-call">
      <summary>
        {status === 'running' ? texts.calling(name) : texts.called(name)}
        {status === 'failed' && ` · ${texts.callFailed}`}
        {status === 'denied' && ` · ${texts.callDenied}`}
      </summary>
      <pre>{show(input)}</pre>
      {(error !== null || output !== undefined) && <pre>{error ?? show(output)}</pre>}
    </details>
  );
}

const show = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');

function Waiting({
  required,
  onDecide,
}: {
  readonly required: readonly RequiredAction[];
  readonly onDecide: (decision: 'approve' | 'reject') => void;
}) {
  const texts = useTexts(chatTexts);
  const approvals = required.filter((one) => one.type === 'approval');
  if (approvals.length < required.length || approvals.length === 0)
    return <p className="note note-warn">{texts.waitsElsewhere}</p>;
  return (
    <div className="note note-warn">
      {approvals.map(({ tool_call_id, tool_name, reason }) => (
        <p key={tool_call_id}>
          {texts.waitsFor(tool_name)} {reason}
        </p>
      ))}
      <div className="form-actions">
        <Button isSmall onClick={() => onDecide('approve')}>
          {texts.approve}
        </Button>
        <Button isSmall onClick={() => onDecide('reject')}>
          {texts.reject}
        </Button>
      </div>
    </div>
  );
}

/** Time, tokens and cost of an answer, with the way to its trace. */
function Took({ answer: { run, run_id } }: { readonly answer: LiveAnswer }) {
  const texts = useTexts(chatTexts);
  const format = useFormat();
  if (run === null || run_id === null) return null;
  const { usage, latency_ms, confidence, coverage } = run;
  const tokens = usage === null ? null : (usage.input_tokens ?? 0) + (usage.output_tokens ?? 0);
  const parts: ReactNode[] = [
    ...(latency_ms === null ? [] : [format.duration(latency_ms)]),
    ...(tokens === null ? [] : [texts.tokens(format.number(tokens))]),
    ...(usage === null
      ? []
      : [usage.cost_usd === null ? texts.noPrice : format.money(usage.cost_usd)]),
    ...(confidence === null ? [] : [texts.confidence(format.percent(confidence))]),
    ...(coverage === 'none' ? [texts.notCovered] : []),
  ];
  return (
    <p className="muted small took">
      <span>{parts.join(' · ')}</span>
      <Link href={placeOf(`/sessions/runs/${run_id}`)}>{texts.trace}</Link>
    </p>
  );
}
