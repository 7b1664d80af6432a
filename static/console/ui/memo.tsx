import { Component, type FunctionComponent } from 'preact';

/** A component that is drawn anew only when one of its props is another. */
export function memo<P extends object>(Inner: FunctionComponent<P>): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const before = this.props;
      const names = Object.keys({ ...before, ...next }) as (keyof P)[];
      return names.some((name) => before[name] !== next[name]);
    }
    override render() {
      return <Inner {...(this.props as P)} />;
    }
  }
  return (props: P) => <Memo {...props} />;
}
