import { imageFormat } from '../image-format.ts';
import { hasBytes } from '../signature.ts';

export const webp = imageFormat({
  title: 'WebP',
  media_type: 'image/webp',
  aliases: [],
  extensions: ['webp'],
  hasSignature: (head) =>
    hasBytes(head, 0, 0x52, 0x49, 0x46, 0x46) && hasBytes(head, 8, 0x57, 0x45, 0x42, 0x50),
});
