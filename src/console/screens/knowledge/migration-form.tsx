import type { CreateEmbeddingMigration, KnowledgeBase } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { historyTexts } from '../../texts/knowledge-history.ts';
import { NumberField, TextField } from '../../ui/field.tsx';
import { ControlledFormDialog } from '../../ui/form-dialog.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';

const untouched = {
  ...{ embedding_model: '', query_prefix: '', document_prefix: '' },
  dimensions: null as number | null,
};

export function MigrationForm({
  base,
  onClose,
}: {
  readonly base: KnowledgeBase;
  readonly onClose: () => void;
}) {
  const texts = useTexts(historyTexts);
  const say = useToast();
  const draft = useDraft(`knowledge.${base.id}.migration`, untouched);
  const { embedding_model, dimensions, query_prefix, document_prefix } = draft.value;
  const start = useAction(
    (body: CreateEmbeddingMigration, header) =>
      client.POST('/api/v1/knowledge-bases/{kb}/embedding-migrations', {
        params: { header, path: { kb: base.id } },
        body,
      }),
    {
      refresh: ['/api/v1/knowledge-bases'],
      onDone: () => say(texts.begun),
    },
  );
  return (
    <ControlledFormDialog
      isOpen
      onClose={onClose}
      title={texts.start}
      action={texts.begin}
      change={start}
      draft={draft}
      input={() => ({
        embedding_model: embedding_model.trim(),
        ...(dimensions !== null && { dimensions }),
        ...(query_prefix !== '' && { query_prefix }),
        ...(document_prefix !== '' && { document_prefix }),
      })}
    >
      <p className="muted">{texts.costs(base.chunk_count)}</p>
      <TextField
        label={texts.model}
        hint={texts.modelHint}
        pointer="/embedding_model"
        value={embedding_model}
        onChange={(next) => draft.set({ embedding_model: next })}
        required
      />
      <NumberField
        label={texts.dimensions}
        pointer="/dimensions"
        value={dimensions}
        onChange={(next) => draft.set({ dimensions: next })}
        min={1}
        max={1536}
      />
      <TextField
        label={texts.queryPrefix}
        hint={texts.prefixHint}
        pointer="/query_prefix"
        value={query_prefix}
        onChange={(next) => draft.set({ query_prefix: next })}
      />
      <TextField
        label={texts.documentPrefix}
        hint={texts.prefixHint}
        pointer="/document_prefix"
        value={document_prefix}
        onChange={(next) => draft.set({ document_prefix: next })}
      />
    </ControlledFormDialog>
  );
}
