import { Link } from 'wouter';
import { api, paged, rowsOf } from '../../../api/api.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { datasetTexts } from '../../../texts/datasets.ts';
import { PersonName } from '../../../ui/person-name.tsx';
import { Empty } from '../../../ui/states.tsx';
import { ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';

/** Every change of a dataset; each revision can be read. */
export function RevisionList({ dataset }: { readonly dataset: string }) {
  const texts = useTexts(datasetTexts);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/datasets/{dataset}/revisions',
    { params: { path: { dataset } } },
    paged,
  );
  return (
    <ListTable
      label={texts.revisions}
      loading={texts.loadingRevisions}
      reading={reading}
      rows={rowsOf(reading.data)}
      keyOf={({ revision }) => String(revision)}
      columns={[
        {
          name: texts.revision,
          cell: ({ revision }) => (
            <Link href={`/?revision=${revision}`}>{texts.revisionNumber(revision)}</Link>
          ),
        },
        { name: texts.change, cell: ({ action }) => texts.revisionActions[action] },
        { name: texts.added, cell: ({ added }) => added, isNumber: true },
        { name: texts.updated, cell: ({ updated }) => updated, isNumber: true },
        { name: texts.removed, cell: ({ removed }) => removed, isNumber: true },
        {
          name: texts.by,
          cell: ({ created_by }) => <PersonName id={created_by} nobody="–" />,
          isMinor: true,
        },
        { name: texts.when, cell: ({ created_at }) => <Time value={created_at} form="moment" /> },
      ]}
      empty={<Empty title={texts.noRevisions} />}
    />
  );
}
