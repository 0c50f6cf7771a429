import { useEffect } from 'react';
import type { EvaluationComparison, EvaluationResult } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { caseHistoryTexts } from '../../texts/case-history.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { evaluationTexts } from '../../texts/evaluation.ts';
import { SearchField, SelectField } from '../../ui/field.tsx';
import { useFormat } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { Empty, Failed, Loading } from '../../ui/states.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { Answer, Expected, Passed } from './result-card.tsx';

const filters = { cases: 'worse', find: '', tag: '' };
/** Pages of 100 results that are read for the comparison; each side has its own. */
const maxPages = 20;

interface Side {
  readonly id: string;
  readonly target: number;
}

/** The answers of both sides to the same case, beside each other. */
export function ComparedCases({
  comparison: { worse, better },
  here,
  base,
}: {
  readonly comparison: EvaluationComparison;
  readonly here: Side;
  readonly base: Side;
}) {
  const texts = useTexts(evaluationTexts);
  const own = useTexts(caseHistoryTexts);
  const [{ cases, find, tag }, setFilters] = useUrlState(filters);
  const [left, right] = [useResults(base), useResults(here)];
  const listed =
    cases === 'worse'
      ? worse.map(({ case_id }) => case_id)
      : cases === 'better'
        ? better.map(({ case_id }) => case_id)
        : [...right.byCase.keys()];
  const sidesOf = (id: string) => [left.byCase.get(id), right.byCase.get(id)];
  const tags = [...new Set([...right.byCase.values()].flatMap((one) => one.tags))].sort();
  const chosen = listed.filter((id) =>
    sidesOf(id).some((side) => side !== undefined && matches(side, find, tag)),
  );
  const error = left.error ?? right.error;
  return (
    <Section
      title={texts.caseByCase}
      actions={
        <SelectField
          label={texts.show}
          isLabelHidden
          value={cases}
          onChange={(value) => setFilters({ cases: value })}
          choices={[
            { value: 'worse', label: texts.worseCases(worse.length) },
            { value: 'better', label: texts.betterCases(better.length) },
            { value: 'all', label: texts.allCases },
          ]}
        />
      }
    >
      <div className="filters">
        <SearchField
          label={own.search}
          value={find}
          onChange={(text) => setFilters({ find: text })}
        />
        {tags.length > 0 && (
          <SelectField
            label={own.tag}
            value={tag}
            onChange={(value) => setFilters({ tag: value })}
            choices={[
              { value: '', label: own.any },
              ...tags.map((value) => ({ value, label: value })),
            ]}
          />
        )}
      </div>
      {error !== null ? (
        <Failed problem={error} onRetry={() => Promise.all([left.refetch(), right.refetch()])} />
      ) : left.isReading || right.isReading ? (
        <Loading>{texts.loadingResults}</Loading>
      ) : listed.length > 0 && chosen.length === 0 ? (
        <Empty title={own.noMatch} />
      ) : chosen.length === 0 ? (
        <Empty title={cases === 'better' ? texts.noneBetter : texts.noneWorse} />
      ) : (
        <ul className="list">
          {chosen.map((one) => (
            <li key={one} className="card">
              <Pair id={one} left={left.byCase.get(one)} right={right.byCase.get(one)} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** True for a case whose question or answer holds the words, with the tag. */
const matches = ({ input, answer, tags }: EvaluationResult, words: string, tag: string): boolean =>
  (tag === '' || tags.includes(tag)) &&
  `${input ?? ''}\n${answer ?? ''}`.toLowerCase().includes(words.trim().toLowerCase());

function Pair({
  id,
  left,
  right,
}: {
  readonly id: string;
  readonly left: EvaluationResult | undefined;
  readonly right: EvaluationResult | undefined;
}) {
  const texts = useTexts(evaluationTexts);
  const { percent } = useFormat();
  const side = (title: string, result: EvaluationResult | undefined) => (
    <div>
      <h3>{title}</h3>
      {result === undefined ? (
        <p className="muted">{texts.notRead}</p>
      ) : (
        <>
          <p>
            <Passed result={result} /> {percent(result.score)}
          </p>
          <Answer result={result} />
        </>
      )}
    </div>
  );
  return (
    <>
      <h3>{right?.input ?? left?.input ?? id}</h3>
      <div className="answers">
        <Expected expected={right?.expected ?? left?.expected ?? null} />
        {side(texts.before, left)}
        {side(texts.now, right)}
      </div>
    </>
  );
}

/** The first answer to each case of one side. */
function useResults({ id, target }: Side) {
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/evaluations/{eval}/results',
    { params: { path: { eval: id }, query: { target, limit: 100 } } },
    paged,
  );
  const { data, error, hasNextPage, isFetching, fetchNextPage, refetch } = reading;
  const isReading = hasNextPage && (data?.pages.length ?? 0) < maxPages;
  useEffect(() => {
    if (isReading && !isFetching && error === null) void fetchNextPage();
  }, [isReading, isFetching, error, fetchNextPage]);
  const byCase = new Map<string, EvaluationResult>();
  for (const one of rowsOf(data) ?? []) if (!byCase.has(one.case_id)) byCase.set(one.case_id, one);
  return { byCase, error, refetch, isReading: data === undefined || isReading };
}
