import { useState } from 'react';
import type { FileBatch, KnowledgeBase } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { sourceTexts } from '../../texts/knowledge-sources.ts';
import { Button } from '../../ui/button.tsx';
import { useFormat } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { BatchForm } from './batch-form.tsx';
import { BatchState, isImporting } from './batch-state.tsx';

/** Imports of many files at once. */
export function BatchList({ base }: { readonly base: KnowledgeBase }) {
  const texts = useTexts(sourceTexts);
  const { number } = useFormat();
  const mayWrite = useCan('knowledge:write');
  const [isOpen, setOpen] = useState(false);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/knowledge-bases/{kb}/batches',
    { params: { path: { kb: base.id } } },
    {
      ...paged,
      refetchInterval: ({ state }) =>
        state.data?.pages.some(({ data }) => data.some(isImporting)) === true ? 2000 : false,
    },
  );
  const columns: readonly Column<FileBatch>[] = [
    { name: texts.name, cell: ({ name }) => name ?? texts.list },
    { name: texts.status, cell: (batch) => <BatchState batch={batch} /> },
    {
      name: texts.entryStates.stored,
      cell: ({ counts }) => number(counts.stored),
      isNumber: true,
    },
    {
      name: texts.entryStates.failed,
      cell: ({ counts }) => number(counts.failed),
      isNumber: true,
      isMinor: true,
    },
    { name: texts.created_at, cell: ({ created_at }) => <Time value={created_at} /> },
  ];
  const add = mayWrite && (
    <Button kind="primary" onClick={() => setOpen(true)}>
      {texts.import}
    </Button>
  );
  return (
    <Section title={texts.imports} description={texts.importsIntro} actions={add}>
      <ListTable
        label={texts.imports}
        loading={texts.loadingImports}
        reading={reading}
        rows={rowsOf(reading.data)}
        columns={columns}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `/imports/${id}`}
        empty={<Empty title={texts.noImports}>{texts.noImportsHint}</Empty>}
      />
      {isOpen && <BatchForm base={base} onClose={() => setOpen(false)} />}
    </Section>
  );
}
