import { Problem } from '../../../client/index.ts';
import { PasskeyFailure } from '../../../client/passkeys.ts';
import { accountSignInTexts } from '../../texts/account-sign-in.ts';
import { useTexts } from '../../texts/catalogue.ts';

/** Returns a function that lets the browser create or use a passkey, and says in the language of the viewer why it has not. */
export function usePasskey(): <Result>(run: () => Promise<Result>) => Promise<Result> {
  const texts = useTexts(accountSignInTexts);
  return (run) =>
    run().catch((error: unknown) => {
      if (!(error instanceof PasskeyFailure)) throw error;
      throw new Problem(400, { code: error.reason, detail: texts[error.reason] });
    });
}
