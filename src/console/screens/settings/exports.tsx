import { api, client, paged, rowsOf } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { operationTexts } from '../../texts/operation.ts';
import { Button } from '../../ui/button.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge, Section } from '../../ui/page.tsx';
import { Empty, ProblemNote } from '../../ui/states.tsx';
import { ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';

const tones = { queued: 'info', in_progress: 'info', completed: 'good', failed: 'bad' } as const;
/** Milliseconds between two looks at what is running. */
const lookEvery = 2000;

/** Archives of the whole workspace. */
export default function WorkspaceExports() {
  const texts = useTexts(operationTexts);
  const format = useFormat();
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/workspace/exports',
    {},
    {
      ...paged,
      refetchInterval: ({ state: { data } }) =>
        data?.pages.some((page) => page.data.some(({ completed_at }) => completed_at === null))
          ? lookEvery
          : false,
    },
  );
  const create = useAction(
    (_: undefined, header) => client.POST('/api/v1/workspace/exports', { params: { header } }),
    { refresh: ['/api/v1/workspace/exports'] },
  );
  return (
    <Section
      title={texts.exports}
      description={texts.exportsHint}
      actions={
        <Button kind="primary" isBusy={create.isRunning} onClick={() => create.run(undefined)}>
          {texts.createExport}
        </Button>
      }
    >
      <ProblemNote problem={create.problem} />
      <ListTable
        label={texts.exports}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ id }) => id}
        columns={[
          { name: texts.created, cell: ({ created_at }) => <Time value={created_at} /> },
          {
            name: texts.status,
            cell: ({ status, error }) => (
              <span role="status">
                <Badge tone={tones[status]}>{texts.exportStatuses[status]}</Badge>
                {error !== null && <span className="excerpt">{error}</span>}
              </span>
            ),
          },
          {
            name: texts.progress,
            cell: ({ row_count, object_count }) =>
              texts.progressOf(format.number(row_count), format.number(object_count)),
            isMinor: true,
          },
          { name: texts.size, cell: ({ byte_size }) => format.bytes(byte_size), isNumber: true },
          {
            name: texts.expires,
            cell: ({ expires_at }) => <Time value={expires_at} />,
            isMinor: true,
          },
          {
            name: texts.download,
            cell: ({ url }) =>
              url !== null && (
                <a className="button button-plain button-small" href={url} download>
                  {texts.download}
                </a>
              ),
          },
        ]}
        empty={<Empty title={texts.noExports}>{texts.noExportsHint}</Empty>}
      />
    </Section>
  );
}
