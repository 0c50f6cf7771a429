import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { type File, Problem } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { fileScreenTexts } from '../../texts/knowledge-file.ts';
import { Button } from '../../ui/button.tsx';
import { useFormat } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { ChunkList } from './chunk-list.tsx';
import { FileContent } from './file-content.tsx';
import { FileFacts } from './file-facts.tsx';
import { FileMenu } from './file-menu.tsx';
import { isProcessing } from './file-state.ts';
import { FileStatus } from './file-status.tsx';
import { usePlaces } from './places.ts';
import { useFreshFiles } from './use-fresh-files.ts';
import { usePassage } from './use-passage.ts';

/** One file: its pages or text with the passage that the address names, and its passages. */
export function FileScreen({
  base_id,
  id,
}: {
  /** null where it is not known. */
  readonly base_id: string | null;
  readonly id: string;
}) {
  const texts = useTexts(fileScreenTexts);
  const places = usePlaces();
  const [, go] = useLocation();
  const mayWrite = useCan('knowledge:write');
  const { revision, change } = usePassage();
  const {
    data: file,
    error,
    refetch,
  } = api.useQuery(
    'get',
    '/api/v1/files/{file}',
    { params: { path: { file: id } } },
    { refetchInterval: ({ state }) => (state.data && isProcessing(state.data) ? 1500 : false) },
  );
  useFreshFiles(base_id ?? '');
  useFreshContent(file?.ready_at);
  const failure: unknown = error;
  const isDeleted = failure instanceof Problem && failure.status === 404 && revision !== null;
  const parent = base_id === null ? places.area : places.base(base_id);
  const back = { to: parent, label: texts.base };
  if (file === undefined && !isDeleted)
    return (
      <Page title={texts.file} back={back}>
        {failure === null ? (
          <Loading>{texts.loading}</Loading>
        ) : (
          <Failed problem={failure} onRetry={refetch} />
        )}
      </Page>
    );
  return (
    <Page
      title={file?.name ?? texts.file}
      back={back}
      actions={
        <>
          {file !== undefined && <Download file={file} revision={revision} />}
          {file !== undefined && mayWrite && revision === null && (
            <FileMenu file={file} onDeleted={() => go(parent)} />
          )}
        </>
      }
    >
      {revision !== null && (
        <div className="note knowledge-asking">
          <p>
            {texts.atRevision(`${revision}`)} {isDeleted && texts.isDeleted}
          </p>
          {!isDeleted && (
            <Button isSmall onClick={() => change({ revision: '' })}>
              {texts.showPresent}
            </Button>
          )}
        </div>
      )}
      {file !== undefined && file.status !== 'ready' && <FileStatus file={file} />}
      {file !== undefined && <FileFacts file={file} />}
      <div className="knowledge-file">
        <FileContent id={id} file={file} />
        <ChunkList id={id} file={file} />
      </div>
    </Page>
  );
}

/** Reads the content again once other content of the file is ready. */
function useFreshContent(ready_at: string | null | undefined): void {
  const cache = useQueryClient();
  const seen = useRef(ready_at);
  useEffect(() => {
    const before = seen.current;
    seen.current = ready_at;
    if (before !== undefined && before !== ready_at)
      void cache.invalidateQueries({ predicate: ({ queryKey }) => isContent(queryKey[1]) });
  }, [ready_at, cache]);
}

const isContent = (path: unknown): boolean =>
  typeof path === 'string' && path.startsWith('/api/v1/files/{file}/');

function Download({ file, revision }: { readonly file: File; readonly revision: number | null }) {
  const texts = useTexts(fileScreenTexts);
  const { bytes } = useFormat();
  const at = revision === null ? '' : `?revision=${revision}`;
  return (
    <a
      className="button button-plain"
      href={`/api/v1/files/${file.id}/content${at}`}
      download={file.name}
    >
      {texts.download} ({bytes(file.byte_size)})
    </a>
  );
}
