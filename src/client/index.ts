export { type ApiClient, type ClientOptions, createApiClient } from './client.ts';
export { Problem, type Violation } from './problem.ts';
export { type RunEvent, readEvents } from './read-events.ts';
export type * from './schema.d.ts';
