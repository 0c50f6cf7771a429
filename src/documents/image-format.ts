import type { ImageFormat } from './format.ts';

type ImageFields = Pick<ImageFormat, 'title' | 'media_type' | 'aliases' | 'extensions'> & {
  readonly hasSignature: (head: Uint8Array) => boolean;
};

/** Completes an image format: the signature is required, and browsers may display the original. */
export const imageFormat = (fields: ImageFields): ImageFormat => ({
  ...fields,
  kind: 'image',
  served_as: fields.media_type,
  checkHead: (head) =>
    fields.hasSignature(head)
      ? null
      : `is not a valid ${fields.title} image (missing ${fields.title} signature)`,
});
