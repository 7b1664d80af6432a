import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { isLine } from '../core/log';
import { MAX_MESSAGE } from '../core/protocol';
import { backText } from './back';
import { isEmail } from './hello';
import { useUi } from './ui';
import { wish } from './wish';

/** Where one leaves a message: nobody is here, it is closed, or one would rather not wait. */
export function Leave() {
  const { session, memory, open, t } = useUi();
  const { log, lines, site } = session.model.value;
  const [person, setPerson] = useState(memory.person);
  const [text, setText] = useState(memory.draft);
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const said = lines.length > 0 || log?.events.some((event) => isLine(event.kind) && event.from.type === 'visitor') === true;
  const over = [...text.trim()].length - MAX_MESSAGE;
  const email = person.email.trim();
  const wrong = {
    email: email === '' ? t('widget.leave.email.missing') : isEmail(email) ? '' : t('widget.leave.email.wrong'),
    text: text.trim() === '' && !said ? t('widget.leave.text.missing') : over > 0 ? t('widget.write.over', { count: over }) : '',
  };
  useEffect(() => {
    // What had the focus is gone.
    if (open.peek() && document.activeElement === document.body) form.current?.querySelector<HTMLElement>('input, textarea')?.focus({ preventScroll: true });
    return () => {
      if (wish.peek() === 'leave') wish.value = '';
    };
  }, []);

  const set = (change: Partial<typeof person>) => {
    const next = { ...person, ...change };
    setPerson(next);
    memory.person = { name: next.name.trim(), email: next.email.trim() };
  };
  const send = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (wrong.email || wrong.text) return document.getElementById(wrong.email ? 'leave-email' : 'leave-text')?.focus();
    memory.draft = '';
    wish.value = '';
    session.leave(text.trim());
  };
  const closed = site?.open === false;
  return (
    <form class="start leave" noValidate ref={form} aria-labelledby="leave-title" aria-describedby="leave-lead" onSubmit={send}>
      <div class="hello">
        <h2 class="greeting" id="leave-title">
          {t(closed ? 'widget.leave.closed' : log ? 'widget.leave.title' : 'widget.leave.away')}
        </h2>
        <div class="lead" id="leave-lead">
          <p>{backText(site, session.now(), t)}</p>
          <p>{t(log ? 'widget.leave.lead.waiting' : 'widget.leave.lead')}</p>
        </div>
      </div>
      <div class="fields">
        <Field id="leave-name" label={t('widget.leave.optional', { label: t('widget.about.name') })}>
          <input class="box" id="leave-name" type="text" autocomplete="name" maxLength={80} value={person.name} onInput={(e) => set({ name: e.currentTarget.value })} />
        </Field>
        <Field id="leave-email" label={t('widget.about.email')} wrong={tried && wrong.email}>
          <input
            class="box"
            id="leave-email"
            type="email"
            autocomplete="email"
            maxLength={200}
            required
            {...marks('leave-email', tried && wrong.email)}
            value={person.email}
            onInput={(e) => set({ email: e.currentTarget.value })}
          />
        </Field>
        <Field id="leave-text" label={said ? t('widget.leave.optional', { label: t('widget.write.label') }) : t('widget.write.label')} wrong={(tried || over > 0) && wrong.text}>
          <textarea
            class="box"
            id="leave-text"
            rows={4}
            dir="auto"
            required={!said}
            {...marks('leave-text', (tried || over > 0) && wrong.text)}
            value={text}
            onInput={(e) => {
              setText(e.currentTarget.value);
              memory.draft = e.currentTarget.value;
            }}
          />
        </Field>
      </div>
      <div class="answers">
        <button type="submit" class="button main">
          {t('widget.leave.send')}
        </button>
        {log ? (
          <button type="button" class="button" onClick={() => (wish.value = '')}>
            {t('widget.leave.back')}
          </button>
        ) : (
          !closed && (
            <button type="button" class="button" onClick={() => (wish.value = 'wait')}>
              {t('widget.leave.wait')}
            </button>
          )
        )}
      </div>
    </form>
  );
}

/** A field with its name above, and what is wrong with it below. */
function Field({ id, label, wrong, children }: { id: string; label: string; wrong?: string | false; children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {wrong && (
        <p class="refused" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
    </div>
  );
}

/** What tells screen readers that a field is wrong, and where it says why. */
function marks(id: string, wrong: string | false) {
  return wrong ? ({ 'aria-invalid': true, 'aria-describedby': `${id}-wrong` } as const) : {};
}
