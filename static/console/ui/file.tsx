import { Download, File as FileOther, FileArchive, FileImage, FileText, FileVideoCamera, X } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { FileInfo } from '../../../widget/core/protocol';
import type { Bubble } from '../../../widget/core/thread';
import { fileSize, fileSort, shownWidth } from '../../../widget/core/upload';
import { boot, t } from '../boot';
import { useSurroundings } from './context';
import { Icon } from './icon';
import { RingBar } from './ringing';

const ICONS = { image: FileImage, document: FileText, archive: FileArchive, media: FileVideoCamera, other: FileOther } as const;

/** A file in the conversation: a picture as such, anything else as a card to download it by. */
export function FileView({ bubble, file }: { readonly bubble: Bubble; readonly file: FileInfo }) {
  const { store } = useSurroundings();
  const [lost, setLost] = useState(false);
  const sent = bubble.event !== undefined;
  const source = store.uploads.own.get(file.id) ?? (sent ? file.url : undefined);
  const picture = file.width !== undefined && file.height !== undefined && source !== undefined && !lost;
  return picture ? <Picture file={file} source={source} onLost={() => setLost(true)} /> : <Card file={file} sent={sent} state={bubble.state} />;
}

function Card({ file, sent, state }: { readonly file: FileInfo; readonly sent: boolean; readonly state: string }) {
  const inside = (
    <>
      <Icon node={ICONS[fileSort(file.type)]} size={22} />
      <span class="file-text">
        <span class="file-name" dir="auto">
          {file.name}
        </span>
        <span class="file-size">{fileSize(file.size, boot.locale)}</span>
      </span>
    </>
  );
  if (!sent) return <div class={`file ${state}`}>{inside}</div>;
  return (
    <a class="file" href={file.url} download={file.name} aria-label={t('file.download', { name: file.name })}>
      {inside}
      <Icon node={Download} />
    </a>
  );
}

/** The square a picture in the conversation fits into, px. */
const ROOM = 340;

interface PictureProps {
  readonly file: FileInfo;
  readonly source: string;
  onLost(): void;
}

function Picture({ file, source, onLost }: PictureProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="picture" aria-label={t('file.open', { name: file.name })} onClick={() => setOpen(true)} style={{ inlineSize: `${shownWidth(file.width ?? 0, file.height ?? 1, ROOM)}px` }}>
        <img src={source} width={file.width} height={file.height} alt={file.name} decoding="async" onError={onLost} />
      </button>
      {open ? <Lightbox file={file} source={source} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

interface LightboxProps {
  readonly file: FileInfo;
  readonly source: string;
  onClose(): void;
}

/** A picture as large as there is room; Escape and a click close it. */
function Lightbox({ file, source, onClose }: LightboxProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => before instanceof HTMLElement && before.focus();
  }, []);
  return (
    <dialog class="lightbox" ref={dialog} aria-label={file.name} onClose={onClose} onClick={() => dialog.current?.close()}>
      <img src={source} width={file.width} height={file.height} alt={file.name} />
      <div class="lightbox-rings" onClick={(event) => event.stopPropagation()}>
        <RingBar />
      </div>
      <div class="lightbox-tools">
        <a class="icon-button" href={file.url} download={file.name} aria-label={t('file.download', { name: file.name })} onClick={(event) => event.stopPropagation()}>
          <Icon node={Download} />
        </a>
        <button type="button" class="icon-button" aria-label={t('file.close')} onClick={() => dialog.current?.close()}>
          <Icon node={X} />
        </button>
      </div>
    </dialog>
  );
}
