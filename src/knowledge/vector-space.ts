import type { BaseRow } from './base-store.ts';

/** A base may have vectors of two embedding models. Those of the first are in space 0, with the ids of their chunks. */
const named = (id: string, space: number) => (space === 0 ? id : `${id}:${space}`);

/** Id of the vector of a chunk in a space. */
export const vectorId = (chunk_id: string, space: number): string => named(chunk_id, space);

/** Id of the chunk of a vector. */
export const chunkIdOf = (vector_id: string): string => vector_id.split(':')[0] ?? vector_id;

/** Id in the vector index of a base with the vectors of one space. */
export const scopeOf = (base_id: string, space: number): string => named(base_id, space);

/**
 * Names the content of a file, its chunks of one attempt, in a space of the vector index: in at most 20 bytes, since a query may name
 * hundreds. Two contents hardly ever have the same name, and every hit is checked in the database.
 */
export const contentKey = (file_id: string, attempt: number, space: number): string =>
  named(`${file_id.slice(-8)}.${attempt.toString(36)}`, space);

type Spaces = Pick<BaseRow, 'vector_space' | 'second_space'>;

/** The spaces of a base. */
export const spacesOf = ({ vector_space, second_space }: Spaces): number[] => [
  vector_space,
  ...(second_space === null ? [] : [second_space]),
];

/** Ids of the vectors of chunks in all spaces of their base. */
export const vectorIds = (base: Spaces, chunk_ids: readonly string[]): string[] =>
  spacesOf(base).flatMap((space) => chunk_ids.map((id) => vectorId(id, space)));
