import { useRef } from 'preact/hooks';
import { Icon } from './icons';
import { isOpen } from './model';
import { useUi } from './ui';

/** Who one is talking to, and the way out. */
export function Header() {
  const { session, host, t } = useUi();
  const { log, site } = session.model.value;
  const owner = log?.owner;
  const title = owner?.name || site?.name || t('widget.title');
  return (
    <header class="head">
      {owner && (
        <span class="avatar" aria-hidden="true">
          {initials(owner.name)}
        </span>
      )}
      <div class="who">
        <h1 class="name" dir="auto">
          {title}
        </h1>
        <Status />
      </div>
      {isOpen(log) && <Menu />}
      {host.framed && (
        <button type="button" class="tool" aria-label={t('widget.close')} title={t('widget.close')} onClick={() => host.say({ t: 'close' })}>
          <Icon name="close" />
        </button>
      )}
    </header>
  );
}

function Status() {
  const { session, t } = useUi();
  const { log, site } = session.model.value;
  const state = session.line.state.value;
  if (site === null || state === 'stopped' || state === 'signed_out') return null;
  if (log?.owner) return <p class="status">{log.state === 'closed' ? t('widget.status.ended') : t('widget.status.with', { site: site.name })}</p>;
  return <p class={site.online ? 'status here' : 'status away'}>{site.online ? t('widget.status.online') : t('widget.status.away')}</p>;
}

/** What can be done with the conversation; ending it is asked twice. */
function Menu() {
  const { session, t } = useUi();
  const menu = useRef<HTMLDivElement>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  const ask = () => {
    menu.current?.hidePopover();
    dialog.current?.showModal();
  };
  const end = () => {
    session.end();
    dialog.current?.close();
  };
  const connected = session.line.state.value === 'open';
  return (
    <>
      <button type="button" class="tool" popovertarget="menu" aria-label={t('common.menu')} title={t('common.menu')}>
        <Icon name="more" />
      </button>
      <div id="menu" class="menu" popover="auto" ref={menu}>
        <button type="button" class="choice" onClick={ask} disabled={!connected}>
          {t('widget.end')}
        </button>
      </div>
      <dialog class="ask" ref={dialog} aria-labelledby="ask-title">
        <h2 id="ask-title">{t('widget.end.title')}</h2>
        <p>{t('widget.end.text')}</p>
        <div class="answers">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            {t('common.cancel')}
          </button>
          <button type="button" class="button main" onClick={end}>
            {t('widget.end.confirm')}
          </button>
        </div>
      </dialog>
    </>
  );
}

/** One or two letters for a round picture: of the first and last word, or the last sign of a Chinese name. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = [...(words[0] ?? '')];
  if (/\p{Script=Han}/u.test(name)) return first.at(-1) ?? '';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return ((first[0] ?? '') + last).toUpperCase();
}
