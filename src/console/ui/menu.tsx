import { Menu as Base } from '@base-ui/react/menu';
import { Ellipsis } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';

export interface MenuItem {
  readonly label: string;
  readonly onSelect: () => unknown;
  readonly isDangerous?: boolean;
  readonly isDisabled?: boolean;
}

/** Further actions on something; without a trigger, three dots. */
export function Menu({
  items,
  label,
  trigger,
}: {
  readonly items: readonly MenuItem[];
  readonly label?: string;
  readonly trigger?: ReactNode;
}) {
  const texts = useTexts(uiTexts);
  if (items.length === 0) return null;
  return (
    <Base.Root>
      {trigger === undefined ? (
        <Base.Trigger className="icon-button" aria-label={label ?? texts.actions}>
          <Ellipsis size={16} aria-hidden="true" />
        </Base.Trigger>
      ) : (
        <Base.Trigger className="menu-trigger" aria-label={label}>
          {trigger}
        </Base.Trigger>
      )}
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="end" className="layer">
          <Base.Popup className="menu">
            {items.map(({ label: text, onSelect, isDangerous = false, isDisabled = false }) => (
              <Base.Item
                key={text}
                className={`menu-item${isDangerous ? ' menu-item-danger' : ''}`}
                disabled={isDisabled}
                onClick={() => onSelect()}
              >
                {text}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
