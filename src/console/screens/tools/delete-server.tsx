import { useState } from 'react';
import { useLocation } from 'wouter';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { toolTexts } from '../../texts/tools.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';

export function DeleteServer({ id, name }: { readonly id: string; readonly name: string }) {
  const texts = useTexts(toolTexts);
  const [, go] = useLocation();
  const [isAsking, setAsking] = useState(false);
  const remove = useAction(
    () => client.DELETE('/api/v1/tools/mcp/{server}', { params: { path: { server: id } } }),
    { refresh: [], onDone: () => go('/mcp') },
  );
  return (
    <>
      <Button onClick={() => setAsking(true)}>{texts.disconnect}</Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={texts.deleteTitle(name)}
        action={texts.disconnect}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        <p>{texts.disconnectHint}</p>
      </ConfirmDialog>
    </>
  );
}
