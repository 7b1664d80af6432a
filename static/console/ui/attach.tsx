import { signal } from '@preact/signals';
import { Paperclip, X } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { fileSize, takeFiles } from '../../../widget/core/upload';
import { boot, t } from '../boot';
import { useSurroundings } from './context';
import { Icon } from './icon';

const dragging = signal(false);

/** The button by which a file is chosen for a conversation; files may be pasted and dropped, too. */
export function Attach({ conv }: { readonly conv: string }) {
  const { store } = useSurroundings();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => takeFiles((files) => store.uploads.add(conv, files), (now) => (dragging.value = now), () => document.querySelector('dialog[open]') === null), [conv]);
  return (
    <>
      <button type="button" class="attach" aria-label={t('file.attach')} title={t('file.attach')} onClick={() => input.current?.click()}>
        <Icon node={Paperclip} />
      </button>
      <input
        type="file"
        multiple
        hidden
        ref={input}
        aria-label={t('file.attach')}
        onChange={({ currentTarget: field }) => {
          store.uploads.add(conv, field.files ?? []);
          field.value = '';
        }}
      />
      {dragging.value ? <p class="drop">{t('file.drop')}</p> : null}
    </>
  );
}

/** What is on its way to the server, above the composer. */
export function Tray({ conv }: { readonly conv: string }) {
  const { store } = useSurroundings();
  const pending = store.uploads.pending.value.filter((one) => one.conv === conv);
  if (pending.length === 0) return null;
  return (
    <ul class="tray" aria-label={t('file.tray')}>
      {pending.map((one) => (
        <li key={one.key} class={one.state === 'failed' ? 'pending broken' : 'pending'}>
          <span class="file-text">
            <span class="file-name" dir="auto">
              {one.name}
            </span>
            {one.state === 'failed' ? (
              <span class="file-lost" role="alert">
                {reason(one.code)}
              </span>
            ) : (
              <progress max={1} value={one.sent} aria-label={t('file.progress', { name: one.name })} />
            )}
          </span>
          {one.state === 'failed' && one.code !== 'too_long' ? (
            <button type="button" class="plain" onClick={() => store.uploads.retry(one.key)}>
              {t('retry')}
            </button>
          ) : (
            <span class="file-size">{fileSize(one.size, boot.locale)}</span>
          )}
          <button type="button" class="icon-button" aria-label={t('file.cancel', { name: one.name })} onClick={() => store.uploads.drop(one.key)}>
            <Icon node={X} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function reason(code: string | undefined): string {
  switch (code) {
    case 'too_long':
      return t('file.large');
    case 'rate_limited':
      return t('file.often');
    case 'invalid':
      return t('file.bad');
    default:
      return t('file.failed');
  }
}
