import { useEffect, useSyncExternalStore } from 'react';
import { forgetDrafts } from '../ui/own-storage.ts';

/** The person whose pages are open in this browser; other tabs hear when it changes. */
const personKey = 'agentgrid.person';

let isEnded = false;
/** Who has seen the page; null at first. */
let known: string | null = null;
let isLeaving = false;
const listeners = new Set<() => void>();

/** Leaves for the sign-in, which returns to this address. */
function leaveForSignIn(): void {
  const next = location.pathname + location.search;
  location.assign(`/account?next=${encodeURIComponent(next)}`);
}

/**
 * The API does not know the session, or no longer. A page that nobody has seen yet leaves for the sign-in; another one stays
 * with what was written on it, and asks.
 */
export function endSignIn(): void {
  if (isLeaving) return;
  if (known === null) leaveForSignIn();
  else setEnded(true);
}

function setEnded(value: boolean): void {
  isEnded = value;
  for (const listener of listeners) listener();
}

/** The page continues; for another person it begins anew. */
export function resumeSignIn(person: string): void {
  if (person !== known) location.reload();
  else setEnded(false);
}

/** Hides the question: the next request asks again. */
export const postponeSignIn = (): void => setEnded(false);

/** True when the session has ended while the page was open. */
export const useIsSignInEnded = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isEnded,
  );

/** Tells other tabs who is signed in, and follows them when somebody signs out there or another person signs in. */
export function useSharedSignIn(person: string): void {
  useEffect(() => {
    known = person;
    share(person);
    const follow = ({ key, newValue }: StorageEvent) => {
      if (key !== personKey || newValue === person) return;
      if (newValue === null) {
        forgetDrafts(person);
        leaveForSignIn();
      } else location.reload();
    };
    addEventListener('storage', follow);
    return () => removeEventListener('storage', follow);
  }, [person]);
}

/** After the session was ended: removes what the person has not saved from this browser, in all tabs, and leaves. */
export function leaveSignedOut(person: string): void {
  isLeaving = true;
  forgetDrafts(person);
  share(null);
  location.assign('/account?next=/console');
}

function share(person: string | null): void {
  try {
    if (person === null) localStorage.removeItem(personKey);
    else localStorage.setItem(personKey, person);
  } catch {
    // Storage is blocked: other tabs hear of it with their next request.
  }
}
