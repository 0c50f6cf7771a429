import { createContext, type ReactNode, use, useCallback, useRef, useState } from 'react';
import { type Person, Problem } from '../../../client/index.ts';
import { type Action, useAction } from '../../api/use-action.ts';
import { accountSignInTexts } from '../../texts/account-sign-in.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { SignInAgain } from './sign-in-again.tsx';

/** Asks the person to sign in again, in place. Resolves to false if they do not. */
type Confirm = () => Promise<boolean>;

const ConfirmContext = createContext<Confirm>(() => Promise.resolve(false));

/** Lets changes below it ask for a new sign-in where the API demands a recent one. */
export function ConfirmPerson({
  person,
  children,
}: {
  readonly person: Person;
  readonly children: ReactNode;
}) {
  const texts = useTexts(accountSignInTexts);
  const [isAsking, setAsking] = useState(false);
  const answer = useRef<((isConfirmed: boolean) => void) | null>(null);
  const confirm = useCallback<Confirm>(() => {
    setAsking(true);
    return new Promise((resolve) => {
      answer.current = resolve;
    });
  }, []);
  const finish = (isConfirmed: boolean) => {
    setAsking(false);
    answer.current?.(isConfirmed);
    answer.current = null;
  };
  return (
    <ConfirmContext value={confirm}>
      {children}
      <Dialog isOpen={isAsking} onClose={() => finish(false)} title={texts.confirmTitle}>
        <SignInAgain person={person} onDone={() => finish(true)} />
      </Dialog>
    </ConfirmContext>
  );
}

/** A change that may demand a recent sign-in: the person signs in again, and the change is made. */
export function useConfirmedAction<Input = void, Result = unknown>(
  ...[change, options]: Parameters<typeof useAction<Input, Result>>
): Action<Input, Result> {
  const confirm = use(ConfirmContext);
  return useAction<Input, Result>(async (input, header) => {
    try {
      return await change(input, header);
    } catch (error) {
      const isDemand = error instanceof Problem && error.code === 'recent_sign_in_required';
      if (!isDemand || !(await confirm())) throw error;
      return change(input, { 'Idempotency-Key': crypto.randomUUID() });
    }
  }, options);
}
