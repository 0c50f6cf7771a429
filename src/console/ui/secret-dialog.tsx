import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { Button } from './button.tsx';
import { Copyable } from './copy.tsx';
import { Dialog } from './dialog.tsx';

/** Shows a secret that the API returns once. */
export function SecretDialog({
  title,
  secret,
  onClose,
}: {
  readonly title: string;
  /** null while there is none to show. */
  readonly secret: string | null;
  readonly onClose: () => void;
}) {
  const texts = useTexts(uiTexts);
  return (
    <Dialog isOpen={secret !== null} onClose={onClose} title={title}>
      <p>{texts.secretHint}</p>
      <Copyable text={secret ?? ''} />
      <div className="form-actions">
        <Button kind="primary" onClick={onClose}>
          {texts.secretKept}
        </Button>
      </div>
    </Dialog>
  );
}
