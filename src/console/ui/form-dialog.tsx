import { type ReactNode, useState } from 'react';
import type { Action } from '../api/use-action.ts';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Form } from './form.tsx';

interface FormDialogProps<Input> {
  readonly title: string;
  /** The verb on the button that sends. */
  readonly action: string;
  readonly change: Action<Input, unknown>;
  /** Returns what is sent. */
  readonly input: () => Input;
  readonly children: ReactNode;
  /** What was entered: forgotten once it was sent, and by “Cancel”; closing the dialog otherwise keeps it. */
  readonly draft: { readonly discard: () => void } | null;
}

/** A button that opens a form; it closes once its change was made. Fields keep what was entered after a failure. */
export function FormDialog<Input>({
  button,
  kind = 'primary',
  ...rest
}: FormDialogProps<Input> & {
  readonly button: string;
  readonly kind?: 'primary' | 'plain' | 'quiet';
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        kind={kind}
        onClick={() => {
          rest.change.reset();
          setOpen(true);
        }}
      >
        {button}
      </Button>
      <ControlledFormDialog {...rest} isOpen={isOpen} onClose={() => setOpen(false)} />
    </>
  );
}

/** What a dialog shows that may depend on what its change changes. */
type Shown = Pick<FormDialogProps<never>, 'title' | 'action' | 'children'>;

/**
 * The same without its button. From the moment it is sent it shows what it showed then, until it fails or is opened again: what has
 * changed is read before the dialog has gone, and must not make another form of it.
 */
export function ControlledFormDialog<Input>({
  title,
  action,
  change,
  input,
  children,
  draft,
  isOpen,
  onClose,
}: FormDialogProps<Input> & { readonly isOpen: boolean; readonly onClose: () => void }) {
  const texts = useTexts(uiTexts);
  const [sent, setSent] = useState<Shown | null>(null);
  const [wasOpen, setWasOpen] = useState(isOpen);
  if (isOpen !== wasOpen) {
    setWasOpen(isOpen);
    if (isOpen) setSent(null);
  }
  const submit = async () => {
    setSent({ title, action, children });
    if ((await change.run(input())) === undefined) return setSent(null);
    draft?.discard();
    onClose();
  };
  const shown = sent ?? { title, action, children };
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={shown.title}>
      <Form problem={change.problem} onSubmit={submit}>
        {shown.children}
        <div className="form-actions">
          <Button type="submit" kind="primary" isBusy={change.isRunning}>
            {shown.action}
          </Button>
          <Button
            onClick={() => {
              draft?.discard();
              onClose();
            }}
          >
            {texts.cancel}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
