import { Link } from 'wouter';
import type { EvaluationResult } from '../../../client/index.ts';
import { placeOf } from '../../app/places.ts';
import { caseHistoryTexts } from '../../texts/case-history.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { evaluationTexts } from '../../texts/evaluation.ts';
import { useFormat } from '../../ui/format.ts';
import { Markdown } from '../../ui/markdown.tsx';
import { Badge } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';

/** One answer: what was expected beside it, and why it scored as it did. */
export function ResultCard({
  result,
  target,
  dataset,
}: {
  readonly result: EvaluationResult;
  readonly dataset: string;
  readonly target: string;
}) {
  const texts = useTexts(evaluationTexts);
  const { history } = useTexts(caseHistoryTexts);
  const format = useFormat();
  const { state, input, score, repetition, tags, run_id, cost_usd, latency_ms, error } = result;
  return (
    <details className="card result">
      <summary>
        <Passed result={result} />
        <span className="result-input">{input ?? texts.hidden}</span>
        <span className="muted small">
          {[target, ...(repetition > 0 ? [texts.repetition(repetition + 1)] : [])].join(' · ')}
          {state === 'done' && ` · ${format.percent(score)}`}
        </span>
      </summary>
      <div className="result-body">
        {error !== null && (
          <p className="note note-bad">
            <strong>{error.code}</strong> {error.detail}
          </p>
        )}
        <div className="answers">
          <Expected expected={result.expected} />
          <div>
            <h3>{texts.answer}</h3>
            <Answer result={result} />
          </div>
        </div>
        <Scores result={result} />
        <p className="muted small">
          {tags.map((one) => (
            <Badge key={one}>{one}</Badge>
          ))}{' '}
          {[
            ...(latency_ms === null ? [] : [format.duration(latency_ms)]),
            ...(cost_usd === null ? [] : [format.money(cost_usd)]),
          ].join(' · ')}{' '}
          {run_id !== null && <Link href={placeOf(`/sessions/runs/${run_id}`)}>{texts.trace}</Link>}{' '}
          <Link href={`/datasets/${dataset}/cases/${result.case_id}`}>{history}</Link>
        </p>
      </div>
    </details>
  );
}

export function Passed({
  result: { state, passed, outcome },
}: {
  readonly result: Pick<EvaluationResult, 'state' | 'passed' | 'outcome'>;
}) {
  const texts = useTexts(evaluationTexts);
  if (state !== 'done') return <Badge>{texts.states[state]}</Badge>;
  if (outcome !== null && outcome !== 'completed')
    return <Badge tone="bad">{texts.outcomes[outcome]}</Badge>;
  if (passed === null) return <Badge>{texts.notScored}</Badge>;
  return <Badge tone={passed ? 'good' : 'bad'}>{passed ? texts.pass : texts.fail}</Badge>;
}

export function Answer({ result: { answer, state } }: { readonly result: EvaluationResult }) {
  const texts = useTexts(evaluationTexts);
  if (answer === null)
    return <p className="muted">{state === 'done' ? texts.hidden : texts.states[state]}</p>;
  return <Markdown text={answer} />;
}

export function Expected({ expected }: { readonly expected: EvaluationResult['expected'] }) {
  const texts = useTexts(evaluationTexts);
  const { answer, facts, refuses, ...further } = expected ?? {};
  return (
    <div>
      <h3>{texts.expected}</h3>
      {typeof answer === 'string' && <p>{answer}</p>}
      {Array.isArray(facts) && (
        <ul>
          {facts.map((fact) => (
            <li key={String(fact)}>{String(fact)}</li>
          ))}
        </ul>
      )}
      {typeof refuses === 'boolean' && <p>{refuses ? texts.mustRefuse : texts.mustAnswer}</p>}
      {Object.keys(further).length > 0 && (
        <pre tabIndex={0}>{JSON.stringify(further, null, 2)}</pre>
      )}
      {Object.keys(expected ?? {}).length === 0 && <p className="muted">{texts.nothing}</p>}
    </div>
  );
}

function Scores({ result: { scores } }: { readonly result: EvaluationResult }) {
  const texts = useTexts(evaluationTexts);
  const { percent } = useFormat();
  if (scores.length === 0) return null;
  return (
    <Table
      label={texts.scores}
      rows={scores}
      keyOf={({ name }) => name}
      columns={[
        { name: texts.scorer, cell: ({ name }) => name },
        {
          name: texts.score,
          cell: ({ outcome, score, passed }) =>
            outcome === 'scored' ? (
              <Badge tone={passed === true ? 'good' : 'bad'}>{percent(score)}</Badge>
            ) : (
              <Badge tone={outcome === 'failed' ? 'bad' : 'neutral'}>
                {texts.scoreOutcomes[outcome]}
              </Badge>
            ),
        },
        {
          name: texts.reason,
          cell: ({ reason, error_code }) => reason ?? error_code ?? '–',
        },
      ]}
    />
  );
}
