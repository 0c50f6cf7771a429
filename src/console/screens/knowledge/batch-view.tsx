import { useState } from 'react';
import { Link } from 'wouter';
import type { FileBatchEntry, FileBatchProgress, KnowledgeBase } from '../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { sourceTexts } from '../../texts/knowledge-sources.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { SelectField } from '../../ui/field.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge, Facts, Section } from '../../ui/page.tsx';
import { Empty, Failed, Loading } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { BatchState, isImporting } from './batch-state.tsx';
import { usePlaces } from './places.ts';

const isBusy = (batch: FileBatchProgress) => isImporting(batch) || batch.files.processing > 0;

/** One import: its entries, and the state of the files that they became. */
export function BatchView({ base, id }: { readonly base: KnowledgeBase; readonly id: string }) {
  const texts = useTexts(sourceTexts);
  const { number } = useFormat();
  const mayWrite = useCan('knowledge:write');
  const [isStopping, setStopping] = useState(false);
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/batches/{batch}',
    { params: { path: { batch: id } } },
    { refetchInterval: ({ state }) => (state.data && isBusy(state.data) ? 1500 : false) },
  );
  const stop = useAction(
    (_: null, header) =>
      client.POST('/api/v1/batches/{batch}/cancel', {
        params: { header, path: { batch: id } },
      }),
    {
      refresh: ['/api/v1/batches', '/api/v1/knowledge-bases'],
      onDone: () => setStopping(false),
    },
  );
  if (data === undefined)
    return error === null ? (
      <Loading>{texts.loadingImport}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  const { files } = data;
  const named = (['processing', 'ready', 'failed', 'deleted'] as const)
    .filter((state) => files[state] > 0)
    .map((state) => `${number(files[state])} ${texts.fileStates[state]}`);
  return (
    <>
      <Section
        title={data.name ?? texts.list}
        description={<Link href="/imports">← {texts.allImports}</Link>}
        actions={
          mayWrite &&
          isImporting(data) && <Button onClick={() => setStopping(true)}>{texts.cancel}</Button>
        }
      >
        <BatchState batch={data} />
        <Facts
          facts={[
            [texts.files, named.join(', ') || '–'],
            [texts.created_at, <Time key="at" value={data.created_at} form="moment" />],
          ]}
        />
      </Section>
      <Entries base={base} batch={data} />
      <ConfirmDialog
        isOpen={isStopping}
        onClose={() => setStopping(false)}
        title={texts.cancelTitle}
        action={texts.cancel}
        isBusy={stop.isRunning}
        problem={stop.problem}
        onConfirm={() => stop.run(null)}
      >
        <p>{texts.cancelLost(data.counts.pending)}</p>
      </ConfirmDialog>
    </>
  );
}

const filters = { state: '' };
const states = ['pending', 'stored', 'duplicate', 'skipped', 'failed', 'cancelled'] as const;
type State = (typeof states)[number];
const tones = {
  pending: 'info',
  stored: 'good',
  duplicate: 'neutral',
  skipped: 'warn',
  failed: 'bad',
  cancelled: 'neutral',
} as const;

function Entries({
  base,
  batch,
}: {
  readonly base: KnowledgeBase;
  readonly batch: FileBatchProgress;
}) {
  const texts = useTexts(sourceTexts);
  const places = usePlaces();
  const [{ state }, setFilters] = useUrlState(filters);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/batches/{batch}/entries',
    {
      params: {
        path: { batch: batch.id },
        query: state === '' ? {} : { state: state as State },
      },
    },
    { ...paged, refetchInterval: isImporting(batch) ? 2000 : false },
  );
  const columns: readonly Column<FileBatchEntry>[] = [
    {
      name: texts.path,
      cell: ({ path, file_id }) =>
        file_id === null ? path : <Link href={places.file(base.id, file_id)}>{path}</Link>,
    },
    {
      name: texts.state,
      cell: ({ state: one }) => <Badge tone={tones[one]}>{texts.entryStates[one]}</Badge>,
    },
    { name: texts.reason, cell: ({ error }) => error?.detail ?? '' },
  ];
  return (
    <Section title={texts.entries}>
      <div className="filters">
        <SelectField
          label={texts.state}
          isLabelHidden
          value={state}
          onChange={(next) => setFilters({ state: next })}
          choices={[
            { value: '', label: texts.anyState },
            ...states.map((one) => ({
              value: one,
              label: `${texts.entryStates[one]} (${batch.counts[one]})`,
            })),
          ]}
        />
      </div>
      <ListTable
        label={texts.entries}
        loading={texts.loadingEntries}
        reading={reading}
        rows={rowsOf(reading.data)}
        columns={columns}
        keyOf={({ path }) => path}
        empty={<Empty title={texts.noEntries}>{texts.noEntriesHint}</Empty>}
      />
    </Section>
  );
}
