import { imageFormat } from '../image-format.ts';
import { hasBytes } from '../signature.ts';

export const jpeg = imageFormat({
  title: 'JPEG',
  media_type: 'image/jpeg',
  aliases: ['image/jpg'],
  extensions: ['jpg', 'jpeg'],
  hasSignature: (head) => hasBytes(head, 0, 0xff, 0xd8, 0xff),
});
