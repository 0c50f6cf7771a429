import { useTexts } from '../texts/catalogue.ts';
import { shellTexts } from '../texts/shell.ts';
import { Dialog } from '../ui/dialog.tsx';
import type { Area } from './areas.ts';
import { useShownKeys } from './screen-keys.ts';

export function HelpDialog({
  isOpen,
  onClose,
  areas,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly areas: readonly Area[];
}) {
  const texts = useTexts(shellTexts);
  const { keys } = texts;
  const rows: readonly (readonly [keys: readonly string[], what: string])[] = [
    ...useShownKeys().map(({ key, what }) => [[key], what] as const),
    [['Ctrl', 'K'], keys.palette],
    [['?'], keys.help],
    [['Esc'], keys.close],
    [['Ctrl', '↵'], keys.submit],
    [['↑', '↓', '↵'], keys.choose],
    [['↵'], keys.send],
    [['⇧', '↵'], keys.newLine],
    ...areas.map(({ letter, name }) => [['g', letter], texts.goTo(texts.areas[name])] as const),
  ];
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={texts.help}>
      <dl className="keys">
        {rows.map(([names, what]) => (
          <div key={what}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
