import { useState } from 'react';
import type { GoldenQuestion, KnowledgeBase } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { questionTexts } from '../../texts/knowledge-questions.ts';
import { Button } from '../../ui/button.tsx';
import { SearchField } from '../../ui/field.tsx';
import { Section } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { ImportQuestions } from './import-questions.tsx';
import { QuestionForm } from './question-form.tsx';

const filters = { q: '' };

/** Questions by which searches of the base are measured. */
export function QuestionList({ base }: { readonly base: KnowledgeBase }) {
  const texts = useTexts(questionTexts);
  const mayWrite = useCan('knowledge:write');
  const [{ q }, setFilters] = useUrlState(filters);
  const [typed, setTyped] = useState(q);
  const [edited, setEdited] = useState<GoldenQuestion | 'new' | null>(null);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/knowledge-bases/{kb}/golden-questions',
    { params: { path: { kb: base.id }, query: q === '' ? {} : { q } } },
    paged,
  );
  const columns: readonly Column<GoldenQuestion>[] = [
    {
      name: texts.question,
      cell: (row) =>
        mayWrite ? (
          <button type="button" className="knowledge-link" onClick={() => setEdited(row)}>
            {row.question}
          </button>
        ) : (
          row.question
        ),
    },
    {
      name: texts.expected,
      cell: ({ expected }) =>
        expected.length === 0 ? texts.noAnswer : texts.passages(expected.length),
    },
    { name: texts.changed, cell: ({ updated_at }) => <Time value={updated_at} />, isMinor: true },
  ];
  const add = mayWrite && (
    <>
      <ImportQuestions base={base.id} />
      <Button kind="primary" onClick={() => setEdited('new')}>
        {texts.add}
      </Button>
    </>
  );
  return (
    <Section title={texts.questions} description={texts.intro} actions={add}>
      <div className="filters">
        <SearchField
          label={texts.search}
          value={typed}
          onChange={(text) => {
            setTyped(text);
            setFilters({ q: text.trim() });
          }}
        />
      </div>
      <ListTable
        label={texts.questions}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          q === '' ? (
            <Empty title={texts.none}>{texts.noneHint}</Empty>
          ) : (
            <Empty title={texts.noMatch}>{texts.noMatchHint}</Empty>
          )
        }
      />
      {edited !== null && (
        <QuestionForm
          base={base}
          question={edited === 'new' ? null : edited}
          onClose={() => setEdited(null)}
        />
      )}
    </Section>
  );
}
