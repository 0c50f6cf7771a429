import { Redirect, useSearch } from 'wouter';
import { api } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { fileScreenTexts } from '../../texts/knowledge-file.ts';
import { Page } from '../../ui/page.tsx';
import { Loading } from '../../ui/states.tsx';
import { FileScreen } from './file-screen.tsx';

/** `/knowledge/files/{file}`: a citation names the file and not its base, to whose address this leads. */
export function FileOfCitation({ id }: { readonly id: string }) {
  const texts = useTexts(fileScreenTexts);
  const search = useSearch();
  const { data, error } = api.useQuery('get', '/api/v1/files/{file}', {
    params: { path: { file: id } },
  });
  if (data !== undefined)
    return (
      <Redirect to={`/${data.base_id}/files/${id}${search === '' ? '' : `?${search}`}`} replace />
    );
  // The file may have been deleted since it was cited.
  if (error !== null) return <FileScreen base_id={null} id={id} />;
  return (
    <Page title={texts.file}>
      <Loading>{texts.loading}</Loading>
    </Page>
  );
}
