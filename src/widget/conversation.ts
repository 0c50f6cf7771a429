import { type RunEvent, readEvents } from '../client/read-events.ts';
import { Answer } from './answer.ts';
import { type Api, RequestError } from './api.ts';
import { texts } from './texts.ts';
import type { Attachment, CitedPage, Message, State } from './types.ts';

/** Milliseconds between two looks for messages of a person. */
const pollEvery = 4000;
/** Times that a lost stream is joined again without an event in between. */
const maxRejoins = 8;

interface StoredMessage extends Omit<Message, 'status' | 'rating'> {
  readonly feedback?: readonly { readonly rating: string }[] | null;
}

interface StoredSession {
  readonly id: string;
  readonly active_run_id: string | null;
  readonly handled_by?: string;
  readonly welcome_message: string | null;
  readonly starter_questions: readonly string[];
  readonly messages?: { readonly data: readonly StoredMessage[] } | null;
}

interface Shared {
  readonly title: string;
  readonly access: 'public' | 'verified';
  readonly welcome_message: string | null;
  readonly starter_questions: readonly string[];
}

/** The conversation of a visitor: what is shown, and what a person can do. */
export class Conversation {
  readonly #api: Api;
  readonly #onChange: (state: State) => void;
  #state: State = {
    ...{ phase: 'loading', title: '', welcome: null, starters: [], messages: [], attachments: [] },
    ...{ isBusy: false, isOffline: !navigator.onLine, isHuman: false },
    ...{ error: null, email: null, cited: null },
  };
  #run: string | null = null;
  #poll: ReturnType<typeof setTimeout> | null = null;

  constructor(api: Api, onChange: (state: State) => void) {
    this.#api = api;
    this.#onChange = onChange;
    addEventListener('online', () => this.#set({ isOffline: false, error: null }));
    addEventListener('offline', () => this.#set({ isOffline: true }));
  }

  #set(changes: Partial<State>): void {
    this.#state = { ...this.#state, ...changes };
    this.#onChange(this.#state);
  }

  #fail(error: unknown): void {
    const isClosed = error instanceof RequestError && error.status === 404;
    if (error instanceof RequestError && error.code === 'session_closed') this.#api.forgetSession();
    this.#set({
      error: error instanceof RequestError ? error.message : texts.unknown,
      ...(isClosed && this.#state.phase === 'loading' ? { phase: 'closed' } : {}),
    });
  }

  /** Shows the chat: the conversation of the last visit, with the answer that is still being generated. */
  async start(): Promise<void> {
    this.#onChange(this.#state);
    try {
      const shared = await this.#api.shared<Shared>();
      const { title, welcome_message: welcome, starter_questions: starters } = shared;
      this.#set({ title, welcome, starters, error: null });
      if (shared.access === 'verified' && !(await this.#returns())) {
        this.#set({ phase: 'verify' });
        return;
      }
      await this.#restore(shared.access === 'verified');
    } catch (error) {
      this.#fail(error);
    }
  }

  async #returns(): Promise<boolean> {
    if (!this.#api.isKnown) return false;
    try {
      await this.#api.enter();
      return true;
    } catch (error) {
      if (error instanceof RequestError && error.status === 401) return false;
      throw error;
    }
  }

  async #restore(isVerified: boolean): Promise<void> {
    const session = this.#api.session;
    if (session === null) {
      if (isVerified) await this.#newSession();
      this.#set({ phase: 'ready' });
      return;
    }
    try {
      const active = await this.#read(session);
      this.#set({ phase: 'ready' });
      if (active !== null) await this.#follow(() => this.#join(active, 0), active);
    } catch (error) {
      if (!(error instanceof RequestError) || error.status === 0) throw error;
      // The conversation was erased, or belongs to another visitor.
      this.#api.forgetSession();
      this.#set({ phase: 'ready', messages: [] });
    }
  }

  /** Reads the conversation; returns the id of the run that is active. */
  async #read(session: string): Promise<string | null> {
    const stored = await this.#api.json<StoredSession>('GET', `/sessions/${session}`);
    const messages = (stored.messages?.data ?? []).map(toMessage).reverse();
    const isHuman = stored.handled_by === 'human';
    this.#set({
      ...{ messages, isHuman, welcome: stored.welcome_message },
      starters: stored.starter_questions,
    });
    this.#pollWhileHuman();
    return stored.active_run_id;
  }

  #pollWhileHuman(): void {
    if (this.#poll !== null) clearTimeout(this.#poll);
    this.#poll = null;
    const { session } = this.#api;
    if (!this.#state.isHuman || session === null) return;
    this.#poll = setTimeout(() => {
      if (document.hidden || this.#state.isBusy) this.#pollWhileHuman();
      else this.#read(session).catch(() => this.#pollWhileHuman());
    }, pollEvery);
  }

  async #newSession(): Promise<string> {
    const session = await this.#api.createSession<StoredSession>();
    this.#api.keep({ session: session.id });
    this.#set({ welcome: session.welcome_message, starters: session.starter_questions });
    return session.id;
  }

  async #session(): Promise<string> {
    return this.#api.session ?? (await this.#newSession());
  }

  async requestCode(email: string): Promise<void> {
    this.#set({ error: null });
    try {
      await this.#api.shared('/codes', { email });
      this.#set({ email });
    } catch (error) {
      this.#fail(error);
    }
  }

  async enterCode(code: string): Promise<void> {
    this.#set({ error: null });
    try {
      await this.#api.enter({ email: this.#state.email ?? '', code });
      await this.#restore(true);
    } catch (error) {
      this.#fail(error);
    }
  }

  changeEmail(): void {
    this.#set({ email: null, error: null });
  }

  async send(text: string): Promise<void> {
    const { attachments, messages } = this.#state;
    if (this.#state.isBusy || text.trim() === '') return;
    const sent = attachments.filter(({ status }) => status === 'ready');
    const question: Message = {
      ...{ id: `local-${crypto.randomUUID()}`, role: 'user', text, citations: [] },
      ...{ attachments: sent, status: 'done', rating: null },
    };
    this.#set({ messages: [...messages, question], attachments: [], error: null, isBusy: true });
    const key = crypto.randomUUID();
    const ids = sent.map(({ id }) => id);
    const body = { message: text, ...(ids.length === 0 ? {} : { attachments: ids }) };
    await this.#follow(async () => {
      const path = `/sessions/${await this.#session()}/messages`;
      return this.#api.send('POST', path, { body, headers: streamed(key) });
    }, null);
  }

  async regenerate(id: string): Promise<void> {
    const { messages, isBusy } = this.#state;
    if (isBusy) return;
    const shown = messages.slice(
      0,
      messages.findIndex((message) => message.id === id),
    );
    this.#set({ messages: shown, error: null, isBusy: true });
    const path = `/messages/${id}/regenerate`;
    const headers = streamed(crypto.randomUUID());
    await this.#follow(() => this.#api.send('POST', path, { body: {}, headers }), null);
  }

  #join(run: string, after: number): Promise<Response> {
    const headers = { accept: 'text/event-stream', 'last-event-id': String(after) };
    return this.#api.send('GET', `/runs/${run}/events`, { headers });
  }

  /** Shows an answer while it is generated, and joins it again after a lost connection. */
  async #follow(open: () => Promise<Response>, run: string | null): Promise<void> {
    this.#run = run;
    this.#set({ isBusy: true });
    const before = this.#state.messages;
    const answer = new Answer();
    let last = 0;
    let rejoins = 0;
    let request = open;
    try {
      for (;;) {
        const response = await request().catch((error: unknown) => {
          const isLost = error instanceof RequestError && error.status === 0;
          if (!isLost || rejoins >= maxRejoins) throw error;
          return null;
        });
        if (response !== null && !isStream(response)) break;
        const events = response === null ? null : readEvents(response);
        let isDone = false;
        for (;;) {
          const next = await events?.next();
          if (next === undefined || next.done === true) {
            isDone = next?.value ?? false;
            break;
          }
          if (next.value.id > 0) last = next.value.id;
          rejoins = 0;
          this.#note(next.value.event);
          this.#set({ messages: [...before, ...answer.add(next.value.event)] });
        }
        if (isDone) break;
        rejoins += 1;
        if (rejoins > maxRejoins) throw new RequestError(0, 'unreachable', texts.unreachable);
        await new Promise((resolve) => setTimeout(resolve, Math.min(5000, 250 * 2 ** rejoins)));
        const active = this.#run;
        // The same idempotency key joins the run whose id is not known yet.
        request = active === null ? open : () => this.#join(active, last);
      }
      if (answer.error !== null) this.#set({ error: texts.failed });
      await this.#settle();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#run = null;
      this.#set({ isBusy: false });
    }
  }

  #note({ type, data }: RunEvent): void {
    const { id } = (data ?? {}) as { id?: string };
    if (type === 'data-run' && id !== undefined) this.#run = id;
  }

  /** Reads the conversation as it was stored, after an answer. */
  async #settle(): Promise<void> {
    const { session } = this.#api;
    if (session !== null) await this.#read(session);
  }

  async stop(): Promise<void> {
    if (this.#run !== null)
      await this.#api
        .json('POST', `/runs/${this.#run}/cancel`)
        .catch((error: unknown) => this.#fail(error));
  }

  async rate(id: string, rating: 'up' | 'down'): Promise<void> {
    const mark = (value: Message['rating']) =>
      this.#set({
        messages: this.#state.messages.map((one) =>
          one.id === id ? { ...one, rating: value } : one,
        ),
      });
    const before = this.#state.messages.find((one) => one.id === id)?.rating ?? null;
    mark(before === rating ? null : rating);
    try {
      const path = `/messages/${id}/feedback`;
      await (before === rating
        ? this.#api.json('DELETE', path)
        : this.#api.json('PUT', path, { rating }));
    } catch (error) {
      mark(before);
      this.#fail(error);
    }
  }

  async attach(files: readonly File[]): Promise<void> {
    this.#set({ error: null });
    for (const file of files) await this.#upload(file);
  }

  async #upload(file: File): Promise<void> {
    const local = `local-${crypto.randomUUID()}`;
    const waiting: Attachment = { id: local, name: file.name, status: 'uploading', error: null };
    this.#set({ attachments: [...this.#state.attachments, waiting] });
    const put = (changed: Attachment | null, id: string) =>
      this.#set({
        attachments: this.#state.attachments.flatMap((one) =>
          one.id !== id ? [one] : changed === null ? [] : [changed],
        ),
      });
    try {
      const body = new FormData();
      body.append('file', file);
      const path = `/sessions/${await this.#session()}/attachments`;
      const uploaded = (await (await this.#api.send('POST', path, { body })).json()) as Attachment;
      put(toAttachment(uploaded), local);
      let current = uploaded;
      while (current.status === 'processing') {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        current = await this.#api.json<Attachment>('GET', `/attachments/${uploaded.id}`);
      }
      put(toAttachment(current), uploaded.id);
    } catch (error) {
      put(null, local);
      this.#fail(error);
    }
  }

  detach(id: string): void {
    this.#set({ attachments: this.#state.attachments.filter((one) => one.id !== id) });
  }

  async cite(message: string, number: number): Promise<void> {
    try {
      const path = `/messages/${message}/citations/${number}`;
      this.#set({ cited: await this.#api.json<CitedPage>('GET', path), error: null });
    } catch (error) {
      this.#fail(error);
    }
  }

  closeCited(): void {
    this.#set({ cited: null });
  }

  /** Leaves the conversation for a new one, which begins with its first message. */
  restart(): void {
    this.#api.forgetSession();
    this.#set({ messages: [], attachments: [], error: null, isHuman: false });
  }
}

const streamed = (key: string) => ({ accept: 'text/event-stream', 'idempotency-key': key });

const isStream = (response: Response) =>
  response.headers.get('content-type')?.startsWith('text/event-stream') === true;

function toMessage({ feedback, ...message }: StoredMessage): Message {
  const rating = feedback?.[0]?.rating;
  return {
    ...message,
    citations: message.citations ?? [],
    attachments: message.attachments ?? [],
    status: 'done',
    rating: rating === 'up' || rating === 'down' ? rating : null,
  };
}

const toAttachment = ({ id, name, status, error }: Attachment): Attachment => ({
  ...{ id, name, status },
  error: typeof error === 'string' ? error : error === null ? null : texts.unknown,
});
