import type { Db } from '../db/client.ts';
import type { VectorIndex } from './ports.ts';

export function createD1VectorIndex(_db: Db): VectorIndex {
  return { upsert: async () => undefined, query: async () => [], remove: async () => undefined };
}
