// npm run sizes: prints the lengths of files by folder, and the files and functions over the targets.
import { overTarget, sizesOf, targets } from './conventions/sizes.ts';
import { filesIn, readSource } from './conventions/source.ts';

const sourcesOf = (folder: string) => filesIn(folder, /(?<!\.d)\.ts$/).map(readSource);
const src = sourcesOf('src');
const folders = [...new Set(src.map(({ file }) => file.split('/').slice(0, 2).join('/')))].sort();

console.table({
  ...Object.fromEntries(
    folders.map((folder) => [folder, sizesOf(src.filter(({ file }) => file.startsWith(folder)))]),
  ),
  src: sizesOf(src),
  test: sizesOf(sourcesOf('test')),
});
console.log(`Targets for src: ${JSON.stringify(targets)}`);
console.log(overTarget(src).join('\n'));
