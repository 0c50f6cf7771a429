import { odfFormat } from './odf/format.ts';

export const odp = odfFormat({
  title: 'ODP',
  kind: 'presentation',
  extensions: ['odp', 'otp', 'fodp'],
});
