import { useState } from 'react';
import type { EmbeddingMigration } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { historyTexts } from '../../texts/knowledge-history.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useToast } from '../../ui/toast.tsx';
import { CompareModels } from './compare-models.tsx';

type Verb = 'switch' | 'switch-back' | 'complete' | 'cancel' | 'resume';

const verbsOf: Partial<Record<EmbeddingMigration['status'], readonly Verb[]>> = {
  building: ['cancel'],
  ready: ['switch', 'cancel'],
  switched: ['complete', 'switch-back'],
  failed: ['resume', 'cancel'],
};

/** What can be done with a migration in its state. */
export function MigrationActions({ migration }: { readonly migration: EmbeddingMigration }) {
  const texts = useTexts(historyTexts);
  const say = useToast();
  const [asked, setAsked] = useState<'complete' | 'cancel' | null>(null);
  const [isComparing, setComparing] = useState(false);
  const { id, status } = migration;
  const act = useAction(
    (verb: Verb, header): Promise<unknown> =>
      client.POST(`/api/v1/embedding-migrations/{migration}/${verb}`, {
        params: { header, path: { migration: id } },
      }),
    {
      refresh: ['/api/v1/knowledge-bases'],
      onDone: (_, verb) => {
        say(texts.done[verb]);
        setAsked(null);
      },
    },
  );
  const verbs = verbsOf[status] ?? [];
  return (
    <>
      <div className="knowledge-actions">
        {status === 'ready' && (
          <Button isSmall onClick={() => setComparing(true)}>
            {texts.actions.compare}
          </Button>
        )}
        {verbs.map((verb) => (
          <Button
            key={verb}
            isSmall
            isBusy={act.isRunning}
            onClick={() =>
              verb === 'complete' || verb === 'cancel' ? setAsked(verb) : act.run(verb)
            }
          >
            {texts.actions[verb]}
          </Button>
        ))}
      </div>
      {asked === null && <ProblemNote problem={act.problem} />}
      <ConfirmDialog
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        title={asked === 'complete' ? texts.completeTitle : texts.cancelTitle}
        action={texts.actions[asked ?? 'cancel']}
        isBusy={act.isRunning}
        problem={act.problem}
        onConfirm={() => asked !== null && act.run(asked)}
      >
        <p>{asked === 'complete' ? texts.completeLost : texts.cancelLost}</p>
      </ConfirmDialog>
      {isComparing && <CompareModels id={id} onClose={() => setComparing(false)} />}
    </>
  );
}
