import type { ExtractedDocument } from '../document.ts';
import { detectLanguage } from '../language/detect-language.ts';
import type { DocumentProperties } from './properties.ts';

/**
 * Returns the properties of a document with its language: that of the text, as what files declare is often the default of a
 * program. The declared one counts where the text does not tell, and where it adds a script or a region.
 */
export function describeDocument({ text, properties = {} }: ExtractedDocument): DocumentProperties {
  const { language: declared, ...others } = properties;
  const detected = detectLanguage(text);
  const isSame =
    declared !== undefined && (declared === detected || declared.startsWith(`${detected}-`));
  const language = detected === null || isSame ? declared : detected;
  return language === undefined ? others : { ...others, language };
}
