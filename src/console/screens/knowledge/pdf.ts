import type { PDFDocumentLoadingTask, PDFDocumentProxy } from 'pdfjs-dist';
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url';
import { workspaceOfPath } from '../../app/places.ts';

/** Opens the original of a file, of which only the parts that are needed are loaded. `close` ends it. */
export function openPdf(
  id: string,
  revision: number | null,
): { readonly document: Promise<PDFDocumentProxy>; readonly close: () => void } {
  const task = load(id, revision);
  return {
    document: task.then(({ promise }) => promise),
    close: () =>
      void task.then(
        (loading) => loading.destroy(),
        () => undefined,
      ),
  };
}

/** The viewer is loaded with the first document, its parser in a worker of its own file. */
async function load(id: string, revision: number | null): Promise<PDFDocumentLoadingTask> {
  const [{ getDocument, GlobalWorkerOptions }, { PdfData }] = await Promise.all([
    import('pdfjs-dist'),
    import('./pdf-data.ts'),
  ]);
  GlobalWorkerOptions.workerSrc = workerUrl;
  const workspace = workspaceOfPath(location.pathname);
  const at = revision === null ? '' : `?revision=${revision}`;
  return getDocument({
    url: `/api/v1/files/${id}/content${at}`,
    httpHeaders: workspace === null ? {} : { 'AgentGrid-Workspace': workspace },
    disableAutoFetch: true,
    disableStream: true,
    BinaryDataFactory: PdfData,
    // XFA forms are markup.
    enableXfa: false,
    verbosity: 0,
  });
}
