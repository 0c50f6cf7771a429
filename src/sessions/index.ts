export { attachmentJobs } from './attachments-extract.ts';
export { attachmentRoutes } from './attachments-routes.ts';
export { backgroundJobs } from './background.ts';
export { sessionHost } from './host.ts';
export { indexSessions } from './index-sessions.ts';
export { closeLostRuns } from './jobs.ts';
export { sessionRoutes } from './routes.ts';
export { attachToRun, cancelRun, getRun, type RunStream, runAsStream, runToEnd } from './runs.ts';
export { uiWire } from './ui-message-stream.ts';
