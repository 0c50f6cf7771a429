import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { Button } from './button.tsx';

/** Forgets what was entered and not saved, once there is something. */
export function Discard({
  draft,
}: {
  readonly draft: { readonly isChanged: boolean; readonly discard: () => void };
}) {
  const texts = useTexts(uiTexts);
  return draft.isChanged && <Button onClick={draft.discard}>{texts.discard}</Button>;
}
