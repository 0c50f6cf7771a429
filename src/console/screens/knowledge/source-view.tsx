import { useState } from 'react';
import { Link } from 'wouter';
import type { KnowledgeBase, KnowledgeSource, KnowledgeSourcePage } from '../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { sourceTexts } from '../../texts/knowledge-sources.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Badge, Facts, Section } from '../../ui/page.tsx';
import { Empty, Failed, Loading, ProblemNote } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { DeleteSource } from './delete-source.tsx';
import { usePlaces } from './places.ts';
import { SourceForm } from './source-form.tsx';
import { isReading, SourceState } from './source-state.tsx';

const refresh = ['/api/v1/sources', '/api/v1/knowledge-bases'];

/** One source: its state, its settings, and what became of each page. */
export function SourceView({ base, id }: { readonly base: KnowledgeBase; readonly id: string }) {
  const texts = useTexts(sourceTexts);
  const say = useToast();
  const mayWrite = useCan('knowledge:write');
  const [isOpen, setOpen] = useState(false);
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/sources/{source}',
    { params: { path: { source: id } } },
    { refetchInterval: ({ state }) => (state.data && isReading(state.data) ? 1500 : false) },
  );
  const sync = useAction(
    (_: null, header) =>
      client.POST('/api/v1/sources/{source}/sync', {
        params: { header, path: { source: id } },
      }),
    { refresh, onDone: () => say(texts.syncing) },
  );
  if (data === undefined)
    return error === null ? (
      <Loading>{texts.loadingSource}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  return (
    <>
      <Section
        title={data.name}
        description={<Link href="/sources">← {texts.back}</Link>}
        actions={
          mayWrite && (
            <>
              <Button
                kind="primary"
                isBusy={sync.isRunning}
                disabled={isReading(data)}
                onClick={() => sync.run(null)}
              >
                {texts.sync}
              </Button>
              <Button onClick={() => setOpen(true)}>{texts.edit}</Button>
              <DeleteSource source={data} />
            </>
          )
        }
      >
        <ProblemNote problem={sync.problem} />
        <SourceState source={data} />
        <Settings source={data} />
      </Section>
      <Pages base={base} source={data} />
      {isOpen && <SourceForm base={base} source={data} onClose={() => setOpen(false)} />}
    </>
  );
}

function Settings({ source }: { readonly source: KnowledgeSource }) {
  const texts = useTexts(sourceTexts);
  const { type, settings, credentials, synced_at, next_sync_at } = source;
  const names = texts.fields as Readonly<Record<string, string>>;
  const shown = Object.entries(settings).filter(
    ([name, value]) => name in names && value !== null && value !== '' && `${value}` !== '',
  );
  return (
    <Facts
      facts={[
        [texts.type, texts.types[type]],
        ...shown.map(
          ([name, value]) =>
            [names[name] ?? name, Array.isArray(value) ? value.join(', ') : `${value}`] as const,
        ),
        ...(credentials === null
          ? []
          : [[texts.credentials, Object.keys(credentials).join(', ')] as const]),
        [texts.synced, <Time key="synced" value={synced_at} />],
        [
          texts.next,
          next_sync_at === null ? texts.never : <Time key="next" value={next_sync_at} />,
        ],
      ]}
    />
  );
}

const filters = { state: '' };
const states = [
  'pending',
  'added',
  'updated',
  'unchanged',
  'removed',
  'skipped',
  'failed',
] as const;
type State = (typeof states)[number];
const tones = {
  pending: 'info',
  added: 'good',
  updated: 'good',
  unchanged: 'neutral',
  removed: 'neutral',
  skipped: 'warn',
  failed: 'bad',
} as const;

function Pages({
  base,
  source,
}: {
  readonly base: KnowledgeBase;
  readonly source: KnowledgeSource;
}) {
  const texts = useTexts(sourceTexts);
  const places = usePlaces();
  const [{ state }, setFilters] = useUrlState(filters);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/sources/{source}/pages',
    {
      params: {
        path: { source: source.id },
        query: state === '' ? {} : { state: state as State },
      },
    },
    { ...paged, refetchInterval: isReading(source) ? 2000 : false },
  );
  const columns: readonly Column<KnowledgeSourcePage>[] = [
    {
      name: texts.page,
      cell: ({ url, title, file_id }) => (
        <>
          {file_id === null ? (
            (title ?? url)
          ) : (
            <Link href={places.file(base.id, file_id)}>{title ?? url}</Link>
          )}
          {title !== null && <div className="small muted">{url}</div>}
        </>
      ),
    },
    {
      name: texts.state,
      cell: ({ state: one }) => <Badge tone={tones[one]}>{texts.counts[one]}</Badge>,
    },
    { name: texts.reason, cell: ({ error }) => error?.detail ?? '' },
    { name: texts.fetched, cell: ({ fetched_at }) => <Time value={fetched_at} />, isMinor: true },
  ];
  return (
    <Section title={texts.pages}>
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
              label: `${texts.counts[one]} (${source.counts[one]})`,
            })),
          ]}
        />
      </div>
      <ListTable
        label={texts.pages}
        loading={texts.loadingPages}
        reading={reading}
        rows={rowsOf(reading.data)}
        columns={columns}
        keyOf={({ id }) => id}
        empty={<Empty title={texts.noPages}>{texts.noPagesHint}</Empty>}
      />
    </Section>
  );
}
