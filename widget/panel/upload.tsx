import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { fileSize, takeFiles, Uploads, type Pending } from '../core/upload';
import { FileIcon } from './fileicons';
import { own } from './links';
import { isOpen } from './model';
import { useUi, type Ui } from './ui';

const pending = signal<readonly Pending[]>([]);
const dragging = signal(false);
let uploads: Uploads | undefined;

/** The uploads of this page: they go on while nothing of them is shown. */
function uploadsOf({ session, memory, maxUpload }: Ui): Uploads {
  uploads ??= new Uploads({
    max: maxUpload,
    token: () => memory.token,
    onChange: (list) => (pending.value = list),
    onDone: (conv, info, file) => {
      if (info.width !== undefined) own.set(info.id, URL.createObjectURL(file));
      session.attach(conv, info);
    },
  });
  return uploads;
}

/** The button by which a file is chosen; files may be pasted and dropped, too. */
export function Attach() {
  const ui = useUi();
  const { t } = ui;
  const input = useRef<HTMLInputElement>(null);
  const take = (files: Iterable<File>) => {
    const { log } = ui.session.model.peek();
    if (isOpen(log)) uploadsOf(ui).add(log.conv, files);
  };
  useEffect(() => takeFiles(take, (now) => (dragging.value = now)), []);
  return (
    <>
      <button type="button" class="attach" aria-label={t('widget.file.attach')} title={t('widget.file.attach')} onClick={() => input.current?.click()}>
        <FileIcon name="clip" />
      </button>
      <input
        type="file"
        multiple
        hidden
        ref={input}
        aria-label={t('widget.file.attach')}
        onChange={({ currentTarget: field }) => {
          take(field.files ?? []);
          field.value = '';
        }}
      />
      {dragging.value && <p class="drop">{t('widget.file.drop')}</p>}
    </>
  );
}

/** What is on its way to the server, above the composer. */
export function Tray() {
  const ui = useUi();
  const { t } = ui;
  if (pending.value.length === 0) return null;
  return (
    <ul class="tray" aria-label={t('widget.file.tray')}>
      {pending.value.map((one) => (
        <li key={one.key} class={one.state === 'failed' ? 'pending broken' : 'pending'}>
          <span class="file-text">
            <span class="file-name" dir="auto">
              {one.name}
            </span>
            {one.state === 'failed' ? (
              <span class="file-lost" role="alert">
                {t(reason(one.code))}
              </span>
            ) : (
              <progress max={1} value={one.sent} aria-label={t('widget.file.progress', { name: one.name })} />
            )}
          </span>
          {one.state === 'failed' && one.code !== 'too_long' ? (
            <button type="button" class="link" onClick={() => uploadsOf(ui).retry(one.key)}>
              {t('common.retry')}
            </button>
          ) : (
            <span class="file-size">{fileSize(one.size, document.documentElement.lang)}</span>
          )}
          <button type="button" class="tool" aria-label={t('widget.file.cancel', { name: one.name })} onClick={() => uploadsOf(ui).drop(one.key)}>
            <FileIcon name="cross" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function reason(code: string | undefined): string {
  switch (code) {
    case 'too_long':
      return 'widget.file.large';
    case 'rate_limited':
      return 'widget.file.often';
    case 'invalid':
      return 'widget.file.bad';
    default:
      return 'widget.file.failed';
  }
}
