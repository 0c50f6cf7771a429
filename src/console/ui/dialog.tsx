import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Problem } from '../../client/index.ts';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { Button } from './button.tsx';
import { Copyable } from './copy.tsx';
import { TextField } from './field.tsx';
import { ProblemNote } from './states.tsx';

interface DialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: ReactNode;
  readonly children: ReactNode;
  /** `wide` for comparisons and documents. */
  readonly size?: 'normal' | 'wide';
}

/** Where a dialog begins: its first field; null for one without, which begins with its first control. */
export const firstField = (dialog: HTMLElement | null): HTMLElement | null =>
  dialog?.querySelector<HTMLElement>(
    '.dialog-body :is(input:not([type=hidden]), select, textarea):not(:disabled)',
  ) ?? null;

/** A dialog over the page: Escape and the backdrop close it, and the focus returns. */
export function Dialog({ isOpen, onClose, title, children, size = 'normal' }: DialogProps) {
  const texts = useTexts(uiTexts);
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup
          className={`dialog dialog-${size}`}
          ref={popup}
          initialFocus={() => firstField(popup.current)}
        >
          <div className="dialog-header">
            <Base.Title className="dialog-title">{title}</Base.Title>
            <Base.Close className="icon-button" aria-label={texts.close} title={texts.close}>
              <X size={16} aria-hidden="true" />
            </Base.Close>
          </div>
          <div className="dialog-body">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** Asks before something is destroyed; says what will be lost. */
export function ConfirmDialog({
  isOpen,
  onClose,
  title,
  children,
  action,
  isBusy,
  problem = null,
  typed: wanted,
  onConfirm,
}: Omit<DialogProps, 'size'> & {
  /** The verb on the button, such as “Delete the agent”. */
  readonly action: string;
  readonly isBusy: boolean;
  readonly problem?: Problem | null;
  /** What has to be typed first, such as an id, where the loss is large. */
  readonly typed?: string;
  readonly onConfirm: () => unknown;
}) {
  const texts = useTexts(uiTexts);
  const popup = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState('');
  useEffect(() => {
    if (!isOpen) setTyped('');
  }, [isOpen]);
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup
          className="dialog dialog-normal"
          ref={popup}
          initialFocus={() => firstField(popup.current)}
        >
          <div className="dialog-header">
            <AlertDialog.Title className="dialog-title">{title}</AlertDialog.Title>
          </div>
          <div className="dialog-body">
            <AlertDialog.Description render={<div />}>{children}</AlertDialog.Description>
            {wanted !== undefined && (
              <>
                <p>
                  <Copyable text={wanted} />
                </p>
                <TextField label={texts.typeToConfirm} value={typed} onChange={setTyped} />
              </>
            )}
            <ProblemNote problem={problem} />
          </div>
          <div className="dialog-footer">
            <AlertDialog.Close className="button button-plain">{texts.cancel}</AlertDialog.Close>
            <Button
              kind="danger"
              isBusy={isBusy}
              disabled={wanted !== undefined && typed.trim() !== wanted}
              onClick={() => onConfirm()}
            >
              {action}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
