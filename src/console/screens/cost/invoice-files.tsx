import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { Button } from '../../ui/button.tsx';
import { saveFile } from '../../ui/download.ts';
import { ProblemNote } from '../../ui/states.tsx';

/** Saves an invoice as PDF or CSV. */
export function InvoiceFiles({
  month,
  isSmall = false,
}: {
  readonly month: string;
  readonly isSmall?: boolean;
}) {
  const texts = useTexts(costTexts);
  const download = useAction(
    async (format: 'pdf' | 'csv') => {
      const { data } = await client.GET('/api/v1/invoices/{month}', {
        params: { path: { month }, query: { format } },
        parseAs: 'blob',
      });
      if (data !== undefined) saveFile(`invoice-${month}.${format}`, data as unknown as Blob);
    },
    { refresh: [] },
  );
  return (
    <>
      <span className="page-actions">
        {(['pdf', 'csv'] as const).map((format) => (
          <Button
            key={format}
            isSmall={isSmall}
            isBusy={download.isRunning}
            aria-label={texts.invoiceAs(month, format.toUpperCase())}
            onClick={() => download.run(format)}
          >
            {format.toUpperCase()}
          </Button>
        ))}
      </span>
      <ProblemNote problem={download.problem} />
    </>
  );
}
