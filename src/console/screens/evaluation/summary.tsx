import type { Evaluation, EvaluationInterval } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { evaluationTexts } from '../../texts/evaluation.ts';
import { useFormat } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { targetName } from './evaluation-status.tsx';

interface Row {
  readonly key: string;
  readonly name: string;
  readonly target: string;
  readonly pass_rate: EvaluationInterval;
  readonly score: EvaluationInterval;
  readonly cases: number;
  readonly missing: number;
}

/** Pass rates and scores by version and scorer, then what the versions cost and how long they took. */
export function Summary({ evaluation: { summary, targets } }: { readonly evaluation: Evaluation }) {
  const texts = useTexts(evaluationTexts);
  const { percent, number, money, duration } = useFormat();
  if (summary === null) return null;
  const interval = (of: EvaluationInterval) =>
    of === null ? (
      '–'
    ) : (
      <>
        {percent(of.value)}{' '}
        <span className="small muted">{`${percent(of.low)} – ${percent(of.high)}`}</span>
      </>
    );
  const nameAt = (index: number) => targetName(targets[index], texts);
  const rows: readonly Row[] = summary.flatMap(({ target, overall, scorers }) => [
    {
      ...{ key: `${target}`, name: texts.overall, target: nameAt(target), missing: 0 },
      ...overall,
    },
    ...scorers.map((one) => ({
      ...{ key: `${target} ${one.name}`, name: one.name, target: nameAt(target) },
      ...{ pass_rate: one.pass_rate, score: one.score, cases: one.cases },
      missing: one.not_measurable + one.failed,
    })),
  ]);
  return (
    <Section title={texts.summary} description={texts.summaryHint}>
      <Table
        label={texts.summary}
        rows={rows}
        keyOf={({ key }) => key}
        columns={[
          {
            name: texts.scorer,
            cell: ({ name }) => (name === texts.overall ? <strong>{name}</strong> : name),
          },
          { name: texts.version, cell: ({ target }) => target },
          { name: texts.passed, cell: ({ pass_rate }) => interval(pass_rate), isNumber: true },
          { name: texts.score, cell: ({ score }) => interval(score), isNumber: true },
          { name: texts.cases, cell: ({ cases }) => number(cases), isNumber: true, isMinor: true },
          {
            name: texts.notScored,
            cell: ({ missing }) => number(missing),
            isNumber: true,
            isMinor: true,
          },
        ]}
      />
      <Table
        label={texts.effort}
        rows={summary}
        keyOf={({ target }) => String(target)}
        columns={[
          { name: texts.version, cell: ({ target }) => nameAt(target) },
          { name: texts.answersGiven, cell: ({ done }) => number(done), isNumber: true },
          {
            name: texts.failedRuns,
            cell: ({ outcomes }) => number((outcomes.failed ?? 0) + (outcomes.limit_exceeded ?? 0)),
            isNumber: true,
          },
          {
            name: texts.runCost,
            cell: ({ run_cost_usd }) => money(run_cost_usd),
            isNumber: true,
          },
          {
            name: texts.scoreCost,
            cell: ({ score_cost_usd }) => money(score_cost_usd),
            isNumber: true,
            isMinor: true,
          },
          {
            name: texts.latency,
            cell: ({ latency_ms }) =>
              latency_ms === null
                ? '–'
                : `${duration(latency_ms.p50)} / ${duration(latency_ms.p95)}`,
            isNumber: true,
          },
        ]}
      />
    </Section>
  );
}
