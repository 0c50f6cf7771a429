import type { State } from './types.ts';

/** What is shown before anything was read. */
export const initial: State = {
  ...{ phase: 'loading', title: '', welcome: null, starters: [], messages: [], attachments: [] },
  ...{ draft: '', isBusy: false, isOffline: false, isHuman: false, wasHuman: false },
  ...{ isAwaited: false, canAskPerson: false, error: null, canResume: false },
  ...{ email: null, cited: null },
};
