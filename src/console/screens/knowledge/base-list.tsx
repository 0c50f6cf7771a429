import { useState } from 'react';
import type { KnowledgeBase } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { knowledgeTexts } from '../../texts/knowledge.ts';
import { AgentName } from '../../ui/agent-filter.tsx';
import { Button } from '../../ui/button.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge, Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { BaseForm } from './base-form.tsx';
import { filesOf } from './files-of.ts';

/** Milliseconds between two looks while files are processed. */
const lookEvery = 3000;

export function BaseList() {
  const texts = useTexts(knowledgeTexts);
  const { number, bytes } = useFormat();
  const mayWrite = useCan('knowledge:write');
  const [isCreating, setCreating] = useState(false);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/knowledge-bases',
    { params: { query: { counts: 'true' } } },
    {
      ...paged,
      refetchInterval: ({ state }) =>
        rowsOf(state.data)?.some(({ files }) => (files?.processing ?? 0) > 0) === true
          ? lookEvery
          : false,
    },
  );
  const columns: readonly Column<KnowledgeBase>[] = [
    { name: texts.name, cell: ({ name }) => name },
    { name: texts.files, cell: (base) => number(filesOf(base)), isNumber: true },
    {
      name: texts.size,
      cell: ({ files }) => bytes(files?.byte_size ?? 0),
      ...{ isNumber: true, isMinor: true },
    },
    { name: texts.status, cell: ({ files }) => <Status files={files} /> },
    {
      name: texts.passages,
      cell: ({ chunk_count }) => number(chunk_count),
      isNumber: true,
      isMinor: true,
    },
    {
      name: texts.owner,
      cell: ({ agent_id }) => (agent_id === null ? texts.shared : <AgentName id={agent_id} />),
      isMinor: true,
    },
    {
      name: texts.model,
      cell: ({ embedding_model }) => <code>{embedding_model}</code>,
      isMinor: true,
    },
    { name: texts.changed, cell: ({ updated_at }) => <Time value={updated_at} />, isMinor: true },
  ];
  const create = mayWrite && (
    <Button kind="primary" onClick={() => setCreating(true)}>
      {texts.create}
    </Button>
  );
  return (
    <Page title={texts.title} description={texts.description} actions={create}>
      <ListTable
        label={texts.title}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        columns={columns}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `/${id}`}
        empty={
          <Empty title={texts.none} action={create}>
            {texts.noneHint}
          </Empty>
        }
      />
      <BaseForm isOpen={isCreating} onClose={() => setCreating(false)} />
    </Page>
  );
}

function Status({ files }: Pick<KnowledgeBase, 'files'>) {
  const texts = useTexts(knowledgeTexts);
  const { ready = 0, processing = 0, failed = 0 } = files ?? {};
  if (ready + processing + failed === 0) return <Badge>{texts.empty}</Badge>;
  return (
    <>
      {processing > 0 && <Badge tone="info">{texts.processing(processing)}</Badge>}{' '}
      {failed > 0 && <Badge tone="bad">{texts.failed(failed)}</Badge>}
      {processing + failed === 0 && <Badge tone="good">{texts.ready}</Badge>}
    </>
  );
}
