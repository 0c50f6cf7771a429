import { useState } from 'react';
import type {
  ChunkPreviewQuery,
  ChunkPreview as ChunkPreviewResult,
  File,
  KnowledgeBase,
} from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { knowledgeTexts } from '../../texts/knowledge.ts';
import { fileScreenTexts } from '../../texts/knowledge-file.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { NumberField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { useFormat } from '../../ui/format.ts';
import { Failed, Loading } from '../../ui/states.tsx';
import { useDraft } from '../../ui/use-draft.ts';

/** How a file would be cut with other settings; nothing is stored. */
export function ChunkPreview({
  file,
  isOpen,
  onClose,
}: {
  readonly file: File;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const texts = useTexts(fileScreenTexts);
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={texts.previewTitle}>
      {isOpen && <Preview file={file} />}
    </Dialog>
  );
}

function Preview({ file }: { readonly file: File }) {
  const texts = useTexts(fileScreenTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/knowledge-bases/{kb}', {
    params: { path: { kb: file.base_id } },
  });
  if (data !== undefined) return <Cut file={file} base={data} />;
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  return <Loading>{texts.loading}</Loading>;
}

function Cut({ file, base }: { readonly file: File; readonly base: KnowledgeBase }) {
  const texts = useTexts(fileScreenTexts);
  const { chunkTokens, overlap } = useTexts(knowledgeTexts);
  const { number } = useFormat();
  const draft = useDraft(`file.${file.id}.cut`, {
    size: base.chunk_tokens as number | null,
    repeated: base.chunk_overlap_tokens as number | null,
  });
  const { size, repeated } = draft.value;
  const [result, setResult] = useState<ChunkPreviewResult>();
  const cut = useAction(
    (body: ChunkPreviewQuery, header) =>
      client
        .POST('/api/v1/knowledge-bases/{kb}/chunk-preview', {
          params: { path: { kb: base.id }, header },
          body,
        })
        .then(({ data }) => data),
    { refresh: [], onDone: (done) => setResult(done) },
  );
  const body = {
    file_id: file.id,
    ...(size !== null && { chunk_tokens: size }),
    ...(repeated !== null && { chunk_overlap_tokens: repeated }),
  };
  return (
    <Form problem={cut.problem} onSubmit={() => cut.run(body)}>
      <p className="muted">{texts.previewHint}</p>
      <div className="pair">
        <NumberField
          label={chunkTokens}
          pointer="/chunk_tokens"
          min={50}
          max={2000}
          step={1}
          value={size}
          onChange={(next) => draft.set({ size: next })}
        />
        <NumberField
          label={overlap}
          pointer="/chunk_overlap_tokens"
          min={0}
          max={500}
          step={1}
          value={repeated}
          onChange={(next) => draft.set({ repeated: next })}
        />
      </div>
      <div className="form-actions">
        <Button type="submit" kind="primary" isBusy={cut.isRunning}>
          {texts.previewCut}
        </Button>
      </div>
      {result !== undefined && (
        <>
          <p role="status">
            {texts.previewCount(
              number(result.chunk_count),
              number(result.min_tokens),
              number(Math.round(result.mean_tokens)),
              number(result.max_tokens),
            )}{' '}
            {result.is_truncated && texts.previewPart}
          </p>
          <ol className="list">
            {result.chunks.map(({ start, page, tokens, text }) => (
              <li key={start} className="card">
                <p className="muted small">
                  {[
                    ...(page === null ? [] : [texts.previewPage(page)]),
                    texts.previewTokens(number(tokens)),
                  ].join(' · ')}
                </p>
                <p className="message-text">{text}</p>
              </li>
            ))}
          </ol>
        </>
      )}
    </Form>
  );
}
