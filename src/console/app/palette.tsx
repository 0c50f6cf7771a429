import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api } from '../api/api.ts';
import { useTexts } from '../texts/catalogue.ts';
import { shellTexts } from '../texts/shell.ts';
import type { Area } from './areas.ts';

interface Command {
  readonly label: string;
  readonly to: string;
}

/** Search over screens and agents, by keyboard. */
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
  const [, go] = useLocation();
  const [text, setText] = useState('');
  const wanted = text.trim();
  const { data: agents } = api.useQuery(
    'get',
    '/api/v1/agents',
    { params: { query: { limit: 8, ...(wanted === '' ? {} : { q: wanted }) } } },
    { enabled: isOpen && areas.some(({ path }) => path === 'agents') },
  );
  const commands: readonly Command[] = [
    ...areas.map(({ path, name }) => ({ label: texts.goTo(texts.areas[name]), to: `/${path}` })),
    ...(agents?.data ?? []).map(({ id, name }) => ({ label: name, to: `/agents/${id}` })),
  ];
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
                  className="menu-item"
                  onClick={() => choose(command)}
                >
                  {command.label}
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
