import type { Deployment } from './deployment.ts';

/** Chunks of one read. */
const chunksAtOnce = 200;

/** Yields the vectors that Vectorize has of the chunks of the database, each as JSON. */
export async function* vectorLines(deployment: Deployment): AsyncGenerator<string> {
  for (let after = 0; ; ) {
    const rows: readonly { seq: number; id: string; spaces: string }[] = await deployment.query(
      `select c.seq as seq, c.id as id, json_array(b.vector_space, b.second_space) as spaces
        from chunks c join knowledge_bases b on b.id = c.base_id where c.seq > ${after} order by c.seq limit ${chunksAtOnce}`,
    );
    const ids = rows.flatMap(({ id, spaces }) =>
      (JSON.parse(spaces) as (number | null)[])
        .filter((space) => space !== null)
        .map((space) => (space === 0 ? id : `${id}:${space}`)),
    );
    for (const vector of await deployment.readVectors(ids)) yield JSON.stringify(vector);
    after = rows.at(-1)?.seq ?? after;
    if (rows.length < chunksAtOnce) return;
  }
}
