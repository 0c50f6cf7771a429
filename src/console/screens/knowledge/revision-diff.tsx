import { Link } from 'wouter';
import type { FileDifference, KnowledgeBase } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { historyTexts } from '../../texts/knowledge-history.ts';
import { useFormat } from '../../ui/format.ts';
import { Badge } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { usePlaces } from './places.ts';

const tones = { added: 'good', removed: 'bad', replaced: 'warn', updated: 'info' } as const;

/** The files that differ between two revisions. */
export function RevisionDiff({
  base,
  from,
  to,
}: {
  readonly base: KnowledgeBase;
  readonly from: string;
  readonly to: string;
}) {
  const texts = useTexts(historyTexts);
  const { number } = useFormat();
  const places = usePlaces();
  const query = {
    ...(from !== '' && { from: Number(from) }),
    ...(to !== '' && { to: Number(to) }),
  };
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/knowledge-bases/{kb}/diff',
    { params: { path: { kb: base.id }, query } },
    paged,
  );
  const columns: readonly Column<FileDifference>[] = [
    {
      name: texts.file,
      cell: ({ file_id, from: before, to: after }) =>
        after === null ? (
          before?.name
        ) : (
          <Link href={places.file(base.id, file_id, { revision: query.to ?? null })}>
            {after.name}
          </Link>
        ),
    },
    {
      name: texts.change,
      cell: ({ change }) => <Badge tone={tones[change]}>{texts.kinds[change]}</Badge>,
    },
    {
      name: texts.differences,
      cell: ({ from: before, to: after }) =>
        texts.passages(number(before?.chunk_count ?? 0), number(after?.chunk_count ?? 0)),
    },
  ];
  return (
    <ListTable
      label={texts.differences}
      loading={texts.loadingDifferences}
      reading={reading}
      rows={rowsOf(reading.data)}
      columns={columns}
      keyOf={({ file_id }) => file_id}
      empty={<Empty title={texts.same}>{texts.sameHint}</Empty>}
    />
  );
}
