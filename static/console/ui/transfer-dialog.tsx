import { useEffect, useRef, useState } from 'preact/hooks';
import type { Colleague, Named, Summary } from '../../../widget/core/protocol';
import { t } from '../boot';
import type { TransferTarget } from '../api';
import { Agents } from './agents';
import { useSurroundings } from './context';
import { Dialog } from './dialog';
import { visitorName } from './person';
import { useSubmit } from './submit';

interface Places {
  readonly agents: readonly Colleague[];
  readonly departments: readonly Named[];
}

/** Hands a conversation to a colleague or a department. */
export function TransferDialog({ summary, onClose }: { readonly summary: Summary; onClose(): void }) {
  const { store } = useSurroundings();
  const [places, setPlaces] = useState<Places | undefined>(undefined);
  const [target, setTarget] = useState<TransferTarget | undefined>(undefined);
  const [note, setNote] = useState('');
  const transfer = async (to: TransferTarget) => {
    await store.moves.transfer(summary.id, to, note.trim());
    store.toasts.tell(t('transferred', { name: visitorName(summary.visitor) }));
  };
  const { submit, busy, failure, fail } = useSubmit(() => (target ? transfer(target) : undefined), onClose);
  useEffect(() => {
    store.places().then(
      ([agents, departments]) => setPlaces({ agents, departments }),
      fail,
    );
  }, []);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (places && !form.current?.contains(document.activeElement)) form.current?.querySelector<HTMLElement>('input:enabled')?.focus();
  }, [places]);
  return (
    <Dialog title={t('transfer.title', { name: visitorName(summary.visitor) })} class="transfer" onClose={onClose}>
      <form ref={form} onSubmit={submit}>
        {places ? <Choices places={places} target={target} onChoose={setTarget} /> : failure === '' ? <p class="quiet">{t('loading')}</p> : null}
        <label for="note">{t('transfer.note')}</label>
        <textarea id="note" rows={2} maxLength={1000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
        <p class="form-failure" role="alert">
          {failure}
        </p>
        <footer>
          <button type="button" class="button" onClick={onClose}>
            {t('cancel')}
          </button>
          <button type="submit" class="button primary" disabled={!target || busy}>
            {t('transfer')}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

interface ChoicesProps {
  readonly places: Places;
  readonly target: TransferTarget | undefined;
  onChoose(target: TransferTarget): void;
}

function Choices({ places, target, onChoose }: ChoicesProps) {
  return (
    <>
      <Agents agents={places.agents} purpose="transfer" but={[]} chosen={target && 'agent' in target ? target.agent : undefined} onChoose={(agent) => onChoose({ agent })} />
      {places.departments.length === 0 ? null : (
        <fieldset>
          <legend>{t('transfer.departments')}</legend>
          <div class="choices">
            {places.departments.map((department) => (
              <label class="choice" key={department.id}>
                <input type="radio" name="target" checked={target !== undefined && 'department' in target && target.department === department.id} onChange={() => onChoose({ department: department.id })} />
                <span class="choice-name clip">{department.name}</span>
              </label>
            ))}
          </div>
        </fieldset>
      )}
    </>
  );
}
