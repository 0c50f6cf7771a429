import { useAction } from '../api/use-action.ts';
import { Button } from './button.tsx';
import { saveFile } from './download.ts';
import { ProblemNote } from './states.tsx';

interface Download {
  /** Name of the file, with its extension. */
  readonly name: string;
  readonly read: () => Promise<Blob | undefined>;
}

/** Saves what the API returns as a file. */
export const useDownload = () =>
  useAction(
    async ({ name, read }: Download) => {
      const content = await read();
      if (content !== undefined) saveFile(name, content);
    },
    { refresh: [] },
  );

export function DownloadButton({ label, ...file }: Download & { readonly label: string }) {
  const download = useDownload();
  return (
    <>
      <Button isBusy={download.isRunning} onClick={() => download.run(file)}>
        {label}
      </Button>
      <ProblemNote problem={download.problem} />
    </>
  );
}
