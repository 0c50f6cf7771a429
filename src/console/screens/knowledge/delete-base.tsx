import { useState } from 'react';
import { useLocation } from 'wouter';
import type { KnowledgeBase } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { knowledgeTexts } from '../../texts/knowledge.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { useFormat } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { useToast } from '../../ui/toast.tsx';
import { filesOf } from './files-of.ts';
import { usePlaces } from './places.ts';

interface Searcher {
  readonly id: string;
  readonly name: string;
}

/** Deletes a base after naming what is lost; the base of an agent is deleted with the agent. */
export function DeleteBase({ base }: { readonly base: KnowledgeBase }) {
  const texts = useTexts(knowledgeTexts);
  const { number } = useFormat();
  const { area } = usePlaces();
  const [, go] = useLocation();
  const say = useToast();
  const [isOpen, setOpen] = useState(false);
  const remove = useAction(
    () =>
      client.DELETE('/api/v1/knowledge-bases/{kb}', {
        params: { path: { kb: base.id } },
      }),
    {
      list: '/api/v1/knowledge-bases',
      onDone: () => {
        say(texts.deleted(base.name));
        go(area);
      },
    },
  );
  const count = number(filesOf(base));
  const searchers = remove.problem?.details.agents as readonly Searcher[] | undefined;
  return (
    <Section title={texts.danger}>
      {base.agent_id === null ? (
        <div>
          <Button onClick={() => setOpen(true)}>{texts.delete} …</Button>
        </div>
      ) : (
        <p className="muted">{texts.deleteOwn}</p>
      )}
      <ConfirmDialog
        isOpen={isOpen}
        onClose={() => {
          setOpen(false);
          remove.reset();
        }}
        title={texts.deleteTitle(base.name)}
        action={texts.delete}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        <p>{texts.deleteLost(texts.filesCount(count), texts.passageCount(base.chunk_count))}</p>
        {searchers !== undefined && (
          <p>{texts.deleteUsed(searchers.map(({ name }) => name).join(', '))}</p>
        )}
      </ConfirmDialog>
    </Section>
  );
}
