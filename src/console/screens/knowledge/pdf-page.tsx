import type { PDFDocumentProxy } from 'pdfjs-dist';
import { useEffect, useRef, useState } from 'react';
import type { FileBoxes } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { fileScreenTexts } from '../../texts/knowledge-file.ts';
import { Button } from '../../ui/button.tsx';
import { openPdf } from './pdf.ts';

type Box = NonNullable<FileBoxes['boxes']>[number];

interface PdfPageProps {
  readonly id: string;
  readonly revision: number | null;
  readonly page: number;
  /** Width and height in points, as a reader shows the page. */
  readonly size: readonly [width: number, height: number] | null;
  readonly boxes: readonly Box[];
  /** Shows the text instead. */
  readonly onText: () => void;
}

/** Draws a page on a canvas, and boxes over it. */
export function PdfPage({ id, revision, page, size, boxes, onText }: PdfPageProps) {
  const texts = useTexts(fileScreenTexts);
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(frame);
  const [pdf, setPdf] = useState<PDFDocumentProxy | null>(null);
  const [drawn, setDrawn] = useState<{ page: number; points: readonly [number, number] } | null>(
    null,
  );
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    const { document, close } = openPdf(id, revision);
    let isCurrent = true;
    document.then(
      (opened) => isCurrent && setPdf(opened),
      (error: unknown) => isCurrent && setFailure(`${(error as Error).message}`),
    );
    return () => {
      isCurrent = false;
      setPdf(null);
      close();
    };
  }, [id, revision]);
  useEffect(() => {
    if (pdf === null || width === 0 || canvas.current === null) return;
    const drawing = draw(pdf, page, canvas.current, width);
    drawing.done.then(
      (points) => {
        setFailure(null);
        if (points !== null) setDrawn({ page, points });
      },
      (error: unknown) => setFailure(`${(error as Error).message}`),
    );
    return drawing.cancel;
  }, [pdf, page, width]);
  const isDrawn = drawn?.page === page;
  const first = useRef<HTMLSpanElement>(null);
  const mark = boxes[0] === undefined ? '' : `${boxes[0].start} ${boxes[0].page}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another passage, or its page was drawn.
  useEffect(() => void first.current?.scrollIntoView({ block: 'nearest' }), [mark, isDrawn]);
  const [points, height] = size ?? drawn?.points ?? [1, Math.SQRT2];
  return (
    <div ref={frame} className="knowledge-page" data-drawn={isDrawn ? page : undefined}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={texts.pageText(page)}
        style={{ aspectRatio: `${points} / ${height}` }}
      />
      {boxes.map((box, index) => (
        <span
          key={`${box.start} ${box.x} ${box.y}`}
          ref={index === 0 ? first : undefined}
          className="knowledge-box"
          style={{
            left: `${(box.x / points) * 100}%`,
            top: `${(box.y / height) * 100}%`,
            width: `${(box.width / points) * 100}%`,
            height: `${(box.height / height) * 100}%`,
          }}
        />
      ))}
      {failure !== null ? (
        <div className="state knowledge-page-state" role="alert">
          <h2>{texts.notDrawn}</h2>
          <p className="muted">{failure}</p>
          <Button onClick={onText}>{texts.showText}</Button>
        </div>
      ) : (
        !isDrawn && (
          <p className="knowledge-page-state muted" role="status">
            {texts.drawing}
          </p>
        )
      )}
    </div>
  );
}

/** Draws a page as wide as its frame; `done` is its size in points, or null once cancelled. */
function draw(pdf: PDFDocumentProxy, number: number, canvas: HTMLCanvasElement, width: number) {
  let cancel: () => void = () => undefined;
  let isCancelled = false;
  const done = async () => {
    const page = await pdf.getPage(number);
    const points = page.getViewport({ scale: 1 });
    // Beyond three times the size, a page looks the same and takes much memory.
    const density = Math.min(devicePixelRatio, 3);
    const viewport = page.getViewport({ scale: (width / points.width) * density });
    if (isCancelled) return null;
    // Drawn apart, so that the former page stays until this one is there.
    const sheet = document.createElement('canvas');
    sheet.width = Math.round(viewport.width);
    sheet.height = Math.round(viewport.height);
    const task = page.render({ canvas: sheet, viewport });
    cancel = () => task.cancel();
    await task.promise.catch((error: unknown) => {
      if (!isCancelled) throw error;
    });
    if (isCancelled) return null;
    canvas.width = sheet.width;
    canvas.height = sheet.height;
    canvas.getContext('2d')?.drawImage(sheet, 0, 0);
    return [points.width, points.height] as const;
  };
  return {
    done: done(),
    cancel: () => {
      isCancelled = true;
      cancel();
    },
  };
}

function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const { current } = element;
    if (current === null) return;
    const observer = new ResizeObserver(([entry]) =>
      setWidth(Math.floor(entry?.contentRect.width ?? 0)),
    );
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
