import {
  createExecutionContext,
  createMessageBatch,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { app } from '../../../src/app.ts';
import { jobHandlers } from '../../../src/features.ts';
import { dispatchBatch } from '../../../src/jobs/index.ts';
import type { Workspace } from '../api.ts';
import { serviceOf } from '../outbound.ts';
import type { Reply } from '../outbound-service.ts';
import type { Round } from '../provider/script.ts';
import { runSchedule } from '../schedule.ts';
import type { Bindings } from '../worker.ts';
import { hmacHex, newChannel, type TestChannel } from './http.ts';

export const lineKinds = ['slack', 'telegram', 'email', 'whatsapp', 'webhook'] as const;
export type LineKind = (typeof lineKinds)[number];

/** A file that a user sends. `reply` is the response to its download. */
export interface SentFile {
  readonly name: string;
  readonly type: string;
  readonly body: string;
  readonly reply?: Reply;
}

/** A message of a user; `order` is its place in the conversation. */
export interface Said {
  readonly order: number;
  readonly text?: string;
  readonly files?: readonly SentFile[];
  readonly user?: string;
}

/** How a kind of channel looks from the outside. */
interface Wire {
  settings(origin: string): { settings: object; credentials: Record<string, string> };
  /** Registers the responses of the service: it accepts everything. */
  accept(channel: TestChannel): Promise<void>;
  /** The path at which a text is sent. */
  readonly sendPath: string;
  /** A request of the service with a message. */
  request(channel: TestChannel, said: Said, credentials: Record<string, string>): Promise<Sent>;
  /** Signs other bytes in place of those of a request. Absent where the signature does not cover them. */
  sign?(body: string, credentials: Record<string, string>): Promise<Record<string, string>>;
  /** Texts and names of files that the user sees in the end. */
  shown(calls: readonly { url: string; body: string }[]): readonly string[];
}

interface Sent {
  readonly body: BodyInit;
  readonly headers: Record<string, string>;
}

const json = { 'content-type': 'application/json' };
const reply = (value: object) => ({ body: JSON.stringify(value), headers: json });
const signed = async (secret: string, raw: string) => {
  const t = Math.floor(Date.now() / 1000);
  return { 'agentgrid-signature': `t=${t},v1=${await hmacHex(secret, `${t}.${raw}`)}` };
};
const namesIn = (form: string) =>
  [...form.matchAll(/filename="([^"]+)"/g)].map(([, name]) => `file ${name}`);

const number = '106540352242922';
const bot = '/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';

/** The response to a download. */
const served = ({ body, type, reply: given }: SentFile): Reply =>
  given ?? { body, headers: { 'content-type': type } };

const wires: Readonly<Record<LineKind, Wire>> = {
  slack: {
    settings: (origin) => ({
      settings: { api_url: `${origin}/api` },
      credentials: { signing_secret: 'slack-signing-secret', bot_token: 'xoxb-0123456789' },
    }),
    sendPath: '/api/chat.postMessage',
    async accept({ site }) {
      for (const method of ['chat.postMessage', 'chat.update', 'files.completeUploadExternal'])
        await site.answers(`/api/${method}`, reply({ ok: true, ts: '1700000099.000100' }));
      await site.answers('/upload', { body: 'OK' });
      const upload = { ok: true, upload_url: site.url('/upload'), file_id: 'F9' };
      await site.answers('/api/files.getUploadURLExternal', reply(upload));
    },
    async request(
      { site },
      { order, text = '', files = [], user = 'U1' },
      { signing_secret = '' },
    ) {
      const shared = [];
      for (const [index, file] of files.entries()) {
        const url = await site.answers(`/files/${order}-${index}`, served(file));
        // Slack has no address for files of other organisations until they are requested.
        const address = file.type === 'no-address' ? {} : { url_private: url };
        shared.push({ id: `F${index}`, name: file.name, mimetype: file.type, ...address });
      }
      const event = {
        ...{ type: 'message', channel: `D${user}`, channel_type: 'im', user, text },
        ts: `${1700000000 + order}.000100`,
        ...(files.length > 0 ? { subtype: 'file_share', files: shared } : {}),
      };
      const body = JSON.stringify({
        ...{ team_id: 'T1', type: 'event_callback', event_id: `Ev${order}`, event },
        authorizations: [{ user_id: 'UBOT' }],
      });
      const time = String(Math.floor(Date.now() / 1000));
      const signature = `v0=${await hmacHex(signing_secret, `v0:${time}:${body}`)}`;
      const headers = { 'x-slack-request-timestamp': time, 'x-slack-signature': signature };
      return { body, headers: { ...json, ...headers } };
    },
    shown: (calls) => [
      ...calls.flatMap(({ url, body }) => {
        if (/chat\.(?:postMessage|update)$/.test(url)) return [JSON.parse(body).text as string];
        if (!url.endsWith('completeUploadExternal')) return [];
        return (JSON.parse(body).files as { title: string }[]).map(({ title }) => `file ${title}`);
      }),
    ],
  },
  telegram: {
    settings: (origin) => ({
      settings: { api_url: origin },
      credentials: { bot_token: bot.slice(4), secret_token: 'telegram-secret-token-1' },
    }),
    sendPath: `${bot}/sendMessage`,
    async accept({ site }) {
      const message = reply({ ok: true, result: { message_id: 7, chat: { id: 42 } } });
      for (const method of ['sendMessage', 'editMessageText', 'sendDocument'])
        await site.answers(`${bot}/${method}`, message);
    },
    async request({ site }, { order, text, files: [file] = [], user = '99' }, credentials) {
      if (file !== undefined) {
        await site.answers(`/file${bot}/documents/${order}`, served(file));
        const result = { file_id: `f${order}`, file_path: `documents/${order}` };
        await site.answers(`${bot}/getFile`, reply({ ok: true, result }));
      }
      const document = file && {
        ...{ file_id: `f${order}`, file_name: file.name, mime_type: file.type },
      };
      const message = {
        ...{ message_id: order * 10, date: 1700000000, chat: { id: Number(user) } },
        from: { id: Number(user), is_bot: false },
        ...(document === undefined ? { text } : { document, caption: text }),
      };
      const headers = { 'x-telegram-bot-api-secret-token': credentials.secret_token ?? '' };
      const body = JSON.stringify({ update_id: order, message });
      return { body, headers: { ...json, ...headers } };
    },
    shown: (calls) =>
      calls.flatMap(({ url, body }) =>
        /\/(?:sendMessage|editMessageText)$/.test(url)
          ? [JSON.parse(body).text as string]
          : url.endsWith('/sendDocument')
            ? namesIn(body)
            : [],
      ),
  },
  email: {
    settings: () => ({
      settings: { address: `support-${crypto.randomUUID()}@example.com` },
      credentials: { secret: 'mail-provider-secret' },
    }),
    sendPath: 'https://api.resend.com/emails',
    async accept() {
      await serviceOf('https://api.resend.com').answers('/emails', reply({ id: 'sent' }));
    },
    async request(_channel, { order, text = '', files = [], user = 'ada' }, { secret = '' }) {
      const parts = files.flatMap(({ name, type, body }) => [
        ...['--b', `Content-Type: ${type}; name="${name}"`],
        ...['Content-Transfer-Encoding: base64'],
        ...[`Content-Disposition: attachment; filename="${name}"`, '', btoa(body)],
      ]);
      const raw = [
        ...[`From: ${user}@example.org`, 'Subject: Grinder', `Message-ID: <${order}@example.org>`],
        ...(order === 1 ? [] : [`References: <1@example.org>`]),
        `Date: ${new Date(1700000000000 + order * 60_000).toUTCString()}`,
        ...['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary="b"', ''],
        ...['--b', 'Content-Type: text/plain', '', text, ...parts, '--b--', ''],
      ].join('\r\n');
      return {
        body: raw,
        headers: { 'content-type': 'message/rfc822', ...(await signed(secret, raw)) },
      };
    },
    shown: (calls) =>
      calls.flatMap(({ body }) => {
        const { text, attachments = [] } = JSON.parse(body);
        return [text, ...attachments.map((one: { filename: string }) => `file ${one.filename}`)];
      }),
  },
  whatsapp: {
    settings: (origin) => ({
      settings: { api_url: `${origin}/v23.0`, phone_number_id: number },
      credentials: {
        ...{ app_secret: 'whatsapp-app-secret', access_token: 'EAAJB-token' },
        verify_token: 'whatsapp-verify-token',
      },
    }),
    sendPath: `/v23.0/${number}/messages`,
    async accept({ site }) {
      await site.answers(`/v23.0/${number}/messages`, reply({ messages: [{ id: 'wamid.out' }] }));
      await site.answers(`/v23.0/${number}/media`, reply({ id: 'media-out' }));
    },
    async request({ site }, { order, text, files: [file] = [], user = '41790000000' }, own) {
      const id = `media-${order}`;
      if (file !== undefined) {
        const url = await site.answers(`/media/${order}`, served(file));
        await site.answers(`/v23.0/${id}`, reply({ url, mime_type: file.type }));
      }
      const content =
        file === undefined
          ? { type: 'text', text: { body: text } }
          : {
              type: 'document',
              document: { id, mime_type: file.type, filename: file.name, caption: text },
            };
      const message = { from: user, id: `wamid.${order}`, timestamp: String(1700000000 + order) };
      const value = {
        metadata: { phone_number_id: number },
        messages: [{ ...message, ...content }],
      };
      const body = JSON.stringify({
        ...{ object: 'whatsapp_business_account' },
        entry: [{ id: '1', changes: [{ field: 'messages', value }] }],
      });
      return { body, headers: { ...json, ...(await this.sign?.(body, own)) } };
    },
    sign: async (body, { app_secret = '' }) => ({
      'x-hub-signature-256': `sha256=${await hmacHex(app_secret, body)}`,
    }),
    shown: (calls) =>
      calls
        .filter(({ url }) => url.endsWith('/messages'))
        .map(({ body }) => {
          const { text, document } = JSON.parse(body);
          return text?.body ?? `file ${document.filename}`;
        }),
  },
  webhook: {
    settings: (origin) => ({
      settings: { api_url: `${origin}/answers` },
      credentials: { secret: 'webhook-channel-secret' },
    }),
    sendPath: '/answers',
    accept: async ({ site }) => void (await site.answers('/answers', { body: 'ok' })),
    sign: (body, { secret = '' }) => signed(secret, body),
    async request(_channel, { order, text = '', files = [], user = 'u1' }, { secret = '' }) {
      const body = JSON.stringify({
        ...{ id: `m${order}`, thread_id: `t-${user}`, user_id: user, text, sequence: order },
        files: files.map((file) => ({
          ...{ name: file.name, media_type: file.type, data: btoa(file.body) },
        })),
      });
      return { body, headers: { ...json, ...(await signed(secret, body)) } };
    },
    shown: (calls) =>
      calls.flatMap(({ body }) => {
        const { text, files } = JSON.parse(body);
        return [text, ...files.map((one: { name: string }) => `file ${one.name}`)];
      }),
  },
};

/** The queue takes everything and delivers nothing: jobs stay in the outbox until a test runs them. */
const JOBS = {
  send: async () => undefined,
  sendBatch: async () => undefined,
  metrics: async () => undefined,
};

/** A channel seen by one of its users, whose jobs run when the test calls for them. */
export class Line {
  readonly kind: LineKind;
  readonly channel: TestChannel;
  readonly workspace: Workspace;
  readonly credentials: Record<string, string>;
  /** Tells the mail of this line from that of others. */
  readonly #mailKey = crypto.randomUUID();

  constructor(kind: LineKind, channel: TestChannel, credentials: Record<string, string>) {
    this.kind = kind;
    this.channel = channel;
    this.workspace = channel.workspace;
    this.credentials = credentials;
  }

  #env(bindings: Bindings): Env {
    const mail = { MAIL_FROM: 'AgentGrid <mail@example.com>', RESEND_API_KEY: this.#mailKey };
    return { ...env, JOBS, ...mail, ...bindings } as unknown as Env;
  }

  /** The request of the service with a message. */
  sign(said: Said, credentials = this.credentials): Promise<Sent> {
    return wires[this.kind].request(this.channel, said, credentials);
  }

  /** Delivers a request. Returns the status. */
  async send({ body, headers }: Sent, bindings: Bindings = {}): Promise<number> {
    const execution = createExecutionContext();
    const request = new Request(this.channel.url, { method: 'POST', headers, body });
    const response = await app.fetch(request, this.#env(bindings), execution);
    await response.text();
    await waitOnExecutionContext(execution);
    return response.status;
  }

  /** Delivers a message as the service does; `change` is what happens to it on the way. */
  async say(
    said: Said,
    {
      bindings = {},
      credentials = this.credentials,
      change = (body) => body,
      resign = false,
    }: {
      bindings?: Bindings;
      credentials?: Record<string, string>;
      change?: (body: string) => string;
      /** The service itself sends what was changed. */
      resign?: boolean;
    } = {},
  ): Promise<number> {
    const sent = await this.sign(said, credentials);
    const body = change(String(sent.body));
    const signature = resign ? await wires[this.kind].sign?.(body, credentials) : {};
    return this.send({ body, headers: { ...sent.headers, ...signature } }, bindings);
  }

  /** Runs each job of channels that is due in the next minutes once, oldest first. */
  async run(bindings: Bindings = {}): Promise<number> {
    const { results } = await env.DB.prepare(
      `select id, workspace_id, job from outbox where workspace_id = ? and job ->> 'type' glob 'channel.*'
        and due_at < ? and claimed_until <= ? order by created_at, id`,
    )
      .bind(this.workspace.id, Date.now() + 30 * 60_000, Date.now())
      .all<{ id: string; workspace_id: string; job: string }>();
    for (const row of results) {
      const body = { ...row, job: JSON.parse(row.job) };
      const message = { id: row.id, timestamp: new Date(), attempts: 1, body };
      const execution = createExecutionContext();
      const batch = createMessageBatch('agentgrid-jobs', [message]);
      await dispatchBatch(jobHandlers, batch, this.#env(bindings), execution);
      await waitOnExecutionContext(execution);
    }
    return results.length;
  }

  /** Runs jobs until none is left, as the queue repeats them. */
  async settle(bindings: Bindings = {}): Promise<void> {
    for (let rounds = 0; rounds < 10; rounds += 1) if ((await this.run(bindings)) === 0) return;
    throw new Error('jobs do not end');
  }

  /** A minute passes: whatever is due is continued, also what has been claimed by a process that died. */
  async tick(bindings: Bindings = {}): Promise<void> {
    const { id } = this.channel;
    await env.DB.batch([
      env.DB.prepare(
        `update channel_deliveries set next_attempt_at = 0, updated_at = 0 where channel_id = ? and status = 'pending'`,
      ).bind(id),
      env.DB.prepare(
        'update channel_messages set lease_until = 0, created_at = created_at - 600000 where channel_id = ?',
      ).bind(id),
      env.DB.prepare('update outbox set claimed_until = 0 where workspace_id = ?').bind(
        this.workspace.id,
      ),
    ]);
    const execution = createExecutionContext();
    await runSchedule('* * * * *', this.#env(bindings), execution, ['channels', 'outbox']);
    await waitOnExecutionContext(execution);
  }

  /** Hours pass: files that no message refers to are removed. */
  async hoursLater(): Promise<void> {
    await env.DB.prepare(
      `update outbox set due_at = 0, claimed_until = 0 where workspace_id = ? and job ->> 'type' = 'channel.remove_files'`,
    )
      .bind(this.workspace.id)
      .run();
    await this.settle();
  }

  /** Files of messages that are stored. */
  async objects(): Promise<readonly string[]> {
    const { objects } = await env.FILES.list({ prefix: `${this.workspace.id}/channels/` });
    return objects.map(({ key }) => key);
  }

  /** Requests to the service, oldest first. */
  async calls() {
    if (this.kind !== 'email') return this.channel.site.calls();
    const calls = await serviceOf('https://api.resend.com').calls();
    return calls.filter(({ headers }) => headers.authorization === `Bearer ${this.#mailKey}`);
  }

  /** The texts and files that the user sees in the end, without drafts of answers. */
  async shown(): Promise<readonly string[]> {
    return wires[this.kind].shown(await this.calls()).filter((text) => !text.endsWith(' …'));
  }

  /** Lets the service answer messages in this way. */
  async answers(given: Reply): Promise<void> {
    const { sendPath } = wires[this.kind];
    if (this.kind === 'email')
      await serviceOf('https://api.resend.com').answers('/emails', {
        ...reply({ id: 'sent' }),
        // Only mail of this line: the service is one for all.
        byBearer: { [this.#mailKey]: given },
      });
    else await this.channel.site.answers(sendPath, given);
  }

  /** Lets the service serve the file of a message. */
  async serve(order: number, file: SentFile): Promise<void> {
    await wires[this.kind].request(this.channel, { order, files: [file] }, this.credentials);
  }

  accepts(): Promise<void> {
    return wires[this.kind].accept(this.channel);
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
  async deliveries(): Promise<any[]> {
    const path = `/channels/${this.channel.id}/deliveries`;
    return (await this.workspace.get(path)).body.data;
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
  async sessions(): Promise<any[]> {
    return (await this.workspace.get('/sessions')).body.data.toReversed();
  }
}

/** A line of an agent whose model gives these answers. */
export async function newLine(
  kind: LineKind,
  rounds: readonly Round[],
  config: object = {},
): Promise<Line> {
  const wire = wires[kind];
  let credentials: Record<string, string> = {};
  const channel = await newChannel(
    kind,
    rounds,
    ({ origin }) => {
      const given = wire.settings(origin);
      ({ credentials } = given);
      return given;
    },
    config,
  );
  const line = new Line(kind, channel, credentials);
  await line.accepts();
  return line;
}
