import { Link } from 'wouter';
import type { ReplayTurn } from '../../../../client/index.ts';
import { placeOf } from '../../../app/places.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { replayTexts } from '../../../texts/replays.ts';
import { useFormat } from '../../../ui/format.ts';
import { Markdown } from '../../../ui/markdown.tsx';
import { Badge } from '../../../ui/page.tsx';

/** One turn: the answer that was given, the new one, and what differs. */
export function TurnCard({ turn }: { readonly turn: ReplayTurn }) {
  const texts = useTexts(replayTexts);
  const { money, duration } = useFormat();
  const { question, original, replay, diff, gaps, preference, preference_reason } = turn;
  const effort = (of: { latency_ms: number | null; cost_usd: number | null }) =>
    `${duration(of.latency_ms)} · ${money(of.cost_usd)}`;
  return (
    <details className="card result">
      <summary>
        <State turn={turn} />
        <span className="result-input">{question ?? texts.hidden}</span>
        {gaps.map((one) => (
          <Badge key={one} tone="warn">
            {texts.gaps[one]}
          </Badge>
        ))}
      </summary>
      <div className="result-body">
        {replay.error !== null && (
          <p className="note note-bad">
            <strong>{replay.error.code}</strong> {replay.error.detail}
          </p>
        )}
        <div className="answers">
          <div>
            <h3>{texts.original}</h3>
            <Answer text={original.answer} />
            <p className="muted small">{effort(original)}</p>
          </div>
          <div>
            <h3>{texts.again}</h3>
            <Answer text={replay.answer} />
            <p className="muted small">
              {effort(replay)}{' '}
              {replay.run_id !== null && (
                <Link href={placeOf(`/sessions/runs/${replay.run_id}`)}>{texts.trace}</Link>
              )}
            </p>
          </div>
        </div>
        {preference !== null && (
          <p>
            <strong>{texts.preferenceOf[preference]}</strong> {preference_reason}
          </p>
        )}
        {diff !== null && <Difference diff={diff} />}
      </div>
    </details>
  );
}

function State({ turn: { state, is_changed, is_worse, replay } }: { readonly turn: ReplayTurn }) {
  const texts = useTexts(replayTexts);
  if (state !== 'done') return <Badge>{texts.states[state]}</Badge>;
  if (replay.error !== null) return <Badge tone="bad">{texts.failed}</Badge>;
  if (is_worse === true) return <Badge tone="bad">{texts.worse}</Badge>;
  return is_changed === true ? (
    <Badge tone="info">{texts.changed}</Badge>
  ) : (
    <Badge tone="good">{texts.same}</Badge>
  );
}

function Answer({ text }: { readonly text: string | null }) {
  const texts = useTexts(replayTexts);
  return text === null ? <p className="muted">{texts.hidden}</p> : <Markdown text={text} />;
}

function Difference({ diff }: { readonly diff: NonNullable<ReplayTurn['diff']> }) {
  const texts = useTexts(replayTexts);
  return (
    <details>
      <summary>{texts.wordByWord}</summary>
      <p className="message-text">
        {diff.map(({ type, text }, index) => {
          const key = `${index} ${type}`;
          if (type === 'removed') return <del key={key}>{text}</del>;
          if (type === 'added') return <ins key={key}>{text}</ins>;
          return <span key={key}>{text}</span>;
        })}
      </p>
    </details>
  );
}
