import { z } from 'zod';

/** The key whose request caused the job, which pays for its model calls. */
const api_key_id = z.string().nullish();

/** Mail to people. Its content is composed when it is sent, so that no link is stored. */
const mailKinds = [
  'sign_up',
  'reset',
  'invitation',
  'password_changed',
  'two_factor_on',
  'two_factor_off',
  'identity_linked',
  'passkey_added',
  'passkey_removed',
  'identity_added',
  'identity_unlinked',
  'email_change',
  'email_notice',
  'email_changed',
  'account_deleted',
] as const;

/** Everything that runs in the background. A message on the queue is an outbox id and one of these. */
export const Job = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('workspace.delete'),
    workspace_id: z.string(),
    is_again: z.boolean(),
  }),
  z.strictObject({ type: z.literal('workspace.export'), export_id: z.string() }),
  z.strictObject({ type: z.literal('agent.delete'), agent_id: z.string() }),
  z.strictObject({ type: z.literal('end_user.erase'), erasure_id: z.string() }),
  z.strictObject({ type: z.literal('end_user.export'), export_id: z.string() }),
  z.strictObject({ type: z.literal('account.erase'), user_id: z.string() }),
  z.strictObject({ type: z.literal('budget.alert'), alert_id: z.string() }),
  z.strictObject({ type: z.literal('anomaly.alert'), anomaly_id: z.string() }),
  z.strictObject({ type: z.literal('webhook.deliver'), delivery_id: z.string() }),
  z.strictObject({
    type: z.literal('mail.send'),
    mail: z.enum(mailKinds),
    /** The token, invitation or account that the mail is about; it has the address. */
    id: z.string(),
    /** The origin of links. */
    origin: z.string(),
  }),
  z.strictObject({ type: z.literal('telemetry.export') }),
  z.strictObject({
    type: z.literal('file.ingest'),
    file_id: z.string(),
    api_key_id,
    /** Revision of the file that is to be ingested; any if the job was queued by an earlier version. */
    revision: z.int().optional(),
  }),
  z.strictObject({ type: z.literal('file.delete'), file_id: z.string() }),
  z.strictObject({ type: z.literal('base.delete'), base_id: z.string() }),
  z.strictObject({ type: z.literal('retrieval.evaluate'), evaluation_id: z.string(), api_key_id }),
  z.strictObject({ type: z.literal('embedding.build'), migration_id: z.string(), api_key_id }),
  z.strictObject({ type: z.literal('embedding.remove'), migration_id: z.string() }),
  z.strictObject({ type: z.literal('source.sync'), source_id: z.string(), api_key_id }),
  z.strictObject({ type: z.literal('batch.process'), batch_id: z.string(), api_key_id }),
  z.strictObject({ type: z.literal('replay.process'), replay_id: z.string(), api_key_id }),
  z.strictObject({ type: z.literal('online_scores.process'), scorer_id: z.string(), api_key_id }),
  z.strictObject({ type: z.literal('evaluation.run'), evaluation_id: z.string(), api_key_id }),
  z.strictObject({
    type: z.literal('schedule.start'),
    slot_id: z.string(),
    /** The agents to which whoever requested the run is limited; null or absent for all. */
    agent_ids: z.array(z.string()).readonly().nullish(),
  }),
  z.strictObject({ type: z.literal('channel.reply'), message_id: z.string() }),
  z.strictObject({ type: z.literal('channel.receive'), message_id: z.string() }),
  z.strictObject({ type: z.literal('channel.send'), delivery_id: z.string() }),
  z.strictObject({
    type: z.literal('channel.remove_files'),
    message_id: z.string(),
    keys: z.array(z.string()),
  }),
  z.strictObject({ type: z.literal('source.delete'), source_id: z.string() }),
  z.strictObject({ type: z.literal('attachment.extract'), attachment_id: z.string() }),
  z.strictObject({ type: z.literal('attachment.delete'), object_ids: z.array(z.string()) }),
  z.strictObject({
    type: z.literal('session.title'),
    session_id: z.string(),
    run_id: z.string(),
    api_key_id,
  }),
  z.strictObject({
    type: z.literal('session.summarize'),
    session_id: z.string(),
    run_id: z.string(),
    message_id: z.string(),
    depth: z.int(),
    max_tokens: z.int(),
    api_key_id,
  }),
  z.strictObject({
    type: z.literal('session.remember'),
    session_id: z.string(),
    run_id: z.string(),
    /** The `seq` of the last message to search. */
    seq: z.int(),
    api_key_id,
  }),
]);
export type Job = z.infer<typeof Job>;

/**
 * True for each type of job that waits for the end of the suspension of its workspace: those that cost money or call other
 * systems for the workspace. Those that remove or export data, and mail to people about their own accounts, do not wait.
 */
const waits: { readonly [Type in Job['type']]: boolean } = {
  'workspace.delete': false,
  'workspace.export': false,
  'agent.delete': false,
  'end_user.erase': false,
  'end_user.export': false,
  'account.erase': false,
  'mail.send': false,
  'file.delete': false,
  'base.delete': false,
  'source.delete': false,
  'embedding.remove': false,
  'attachment.delete': false,
  'channel.remove_files': false,
  'budget.alert': true,
  'anomaly.alert': true,
  'webhook.deliver': true,
  'telemetry.export': true,
  'file.ingest': true,
  'retrieval.evaluate': true,
  'embedding.build': true,
  'source.sync': true,
  'batch.process': true,
  'replay.process': true,
  'online_scores.process': true,
  'evaluation.run': true,
  'schedule.start': true,
  'channel.receive': true,
  'channel.reply': true,
  'channel.send': true,
  'attachment.extract': true,
  'session.title': true,
  'session.summarize': true,
  'session.remember': true,
};

/** True for a job that waits while its workspace is suspended. */
export const waitsWhileSuspended = ({ type }: Job): boolean => waits[type];

/** The message of a job on the queue. */
export const JobMessage = z.strictObject({ id: z.string(), workspace_id: z.string(), job: Job });
export type JobMessage = z.infer<typeof JobMessage>;
