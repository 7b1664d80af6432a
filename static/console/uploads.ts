import { signal, type ReadonlySignal } from '@preact/signals';
import type { FileInfo } from '../../widget/core/protocol';
import { Uploads, type Pending } from '../../widget/core/upload';

/** The files this page brings to the server, of all conversations. */
export interface ConsoleUploads {
  readonly pending: ReadonlySignal<readonly Pending[]>;
  /** Pictures chosen in this page, by file id: shown without asking the server for what came from here. */
  readonly own: ReadonlyMap<string, string>;
  add(conv: string, files: Iterable<File>): void;
  retry(key: string): void;
  drop(key: string): void;
}

/**
 * Makes them.
 *
 * @param max the largest file the server takes, bytes
 * @param send sends what the server has
 */
export function makeUploads(max: number, send: (conv: string, file: FileInfo) => void): ConsoleUploads {
  const pending = signal<readonly Pending[]>([]);
  const own = new Map<string, string>();
  const uploads = new Uploads({
    max,
    onChange: (list) => (pending.value = list),
    onDone: (conv, info, file) => {
      if (info.width !== undefined) own.set(info.id, URL.createObjectURL(file));
      send(conv, info);
    },
  });
  return {
    pending,
    own,
    add: (conv, files) => uploads.add(conv, files),
    retry: (key) => uploads.retry(key),
    drop: (key) => uploads.drop(key),
  };
}
