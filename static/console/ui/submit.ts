import { useState } from 'preact/hooks';
import { useSurroundings } from './context';

/**
 * The form of a dialog that does one thing: `submit` runs `work` once at a time and then `onDone`; while it runs
 * `busy` is true, and why it failed is in `failure`, in words for people. `work` may return undefined when there is
 * nothing to do yet. `fail` shows what went wrong before.
 */
export function useSubmit(work: () => Promise<unknown> | undefined, onDone: () => void) {
  const { store } = useSurroundings();
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const fail = (error: unknown) => setFailure(store.explain(error));
  const submit = async (event: Event) => {
    event.preventDefault();
    const done = busy ? undefined : work();
    if (!done) return;
    setBusy(true);
    setFailure('');
    try {
      await done;
      onDone();
    } catch (error) {
      fail(error);
      setBusy(false);
    }
  };
  return { submit: (event: Event) => void submit(event), busy, failure, fail };
}
