import { recordsIn } from '../../office-art.ts';
import { decodeText, types, viewOf } from './records.ts';

const ofSlides = 3;
const footerText = 2;
const hasFooter = 0x20;

/** Returns the footer that a slide, or the document for all slides, states ([MS-PPT], 2.4.15.1); null for none. */
export function footerOf(container: Uint8Array): string | null {
  for (const { type, instance, content } of recordsIn(container)) {
    if (type !== types.headersFooters || (instance !== 0 && instance !== ofSlides)) continue;
    let isShown = false;
    let text: string | null = null;
    for (const inner of recordsIn(content)) {
      if (inner.type === types.headersFootersHead && inner.content.length >= 4)
        isShown = (viewOf(inner.content).getUint16(2, true) & hasFooter) !== 0;
      if (inner.type === types.string && inner.instance === footerText)
        text = decodeText(inner.content);
    }
    return isShown ? text : null;
  }
  return null;
}
