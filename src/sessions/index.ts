export { uiWire } from '../protocols/ui-stream/encoder.ts';
export { mapReferences, referenceOf, referenceTo } from '../runs/attachments/references.ts';
export type { TurnEvent } from '../runs/events.ts';
export { sessionHost } from '../runs/host/host.ts';
export { oneShotSession, prepareOneShot } from '../runs/one-off/service.ts';
export type { Overrides } from '../runs/overrides.ts';
export { tokensOf } from '../runs/prompt/history.ts';
export { closeLostRuns } from '../runs/recover/close-lost-runs.ts';
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
} from '../runs/service.ts';
export { type Wire, type WireKind, type WireRequest, writeEvents } from '../runs/stream/encoder.ts';
export { bringAttached, bringFile, bringUpload } from './attachments/brought.ts';
export {
  attachmentJobs,
  extractAttachment,
  originalKey,
  removeObjects,
} from './attachments/extract.ts';
export {
  allServedTypes,
  attachmentKind,
  attachmentType,
  imageTypeOf,
  isQuick,
  maxImageBytes,
  servedAs,
} from './attachments/media.ts';
export { attachmentRoutes } from './attachments/routes.ts';
export {
  type AttachmentRow,
  deleteAttachmentCleanups,
  insertAttachmentCleanup,
} from './attachments/store.ts';
export { backgroundJobs } from './background/jobs.ts';
export { newSession } from './new-session.ts';
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
export { type ReferencedMessage, readReferenced } from './tree/referenced-messages.ts';
export type { TurnInput } from './turn/turn-input.ts';
