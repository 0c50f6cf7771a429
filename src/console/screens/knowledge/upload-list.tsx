import { X } from 'lucide-react';
import { Link } from 'wouter';
import { api } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { fileTexts } from '../../texts/knowledge-files.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge } from '../../ui/page.tsx';
import { isProcessing, steps } from './file-state.ts';
import { Bar, FileError, FileStatus } from './file-status.tsx';
import { usePlaces } from './places.ts';
import { decideUpload, hideUploads, repeatUpload, stopUpload, type Upload } from './uploads.ts';

const isOnItsWay = ({ state }: Upload) =>
  ['waiting', 'checking', 'asking', 'sending'].includes(state);

const urgencies = ['asking', 'refused', 'sending', 'checking', 'waiting'];

/** What a person decides about first, then what is being sent. */
const byUrgency = (a: Upload, b: Upload) => urgencyOf(a) - urgencyOf(b);
const urgencyOf = ({ state }: Upload) =>
  urgencies.includes(state) ? urgencies.indexOf(state) : urgencies.length;

/** Uploads of this page, and how far the processing of their files is. */
export function UploadList({ uploads }: { readonly uploads: readonly Upload[] }) {
  const texts = useTexts(fileTexts);
  const asking = uploads.filter(({ state }) => state === 'asking');
  const left = uploads.filter(isOnItsWay).length;
  return (
    <section className="card knowledge-uploads" aria-label={texts.uploads}>
      <header className="section-header">
        <h2 aria-live="polite">{left === 0 ? texts.uploadsDone : texts.uploadsLeft(left)}</h2>
        {left < uploads.length && (
          <Button
            isSmall
            onClick={() =>
              hideUploads(uploads.filter((one) => !isOnItsWay(one)).map(({ id }) => id))
            }
          >
            {texts.clear}
          </Button>
        )}
      </header>
      {asking.length > 1 && (
        <div className="note note-warn knowledge-asking">
          <p>{texts.asked(asking.length)}</p>
          <Button isSmall onClick={() => asking.forEach((one) => void decideUpload(one, true))}>
            {texts.replaceAll}
          </Button>
          <Button isSmall onClick={() => asking.forEach((one) => void decideUpload(one, false))}>
            {texts.keepAll}
          </Button>
        </div>
      )}
      <ul className="knowledge-upload-list">
        {[...uploads].sort(byUrgency).map((upload) => (
          <UploadRow key={upload.id} upload={upload} />
        ))}
      </ul>
    </section>
  );
}

function UploadRow({ upload }: { readonly upload: Upload }) {
  const texts = useTexts(fileTexts);
  const { bytes } = useFormat();
  const { id, file, base_id, file_id, state } = upload;
  const places = usePlaces();
  return (
    <li className="knowledge-upload">
      <div className="knowledge-upload-name">
        {file_id === null ? (
          <span>{file.name}</span>
        ) : (
          <Link href={places.file(base_id, file_id)}>{file.name}</Link>
        )}
        <span className="small muted">{bytes(file.size)}</span>
      </div>
      <div className="knowledge-upload-state">
        {file_id === null ? <Sending upload={upload} /> : <Processing upload={upload} />}
      </div>
      {isOnItsWay(upload) && state !== 'asking' ? (
        <IconButton label={`${texts.stop}: ${file.name}`} onClick={() => stopUpload(id)}>
          <X size={14} aria-hidden="true" />
        </IconButton>
      ) : (
        <IconButton label={texts.dismiss(file.name)} onClick={() => hideUploads([id])}>
          <X size={14} aria-hidden="true" />
        </IconButton>
      )}
    </li>
  );
}

/** Before the file is stored. */
function Sending({ upload }: { readonly upload: Upload }) {
  const texts = useTexts(fileTexts);
  const { percent } = useFormat();
  const { id, file, state, sent, problem } = upload;
  if (state === 'refused')
    return (
      <div className="knowledge-status" role="alert">
        <Badge tone="bad">{texts.states.refused}</Badge>
        <FileError code={problem?.code ?? ''} detail={problem?.message ?? ''} />
        <div>
          <Button isSmall onClick={() => repeatUpload(id)}>
            {texts.again}
          </Button>
        </div>
      </div>
    );
  if (state === 'asking')
    return (
      <div className="knowledge-asking">
        <span className="small">{texts.states.asking}</span>
        <Button isSmall onClick={() => decideUpload(upload, true)}>
          {texts.replaceIt}
        </Button>
        <Button isSmall onClick={() => decideUpload(upload, false)}>
          {texts.keepBoth}
        </Button>
      </div>
    );
  const isSent = state === 'sending' && sent === 1;
  const words =
    state === 'sending' && sent > 0 && !isSent
      ? texts.percent(texts.states.sending, percent(sent))
      : isSent
        ? texts.states.storing
        : texts.states[state];
  return (
    <div className="knowledge-status">
      <span className="small">{words}</span>
      {state !== 'stopped' && (
        <Bar label={texts.progressOf(file.name)} share={sent / (1 + steps.length)} words={words} />
      )}
    </div>
  );
}

/** After it: the steps of its processing, as the API reports them. */
function Processing({ upload: { file_id, state } }: { readonly upload: Upload }) {
  const texts = useTexts(fileTexts);
  const { data: file } = api.useQuery(
    'get',
    '/api/v1/files/{file}',
    { params: { path: { file: file_id ?? '' } } },
    {
      refetchInterval: ({ state }) =>
        state.data === undefined || isProcessing(state.data) ? 1000 : false,
    },
  );
  return (
    <>
      {state === 'duplicate' && <Badge tone="info">{texts.states.duplicate}</Badge>}
      {file !== undefined && <FileStatus file={file} />}
    </>
  );
}
