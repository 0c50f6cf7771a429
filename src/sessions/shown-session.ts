import { isId } from '../shared/id.ts';

/** The session that holds a run without one is nobody's business. */
export const shownSession = (session_id: string | null): string | null =>
  session_id !== null && isId('ses', session_id) ? session_id : null;
