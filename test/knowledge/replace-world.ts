import {
  createExecutionContext,
  createMessageBatch,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import { jobHandlers } from '../../src/features.ts';
import { dispatchBatch } from '../../src/jobs/index.ts';
import type { JobMessage } from '../../src/platform/job.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { unreliable } from '../support/faulty.ts';
import { newBase } from '../support/files.ts';
import { tick } from '../support/history.ts';
import { requestWith } from '../support/worker.ts';

/** A step of the life of one document, which its uploads name by the same `external_id`. */
export type Step =
  | { readonly kind: 'upload'; readonly isGood: boolean }
  | { readonly kind: 'reprocess' | 'delete' }
  | Delivery;

/** Delivers one of the messages so far, again or for the first time. */
export interface Delivery {
  readonly kind: 'deliver';
  readonly which: number;
  /** Round trip at which the worker pauses, for `meanwhile`, and dies. */
  readonly at: number;
  readonly dies: 'before' | 'after' | null;
  readonly meanwhile: Step | null;
  /** From the dead-letter queue, for an ingestion: its attempts are exhausted. */
  readonly isPoisoned: boolean;
}

interface Message {
  readonly body: JobMessage;
}

const count = async (statement: string, ...values: unknown[]) =>
  (
    await env.DB.prepare(statement)
      .bind(...values)
      .first<{ n: number }>()
  )?.n;

const originalsOf = (file: { replacement: object | null } | undefined): number =>
  file === undefined ? 0 : file.replacement === null ? 1 : 2;

/** A base with one document, whose queue is in the hands of the test. */
export class ReplaceWorld {
  readonly #messages: Message[] = [];
  readonly #workspace: Workspace;
  readonly #base: string;
  /** Versions that the document has been given, and the last of them. */
  #version = 0;
  #isLastGood = true;
  #wasDeleted = false;
  #wasPoisoned = false;

  readonly #hasHistory: boolean;
  /** What was found at each revision of the base. */
  readonly #seen = new Map<number, readonly number[]>();

  private constructor(workspace: Workspace, base: string, hasHistory: boolean) {
    this.#workspace = workspace;
    this.#base = base;
    this.#hasHistory = hasHistory;
  }

  /** Opens a world whose document is ready, and whose base keeps what is replaced and deleted for so many days. */
  static async open(retention_days = 0): Promise<ReplaceWorld> {
    const workspace = await newWorkspace();
    const settings = { retention_days, chunk_tokens: 50, chunk_overlap_tokens: 0 };
    const base = await newBase(workspace, settings);
    const world = new ReplaceWorld(workspace, base, retention_days > 0);
    await world.take({ kind: 'upload', isGood: true });
    await world.#drain();
    await world.#expectSearchable();
    return world;
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'upload') await this.#upload(step.isGood);
    else if (step.kind === 'deliver') await this.#deliver(step);
    else {
      const file = await this.#file();
      if (file === undefined) return;
      const [method, path] = step.kind === 'delete' ? ['DELETE', ''] : ['POST', '/reprocess'];
      const { status } = await this.#request(method ?? '', `/files/${file.id}${path}`);
      expect([202, 204, 409]).toContain(status);
      if (status === 204) this.#wasDeleted = true;
      if (status === 202) this.#wasPoisoned = false;
    }
    await this.#expectSearchable();
  }

  /** Runs all remaining jobs and checks the final state. */
  async end(): Promise<void> {
    await this.#drain();
    await this.#expectSearchable();
    const file = await this.#file();
    if (file !== undefined && !this.#wasPoisoned) {
      expect(file.status).toBe(this.#isLastGood ? 'ready' : 'failed');
      if (this.#isLastGood) expect(await this.#foundVersions()).toEqual([this.#version]);
    }
    if (this.#hasHistory) await this.#endHistory();
    const chunks = file?.chunk_count ?? 0;
    const { id } = this.#workspace;
    const objects = (await env.FILES.list({ prefix: `${id}/` })).objects.map(({ key }) => key);
    const texts = objects.filter((key) => key.includes('/text-'));
    expect({
      chunks: await count('select count(*) as n from chunks where workspace_id = ?', id),
      vectors: await count('select count(*) as n from vectors where workspace_id = ?', id),
      words: await count(
        'select count(*) as n from chunk_words where chunk_words match ?',
        `scope : "${this.#base}"`,
      ),
      base: (await this.#workspace.get(`/knowledge-bases/${this.#base}`)).body.chunk_count,
      quota: await count(
        "select used as n from quotas where workspace_id = ? and resource = 'chunks'",
        id,
      ),
      files: await count('select count(*) as n from files where workspace_id = ?', id),
      originals: objects.length - texts.length,
      texts: texts.length,
    }).toEqual({
      ...{ chunks, vectors: chunks, words: chunks, base: chunks, quota: chunks },
      // A replacement that failed can be processed again.
      ...{ files: file === undefined ? 0 : 1, originals: originalsOf(file) },
      texts: file?.is_searchable ? 1 : 0,
    });
  }

  /** Checks that every revision is as it was, that live searches read nothing of it, and deletes the history. */
  async #endHistory(): Promise<void> {
    for (const [revision, versions] of this.#seen)
      expect(await this.#foundVersions(revision), `revision ${revision}`).toEqual(versions);
    const path = `/knowledge-bases/${this.#base}`;
    const { chunk_count, former_chunk_count } = (await this.#workspace.get(path)).body;
    const of = (scope: string) =>
      count(
        'select count(*) as n from chunk_words where chunk_words match ?',
        `scope : "${scope}"`,
      );
    const { id } = this.#workspace;
    expect({
      live: await of(this.#base),
      former: await of(this.#base.replace('kb_', 'kbf_')),
      chunks: await count('select count(*) as n from chunks where workspace_id = ?', id),
      vectors: await count(
        "select count(*) as n from vectors where workspace_id = ? and base_id like 'kbf_%'",
        id,
      ),
    }).toEqual({
      ...{ live: chunk_count, former: former_chunk_count, vectors: former_chunk_count },
      chunks: chunk_count + former_chunk_count,
    });
    await this.#workspace.patch(path, { retention_days: 0 });
    await tick(this.#workspace, this.#base, 0);
    await this.#drain();
  }

  #request(method: string, path: string, json?: unknown) {
    const { key } = this.#workspace;
    const options = json === undefined ? {} : { json };
    return requestWith({ JOBS: this.#queue }, method, `/api/v1${path}`, key, options);
  }

  get #queue() {
    return { sendBatch: async (sent: Message[]) => void this.#messages.push(...sent) };
  }

  async #file() {
    const path = `/knowledge-bases/${this.#base}/files?external_id=doc`;
    return (await this.#workspace.get(path)).body.data[0];
  }

  async #upload(isGood: boolean): Promise<void> {
    const version = this.#version + 1;
    const paragraph = (index: number) =>
      `The handbook of edition${version} tells in paragraph ${index} of a matter that is worth the room it takes.`;
    // The bad one is valid when it is uploaded, and has no text to extract.
    const text = isGood
      ? Array.from({ length: 4 + (version % 3) }, (_, index) => paragraph(index)).join('\n\n')
      : `<p hidden>${version}</p>`;
    const { status, body } = await this.#request('POST', `/knowledge-bases/${this.#base}/files`, {
      ...{ name: isGood ? 'doc.txt' : 'doc.html', text, external_id: 'doc' },
    });
    expect(status, JSON.stringify(body)).toBe(202);
    if (!body.is_searchable) this.#wasDeleted = true;
    this.#version = version;
    this.#isLastGood = isGood;
    this.#wasPoisoned = false;
  }

  /** Delivers a message as the queue would after the claim of an earlier worker has lapsed. */
  async #deliver({ which, at, dies, meanwhile, isPoisoned }: Delivery): Promise<void> {
    const message = this.#messages[which % Math.max(1, this.#messages.length)];
    if (message === undefined) return;
    await this.#releaseClaims();
    const gate = async () => {
      if (meanwhile !== null) await this.take(meanwhile);
    };
    const isExhausted = isPoisoned && message.body.job.type === 'file.ingest';
    if (isExhausted) this.#wasPoisoned = true;
    const database = unreliable(env.DB, { at, dies, gate });
    await this.#dispatch(message, isExhausted ? 'agentgrid-jobs-dead' : 'agentgrid-jobs', database);
  }

  async #dispatch(message: Message, queue: string, database: D1Database): Promise<void> {
    const execution = createExecutionContext();
    const batch = createMessageBatch(queue, [
      { id: crypto.randomUUID(), timestamp: new Date(), attempts: 1, body: message.body },
    ]);
    const bindings = { ...env, DB: database, JOBS: this.#queue } as unknown as Env;
    await dispatchBatch(jobHandlers, batch, bindings, execution);
    await waitOnExecutionContext(execution);
  }

  #releaseClaims = () =>
    env.DB.prepare('update outbox set claimed_until = 0 where workspace_id = ?')
      .bind(this.#workspace.id)
      .run();

  /** Sends what is in the outbox, as the sweep does, until nothing is left. */
  async #drain(): Promise<void> {
    for (let round = 0; round < 20; round += 1) {
      await this.#releaseClaims();
      const { results } = await env.DB.prepare(
        'select id, workspace_id, job from outbox where workspace_id = ? order by id desc',
      )
        .bind(this.#workspace.id)
        .all<{ id: string; workspace_id: string; job: string }>();
      if (results.length === 0) return;
      for (const { id, workspace_id, job } of results)
        await this.#dispatch(
          { body: { id, workspace_id, job: JSON.parse(job) } },
          'agentgrid-jobs',
          env.DB,
        );
    }
    throw new Error('the outbox does not become empty');
  }

  async #foundVersions(revision: number | null = null): Promise<number[]> {
    const answers = await Promise.all(
      ['keyword', 'hybrid'].map((mode) =>
        this.#workspace.post(`/knowledge-bases/${this.#base}/search`, {
          query: 'handbook paragraph',
          ...{ mode, revision },
        }),
      ),
    );
    const found = answers.map(({ body }) => [
      ...new Set<number>(
        body.hits.map(({ text }: { text: string }) => Number(/edition(\d+)/.exec(text)?.[1])),
      ),
    ]);
    expect(found[0]).toEqual(found[1]);
    return found[0] ?? [];
  }

  /** A revision does not change once it has been reached. */
  async #note(versions: readonly number[]): Promise<void> {
    if (!this.#hasHistory) return;
    const { revision } = (await this.#workspace.get(`/knowledge-bases/${this.#base}`)).body;
    expect(await this.#foundVersions(revision)).toEqual(versions);
    expect(this.#seen.get(revision) ?? versions).toEqual(versions);
    this.#seen.set(revision, versions);
  }

  /** The document has been ready, so it is found, in one version, until it is deleted. */
  async #expectSearchable(): Promise<void> {
    const versions = await this.#foundVersions();
    await this.#note(versions);
    if (this.#wasDeleted) expect(versions.length).toBeLessThanOrEqual(1);
    else expect(versions).toHaveLength(1);
  }
}
