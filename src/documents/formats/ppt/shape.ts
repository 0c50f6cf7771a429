import type { XmlElement } from '../../ooxml/xml.ts';
import type { SlideText } from './text.ts';

/** A rectangle of a slide. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A shape with its text. */
export interface Shape {
  readonly frame: Frame | null;
  /** Type of its placeholder, as PresentationML names it; null for none. */
  readonly placeholder: string | null;
  readonly text: SlideText | null;
  readonly numbering: readonly (XmlElement | null)[];
  readonly description: string;
  readonly wordArt: string;
}
