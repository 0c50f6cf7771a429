import type { Deployment } from './deployment.ts';
import type { Manifest } from './manifest.ts';
import type { Query } from './protocol.ts';
import { progressTable, readSchema } from './tables.ts';

type Phase = 'tables' | 'verified' | 'triggers' | 'keywords';
type Trigger = readonly [name: string, sql: string];

/** Progress of a restore, in a table that exists until the restore ends. It changes in the transactions that it describes. */
export class Progress {
  readonly #deployment: Deployment;
  readonly #values: Map<string, string>;

  private constructor(deployment: Deployment, values: Map<string, string>) {
    this.#deployment = deployment;
    this.#values = values;
  }

  /** Returns null if no restore was begun. Throws if one of another backup was. */
  static async open(deployment: Deployment, { id }: Manifest): Promise<Progress | null> {
    if (!(await readSchema(deployment)).hasProgress) return null;
    const rows = await deployment.query<{ name: string; value: string }>(
      `select name, value from ${progressTable}`,
    );
    const values = new Map(rows.map(({ name, value }) => [name, value]));
    if (values.get('backup') !== id)
      throw new Error(
        `${deployment.name} is being restored from backup ${values.get('backup')}. Continue with that backup.`,
      );
    return new Progress(deployment, values);
  }

  static async begin(deployment: Deployment, { id }: Manifest): Promise<Progress> {
    await deployment.run([
      {
        sql: `create table ${progressTable} (name text primary key not null, value text not null) strict`,
      },
      { sql: `insert into ${progressTable} (name, value) values ('backup', ?)`, params: [id] },
    ]);
    return new Progress(deployment, new Map([['backup', id]]));
  }

  has(phase: Phase): boolean {
    return this.#values.has(phase);
  }

  /** The statement that marks a phase as done. */
  marking(phase: Phase): Query {
    return this.#set(phase, 'done');
  }

  async mark(phase: Phase): Promise<void> {
    await this.#deployment.run([this.marking(phase)]);
  }

  /** Number of lines of a table that were inserted. */
  linesOf(table: string): number {
    return Number(this.#values.get(`lines of ${table}`) ?? 0);
  }

  countingLines(table: string, count: number): Query {
    return this.#set(`lines of ${table}`, String(count));
  }

  /** The statement that keeps triggers, which are created again at the end. */
  keeping(triggers: readonly Trigger[]): Query {
    return this.#set('kept triggers', JSON.stringify(triggers));
  }

  setTriggers(triggers: readonly Trigger[]): void {
    this.#values.set('kept triggers', JSON.stringify(triggers));
  }

  get triggers(): readonly Trigger[] {
    return JSON.parse(this.#values.get('kept triggers') ?? '[]') as Trigger[];
  }

  async end(): Promise<void> {
    await this.#deployment.run([{ sql: `drop table ${progressTable}` }]);
  }

  #set(name: string, value: string): Query {
    return {
      sql: `insert into ${progressTable} (name, value) values (?, ?) on conflict (name) do update set value = excluded.value`,
      params: [name, value],
    };
  }
}
