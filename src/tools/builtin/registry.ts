import { calculator } from './calculator.ts';
import { currentTime } from './current-time.ts';
import type { BuiltIn } from './define.ts';
import { fetchUrl } from './fetch-url.ts';
import { knowledgeSearch } from './knowledge-search.ts';

/** Every built-in tool. To add one, write its file and name it here. */
export const builtIns: readonly BuiltIn[] = [knowledgeSearch, fetchUrl, calculator, currentTime];
