import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';
export const languages = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof languages;

interface Preferences {
  readonly theme: Theme;
  readonly language: Language;
}

const listeners = new Set<() => void>();
let current = read();

function stored(name: string): string | null {
  try {
    return localStorage.getItem(`agentgrid.${name}`);
  } catch {
    // Storage may be blocked: then preferences last as long as the page.
    return null;
  }
}

function read(): Preferences {
  const theme = stored('theme');
  const wanted = stored('language') ?? navigator.language.slice(0, 2);
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    language: wanted in languages ? (wanted as Language) : 'en',
  };
}

/** Shows the page in the chosen colours and language. */
export function applyPreferences(): void {
  const { documentElement } = document;
  documentElement.style.colorScheme = current.theme === 'system' ? 'light dark' : current.theme;
  documentElement.lang = current.language;
}

export function setPreferences(changes: Partial<Preferences>): void {
  current = { ...current, ...changes };
  for (const [name, value] of Object.entries(changes)) {
    try {
      localStorage.setItem(`agentgrid.${name}`, value);
    } catch {
      // See above.
    }
  }
  applyPreferences();
  for (const listener of listeners) listener();
}

export const usePreferences = (): Preferences =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
