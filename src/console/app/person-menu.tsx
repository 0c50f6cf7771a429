import { CircleUserRound } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { client } from '../api/api.ts';
import { useAction } from '../api/use-action.ts';
import { useTexts } from '../texts/catalogue.ts';
import { shellTexts } from '../texts/shell.ts';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { Menu } from '../ui/menu.tsx';
import { hasDrafts } from '../ui/own-storage.ts';
import { useToast } from '../ui/toast.tsx';
import { languages, setPreferences, type Theme, usePreferences } from './preferences.ts';
import { useSession } from './session.tsx';
import { leaveSignedOut } from './sign-in.ts';

/** The account, colours, language, and the way out. */
export function PersonMenu() {
  const texts = useTexts(shellTexts);
  const toast = useToast();
  const [, go] = useLocation();
  const { person } = useSession();
  const { theme, language } = usePreferences();
  const [isAsking, setAsking] = useState(false);
  const signOut = useAction(() => client.POST('/api/v1/auth/sign-out'), {
    refresh: [],
    onDone: () => leaveSignedOut(person.id),
  });
  const leave = async () => {
    if (hasDrafts(person.id)) return setAsking(true);
    if ((await signOut.run()) === undefined) toast(texts.notSignedOut);
  };
  const themes = (['system', 'light', 'dark'] as const satisfies readonly Theme[]).filter(
    (one) => one !== theme,
  );
  const others = (Object.keys(languages) as (keyof typeof languages)[]).filter(
    (one) => one !== language,
  );
  return (
    <div>
      <Menu
        label={`${texts.account}: ${person.name}`}
        trigger={
          <span className="person">
            <CircleUserRound size={16} aria-hidden="true" />
            {person.name}
          </span>
        }
        items={[
          { label: texts.account, onSelect: () => go('/account') },
          { label: texts.reference, onSelect: () => window.open('/docs', '_blank', 'noopener') },
          ...themes.map((one) => ({
            label: `${texts.theme}: ${texts.themes[one]}`,
            onSelect: () => setPreferences({ theme: one }),
          })),
          ...others.map((one) => ({
            label: `${texts.language}: ${languages[one]}`,
            onSelect: () => setPreferences({ language: one }),
          })),
          { label: texts.signOut, onSelect: leave },
        ]}
      />
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={texts.signOutTitle}
        action={texts.signOut}
        isBusy={signOut.isRunning}
        problem={signOut.problem}
        onConfirm={() => signOut.run()}
      >
        {texts.signOutHint}
      </ConfirmDialog>
    </div>
  );
}
