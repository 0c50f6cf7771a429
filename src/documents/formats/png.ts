import { imageFormat } from '../image-format.ts';
import { hasBytes } from '../signature.ts';

export const png = imageFormat({
  title: 'PNG',
  media_type: 'image/png',
  aliases: [],
  extensions: ['png'],
  hasSignature: (head) => hasBytes(head, 0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
});
