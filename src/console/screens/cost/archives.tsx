import type { UsageArchive } from '../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { Button } from '../../ui/button.tsx';
import { saveFile } from '../../ui/download.ts';
import { useFormat } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { ListTable } from '../../ui/table.tsx';

/** Calls that are older than their retention, one file for each day. */
export function Archives() {
  const texts = useTexts(costTexts);
  const format = useFormat();
  const reading = api.useInfiniteQuery('get', '/api/v1/usage/archives', {}, paged);
  return (
    <Section title={texts.archives} description={texts.archivesHint}>
      <ListTable
        label={texts.archives}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ id }) => id}
        columns={[
          {
            name: texts.day,
            cell: ({ day, part }) => (part === 1 ? day : texts.partOf(day, part)),
          },
          { name: texts.callCount, cell: (one) => format.number(one.row_count), isNumber: true },
          { name: texts.cost, cell: ({ cost_usd }) => format.money(cost_usd), isNumber: true },
          { name: texts.size, cell: (one) => format.bytes(one.byte_size), isNumber: true },
          { name: texts.file, cell: (archive) => <Download archive={archive} /> },
        ]}
        empty={<p className="muted">{texts.noArchives}</p>}
      />
    </Section>
  );
}

function Download({ archive: { id, day, part } }: { readonly archive: UsageArchive }) {
  const texts = useTexts(costTexts);
  const download = useAction(
    async () => {
      const { data } = await client.GET('/api/v1/usage/archives/{archive}/content', {
        params: { path: { archive: id } },
        parseAs: 'blob',
      });
      if (data !== undefined)
        saveFile(`model-calls-${day}-${part}.jsonl.gz`, data as unknown as Blob);
    },
    { refresh: [] },
  );
  return (
    <>
      <Button isSmall isBusy={download.isRunning} onClick={() => download.run()}>
        {texts.download}
      </Button>
      <ProblemNote problem={download.problem} />
    </>
  );
}
