import { useEffect } from 'react';
import type { Evaluation, EvaluationComparison } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { evaluationTexts } from '../../texts/evaluation.ts';
import { SelectField } from '../../ui/field.tsx';
import { useFormat } from '../../ui/format.ts';
import { Page, Section } from '../../ui/page.tsx';
import { Empty, Failed, Loading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { ComparedCases } from './compared-cases.tsx';
import { nameOf, targetName } from './evaluation-status.tsx';
import { NextSteps } from './next-steps.tsx';

const filters = { target: '', with: '' };

/** An answer set of an evaluation, as the address names it: `evl_…:0`. */
const optionOf = ({ id }: Evaluation, target: number): string => `${id}:${target}`;

/** Compares two versions over the same cases: of this evaluation, or with an earlier one of the dataset. */
export function Comparison({ id }: { readonly id: string }) {
  const texts = useTexts(evaluationTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/evaluations/{eval}', {
    params: { path: { eval: id } },
  });
  const dataset = data?.dataset_id ?? '';
  const others = api.useQuery(
    'get',
    '/api/v1/evaluations',
    { params: { query: { dataset, limit: 50 } } },
    { enabled: dataset !== '' },
  );
  const failure = error ?? others.error;
  if (failure !== null)
    return <Failed problem={failure} onRetry={() => Promise.all([refetch(), others.refetch()])} />;
  if (data === undefined || others.data === undefined) return <Loading>{texts.loadingOne}</Loading>;
  return <Choose evaluation={data} others={others.data.data} />;
}

function Choose({
  evaluation,
  others,
}: {
  readonly evaluation: Evaluation;
  readonly others: readonly Evaluation[];
}) {
  const texts = useTexts(evaluationTexts);
  const { day } = useFormat();
  const [state, setFilters] = useUrlState(filters);
  const { id, targets } = evaluation;
  // What is newer is compared with what was before.
  const newestFirst = targets
    .map(({ version }, index) => ({ index, number: version.number }))
    .sort((a, b) => b.number - a.number || b.index - a.index);
  const target = state.target === '' ? String(newestFirst[0]?.index ?? 0) : state.target;
  const options = [evaluation, ...others.filter((one) => one.id !== id)].flatMap((one) =>
    one.targets.map((of, index) => ({
      value: optionOf(one, index),
      label:
        one.id === id
          ? texts.hereOf(targetName(of, texts))
          : `${nameOf(one, texts)}: ${targetName(of, texts)}, ${day(one.created_at)}`,
    })),
  );
  const offered = options.filter(({ value }) => value !== `${id}:${target}`);
  const older = newestFirst.find(({ index }) => String(index) !== target);
  const usual = older === undefined ? offered[0]?.value : optionOf(evaluation, older.index);
  const base = state.with === '' ? (usual ?? '') : state.with;
  const all = [evaluation, ...others];
  const [baseId = '', baseIndex = ''] = base.split(':');
  const baseTarget = all.find((one) => one.id === baseId)?.targets[Number(baseIndex)];
  // The link means the same later, when there are further evaluations.
  useEffect(() => {
    if (state.with === '' && base !== '') setFilters({ target, with: base });
  }, [state.with, base, target, setFilters]);
  return (
    <Page
      title={texts.compareTitle}
      back={{ to: `/runs/${id}`, label: nameOf(evaluation, texts) }}
      description={texts.compareHint}
    >
      <div className="filters">
        <SelectField
          label={texts.compareThis}
          value={target}
          onChange={(value) => setFilters({ target: value })}
          choices={targets.map((of, index) => ({
            value: String(index),
            label: targetName(of, texts),
          }))}
        />
        <SelectField
          label={texts.compareWith}
          value={base}
          onChange={(value) => setFilters({ with: value })}
          choices={offered}
        />
      </div>
      {base === '' ? (
        <Empty title={texts.nothingToCompare}>{texts.nothingToCompareHint}</Empty>
      ) : (
        <>
          <NextSteps
            agent={evaluation.agent_id}
            base={baseTarget}
            target={targets[Number(target)]}
          />
          <Compared id={id} target={Number(target)} base={base} />
        </>
      )}
    </Page>
  );
}

function Compared({
  id,
  target,
  base,
}: {
  readonly id: string;
  readonly target: number;
  readonly base: string;
}) {
  const texts = useTexts(evaluationTexts);
  const [with_id = '', at = '0'] = base.split(':');
  const with_target = Number(at);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/evaluations/{eval}/comparison', {
    params: { path: { eval: id }, query: { with: with_id, target, with_target } },
  });
  if (data === undefined)
    return error === null ? (
      <Loading>{texts.comparing}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  return (
    <>
      <Differences comparison={data} />
      {data.clusters.length > 0 && <Clusters comparison={data} />}
      <ComparedCases
        comparison={data}
        here={{ id, target }}
        base={{ id: with_id, target: with_target }}
      />
    </>
  );
}

function Differences({ comparison }: { readonly comparison: EvaluationComparison }) {
  const texts = useTexts(evaluationTexts);
  const { percent, number, money, duration } = useFormat();
  const { overall, scorers, cases, cost_usd, latency_ms, incomparable_scorers } = comparison;
  const { only_here, only_in_base, changed_cases, flaky } = comparison;
  const difference = (of: (typeof overall)['score_difference']) =>
    of === null ? (
      '–'
    ) : (
      <>
        {`${of.value > 0 ? '+' : ''}${percent(of.value)}`}{' '}
        <span className="small muted">{`${percent(of.low)} – ${percent(of.high)}`}</span>
      </>
    );
  const notes = [
    ...(only_here + only_in_base > 0 ? [texts.unpaired(only_here + only_in_base)] : []),
    ...(changed_cases > 0 ? [texts.changedCases(changed_cases)] : []),
    ...(flaky.length > 0 ? [texts.flaky(flaky.length)] : []),
    ...(incomparable_scorers.length > 0
      ? [texts.incomparable(incomparable_scorers.join(', '))]
      : []),
  ];
  return (
    <Section title={texts.differences} description={texts.paired(cases)}>
      <Table
        label={texts.differences}
        rows={[{ ...overall, name: texts.overall }, ...scorers]}
        keyOf={({ name }) => name}
        columns={[
          { name: texts.scorer, cell: ({ name }) => name },
          { name: texts.wins, cell: ({ wins }) => number(wins), isNumber: true },
          { name: texts.losses, cell: ({ losses }) => number(losses), isNumber: true },
          { name: texts.ties, cell: ({ ties }) => number(ties), isNumber: true },
          {
            name: texts.passed,
            cell: ({ pass_rate_difference }) => difference(pass_rate_difference),
            isNumber: true,
          },
          {
            name: texts.score,
            cell: ({ score_difference }) => difference(score_difference),
            isNumber: true,
            isMinor: true,
          },
          { name: texts.chance, cell: ({ p_value }) => p_value.toPrecision(2), isNumber: true },
        ]}
      />
      <p className="muted">
        {texts.chanceHint} {texts.costChange(money(cost_usd.base), money(cost_usd.value))}{' '}
        {texts.latencyChange(duration(latency_ms.base), duration(latency_ms.value))}
      </p>
      {notes.length > 0 && <p className="muted">{notes.join(' ')}</p>}
    </Section>
  );
}

function Clusters({ comparison: { clusters } }: { readonly comparison: EvaluationComparison }) {
  const texts = useTexts(evaluationTexts);
  return (
    <Section title={texts.clusters} description={texts.clustersHint}>
      <Table
        label={texts.clusters}
        rows={clusters}
        keyOf={({ by, value }) => `${by} ${value}`}
        columns={[
          { name: texts.common, cell: ({ by, value }) => `${texts.clusterKinds[by]}: ${value}` },
          {
            name: texts.gotWorse,
            cell: ({ lost, cases }) => texts.lostOf(lost, cases),
            isNumber: true,
          },
        ]}
      />
    </Section>
  );
}
