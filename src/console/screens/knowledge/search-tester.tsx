import { useState } from 'react';
import { Link } from 'wouter';
import type { KnowledgeBase } from '../../../client/index.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { searchTexts } from '../../texts/knowledge-search.ts';
import { Button } from '../../ui/button.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge } from '../../ui/page.tsx';
import { Empty, Failed, Loading } from '../../ui/states.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { QuestionForm } from './question-form.tsx';
import { SearchForm } from './search-form.tsx';
import { SearchHitView } from './search-hit.tsx';
import { searchDefaults, searchOf } from './search-settings.ts';
import { type Search, useSearch } from './use-search.ts';

const tones = { full: 'good', partial: 'warn', none: 'bad' } as const;

/** Searches the base as agents do, and shows why each passage was found. */
export function SearchTester({ base }: { readonly base: KnowledgeBase }) {
  const texts = useTexts(searchTexts);
  const mayWrite = useCan('knowledge:write');
  const [state, setState] = useUrlState(searchDefaults);
  const [isKeeping, setKeeping] = useState(false);
  const query = state.q === '' ? null : searchOf(state);
  const { data, error, refetch, isFetching } = useSearch(base.id, query);
  return (
    <div className="section">
      <p className="muted">{texts.intro}</p>
      <SearchForm
        key={state.q}
        state={state}
        isBusy={isFetching}
        onSearch={(next) => {
          setState(next);
          // The same search again, by its button.
          if (JSON.stringify(next) === JSON.stringify(state)) void refetch();
        }}
      />
      {query === null ? (
        <Empty title={texts.first}>{texts.firstHint}</Empty>
      ) : data === undefined ? (
        error === null ? (
          <Loading>{texts.searching}</Loading>
        ) : (
          <Failed problem={error} onRetry={refetch} />
        )
      ) : (
        <>
          <header className="section-header">
            <Summary base={base} search={data} reranker={state.reranker} />
            {mayWrite && <Button onClick={() => setKeeping(true)}>{texts.keep}</Button>}
          </header>
          {data.coverage !== 'full' && <NextSteps coverage={data.coverage} mayWrite={mayWrite} />}
          {data.hits.length === 0 ? (
            <Empty title={texts.none}>{texts.noneHint}</Empty>
          ) : (
            <ol className="knowledge-hits">
              {data.hits.map((hit, index) => (
                <SearchHitView key={hit.chunk_id} hit={hit} rank={index + 1} mode={state.mode} />
              ))}
            </ol>
          )}
          <Help />
        </>
      )}
      {isKeeping && data !== undefined && (
        <QuestionForm
          base={base}
          question={null}
          initial={{ question: state.q, hits: data.hits }}
          onClose={() => setKeeping(false)}
        />
      )}
    </div>
  );
}

/** What the confidence means for agents, and what can be done about it. */
function NextSteps({
  coverage,
  mayWrite,
}: {
  readonly coverage: Search['coverage'];
  readonly mayWrite: boolean;
}) {
  const texts = useTexts(searchTexts);
  return (
    <div className="note">
      <p>{coverage === 'none' ? texts.mayDecline : texts.mayAnswer}</p>
      <p>{texts.nextSteps}</p>
      <ul>
        <li>{texts.reword}</li>
        {mayWrite && (
          <>
            <li>
              <Link href="/">{texts.addPassage}</Link>
            </li>
            <li>
              <Link href="/settings">{texts.otherModel}</Link>
            </li>
          </>
        )}
      </ul>
    </div>
  );
}

/** How sure the search is, how long it took, and whether it cost. */
function Summary({
  base,
  search: { hits, coverage, confidence, total, server },
  reranker,
}: {
  readonly base: KnowledgeBase;
  readonly search: Search;
  readonly reranker: string;
}) {
  const texts = useTexts(searchTexts);
  const { percent, duration } = useFormat();
  const models = [base.embedding_model, reranker].filter(
    (name) => name !== '' && !name.startsWith('builtin/'),
  );
  return (
    <div aria-live="polite">
      <p>
        <Badge tone={tones[coverage]}>{texts.confidence(percent(confidence))}</Badge>{' '}
        {texts.coverage[coverage]}
      </p>
      <p className="small muted">
        {texts.found(hits.length)} · {texts.took(duration(server.total), duration(total))}
        {server.retrieval !== undefined && ` (${texts.retrieval(duration(server.retrieval))})`} ·{' '}
        {models.length === 0 ? texts.free : texts.billed(models.join(', '))}
      </p>
    </div>
  );
}

function Help() {
  const texts = useTexts(searchTexts);
  return (
    <details>
      <summary className="small muted">{texts.help}</summary>
      <ul className="knowledge-help">
        <li>{texts.helpScore}</li>
        <li>{texts.helpWords}</li>
        <li>{texts.helpMeaning}</li>
        <li>{texts.helpFused}</li>
        <li>{texts.helpReranked}</li>
      </ul>
    </details>
  );
}
