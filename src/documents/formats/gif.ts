import { imageFormat } from '../image-format.ts';
import { hasBytes } from '../signature.ts';

export const gif = imageFormat({
  title: 'GIF',
  media_type: 'image/gif',
  aliases: [],
  extensions: ['gif'],
  hasSignature: (head) =>
    hasBytes(head, 0, 0x47, 0x49, 0x46, 0x38) &&
    (head[4] === 0x37 || head[4] === 0x39) &&
    head[5] === 0x61,
});
