import type { KnowledgeBase } from '../../../client/index.ts';

/** The number of files of a base, whatever their state. */
export const filesOf = ({ files }: KnowledgeBase): number =>
  files === null ? 0 : files.ready + files.processing + files.failed;
