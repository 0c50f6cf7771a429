import type { SearchHit } from './schema.ts';
import type { PassageRow } from './store.ts';

/** A hit with what locates it in the stored text, which clients do not see. */
export interface Hit extends SearchHit, Pick<PassageRow, 'attempt' | 'origin'> {}
