import { useState } from 'react';
import type { CreateEmbeddingMigration, KnowledgeBase } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { historyTexts } from '../../texts/knowledge-history.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Form, NumberField, TextField } from '../../ui/field.tsx';
import { useToast } from '../../ui/toast.tsx';

export function MigrationForm({
  base,
  onClose,
}: {
  readonly base: KnowledgeBase;
  readonly onClose: () => void;
}) {
  const texts = useTexts(historyTexts);
  const say = useToast();
  const [embedding_model, setModel] = useState('');
  const [dimensions, setDimensions] = useState<number | null>(null);
  const [query_prefix, setQueryPrefix] = useState('');
  const [document_prefix, setDocumentPrefix] = useState('');
  const start = useAction(
    (body: CreateEmbeddingMigration, header) =>
      client.POST('/api/v1/knowledge-bases/{kb}/embedding-migrations', {
        params: { header, path: { kb: base.id } },
        body,
      }),
    {
      refresh: ['/api/v1/knowledge-bases'],
      onDone: () => {
        say(texts.begun);
        onClose();
      },
    },
  );
  const submit = () =>
    start.run({
      embedding_model: embedding_model.trim(),
      ...(dimensions !== null && { dimensions }),
      ...(query_prefix !== '' && { query_prefix }),
      ...(document_prefix !== '' && { document_prefix }),
    });
  return (
    <Dialog isOpen onClose={onClose} title={texts.start}>
      <Form problem={start.problem} onSubmit={submit} label={texts.start}>
        <p className="muted">{texts.costs(base.chunk_count)}</p>
        <TextField
          label={texts.model}
          hint={texts.modelHint}
          pointer="/embedding_model"
          value={embedding_model}
          onChange={setModel}
          required
        />
        <NumberField
          label={texts.dimensions}
          pointer="/dimensions"
          value={dimensions}
          onChange={setDimensions}
          min={1}
          max={1536}
        />
        <TextField
          label={texts.queryPrefix}
          hint={texts.prefixHint}
          pointer="/query_prefix"
          value={query_prefix}
          onChange={setQueryPrefix}
        />
        <TextField
          label={texts.documentPrefix}
          hint={texts.prefixHint}
          pointer="/document_prefix"
          value={document_prefix}
          onChange={setDocumentPrefix}
        />
        <div className="form-actions">
          <Button type="submit" kind="primary" isBusy={start.isRunning}>
            {texts.begin}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
