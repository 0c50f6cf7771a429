import { api, client, paged, rowsOf } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { endUserTexts } from '../../../texts/end-users.ts';
import { Button } from '../../../ui/button.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Badge, Section } from '../../../ui/page.tsx';
import { ProblemNote } from '../../../ui/states.tsx';
import { ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';

export const jobTones = { running: 'info', completed: 'good', failed: 'bad' } as const;
/** Milliseconds between two looks at what is running. */
export const lookEvery = 2000;

/** Archives of one person, which are made in the background. */
export function EndUserExports({ endUser }: { readonly endUser: string }) {
  const texts = useTexts(endUserTexts);
  const format = useFormat();
  const path = { end_user: endUser };
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/end-users/{end_user}/exports',
    { params: { path } },
    {
      ...paged,
      refetchInterval: ({ state: { data } }) =>
        data?.pages.some((page) => page.data.some(({ status }) => status === 'running'))
          ? lookEvery
          : false,
    },
  );
  const create = useAction(
    (_: undefined, header) =>
      client.POST('/api/v1/end-users/{end_user}/exports', { params: { path, header } }),
    { refresh: ['/api/v1/end-users/{end_user}/exports'] },
  );
  return (
    <Section
      title={texts.exports}
      description={texts.exportsHint}
      actions={
        <Button isBusy={create.isRunning} onClick={() => create.run(undefined)}>
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
            cell: ({ status }) => (
              <span role="status">
                <Badge tone={jobTones[status]}>{texts.statuses[status]}</Badge>
              </span>
            ),
          },
          {
            name: texts.lines,
            cell: ({ counts }) =>
              counts === null
                ? '–'
                : format.number(Object.values(counts).reduce((sum, one) => sum + one, 0)),
            isNumber: true,
            isMinor: true,
          },
          {
            name: texts.size,
            cell: ({ byte_size }) => format.bytes(byte_size),
            isNumber: true,
            isMinor: true,
          },
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
        empty={<p className="muted">{texts.noExports}</p>}
      />
    </Section>
  );
}
