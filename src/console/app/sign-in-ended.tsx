import { useEffect } from 'react';
import { client } from '../api/api.ts';
import { useTexts } from '../texts/catalogue.ts';
import { shellTexts } from '../texts/shell.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { postponeSignIn, resumeSignIn, useIsSignInEnded } from './sign-in.ts';

/** Over the page whose session has ended: what was written stays, and continues after a sign-in in another tab. */
export function SignInEnded({ onResume }: { readonly onResume: () => unknown }) {
  const texts = useTexts(shellTexts);
  const isEnded = useIsSignInEnded();
  useEffect(() => {
    if (!isEnded) return;
    const look = async () => {
      if (document.visibilityState !== 'visible') return;
      const { data } = await client.GET('/api/v1/me').catch(() => ({ data: undefined }));
      if (data === undefined) return;
      resumeSignIn(data.id);
      onResume();
    };
    addEventListener('visibilitychange', look);
    addEventListener('focus', look);
    return () => {
      removeEventListener('visibilitychange', look);
      removeEventListener('focus', look);
    };
  }, [isEnded, onResume]);
  const next = encodeURIComponent(location.pathname + location.search);
  return (
    <Dialog isOpen={isEnded} onClose={postponeSignIn} title={texts.signInEnded}>
      <p>{texts.signInEndedHint}</p>
      <div className="form-actions">
        <Button
          kind="primary"
          onClick={() => window.open(`/account?next=${next}`, '_blank', 'noopener')}
        >
          {texts.signInAgain}
        </Button>
      </div>
    </Dialog>
  );
}
