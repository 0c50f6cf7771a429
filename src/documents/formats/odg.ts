import { odfFormat } from './odf/format.ts';

export const odg = odfFormat({
  title: 'ODG',
  kind: 'graphics',
  extensions: ['odg', 'otg', 'fodg'],
});
