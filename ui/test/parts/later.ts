// An answer that comes when the test says so.
export interface Later<T> {
  promise: Promise<T>;
  resolve: (answer: T) => void;
}

export function later<T>(): Later<T> {
  let resolve: (answer: T) => void = () => undefined;
  const promise = new Promise<T>((go) => (resolve = go));
  return { promise, resolve };
}
