import { useState } from 'react';
import type { EmbeddingMigration, KnowledgeBase } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { historyTexts } from '../../texts/knowledge-history.ts';
import { uiTexts } from '../../texts/ui.ts';
import { Button } from '../../ui/button.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge, Section } from '../../ui/page.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { Bar } from './file-status.tsx';
import { MigrationActions } from './migration-actions.tsx';
import { MigrationForm } from './migration-form.tsx';

const tones = {
  building: 'info',
  ready: 'good',
  switched: 'warn',
  failed: 'bad',
  cancelling: 'info',
  cancelled: 'neutral',
  completing: 'info',
  completed: 'good',
} as const;

const isMoving = ({ status }: EmbeddingMigration) =>
  status === 'building' || status === 'cancelling' || status === 'completing';
/** A base has one migration at a time. */
const isOpen = (one: EmbeddingMigration) =>
  isMoving(one) || ['ready', 'switched', 'failed'].includes(one.status);

/** Changes of the embedding model. */
export function MigrationList({ base }: { readonly base: KnowledgeBase }) {
  const texts = useTexts(historyTexts);
  const { actions } = useTexts(uiTexts);
  const mayWrite = useCan('knowledge:write');
  const [isStarting, setStarting] = useState(false);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/knowledge-bases/{kb}/embedding-migrations',
    { params: { path: { kb: base.id } } },
    {
      ...paged,
      refetchInterval: ({ state }) =>
        state.data?.pages.some(({ data }) => data.some(isMoving)) === true ? 2000 : false,
    },
  );
  const rows = rowsOf(reading.data);
  const columns: readonly Column<EmbeddingMigration>[] = [
    {
      name: texts.fromTo,
      cell: ({ source, target }) => (
        <>
          <code>{source.embedding_model}</code> → <code>{target.embedding_model}</code>
        </>
      ),
    },
    { name: texts.state, cell: (migration) => <State migration={migration} /> },
    { name: texts.cost, cell: (migration) => <Cost migration={migration} />, isNumber: true },
    { name: texts.time, cell: ({ created_at }) => <Time value={created_at} />, isMinor: true },
    ...(mayWrite
      ? [
          {
            name: actions,
            cell: (migration: EmbeddingMigration) => <MigrationActions migration={migration} />,
          },
        ]
      : []),
  ];
  const start = mayWrite && rows !== undefined && !rows.some(isOpen) && (
    <Button onClick={() => setStarting(true)}>{texts.start}</Button>
  );
  return (
    <Section title={texts.embedding} description={texts.embeddingIntro} actions={start}>
      <ListTable
        label={texts.embedding}
        loading={texts.loadingMigrations}
        reading={reading}
        rows={rows}
        columns={columns}
        keyOf={({ id }) => id}
        empty={<p className="muted">{texts.noMigration}</p>}
      />
      {isStarting && <MigrationForm base={base} onClose={() => setStarting(false)} />}
    </Section>
  );
}

function State({ migration }: { readonly migration: EmbeddingMigration }) {
  const texts = useTexts(historyTexts);
  const { number } = useFormat();
  const { status, progress, chunks_done, chunks_total, error } = migration;
  const words = texts.progress(number(chunks_done), number(chunks_total));
  return (
    <div className="knowledge-status">
      <Badge tone={tones[status]}>{texts.states[status]}</Badge>
      {status === 'building' && (
        <>
          <span className="small muted">{words}</span>
          <Bar label={texts.embedding} share={progress} words={words} />
        </>
      )}
      {error !== null && <span className="small">{error.detail}</span>}
    </div>
  );
}

function Cost({ migration: { usage } }: { readonly migration: EmbeddingMigration }) {
  const { money } = useFormat();
  return <>{money(usage?.cost_usd)}</>;
}
