import { useState } from 'react';
import type { GoldenQuestion, KnowledgeBase } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { questionTexts } from '../../texts/knowledge-questions.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { useToast } from '../../ui/toast.tsx';

export function DeleteQuestion({
  base,
  question,
  onDeleted,
}: {
  readonly base: KnowledgeBase;
  readonly question: GoldenQuestion;
  readonly onDeleted: () => void;
}) {
  const texts = useTexts(questionTexts);
  const say = useToast();
  const [isOpen, setOpen] = useState(false);
  const remove = useAction(
    () =>
      client.DELETE('/api/v1/knowledge-bases/{kb}/golden-questions/{golden_question}', {
        params: { path: { kb: base.id, golden_question: question.id } },
      }),
    {
      refresh: ['/api/v1/knowledge-bases/{kb}/golden-questions'],
      onDone: () => {
        say(texts.deleted);
        onDeleted();
      },
    },
  );
  return (
    <>
      <Button kind="quiet" onClick={() => setOpen(true)}>
        {texts.delete}
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title={texts.deleteTitle}
        action={texts.delete}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        <p>“{question.question}”</p>
        <p>{texts.deleteLost}</p>
      </ConfirmDialog>
    </>
  );
}
