import type { Experiment, ExperimentEntry } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { experimentChangeTexts } from '../../texts/experiment-changes.ts';
import { Badge } from '../../ui/page.tsx';
import { PersonName } from '../../ui/person-name.tsx';
import { Empty } from '../../ui/states.tsx';
import { ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';

/** The log: starts, changed weights, variants that guards stopped, the end. */
export function EntryList({ experiment }: { readonly experiment: Experiment }) {
  const texts = useTexts(experimentChangeTexts);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/experiments/{experiment}/entries',
    { params: { path: { experiment: experiment.id } } },
    paged,
  );
  return (
    <ListTable
      label={texts.log}
      loading={texts.loadingLog}
      reading={reading}
      rows={rowsOf(reading.data)}
      keyOf={({ id }) => id}
      columns={[
        { name: texts.event, cell: (entry) => <Kind entry={entry} experiment={experiment} /> },
        { name: texts.details, cell: (entry) => <Detail entry={entry} experiment={experiment} /> },
        {
          name: texts.by,
          cell: ({ created_by }) => <PersonName id={created_by} />,
          isMinor: true,
        },
        { name: texts.when, cell: ({ created_at }) => <Time value={created_at} form="moment" /> },
      ]}
      empty={<Empty title={texts.noLog}>{texts.noLogHint}</Empty>}
    />
  );
}

interface Shown {
  readonly entry: ExperimentEntry;
  readonly experiment: Experiment;
}

function Kind({ entry: { kind, variant_id, detail }, experiment }: Shown) {
  const { kinds, byGuard } = useTexts(experimentChangeTexts);
  const variant = experiment.variants.find(({ id }) => id === variant_id);
  return (
    <>
      {kind in kinds ? kinds[kind as keyof typeof kinds] : kind}
      {variant !== undefined && `: ${variant.name}`}{' '}
      {detail.by === 'guard' && <Badge tone="bad">{byGuard}</Badge>}
    </>
  );
}

/** The reason, otherwise the new weights by the names of the variants. */
function Detail({ entry: { detail }, experiment }: Shown) {
  const { reason, weights } = detail;
  if (typeof reason === 'string') return <>{reason}</>;
  if (typeof weights !== 'object' || weights === null) return <>–</>;
  const nameOf = (key: string) =>
    experiment.variants.find(({ id, name }) => id === key || name === key)?.name ?? key;
  return (
    <>
      {Object.entries(weights)
        .map(([key, weight]) => `${nameOf(key)} ${weight} %`)
        .join(' · ')}
    </>
  );
}
