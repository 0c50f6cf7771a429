export { bringAttached, bringFile, bringUpload } from './attachments/brought.ts';
export { attachmentJobs, extractAttachment, originalKey } from './attachments/extract.ts';
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
export { maxAttachments } from './attachments/schema.ts';
export type { AttachmentRow } from './attachments/store.ts';
export { authorizeSession } from './authorize-session.ts';
export { backgroundJobs } from './background/jobs.ts';
export { newSession } from './new-session.ts';
export { eraseFromMessage } from './retention/erase-item.ts';
export { eraseRun } from './retention/erase-run.ts';
export { eraseSessions } from './retention/erase-sessions.ts';
export { eraseDueSessions } from './retention/jobs.ts';
export { sessionRoutes } from './routes.ts';
export { indexSessions } from './search/index-sessions.ts';
export { deleteSession } from './service.ts';
export {
  headOf,
  type MessageRow,
  selectMessage,
  selectNewestQuestion,
  selectPath,
} from './store/messages.ts';
export { type SessionRow, selectSession } from './store/sessions.ts';
export { type Branch, readBranch, readBranchTo, readQuestion } from './tree/branch.ts';
export { type ReferencedMessage, readReferenced } from './tree/referenced-messages.ts';
export { turnDriver } from './turn/driver.ts';
export { type TurnInput, turnRequest } from './turn/turn-input.ts';
