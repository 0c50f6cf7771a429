import { useState } from 'react';
import type { Chunk, File } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { fileScreenTexts } from '../../texts/knowledge-file.ts';
import { uiTexts } from '../../texts/ui.ts';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/page.tsx';
import { Empty, Failed, Loading } from '../../ui/states.tsx';
import { ChunkForm } from './chunk-form.tsx';
import { ChunkView } from './chunk-view.tsx';
import { isProcessing } from './file-state.ts';
import { usePassage } from './use-passage.ts';

/** The passages of a file, which can be changed unless an earlier revision is shown. */
export function ChunkList({ id, file }: { readonly id: string; readonly file: File | undefined }) {
  const texts = useTexts(fileScreenTexts);
  const ui = useTexts(uiTexts);
  const { revision, query } = usePassage();
  const mayWrite = useCan('knowledge:write') && revision === null;
  const [edited, setEdited] = useState<Chunk | 'new' | null>(null);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/files/{file}/chunks',
    { params: { path: { file: id }, query: { ...query, limit: 50 } } },
    { ...paged, refetchInterval: file !== undefined && isProcessing(file) ? 3000 : false },
  );
  const rows = rowsOf(reading.data);
  const failure: unknown = reading.error;
  return (
    <Section
      title={
        <>
          {texts.passages}
          {revision === null && file?.chunk_count != null && (
            <span className="tab-count">{file.chunk_count}</span>
          )}
        </>
      }
      description={texts.passagesHint}
      actions={
        mayWrite &&
        file?.is_searchable === true && (
          <Button isSmall onClick={() => setEdited('new')}>
            {texts.add}
          </Button>
        )
      }
    >
      {rows === undefined ? (
        failure === null ? (
          <Loading>{texts.loadingPassages}</Loading>
        ) : (
          <Failed problem={failure} onRetry={reading.refetch} />
        )
      ) : rows.length === 0 ? (
        <Empty title={texts.noPassages}>{texts.noPassagesHint}</Empty>
      ) : (
        <ol className="knowledge-chunks">
          {rows.map((chunk) => (
            <ChunkView
              key={chunk.id}
              file_id={id}
              chunk={chunk}
              onEdit={mayWrite ? () => setEdited(chunk) : null}
            />
          ))}
        </ol>
      )}
      {rows !== undefined && failure !== null && (
        <Failed problem={failure} onRetry={reading.refetch} />
      )}
      {reading.hasNextPage && (
        <p className="more">
          <Button isBusy={reading.isFetchingNextPage} onClick={() => reading.fetchNextPage()}>
            {ui.more}
          </Button>
        </p>
      )}
      {edited !== null && (
        <ChunkForm
          file_id={id}
          chunk={edited === 'new' ? null : edited}
          onClose={() => setEdited(null)}
        />
      )}
    </Section>
  );
}
