import { useState } from 'react';
import type { CreateRetrievalEvaluation, KnowledgeBase } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { questionTexts } from '../../texts/knowledge-questions.ts';
import { searchTexts } from '../../texts/knowledge-search.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Form, NumberField, SelectField, TextField } from '../../ui/field.tsx';
import { useToast } from '../../ui/toast.tsx';

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
  const [mode, setMode] = useState<'hybrid' | 'keyword' | 'vector'>('hybrid');
  const [top_k, setTopK] = useState<number | null>(8);
  const [reranker, setReranker] = useState('');
  const [min_score, setMinScore] = useState<number | null>(null);
  const start = useAction(
    (body: CreateRetrievalEvaluation, header) =>
      client.POST('/api/v1/knowledge-bases/{kb}/evaluations', {
        params: { header, path: { kb: base.id } },
        body,
      }),
    {
      refresh: ['/api/v1/knowledge-bases/{kb}/evaluations'],
      onDone: () => {
        say(texts.started);
        onClose();
      },
    },
  );
  const submit = () =>
    start.run({
      mode,
      ...(top_k !== null && { top_k }),
      ...(min_score !== null && { min_score }),
      ...(reranker.trim() !== '' && { reranker: reranker.trim() }),
    });
  return (
    <Dialog isOpen onClose={onClose} title={texts.run}>
      <Form problem={start.problem} onSubmit={submit} label={texts.run}>
        <SelectField
          label={texts.mode}
          pointer="/mode"
          value={mode}
          onChange={setMode}
          choices={(['hybrid', 'keyword', 'vector'] as const).map((value) => ({
            value,
            label: modes[value],
          }))}
        />
        <NumberField
          label={texts.topK}
          pointer="/top_k"
          value={top_k}
          onChange={setTopK}
          min={1}
          max={50}
          required
        />
        <TextField
          label={texts.reranker}
          hint={texts.rerankerHint}
          pointer="/reranker"
          value={reranker}
          onChange={setReranker}
        />
        <NumberField
          label={texts.minScore}
          pointer="/min_score"
          value={min_score}
          onChange={setMinScore}
          min={0}
          max={1}
        />
        <div className="form-actions">
          <Button type="submit" kind="primary" isBusy={start.isRunning}>
            {texts.start}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
