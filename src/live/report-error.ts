/**
 * Turns an optional `onError` into a function that can be called anywhere, because it never throws.
 * Without an `onError`, and if that throws, errors are written to the console.
 */
export function errorReporter(
  onError: (error: unknown) => void = (error) => console.error(error),
): (error: unknown) => void {
  return (error) => {
    try {
      onError(error);
    } catch (another) {
      console.error(error, another);
    }
  };
}
