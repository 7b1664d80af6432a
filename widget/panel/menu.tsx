import { useRef } from 'preact/hooks';
import { Icon } from './icons';
import { useUi } from './ui';

/** What can be done with the conversation; ending it is asked twice. */
export function Menu() {
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
