import { useQuery } from '@tanstack/react-query';
import { Problem } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { historyTexts } from '../../texts/knowledge-history.ts';
import { questionTexts } from '../../texts/knowledge-questions.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge, Facts } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';

/** How far the new model finds the same as the present one, over questions of users. */
export function CompareModels({
  id,
  onClose,
}: {
  readonly id: string;
  readonly onClose: () => void;
}) {
  const texts = useTexts(historyTexts);
  const { question } = useTexts(questionTexts);
  const { percent, number } = useFormat();
  const { data, error, refetch } = useQuery({
    queryKey: ['post', 'compare', id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) =>
      client
        .POST('/api/v1/embedding-migrations/{migration}/compare', {
          params: { path: { migration: id } },
          body: {},
          signal,
        })
        .then((reply) => reply.data ?? null),
  });
  const isWithout = error instanceof Problem && error.status === 422;
  return (
    <Dialog isOpen onClose={onClose} title={texts.actions.compare} size="wide">
      {data == null ? (
        error === null ? (
          <Loading>{texts.comparing}</Loading>
        ) : isWithout ? (
          <p>{texts.noQueries}</p>
        ) : (
          <Failed problem={error} onRetry={refetch} />
        )
      ) : (
        <>
          <p>{texts.compared(data.query_count)}</p>
          <Facts
            facts={[
              [texts.overlap, percent(data.overlap)],
              [texts.correlation, number(data.rank_correlation)],
              [texts.changed, `${number(data.changed_top_hits)} / ${number(data.query_count)}`],
            ]}
          />
          <Table
            label={texts.differences}
            rows={data.queries}
            keyOf={({ query }) => query}
            columns={[
              { name: question, cell: ({ query }) => query },
              { name: texts.overlap, cell: ({ overlap }) => percent(overlap), isNumber: true },
              {
                name: texts.changed,
                cell: ({ is_top_hit_changed }) =>
                  is_top_hit_changed && <Badge tone="warn">{texts.changed}</Badge>,
              },
            ]}
          />
        </>
      )}
    </Dialog>
  );
}
