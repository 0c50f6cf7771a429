// npm run words [-- PATH]: wording to replace, in everything or below one path.
import { filesIn, readSource, readText } from './conventions/source.ts';
import { wordsOfPage, wordsOfSource } from './conventions/words.ts';

const [, , path = ''] = process.argv;
const files = [
  ...['src', 'test', 'scripts', 'docs'].flatMap((folder) =>
    filesIn(folder, /(?<!\.d)\.(?:ts|md)$/),
  ),
  'README.md',
];
const found = files
  .filter((file) => file.startsWith(path))
  .sort()
  .flatMap((file) =>
    file.endsWith('.md') ? wordsOfPage(file, readText(file)) : wordsOfSource(readSource(file)),
  );
console.log(found.join('\n'));
console.log(`${found.length} texts to revise`);
