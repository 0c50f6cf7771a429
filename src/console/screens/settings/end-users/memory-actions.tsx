import { useState } from 'react';
import type { Memory } from '../../../../client/index.ts';
import { client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { endUserTexts } from '../../../texts/end-users.ts';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { TextAreaField } from '../../../ui/field.tsx';
import { ControlledFormDialog } from '../../../ui/form-dialog.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { useDraft } from '../../../ui/use-draft.ts';

const refresh = ['/api/v1/end-users/{end_user}/memories'];
/** Characters of a memory. */
export const maxMemoryLength = 300;

/** Corrects a memory, or forgets it. */
export function MemoryActions({ memory }: { readonly memory: Memory }) {
  const texts = useTexts(endUserTexts);
  const [open, setOpen] = useState<'edit' | 'forget' | null>(null);
  const draft = useDraft(`memory.${memory.id}`, { text: memory.text });
  const { text } = draft.value;
  const path = { memory: memory.id };
  const edit = useAction(
    (body: { text: string }) =>
      client.PATCH('/api/v1/memories/{memory}', { params: { path }, body }),
    { refresh },
  );
  const forget = useAction(() => client.DELETE('/api/v1/memories/{memory}', { params: { path } }), {
    refresh,
    onDone: () => setOpen(null),
  });
  return (
    <>
      <Menu
        label={`${texts.actions}: ${memory.text}`}
        items={[
          { label: texts.editMemory, onSelect: () => setOpen('edit') },
          { label: texts.forget, isDangerous: true, onSelect: () => setOpen('forget') },
        ]}
      />
      <ControlledFormDialog
        isOpen={open === 'edit'}
        onClose={() => setOpen(null)}
        title={texts.editMemory}
        action={texts.save}
        change={edit}
        draft={draft}
        input={() => ({ text })}
      >
        <TextAreaField
          label={texts.memory}
          pointer="/text"
          value={text}
          onChange={(next) => draft.set({ text: next })}
          maxLength={maxMemoryLength}
          required
        />
      </ControlledFormDialog>
      <ConfirmDialog
        isOpen={open === 'forget'}
        onClose={() => setOpen(null)}
        title={texts.forgetTitle}
        action={texts.forget}
        isBusy={forget.isRunning}
        problem={forget.problem}
        onConfirm={() => forget.run()}
      >
        {texts.forgetHint(memory.text)}
      </ConfirmDialog>
    </>
  );
}
