import { useEffect, useRef } from 'react';
import { runScreenKey } from './screen-keys.ts';

interface Shortcuts {
  readonly onPalette: () => void;
  readonly onHelp: () => void;
  /** Called for the letter after `g`. */
  readonly onLetter: (letter: string) => void;
}

const patience = 1500;

/** Keys that work on every screen, except while one types. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    let wentAt = 0;
    const onKey = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey, target } = event;
      if ((ctrlKey || metaKey) && key.toLowerCase() === 'k') {
        event.preventDefault();
        latest.current.onPalette();
        return;
      }
      if (ctrlKey || metaKey || altKey || isTyping(target)) return;
      if (Date.now() - wentAt < patience) {
        wentAt = 0;
        latest.current.onLetter(key);
      } else if (key === 'g') wentAt = Date.now();
      else if (key === '?') latest.current.onHelp();
      else runScreenKey(key);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.closest('input, textarea, select, [role="dialog"]') !== null);
