import { useState } from 'react';
import { useLocation } from 'wouter';
import type { KnowledgeSource } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { sourceTexts } from '../../texts/knowledge-sources.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { CheckField } from '../../ui/field.tsx';
import { useToast } from '../../ui/toast.tsx';
import { storedPages } from './source-state.tsx';

export function DeleteSource({ source }: { readonly source: KnowledgeSource }) {
  const texts = useTexts(sourceTexts);
  const [, go] = useLocation();
  const say = useToast();
  const [isOpen, setOpen] = useState(false);
  const [isKeeping, setKeeping] = useState(false);
  const remove = useAction(
    () =>
      client.DELETE('/api/v1/sources/{source}', {
        params: {
          path: { source: source.id },
          query: isKeeping ? { keep_files: 'true' } : {},
        },
      }),
    {
      refresh: ['/api/v1/knowledge-bases'],
      onDone: () => {
        say(texts.deleted);
        go('/sources');
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
        title={texts.deleteTitle(source.name)}
        action={texts.delete}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        <div className="section">
          <p>{texts.deleteLost(storedPages(source.counts))}</p>
          <CheckField label={texts.keepFiles} checked={isKeeping} onChange={setKeeping} />
        </div>
      </ConfirmDialog>
    </>
  );
}
