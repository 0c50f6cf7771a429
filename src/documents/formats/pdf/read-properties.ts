import { type DocumentProperties, toProperties } from '../../properties/properties.ts';
import type { PdfBudget } from './budget.ts';
import type { Pdf } from './open-pdf.ts';

/** Reads the document information (ISO 32000-2, 14.3.3) and the language of the catalog. A damaged one has none. */
export async function readProperties(pdf: Pdf, budget: PdfBudget): Promise<DocumentProperties> {
  try {
    const { info } = (await pdf.getMetadata()) as unknown as {
      info: Readonly<Record<string, unknown>>;
    };
    const of = (...names: readonly string[]) =>
      names.map((name) => {
        const value = info[name];
        return typeof value === 'string' ? value : null;
      });
    return toProperties({
      title: of('Title'),
      author: of('Author'),
      dates: of('CreationDate', 'ModDate'),
      language: of('Language'),
    });
  } catch {
    return {};
  } finally {
    budget.check();
  }
}
