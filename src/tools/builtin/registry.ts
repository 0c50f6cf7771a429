import { calculator } from './calculator.ts';
import { currentTime } from './current-time.ts';
import type { BuiltIn } from './define.ts';
import { fetchUrl } from './fetch-url.ts';
import { handOver } from './hand-over.ts';
import { knowledgeSearch } from './knowledge-search.ts';
import { runCode } from './run-code.ts';
import { webSearch } from './web-search.ts';

/** The built-in tools. To add one, write its file and list it here. */
export const builtIns: readonly BuiltIn[] = [
  knowledgeSearch,
  webSearch,
  fetchUrl,
  runCode,
  calculator,
  currentTime,
  handOver,
];
