import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { useVersions } from './version-field.tsx';

/** “Version 3”, by its id until it is known. */
export function VersionName({ agent, id }: { readonly agent: string; readonly id: string }) {
  const texts = useTexts(uiTexts);
  const number = useVersions(agent).versions.find((one) => one.id === id)?.number;
  return number === undefined ? <code>{id}</code> : texts.versionOf(number, '');
}
