import { Redirect, useSearch } from 'wouter';
import { Problem } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { fileScreenTexts } from '../../texts/knowledge-file.ts';
import { Page } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { FileScreen } from './file-screen.tsx';

/** `/knowledge/files/{file}`: a citation names the file and not its base, to whose address this leads. */
export function FileOfCitation({ id }: { readonly id: string }) {
  const texts = useTexts(fileScreenTexts);
  const search = useSearch();
  const { data, error, refetch } = api.useQuery('get', '/api/v1/files/{file}', {
    params: { path: { file: id } },
  });
  if (data !== undefined)
    return (
      <Redirect to={`/${data.base_id}/files/${id}${search === '' ? '' : `?${search}`}`} replace />
    );
  // The file may have been deleted since it was cited.
  const failure: unknown = error;
  if (failure instanceof Problem && failure.status === 404)
    return <FileScreen base_id={null} id={id} />;
  return (
    <Page title={texts.file}>
      {failure === null ? (
        <Loading>{texts.loading}</Loading>
      ) : (
        <Failed problem={failure} onRetry={refetch} />
      )}
    </Page>
  );
}
