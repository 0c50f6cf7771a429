export { bringAttached, bringFile, bringUpload } from './attachments/brought.ts';
export { attachmentJobs, extractAttachment, removeObjects } from './attachments/extract.ts';
export { mapReferences, referenceOf, referenceTo } from './attachments/references.ts';
export { attachmentRoutes } from './attachments/routes.ts';
export { attachmentKinds } from './attachments/schema.ts';
export {
  type AttachmentRow,
  deleteAttachmentCleanups,
  insertAttachmentCleanup,
} from './attachments/store.ts';
export { backgroundJobs } from './background/jobs.ts';
export { sessionHost } from './host/host.ts';
export { closeLostRuns } from './host/jobs.ts';
export { newSession } from './new-session.ts';
export { oneShotSession, prepareOneShot } from './one-shot/service.ts';
export { ownSession } from './own-session.ts';
export { eraseFromMessage } from './retention/erase-item.ts';
export { eraseRun } from './retention/erase-run.ts';
export { eraseSessions } from './retention/erase-sessions.ts';
export { eraseDueSessions } from './retention/jobs.ts';
export { sessionRoutes } from './routes.ts';
export { type Message, Run, toMessage } from './schema.ts';
export { indexSessions } from './search/index-sessions.ts';
export { deleteSession } from './service.ts';
export type { MessageRow, SessionRow } from './store.ts';
export { type Branch, readBranch, readBranchTo, readQuestion } from './tree/branch.ts';
export type { TurnEvent } from './turn/events.ts';
export { tokensOf } from './turn/history.ts';
export type { Overrides } from './turn/overrides.ts';
export type { TurnInput } from './turn/turn-input.ts';
export { type ReferencedMessage, readReferenced } from './wire/referenced-messages.ts';
export {
  attachToRun,
  type EndedRun,
  getRun,
  type RunStream,
  readOutcome,
  runAsStream,
  runToEnd,
  startRun,
  stopRun,
} from './wire/runs.ts';
export { uiWire } from './wire/ui-message-stream.ts';
export { type Wire, type WireKind, type WireRequest, writeEvents } from './wire/wire.ts';
