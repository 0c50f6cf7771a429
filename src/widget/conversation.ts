import { Abandoned, AnswerStream } from './answer-stream.ts';
import type { Api } from './api.ts';
import { initial } from './initial.ts';
import { newKey } from './new-key.ts';
import { OpenCitation } from './open-citation.ts';
import { rate } from './rate.ts';
import { RequestError } from './request-error.ts';
import { messagesOf, openingOf, questionOf, type Shared, type StoredSession } from './stored.ts';
import { texts } from './texts/texts.ts';
import type { Message, State } from './types.ts';
import { joined, type Refusal, Unsent } from './unsent.ts';
import { notUploaded, Uploads } from './uploads.ts';
import { Watch } from './watch.ts';

/** The conversation of a visitor: what is shown, and what a person can do. */
export class Conversation {
  readonly #api: Api;
  readonly #onChange: (state: State) => void;
  readonly uploads: Uploads;
  readonly citation: OpenCitation;
  readonly #watch: Watch;
  readonly #unsent: Unsent;
  #state: State;
  #answer: AnswerStream | null = null;

  constructor(api: Api, onChange: (state: State) => void) {
    this.#api = api;
    this.#onChange = onChange;
    const draft = api.kept.values.draft ?? '';
    this.#state = { ...initial, draft, isOffline: !navigator.onLine };
    this.uploads = new Uploads(
      api,
      () => this.#session(),
      (change) => this.#set({ attachments: change(this.#state.attachments) }),
    );
    this.citation = new OpenCitation(api, (change) =>
      this.#set({ cited: change(this.#state.cited) }),
    );
    this.#watch = new Watch(() => this.#look());
    this.#unsent = new Unsent(api.kept);
    addEventListener('online', () => this.#reconnected());
    addEventListener('offline', () => this.#set({ isOffline: true }));
  }

  #set(changes: Partial<State>): void {
    this.#state = { ...this.#state, ...changes };
    this.#onChange(this.#state);
  }

  #reconnected(): void {
    const { phase, error, canResume } = this.#state;
    this.#set({ isOffline: false, error: canResume ? error : null });
    if (phase === 'loading' && error !== null) void this.start();
    else if (canResume) void this.resume();
  }

  #fail(error: unknown): void {
    const known = error instanceof RequestError ? error : null;
    const isClosed = known?.code === 'link_closed' && this.#state.phase === 'loading';
    if (known?.code === 'session_closed') this.#api.forgetSession();
    this.#set({
      error: known?.message ?? texts.unknown,
      ...(isClosed ? { phase: 'closed' } : {}),
      ...(known?.code === 'unverified' ? { phase: 'verify', email: null } : {}),
    });
  }

  /** Shows the chat: the conversation of the last visit, with the answer that is still being generated. */
  async start(): Promise<void> {
    this.#onChange(this.#state);
    try {
      const shared = await this.#api.shared<Shared>();
      this.#set({ title: shared.title, ...openingOf(shared), error: null });
      if (shared.access === 'verified' && !(await this.#api.returns())) {
        this.#set({ phase: 'verify' });
        return;
      }
      await this.#restore(shared.access === 'verified');
    } catch (error) {
      this.#fail(error);
    }
  }

  async #restore(isVerified: boolean): Promise<void> {
    if (this.#api.session === null) {
      if (isVerified) await this.#session();
      this.#set({ phase: 'ready' });
      return;
    }
    try {
      const active = await this.#read();
      this.#set({ phase: 'ready' });
      if (this.#lastQuestion() === this.#state.draft.trim()) this.write('');
      if (active !== null) await this.#follow({ run: active });
    } catch (error) {
      if (!(error instanceof RequestError) || error.isPassing || error.status === 401) throw error;
      // The conversation was erased, or belongs to another visitor.
      this.#api.forgetSession();
      this.#set({ phase: 'ready', messages: [] });
    }
  }

  #lastQuestion = () => this.#state.messages.findLast(({ role }) => role === 'user')?.text;

  /** Reads the conversation; the id of the run that is active. */
  async #read(): Promise<string | null> {
    const { session } = this.#api;
    if (session === null) return null;
    const stored = await this.#api.json<StoredSession>('GET', `/sessions/${session}`);
    const isHuman = stored.handled_by === 'human';
    this.#set({
      ...{ messages: messagesOf(stored), isHuman, ...openingOf(stored) },
      wasHuman: !isHuman && (this.#state.isHuman || this.#state.wasHuman),
      isAwaited: this.#state.isAwaited && stored.active_run_id !== null,
    });
    this.#watch.start(isHuman || this.#state.isAwaited);
    return stored.active_run_id;
  }

  /** Looks for messages of a person. */
  async #look(): Promise<void> {
    if (this.#state.isBusy || this.#state.phase !== 'ready') return;
    const active = await this.#read();
    // The events of a run that waits are known.
    if (active !== null && !this.#state.isAwaited) await this.#follow({ run: active });
  }

  /** Returns the session, which begins with the first message or file. */
  async #session(): Promise<string> {
    if (this.#api.session !== null) return this.#api.session;
    const session = await this.#api.createSession<StoredSession>();
    this.#api.kept.change({ session: session.id });
    this.#set(openingOf(session));
    return session.id;
  }

  /** Does something, and says why if it fails. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    this.#set({ error: null });
    await work().catch((error: unknown) => this.#fail(error));
  }

  requestCode(email: string): Promise<void> {
    return this.#attempt(async () => {
      await this.#api.shared('/codes', { email });
      this.#set({ email });
    });
  }

  enterCode(code: string): Promise<void> {
    return this.#attempt(async () => {
      await this.#api.enter({ email: this.#state.email ?? '', code });
      await this.#restore(true);
    });
  }

  changeEmail(): void {
    this.#set({ email: null, error: null });
  }

  /** Changes what is written, which a reload keeps. */
  write(draft: string): void {
    this.#set({ draft });
    this.#unsent.keep(draft);
  }

  /** Sends a message. One that the server does not accept is put back into the field, with its files. */
  async send(text: string): Promise<void> {
    const { attachments, messages } = this.#state;
    if (this.#state.isBusy || text.trim() === '') return;
    const sent = attachments.filter(({ status }) => status === 'ready');
    const ids = sent.map(({ id }) => id);
    this.#set({
      ...{
        messages: [...messages, questionOf(text, sent)],
        error: null,
        wasHuman: false,
        isBusy: true,
      },
      ...{ attachments: attachments.filter(({ status }) => status !== 'ready'), draft: '' },
    });
    this.#watch.wake();
    const body = { message: text, ...(ids.length === 0 ? {} : { attachments: ids }) };
    const key = this.#unsent.begin(text, body);
    const refused = await this.#follow(async (signal) => {
      const path = `/sessions/${await this.#session()}/messages`;
      return this.#api.send('POST', path, { body, headers: streamed(key), signal });
    });
    this.#unsent.end(body, key, refused);
    if (refused !== null)
      this.#set({
        ...{ messages, draft: joined(text, this.#state.draft) },
        // Files belong to the session that they were uploaded to.
        attachments: [
          ...(this.#api.session === null ? sent.map(notUploaded) : sent),
          ...this.#state.attachments,
        ],
      });
    this.#unsent.keep(this.#state.draft);
  }

  async regenerate(id: string): Promise<void> {
    const { messages, isBusy } = this.#state;
    if (isBusy) return;
    const at = messages.findIndex((message) => message.id === id);
    this.#set({ messages: messages.slice(0, at), error: null, isBusy: true });
    const headers = streamed(newKey());
    const refused = await this.#follow((signal) =>
      this.#api.send('POST', `/messages/${id}/regenerate`, { body: {}, headers, signal }),
    );
    if (refused !== null) this.#set({ messages });
  }

  /** Reads the rest of an answer whose connection was lost. */
  async resume(): Promise<void> {
    this.#set({ error: null, canResume: false });
    try {
      const active = await this.#read();
      if (active !== null) await this.#follow({ run: active });
    } catch (error) {
      this.#fail(error);
      this.#set({ canResume: true });
    }
  }

  /**
   * Shows an answer while it is generated. Returns null for a request that the server has accepted; otherwise whether it `surely`
   * had no effect.
   */
  async #follow(open: ConstructorParameters<typeof AnswerStream>[1]): Promise<Refusal | null> {
    const before = this.#state.messages;
    const answer = new AnswerStream(this.#api, open, (messages) => {
      this.#set({ messages: [...before, ...messages] });
      if (this.#unsent.accept()) this.#unsent.keep(this.#state.draft);
    });
    this.#answer = answer;
    this.#set({ isBusy: true, canResume: false });
    try {
      const failure = await answer.read();
      this.#set({ isAwaited: answer.isAwaited });
      if (failure !== null) this.#set({ error: texts.failed });
      await this.#settle();
      return null;
    } catch (error) {
      if (!(error instanceof Abandoned)) this.#failedBy(error, answer);
      if (answer.isAccepted) return null;
      return error instanceof RequestError && !error.isPassing ? 'surely' : 'uncertain';
    } finally {
      this.#answer = null;
      this.#set({ isBusy: false });
    }
  }

  #failedBy(error: unknown, { isAccepted, run }: AnswerStream): void {
    const isGone = error instanceof RequestError && error.code === 'not_found' && !isAccepted;
    if (isGone) this.#fail(new RequestError(404, 'session_closed', texts.ended));
    else this.#fail(error);
    if (isAccepted && run !== null) this.#set({ canResume: true });
  }

  /** Reads the conversation as it was stored, after an answer. What was streamed stays shown if that fails for now. */
  async #settle(): Promise<void> {
    await this.#read().catch((error: unknown) => {
      if (!(error instanceof RequestError) || !error.isPassing) throw error;
    });
  }

  async stop(): Promise<void> {
    const run = this.#answer?.run ?? null;
    if (run === null) this.#answer?.abandon();
    else
      await this.#api
        .json('POST', `/runs/${run}/cancel`)
        .catch((error: unknown) => this.#fail(error));
  }

  /** Hands the conversation over to a person. */
  askPerson(): Promise<void> {
    return this.#attempt(async () => {
      await this.#api.json('POST', `/sessions/${await this.#session()}/hand-over`, {});
      await this.#read();
    });
  }

  async rate(id: string, rating: 'up' | 'down'): Promise<void> {
    const rated = this.#state.messages.find((one) => one.id === id);
    if (rated === undefined) return;
    const mark = (value: Message['rating']) =>
      this.#set({
        messages: this.#state.messages.map((one) =>
          one.id === id ? { ...one, rating: value } : one,
        ),
      });
    await rate(this.#api, rated, rating, mark).catch((error: unknown) => this.#fail(error));
  }

  attach(files: readonly File[]): Promise<void> {
    this.#set({ error: null });
    return this.uploads.add(files);
  }

  async cite(message: string, number: number): Promise<void> {
    try {
      await this.citation.open(message, number);
      this.#set({ error: null });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Leaves the conversation for a new one, which begins with its first message. */
  restart(): void {
    this.#api.forgetSession();
    this.#watch.stop();
    this.#set({ messages: [], attachments: [], error: null, isHuman: false, wasHuman: false });
    this.#set({ isAwaited: false });
  }
}

const streamed = (key: string) => ({ accept: 'text/event-stream', 'idempotency-key': key });
