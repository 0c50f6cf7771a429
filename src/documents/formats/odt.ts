import { odfFormat } from './odf/format.ts';

export const odt = odfFormat({
  title: 'ODT',
  kind: 'text',
  extensions: ['odt', 'ott', 'fodt'],
});
