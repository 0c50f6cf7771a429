import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Discard } from './discard.tsx';

/** The end of a form: sends what was entered, or forgets it. */
export const DraftActions = ({
  draft,
  change,
  disabled = false,
  children,
}: {
  readonly draft: { readonly isChanged: boolean; readonly discard: () => void };
  readonly change: { readonly isRunning: boolean };
  readonly disabled?: boolean;
  /** The verb on the button. */
  readonly children: ReactNode;
}) => (
  <div className="form-actions">
    <Button type="submit" kind="primary" isBusy={change.isRunning} disabled={disabled}>
      {children}
    </Button>
    <Discard draft={draft} />
  </div>
);
