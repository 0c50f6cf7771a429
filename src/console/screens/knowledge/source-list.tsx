import { useState } from 'react';
import type { KnowledgeBase, KnowledgeSource } from '../../../client/index.ts';
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
import { SourceForm } from './source-form.tsx';
import { isReading, SourceState, storedPages } from './source-state.tsx';

/** From where the base is filled. */
export function SourceList({ base }: { readonly base: KnowledgeBase }) {
  const texts = useTexts(sourceTexts);
  const { number } = useFormat();
  const mayWrite = useCan('knowledge:write');
  const [isOpen, setOpen] = useState(false);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/knowledge-bases/{kb}/sources',
    { params: { path: { kb: base.id } } },
    {
      ...paged,
      refetchInterval: ({ state }) =>
        state.data?.pages.some(({ data }) => data.some(isReading)) === true ? 2000 : false,
    },
  );
  const columns: readonly Column<KnowledgeSource>[] = [
    { name: texts.name, cell: ({ name }) => name },
    { name: texts.type, cell: ({ type }) => texts.types[type], isMinor: true },
    { name: texts.status, cell: (source) => <SourceState source={source} /> },
    { name: texts.pages, cell: ({ counts }) => number(storedPages(counts)), isNumber: true },
    { name: texts.synced, cell: ({ synced_at }) => <Time value={synced_at} />, isMinor: true },
    {
      name: texts.next,
      cell: ({ next_sync_at }) =>
        next_sync_at === null ? (
          <span className="muted">{texts.never}</span>
        ) : (
          <Time value={next_sync_at} />
        ),
      isMinor: true,
    },
  ];
  const add = mayWrite && (
    <Button kind="primary" onClick={() => setOpen(true)}>
      {texts.add}
    </Button>
  );
  return (
    <Section title={texts.sources} description={texts.intro} actions={add}>
      <ListTable
        label={texts.sources}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        columns={columns}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `/sources/${id}`}
        empty={<Empty title={texts.none}>{texts.noneHint}</Empty>}
      />
      {isOpen && <SourceForm base={base} source={null} onClose={() => setOpen(false)} />}
    </Section>
  );
}
