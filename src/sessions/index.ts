export { attachmentJobs, extractAttachment } from './attachments/extract.ts';
export { fileOfUpload, filesOfSession, storeRequestFile } from './attachments/request-files.ts';
export { attachmentKinds, maxAttachments } from './attachments/schema.ts';
export { type AttachmentRow, selectAttachment } from './attachments/store.ts';
export { authorizeSession } from './authorize-session.ts';
export { backgroundJobs } from './background/jobs.ts';
export { sessionsFeature } from './feature.ts';
export { inNewSession } from './in-new-session.ts';
export { memoryJobs } from './memories/extract.ts';
export { eraseFromMessage } from './retention/erase-item.ts';
export { eraseRun } from './retention/erase-run.ts';
export { eraseSessions, eraseSomeSessions } from './retention/erase-sessions.ts';
export { OpenedSession } from './schema.ts';
export { createSession, deleteSession } from './service.ts';
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

export { type TurnInput, turnRequest } from './turn/turn-input.ts';
