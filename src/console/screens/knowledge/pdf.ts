import { GlobalWorkerOptions, getDocument, type PDFDocumentProxy } from 'pdfjs-dist';
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url';
import { workspaceOfPath } from '../../app/places.ts';

GlobalWorkerOptions.workerSrc = workerUrl;

/** Opens the original of a file, of which only the parts that are needed are loaded. `close` ends it. */
export function openPdf(
  id: string,
  revision: number | null,
): { readonly document: Promise<PDFDocumentProxy>; readonly close: () => void } {
  const workspace = workspaceOfPath(location.pathname);
  const at = revision === null ? '' : `?revision=${revision}`;
  const task = getDocument({
    url: `/api/v1/files/${id}/content${at}`,
    httpHeaders: workspace === null ? {} : { 'AgentGrid-Workspace': workspace },
    disableAutoFetch: true,
    disableStream: true,
    // The policy of the page allows neither WebAssembly nor XFA forms, which are markup.
    useWasm: false,
    enableXfa: false,
    verbosity: 0,
  });
  return { document: task.promise, close: () => void task.destroy() };
}
