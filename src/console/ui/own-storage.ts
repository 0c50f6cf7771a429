import { createContext, use } from 'react';

/**
 * Whose entries are shown, `<person>.<workspace>`: what one person keeps in this browser is not shown to the next, nor what
 * belongs to one workspace in another.
 */
export const OwnerContext = createContext('');

/** `draft` and `chat` last until the person signs out; `filters` are there again at the next sign-in. */
type Kind = 'draft' | 'chat' | 'filters';

export const useOwnKey = (kind: Kind, name: string): string =>
  `agentgrid.${kind}.${use(OwnerContext)}.${name}`;

/** Returns null when there is nothing, or storage is blocked. */
export function readOwn<Value>(key: string): Value | null {
  try {
    return JSON.parse(storageOf(key).getItem(key) ?? 'null') as Value | null;
  } catch {
    return null;
  }
}

/** Keeps a value; null removes it. */
export function writeOwn(key: string, value: unknown): void {
  try {
    if (value === null) storageOf(key).removeItem(key);
    else storageOf(key).setItem(key, JSON.stringify(value));
  } catch {
    // Storage is full or blocked: the value lives as long as the page.
  }
}

/** Returns true when this browser holds something that the person wrote and has not saved. */
export function hasDrafts(person: string): boolean {
  try {
    return Object.keys(localStorage).some((key) => key.startsWith(`agentgrid.draft.${person}.`));
  } catch {
    return false;
  }
}

/** Removes what the person wrote and has not saved, and conversations with drafts. */
export function forgetDrafts(person: string): void {
  try {
    for (const storage of [localStorage, sessionStorage])
      for (const key of Object.keys(storage))
        if (/^agentgrid\.(?:draft|chat)\./.test(key) && key.includes(`.${person}.`))
          storage.removeItem(key);
  } catch {
    // Storage is blocked, and holds nothing.
  }
}

/** Conversations with drafts belong to their tab. */
const storageOf = (key: string): Storage =>
  key.startsWith('agentgrid.chat.') ? sessionStorage : localStorage;
