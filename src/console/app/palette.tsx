import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useTexts } from '../texts/catalogue.ts';
import { commandTexts } from '../texts/commands.ts';
import { shellTexts } from '../texts/shell.ts';
import type { Area } from './areas.ts';
import { type Command, useCommands } from './commands.ts';

/** Search over screens, actions, agents and what was opened lately, by keyboard. */
export function Palette({
  isOpen,
  onClose,
  areas,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly areas: readonly Area[];
}) {
  const texts = useTexts(shellTexts);
  const { kinds } = useTexts(commandTexts);
  const [, go] = useLocation();
  const [text, setText] = useState('');
  const wanted = text.trim();
  const commands = useCommands(wanted, isOpen, areas);
  const choose = ({ to }: Command) => {
    setText('');
    onClose();
    go(to);
  };
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog palette" aria-label={texts.search}>
          <Autocomplete.Root
            open
            inline
            items={commands}
            value={text}
            onValueChange={setText}
            itemToStringValue={({ label }) => label}
            autoHighlight="always"
            keepHighlight
          >
            <Autocomplete.Input
              className="palette-input"
              placeholder={texts.searchHint}
              aria-label={texts.searchHint}
            />
            <Autocomplete.Empty className="palette-empty">
              {wanted === '' ? null : texts.noMatch}
            </Autocomplete.Empty>
            <Autocomplete.List className="palette-list">
              {(command: Command) => (
                <Autocomplete.Item
                  key={command.to}
                  value={command}
                  className="menu-item palette-item"
                  onClick={() => choose(command)}
                >
                  <span>{command.label}</span>
                  <span className="small muted" aria-hidden="true">
                    {kinds[command.kind]}
                  </span>
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
