import type { CreateRetrievalEvaluation, KnowledgeBase } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { questionTexts } from '../../texts/knowledge-questions.ts';
import { searchTexts } from '../../texts/knowledge-search.ts';
import { NumberField, SelectField, TextField } from '../../ui/field.tsx';
import { ControlledFormDialog } from '../../ui/form-dialog.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';

const standard = {
  mode: 'hybrid' as 'hybrid' | 'keyword' | 'vector',
  top_k: 8 as number | null,
  reranker: '',
  min_score: null as number | null,
};

/** Starts an evaluation with settings of the search. */
export function EvaluationForm({
  base,
  onClose,
}: {
  readonly base: KnowledgeBase;
  readonly onClose: () => void;
}) {
  const texts = useTexts(questionTexts);
  const { modes } = useTexts(searchTexts);
  const say = useToast();
  const draft = useDraft(`knowledge.${base.id}.evaluation`, standard);
  const { mode, top_k, reranker, min_score } = draft.value;
  const start = useAction(
    (body: CreateRetrievalEvaluation, header) =>
      client.POST('/api/v1/knowledge-bases/{kb}/evaluations', {
        params: { header, path: { kb: base.id } },
        body,
      }),
    {
      refresh: ['/api/v1/knowledge-bases/{kb}/evaluations'],
      onDone: () => say(texts.started),
    },
  );
  return (
    <ControlledFormDialog
      isOpen
      onClose={onClose}
      title={texts.run}
      action={texts.start}
      change={start}
      draft={draft}
      input={() => ({
        mode,
        ...(top_k !== null && { top_k }),
        ...(min_score !== null && { min_score }),
        ...(reranker.trim() !== '' && { reranker: reranker.trim() }),
      })}
    >
      <SelectField
        label={texts.mode}
        pointer="/mode"
        value={mode}
        onChange={(next) => draft.set({ mode: next })}
        choices={(['hybrid', 'keyword', 'vector'] as const).map((value) => ({
          value,
          label: modes[value],
        }))}
      />
      <NumberField
        label={texts.topK}
        pointer="/top_k"
        value={top_k}
        onChange={(next) => draft.set({ top_k: next })}
        min={1}
        max={50}
        required
      />
      <TextField
        label={texts.reranker}
        hint={texts.rerankerHint}
        pointer="/reranker"
        value={reranker}
        onChange={(next) => draft.set({ reranker: next })}
      />
      <NumberField
        label={texts.minScore}
        pointer="/min_score"
        value={min_score}
        onChange={(next) => draft.set({ min_score: next })}
        min={0}
        max={1}
      />
    </ControlledFormDialog>
  );
}
