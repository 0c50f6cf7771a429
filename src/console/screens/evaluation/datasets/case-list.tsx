import { useState } from 'react';
import type { Case, Dataset } from '../../../../client/index.ts';
import { api, paged, rowsOf } from '../../../api/api.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { datasetTexts } from '../../../texts/datasets.ts';
import { Button } from '../../../ui/button.tsx';
import { SearchField, TextField } from '../../../ui/field.tsx';
import { Badge } from '../../../ui/page.tsx';
import { Empty } from '../../../ui/states.tsx';
import { ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import { useUrlState } from '../../../ui/use-url-state.ts';

const filters = { q: '', tag: '', revision: '' };

/** The cases of a dataset, as they are or as they were at a revision. */
export function CaseList({ dataset: { id, case_count } }: { readonly dataset: Dataset }) {
  const texts = useTexts(datasetTexts);
  const [{ q, tag, revision }, setFilters] = useUrlState(filters);
  const [typed, setTyped] = useState(q);
  const query = {
    ...(q !== '' && { q }),
    ...(tag !== '' && { tag }),
    ...(revision !== '' && { revision: Number(revision) }),
  };
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/datasets/{dataset}/cases',
    { params: { path: { dataset: id }, query } },
    paged,
  );
  return (
    <>
      {revision !== '' && (
        <div className="note">
          <p>{texts.atRevision(Number(revision))}</p>
          <Button isSmall onClick={() => setFilters({ revision: '' })}>
            {texts.showNow}
          </Button>
        </div>
      )}
      <div className="filters">
        <SearchField
          value={typed}
          label={texts.searchCases}
          onChange={(text) => {
            setTyped(text);
            setFilters({ q: text.trim() });
          }}
        />
        <TextField
          label={texts.tag}
          value={tag}
          onChange={(next) => setFilters({ tag: next.trim() })}
        />
      </div>
      <ListTable
        label={texts.cases}
        loading={texts.loadingCases}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={(one) => one.id}
        linkOf={(one) => `/cases/${one.id}${revision === '' ? '' : `?revision=${revision}`}`}
        columns={[
          {
            name: texts.input,
            cell: (one) => (one.is_withheld ? texts.withheld : one.input),
          },
          { name: texts.expected, cell: (one) => <Expected of={one} /> },
          {
            name: texts.tags,
            cell: ({ tags }) => tags.map((one) => <Badge key={one}>{one}</Badge>),
            isMinor: true,
          },
          {
            name: texts.changed,
            cell: ({ updated_at }) => <Time value={updated_at} />,
            isMinor: true,
          },
        ]}
        empty={
          case_count === 0 ? (
            <Empty title={texts.noCases}>{texts.noCasesHint}</Empty>
          ) : (
            <Empty title={texts.noMatch}>{texts.noMatchHint}</Empty>
          )
        }
      />
    </>
  );
}

/** In short what the answer is compared with. */
function Expected({ of: { expected, is_withheld } }: { readonly of: Case }) {
  const texts = useTexts(datasetTexts);
  if (is_withheld) return <>–</>;
  const { answer, facts, refuses, citations, tool_calls } = expected;
  const parts = [
    ...(answer === undefined ? [] : [answer]),
    ...(facts === undefined ? [] : [texts.factCount(facts.length)]),
    ...(refuses === undefined ? [] : [refuses ? texts.mustRefuse : texts.mustAnswer]),
    ...(citations === undefined ? [] : [texts.citationCount(citations.length)]),
    ...(tool_calls === undefined ? [] : [texts.callCount(tool_calls.length)]),
  ];
  return <>{parts.length === 0 ? '–' : parts.join(' · ')}</>;
}
