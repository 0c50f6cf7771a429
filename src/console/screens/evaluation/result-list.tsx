import { useState } from 'react';
import type { Evaluation } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { caseHistoryTexts } from '../../texts/case-history.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { evaluationTexts } from '../../texts/evaluation.ts';
import { Button } from '../../ui/button.tsx';
import { SearchField, SelectField, TextField } from '../../ui/field.tsx';
import { Section } from '../../ui/page.tsx';
import { Empty, Failed, Loading } from '../../ui/states.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { targetName } from './evaluation-status.tsx';
import { ResultCard } from './result-card.tsx';

const filters = { passed: '', scorer: '', outcome: '', target: '', tag: '', q: '', case: '' };
const outcomes = ['completed', 'failed', 'limit_exceeded', 'requires_action', 'cancelled'] as const;
/** Milliseconds between two looks while the evaluation runs. */
const lookEvery = 3000;

/** The answers of an evaluation, case by case. */
export function ResultList({ evaluation }: { readonly evaluation: Evaluation }) {
  const texts = useTexts(evaluationTexts);
  const [state, setFilters] = useUrlState(filters);
  const { passed, scorer, outcome, target, tag, q } = state;
  const own = useTexts(caseHistoryTexts);
  const [typed, setTyped] = useState(q);
  const { id, status, targets, scorers } = evaluation;
  const known = outcomes.find((one) => one === outcome);
  const query = {
    ...((passed === 'true' || passed === 'false') && { passed: passed as 'true' | 'false' }),
    ...(scorer !== '' && { failed_scorer: scorer }),
    ...(known !== undefined && { outcome: known }),
    ...(target !== '' && { target: Number(target) }),
    ...(tag !== '' && { tag }),
    ...(q !== '' && { q }),
    ...(state.case !== '' && { case: state.case }),
  };
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/evaluations/{eval}/results',
    { params: { path: { eval: id }, query } },
    { ...paged, refetchInterval: status === 'running' ? lookEvery : false },
  );
  const rows = rowsOf(reading.data);
  return (
    <Section title={texts.results}>
      <div className="filters">
        <SearchField
          value={typed}
          label={texts.searchResults}
          onChange={(text) => {
            setTyped(text);
            setFilters({ q: text.trim() });
          }}
        />
        <SelectField
          label={texts.show}
          value={passed}
          onChange={(value) => setFilters({ passed: value })}
          choices={[
            { value: '', label: texts.allResults },
            { value: 'false', label: texts.onlyFailed },
            { value: 'true', label: texts.onlyPassed },
          ]}
        />
        <SelectField
          label={texts.failedScorer}
          value={scorer}
          onChange={(value) => setFilters({ scorer: value })}
          choices={[
            { value: '', label: texts.any },
            ...scorers.map(({ name }) => ({ value: name, label: name })),
          ]}
        />
        <SelectField
          label={texts.outcome}
          value={outcome}
          onChange={(value) => setFilters({ outcome: value })}
          choices={[
            { value: '', label: texts.any },
            ...outcomes.map((value) => ({ value, label: texts.outcomes[value] })),
          ]}
        />
        {targets.length > 1 && (
          <SelectField
            label={texts.version}
            value={target}
            onChange={(value) => setFilters({ target: value })}
            choices={[
              { value: '', label: texts.any },
              ...targets.map((one, index) => ({
                value: String(index),
                label: targetName(one, texts),
              })),
            ]}
          />
        )}
        <TextField
          label={texts.tag}
          value={tag}
          onChange={(value) => setFilters({ tag: value.trim() })}
        />
      </div>
      {state.case !== '' && (
        <p className="note">
          {own.ofCase}{' '}
          <Button isSmall onClick={() => setFilters({ case: '' })}>
            {own.showAll}
          </Button>
        </p>
      )}
      {rows === undefined ? (
        reading.error === null ? (
          <Loading>{texts.loadingResults}</Loading>
        ) : (
          <Failed problem={reading.error} onRetry={reading.refetch} />
        )
      ) : rows.length === 0 ? (
        <Empty title={texts.noResults}>{texts.noResultsHint}</Empty>
      ) : (
        <ul className="list">
          {rows.map((one) => (
            <li key={`${one.case_id} ${one.target} ${one.repetition}`}>
              <ResultCard
                result={one}
                target={targetName(targets[one.target], texts)}
                dataset={evaluation.dataset_id}
              />
            </li>
          ))}
        </ul>
      )}
      {reading.hasNextPage && (
        <p className="more">
          <Button isBusy={reading.isFetchingNextPage} onClick={() => reading.fetchNextPage()}>
            {texts.more}
          </Button>
        </p>
      )}
    </Section>
  );
}
