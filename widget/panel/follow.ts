import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** This close to the end counts as the end, px. */
const NEAR = 48;

/**
 * Keeps a scrolled list at its end while it grows, as long as that is where the reader is; and at its
 * place when something is put before it.
 *
 * @param own changes when the reader adds something: then the end is where they want to be
 * @returns `behind`: there is something new below; `follow`: go there
 */
export function useFollow(view: RefObject<HTMLElement | null>, list: RefObject<HTMLElement | null>, own: string) {
  const [behind, setBehind] = useState(false);
  const state = useRef({ atEnd: true, top: 0, height: 0, first: null as Element | null });
  const follow = () => {
    const box = view.current;
    if (box) box.scrollTop = box.scrollHeight;
  };
  useLayoutEffect(() => {
    const box = view.current;
    const rows = list.current;
    if (!box || !rows) return;
    const now = state.current;
    const scrolled = () => {
      // Not near the end counts only when the reader moved up: the list may have grown since it was followed.
      if (box.scrollHeight - box.scrollTop - box.clientHeight < NEAR) {
        now.atEnd = true;
        setBehind(false);
      } else if (box.scrollTop < now.top) now.atEnd = false;
      now.top = box.scrollTop;
    };
    const resized = () => {
      const grown = rows.scrollHeight - now.height;
      const first = rows.querySelector('[data-key]');
      if (now.atEnd) follow();
      else if (now.first !== null && first !== now.first) box.scrollTop += grown;
      else if (grown > 0 && now.height > 0) setBehind(true);
      now.height = rows.scrollHeight;
      now.first = first;
    };
    const observer = new ResizeObserver(resized);
    observer.observe(rows);
    observer.observe(box);
    box.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', scrolled);
    };
  }, []);
  useLayoutEffect(() => {
    state.current.atEnd = true;
    follow();
  }, [own]);
  return { behind, follow };
}
