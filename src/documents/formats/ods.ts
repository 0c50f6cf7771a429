import { odfFormat } from './odf/format.ts';

export const ods = odfFormat({
  title: 'ODS',
  kind: 'spreadsheet',
  extensions: ['ods', 'ots', 'fods'],
});
