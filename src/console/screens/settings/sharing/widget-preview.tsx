import { useEffect, useRef } from 'react';
import type { ShareLink } from '../../../../client/index.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { sharingTexts } from '../../../texts/sharing.ts';
import { attributesOf, propertiesOf, type WidgetLook } from './widget-look.ts';

/**
 * The widget itself in a frame of its own, which ends with it. The document of the frame has no address: it inherits the policy of the
 * console, so that it too loads from and talks to this deployment only.
 */
export function WidgetPreview({
  link,
  look,
}: {
  readonly link: ShareLink;
  readonly look: WidgetLook;
}) {
  const texts = useTexts(sharingTexts);
  const frame = useRef<HTMLIFrameElement>(null);
  const { theme, direction, isOpen } = look;
  // The script reads its tag once: another tag is another frame. Colours are changed in place.
  const key = [theme, direction, isOpen, link.updated_at].join();
  const paint = () => {
    const root = frame.current?.contentDocument?.documentElement;
    if (root === undefined) return;
    root.style.cssText = '';
    root.style.colorScheme = theme === 'system' ? 'light dark' : theme;
    for (const [name, value] of Object.entries(propertiesOf(look)))
      root.style.setProperty(name, value);
  };
  useEffect(paint);
  const start = () => {
    const page = frame.current?.contentDocument;
    if (page === null || page === undefined) return;
    page.title = texts.previewTitle;
    page.documentElement.lang = document.documentElement.lang;
    paint();
  };
  return (
    <iframe
      key={key}
      ref={frame}
      className="widget-preview"
      title={texts.previewTitle}
      srcDoc={pageOf(attributesOf(link.url.split('/').at(-1) ?? '', look))}
      onLoad={start}
    />
  );
}

/** The values are fixed words and the address of a link, which has letters, digits, `-` and `_` only. */
function pageOf(attributes: Readonly<Record<string, string>>): string {
  const written = Object.entries(attributes).map(
    ([name, value]) => `${name}="${value.replace(/[^\w-]/g, '')}"`,
  );
  return `<!doctype html><html><body><main></main><script src="/widget.js" ${written.join(' ')}></script></body></html>`;
}
