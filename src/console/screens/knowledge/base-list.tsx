import { useState } from 'react';
import type { KnowledgeBase } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { knowledgeTexts } from '../../texts/knowledge.ts';
import { Button } from '../../ui/button.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge, Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { BaseForm } from './base-form.tsx';
import { useFilesOfBase } from './use-files-of-base.ts';

export function BaseList() {
  const texts = useTexts(knowledgeTexts);
  const { number } = useFormat();
  const mayWrite = useCan('knowledge:write');
  const [isCreating, setCreating] = useState(false);
  const reading = api.useInfiniteQuery('get', '/api/v1/knowledge-bases', {}, paged);
  const columns: readonly Column<KnowledgeBase>[] = [
    { name: texts.name, cell: ({ name }) => name },
    { name: texts.files, cell: (base) => <Count base={base} />, isNumber: true },
    { name: texts.size, cell: (base) => <Size base={base} />, isNumber: true, isMinor: true },
    { name: texts.status, cell: (base) => <Status base={base} /> },
    {
      name: texts.passages,
      cell: ({ chunk_count }) => number(chunk_count),
      isNumber: true,
      isMinor: true,
    },
    {
      name: texts.owner,
      cell: ({ agent_id }) => (agent_id === null ? texts.shared : texts.ofAgent),
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

interface OfBase {
  readonly base: KnowledgeBase;
}

function Count({ base }: OfBase) {
  const texts = useTexts(knowledgeTexts);
  const { number } = useFormat();
  const { files } = useFilesOfBase(base.id);
  if (files === undefined) return <span className="muted">{texts.counting}</span>;
  return <>{files.hasMore ? texts.atLeast(files.count) : number(files.count)}</>;
}

function Size({ base }: OfBase) {
  const { bytes } = useFormat();
  const { files } = useFilesOfBase(base.id);
  if (files === undefined) return null;
  return <>{files.hasMore ? `> ${bytes(files.bytes)}` : bytes(files.bytes)}</>;
}

function Status({ base }: OfBase) {
  const texts = useTexts(knowledgeTexts);
  const { files, isFailed } = useFilesOfBase(base.id);
  if (isFailed) return <span className="muted">{texts.notCounted}</span>;
  if (files === undefined) return null;
  const { count, processing, failed } = files;
  if (count === 0) return <Badge>{texts.empty}</Badge>;
  return (
    <>
      {processing > 0 && <Badge tone="info">{texts.processing(processing)}</Badge>}{' '}
      {failed > 0 && <Badge tone="bad">{texts.failed(failed)}</Badge>}
      {processing + failed === 0 && <Badge tone="good">{texts.ready}</Badge>}
    </>
  );
}
