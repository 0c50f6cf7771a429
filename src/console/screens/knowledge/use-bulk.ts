import type { File } from '../../../client/index.ts';
import { type Action, useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { fileTexts } from '../../texts/knowledge-files.ts';
import { useToast } from '../../ui/toast.tsx';
import { forEachFile } from './for-each-file.ts';

type Texts = (typeof fileTexts)['en'];

/** A change of several files, which says how many succeeded and why others did not. */
export function useBulk<Input>(
  change: (file: File, input: Input) => Promise<unknown>,
  said: (texts: Texts, count: number) => string,
  onDone: () => void,
): Action<{ readonly files: readonly File[]; readonly input: Input }, unknown> {
  const texts = useTexts(fileTexts);
  const say = useToast();
  return useAction(
    ({ files, input }: { readonly files: readonly File[]; readonly input: Input }) =>
      forEachFile(files, (file) => change(file, input)),
    {
      refresh: ['/api/v1/knowledge-bases', '/api/v1/files'],
      onDone: ({ done, problems }) => {
        const [first] = problems;
        say(
          said(texts, done),
          first === undefined ? undefined : texts.someFailed(problems.length, first.message),
        );
        onDone();
      },
    },
  );
}
