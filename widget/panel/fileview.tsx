import { useEffect, useRef, useState } from 'preact/hooks';
import type { FileInfo } from '../core/protocol';
import type { Bubble } from '../core/thread';
import { fileSize, fileSort, shownWidth } from '../core/upload';
import { FileIcon } from './fileicons';
import { download, forgetLink, linkTo, own } from './links';
import { useUi } from './ui';

/** A file in the conversation: a picture as such, anything else as a card to download it by. */
export function FileView({ bubble, file }: { bubble: Bubble; file: FileInfo }) {
  const sent = bubble.event !== undefined;
  const picture = file.width !== undefined && file.height !== undefined && (sent || own.has(file.id));
  return picture ? <Picture file={file} sent={sent} /> : <Card file={file} sent={sent} state={bubble.state} />;
}

function Card({ file, sent, state }: { file: FileInfo; sent: boolean; state: string }) {
  const { memory, t } = useUi();
  const [failed, setFailed] = useState(false);
  const get = () => {
    setFailed(false);
    download(memory, file).catch(() => setFailed(true));
  };
  return (
    <>
      <button type="button" class={`file ${state}`} disabled={!sent} onClick={get} aria-label={t('widget.file.download', { name: file.name })}>
        <FileIcon name={fileSort(file.type)} />
        <span class="file-text">
          <span class="file-name" dir="auto">
            {file.name}
          </span>
          <span class="file-size">{fileSize(file.size, document.documentElement.lang)}</span>
        </span>
        {sent && <FileIcon name="download" />}
      </button>
      {failed && <p class="file-lost">{t('widget.file.lost')}</p>}
    </>
  );
}

/** The link to a picture, and how to have another: the last one may have run out. */
function useLink(file: FileInfo, sent: boolean) {
  const { memory } = useUi();
  const here = own.get(file.id);
  const [link, setLink] = useState({ url: here, nth: 0 });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (here !== undefined || !sent || tries >= LAST) return;
    linkTo(memory, file).then(
      (url) => setLink({ url, nth: tries }),
      () => setTries(LAST),
    );
  }, [sent, tries]);
  const again = () => {
    forgetLink(file);
    setTries((n) => n + 1);
  };
  return { ...link, lost: tries >= LAST, again };
}

/** How often a picture is asked for, at most. */
const LAST = 3;

/** The square a picture in the conversation fits into, px. */
const ROOM = 260;

function Picture({ file, sent }: { file: FileInfo; sent: boolean }) {
  const { t } = useUi();
  const [open, setOpen] = useState(false);
  const { url, nth, lost, again } = useLink(file, sent);
  if (lost) return <Card file={file} sent={sent} state="sent" />;
  return (
    <>
      <button type="button" class="picture" onClick={() => setOpen(true)} aria-label={t('widget.file.open', { name: file.name })} style={{ inlineSize: `${shownWidth(file.width ?? 0, file.height ?? 1, ROOM)}px` }}>
        <img key={nth} src={url} width={file.width} height={file.height} alt={file.name} decoding="async" onError={again} />
      </button>
      {open && <Lightbox file={file} shown={url} sent={sent} onClose={() => setOpen(false)} />}
    </>
  );
}

interface LightboxProps {
  file: FileInfo;
  shown: string | undefined;
  sent: boolean;
  onClose(): void;
}

/** A picture as large as there is room; Escape and a click beside it close it. */
function Lightbox({ file, shown, sent, onClose }: LightboxProps) {
  const { memory, t } = useUi();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => before instanceof HTMLElement && before.focus();
  }, []);
  return (
    <dialog class="lightbox" ref={dialog} aria-label={file.name} onClose={onClose} onClick={() => dialog.current?.close()}>
      <img src={shown} width={file.width} height={file.height} alt={file.name} />
      <div class="lightbox-tools">
        {sent && (
          <button type="button" class="tool" aria-label={t('widget.file.download', { name: file.name })} onClick={() => void download(memory, file).catch(() => undefined)}>
            <FileIcon name="download" />
          </button>
        )}
        <button type="button" class="tool" aria-label={t('widget.file.close')} onClick={() => dialog.current?.close()}>
          <FileIcon name="cross" />
        </button>
      </div>
    </dialog>
  );
}
