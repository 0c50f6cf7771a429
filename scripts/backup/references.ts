import type { Deployment } from './deployment.ts';

interface Reference {
  readonly columns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
  /** Keys that rows refer to and that were not read yet. */
  readonly missing: Set<string>;
}

/** Notices rows whose parents were deleted while a backup of a running deployment read its tables, children first. */
export class References {
  readonly #references = new Map<string, readonly Reference[]>();

  static async read(deployment: Deployment, tables: readonly string[]): Promise<References> {
    const lists = await deployment.run(
      tables.map((table) => ({ sql: `pragma foreign_key_list("${table}")` })),
    );
    const references = new References();
    for (const [index, table] of tables.entries()) {
      const keys = Map.groupBy(lists[index] ?? [], ({ id }) => id);
      references.#references.set(
        table,
        [...keys.values()].map((columns) => ({
          columns: columns.map(({ from }) => String(from)),
          parent: String(columns[0]?.table),
          parentColumns: columns.map(({ to }) => String(to)),
          missing: new Set<string>(),
        })),
      );
    }
    return references;
  }

  /** Passes lines on, and remembers what they refer to. */
  async *follow(
    table: string,
    columns: readonly string[],
    lines: AsyncIterable<string>,
  ): AsyncGenerator<string> {
    const own = (this.#references.get(table) ?? []).map(({ columns: names, missing }) => ({
      positions: names.map((name) => columns.indexOf(name)),
      missing,
    }));
    const incoming = [...this.#references.values()]
      .flat()
      .filter(({ parent }) => parent === table)
      .map(({ parentColumns, missing }) => ({
        positions: parentColumns.map((name) => columns.indexOf(name)),
        missing,
      }));
    for await (const line of lines) {
      const values = JSON.parse(line) as unknown[];
      for (const { positions, missing } of own) {
        const key = positions.map((position) => values[position]);
        if (!key.includes(null)) missing.add(JSON.stringify(key));
      }
      for (const { positions, missing } of incoming)
        missing.delete(JSON.stringify(positions.map((position) => values[position])));
      yield line;
    }
  }

  /** Number of parents that were not read. */
  get missing(): number {
    return [...this.#references.values()]
      .flat()
      .reduce((count, { missing }) => count + missing.size, 0);
  }
}
